"""The picture of a search: links, hover texts, steps, legend, size."""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from demo.figures.bundle import Bundle
from demo.figures.style import GROUP_ROLES, LOOKS, Role
from demo.figures.tree import tree_bundle
from demo.figures.tree_layout import place_tree
from demo.wording.figures import CHINESE, ENGLISH
from seq2seq_core.trace import Fate, Trace
from tests.demo.figures.made_traces import crossing, long_search, parted, sampled, searched

MARKER_ROLES = (Role.LIVE, Role.FINISHED, Role.PRUNED, Role.BEST, Role.GREEDY)


def layers(bundle: Bundle) -> list[dict[str, Any]]:
    return [trace.to_plotly_json() for trace in bundle.figure.data]


def hover_texts(bundle: Bundle) -> dict[tuple[int, int], str]:
    """What Plotly makes of the templates, by node."""
    texts = {}
    for layer in layers(bundle):
        for custom in layer["customdata"] if "hovertemplate" in layer else ():
            texts[custom[0], custom[1]] = filled(layer["hovertemplate"], custom)
    return texts


def filled(template: str, custom: Sequence[Any]) -> str:
    for place, value in enumerate(custom):
        template = template.replace(f"%{{customdata[{place}]}}", str(value))
    return template


def seen(bundle: Bundle, frame: int) -> set[tuple[int, int]]:
    """The nodes drawn in a frame."""
    return {
        (custom[0], custom[1])
        for layer in layers(bundle)
        if layer["meta"]["from"] <= frame <= layer["meta"]["to"] and "hovertemplate" in layer
        for custom in layer["customdata"]
    }


def test_links_run_from_the_true_parents_although_ranks_cross() -> None:
    bundle = tree_bundle(crossing(), ENGLISH.tree)
    links = {
        (*start, *end)
        for layer in layers(bundle)
        if layer["mode"] == "lines" and layer["line"]["dash"] in ("solid", "dash") and layer["meta"]["from"] == 3
        for start, end in [((layer["x"][0], layer["y"][0]), (layer["x"][1], layer["y"][1]))]
    }
    assert links == {(1, 1, 2, 0), (1, 0, 2, 1)}


def test_a_ledger_shows_the_roundings_of_the_trace() -> None:
    text = hover_texts(tree_bundle(crossing(), ENGLISH.tree))[2, 0]
    assert text == (
        "<b>&lt;/s&gt;</b><br>step 2, rank 1 of 4<br>log p -0.125 → sum -0.875<br>"
        "T = 2, penalty 1.625 → score -0.539<br>finished<extra></extra>"
    )


def test_a_loser_says_by_how_much_and_why() -> None:
    texts = hover_texts(tree_bundle(crossing(), ENGLISH.tree))
    assert "below the cut by 1.375 nats" in texts[1, 2]
    assert "end token, below the cut by" in texts[2, 2]


def test_all_numbers_of_all_ledgers_are_the_traces_own() -> None:
    trace = searched(4, 10, seed=5)
    for (step, index), text in hover_texts(tree_bundle(trace, ENGLISH.tree)).items():
        if step == 0:
            continue
        here = trace.steps[step - 1]
        columns = (here.log_prob_N, here.log_prob_sum_N, here.penalty_N, here.score_N)
        assert re.findall(r"-?\d+\.\d{3}", text)[:4] == [f"{float(column[index]):.3f}" for column in columns]


def test_special_and_blank_tokens_can_be_read() -> None:
    labels = {label for layer in layers(tree_bundle(crossing(), ENGLISH.tree)) for label in layer.get("text", ())}
    assert {"&lt;s&gt;", "&lt;/s&gt;", "a␣b", "⏎"} <= labels


def test_expand_shows_all_candidates_and_the_next_step_only_the_kept() -> None:
    trace = crossing()
    bundle = tree_bundle(trace, ENGLISH.tree)
    start = {(0, -1)}
    assert seen(bundle, 0) == start
    assert seen(bundle, 1) == start | {(1, 0), (1, 1), (1, 2)}
    assert seen(bundle, 3) == start | {(1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (2, 3)}
    assert seen(bundle, 5) == start | {(1, 0), (1, 1), (2, 0), (2, 1)}


def test_losers_are_pale_in_the_half_step_that_prunes_them() -> None:
    lost = [layer["meta"] for layer in layers(tree_bundle(crossing(), ENGLISH.tree)) if "fade" in layer["meta"]]
    assert lost
    assert all(meta["fade"] == meta["to"] == meta["from"] + 1 for meta in lost)


def test_each_half_step_says_what_happens() -> None:
    stepper = tree_bundle(crossing(), ENGLISH.tree).stepper
    assert stepper is not None
    assert [frame.caption for frame in stepper.frames] == [
        "Start: nothing is written yet. Source: “the cat the”",
        "Step 1, expand: 3 candidates of 1 prefixes; cut at -0.75",
        "Step 1, prune: 2 live on, 0 finished, 1 pruned",
        "Step 2, expand: 4 candidates of 2 prefixes; cut at -1.50",
        "Step 2, prune: 1 live on, 1 finished, 2 pruned",
        "Result: “<b>”, score -0.539. The search ended in step 2: maximum length reached.",
    ]
    assert stepper.opening == 5


def test_what_is_not_drawn_is_counted() -> None:
    stepper = tree_bundle(long_search(), ENGLISH.tree).stepper
    assert stepper is not None
    assert stepper.frames[3].caption.endswith("; the 10 lowest are not drawn")
    assert "10 cut at maximum length" in stepper.frames[80].caption


def test_roles_differ_in_colour_and_line_and_shape() -> None:
    looks = [LOOKS[role] for role in MARKER_ROLES]
    assert len({look.colour for look in looks}) == len(looks)
    assert len({look.symbol for look in looks}) == len(looks)
    assert len({(look.dash, look.width) for look in looks}) == len(looks)


def test_the_legend_names_the_roles_that_occur_and_no_other() -> None:
    roles = {mark.role for mark in tree_bundle(crossing(), ENGLISH.tree).legend}
    assert roles == {Role.LIVE, Role.FINISHED, Role.PRUNED, Role.CUT, Role.BEST, Role.STOP}


def test_the_best_path_is_laid_over_the_result_only() -> None:
    best = [layer for layer in layers(tree_bundle(crossing(), ENGLISH.tree)) if layer["meta"]["from"] == 5]
    assert [layer["mode"] for layer in best] == ["lines", "lines", "markers"]
    assert [list(layer["y"])[:2] for layer in (best[0], best[2])] == [[0, 1], [1, 0]]


def test_a_bar_behind_the_last_step_and_the_legend_say_where_and_why_the_search_ended() -> None:
    bundle = tree_bundle(crossing(), ENGLISH.tree)
    (bar,) = [layer for layer in layers(bundle) if layer.get("line", {}).get("width") == LOOKS[Role.STOP].width]
    assert bar["x"][0] == bar["x"][1] == pytest.approx(2.42)
    assert bar["meta"] == {"from": 5, "to": 5}
    assert bundle.legend[-1].text == "the search ends, step 2: maximum length reached"


def test_greedys_departure_is_marked_and_told() -> None:
    beam, greedy = searched(4, 10, seed=5), searched(1, 10, seed=5)
    bundle = tree_bundle(beam, ENGLISH.tree, greedy=greedy)
    assert "leaves the beam in step 5" in bundle.notes[0]
    crosses = [layer for layer in layers(bundle) if layer.get("marker", {}).get("symbol") == LOOKS[Role.LEAVES].symbol]
    assert [layer["x"] for layer in crosses] == [[5]]
    assert all(custom[:2] == [None, None] for layer in crosses for custom in layer["customdata"])


def test_a_greedy_path_that_stays_is_told_too() -> None:
    assert tree_bundle(crossing(), ENGLISH.tree, greedy=crossing()).notes == (ENGLISH.tree.greedy_stays,)


def test_too_many_marks_become_dots_and_the_notes_say_so() -> None:
    bundle = tree_bundle(long_search(20), ENGLISH.tree)
    assert "800" not in bundle.notes
    assert "more than 600" in bundle.notes[0]
    assert not any(
        "text" in layer["mode"] for layer in layers(bundle) if "hovertemplate" in layer and layer["x"] != [0]
    )


def test_the_account_tells_all_outputs_in_words() -> None:
    account = tree_bundle(crossing(), CHINESE.tree).account
    assert "“<b>”" in account
    assert "-0.539" in account
    assert "log_prob_sum / T^0.7" in account


def test_a_long_wide_search_fits_the_message() -> None:
    bundle = tree_bundle(long_search(), CHINESE.tree, greedy=long_search(1))
    message = bundle.to_json()
    assert len(message.encode()) < 225_000
    assert json.loads(message)["figure"]["layout"]["width"] == 44 + 8 + 41 * 64


@pytest.mark.parametrize(("length", "column"), [(5, 72), (9, 72), (11, 60), (13, 51), (20, 64)])
def test_columns_grow_narrower_as_long_as_the_search_then_fits(length: int, column: float) -> None:
    trace = searched(4, length, end_weight=0.0)
    width = tree_bundle(trace, ENGLISH.tree).figure.layout.width
    assert (width - 44 - 8) / (length + 1) == pytest.approx(column, abs=0.5)


def test_a_search_without_output_says_so() -> None:
    trace = crossing()
    empty = Trace(
        trace.algorithm,
        trace.options,
        trace.formula,
        trace.source,
        trace.source_tokens,
        trace.labels,
        trace.steps,
        (),
        trace.stop,
    )
    stepper = tree_bundle(empty, ENGLISH.tree).stepper
    assert stepper is not None
    assert stepper.frames[-1].caption == "The search ended in step 2 without an output: maximum length reached."


def test_a_greedy_search_can_be_drawn_by_itself() -> None:
    trace = searched(1, 10, seed=5)
    assert {fate for step in trace.steps for fate in step.fate_N} >= {Fate.LIVE, Fate.BELOW_CUT}
    assert tree_bundle(trace, ENGLISH.tree).stepper is not None


def test_groups_have_rows_of_their_own_and_looks_of_their_own() -> None:
    trace = parted()
    bands = place_tree(trace).bands
    assert len(bands) == 3
    for column, step in zip(place_tree(trace).columns, trace.steps, strict=True):
        assert step.group_N is not None
        for spot in column.kept:
            band = bands[int(step.group_N[spot.node[1]])]
            assert band.first <= spot.row < band.first + band.rows
        assert all(spot.row >= bands[-1].first + bands[-1].rows for spot in column.lost)
    bundle = tree_bundle(trace, ENGLISH.tree)
    assert {Role.GROUP_1, Role.GROUP_2, Role.GROUP_3} <= {mark.role for mark in bundle.legend}
    assert bundle.strip is not None
    assert [text for _, text in bundle.strip.rows][2:5] == ["1·1", "1·2", "1·3"]
    looks = [LOOKS[role] for role in GROUP_ROLES]
    assert len({look.symbol for look in looks}) == len({look.dash for look in looks}) == len(looks)


def test_a_candidate_of_a_group_says_its_group_and_its_penalty() -> None:
    trace = parted()
    for (step, index), text in hover_texts(tree_bundle(trace, ENGLISH.tree)).items():
        here = trace.steps[step - 1]
        if step and here.group_N is not None and here.diversity_N is not None:
            assert f"group {here.group_N[index] + 1}, penalty {here.diversity_N[index]:.3f}" in text


def test_each_group_shows_some_of_its_losers() -> None:
    trace = parted()
    for column, step in zip(place_tree(trace).columns, trace.steps, strict=True):
        assert step.group_N is not None
        lost = {int(step.group_N[index]) for index, fate in enumerate(step.fate_N) if fate is Fate.BELOW_CUT}
        assert {spot.group for spot in column.lost} >= lost
        assert len(column.kept) + len(column.lost) + column.left_out == len(step.fate_N)


def test_samples_are_drawn_without_a_cut_and_say_how_many_went_a_way() -> None:
    trace = sampled()
    bundle = tree_bundle(trace, ENGLISH.tree)
    roles = {mark.role for mark in bundle.legend}
    assert Role.DRAWN in roles
    assert not roles & {Role.CUT, Role.LIVE}
    assert next(mark.text for mark in bundle.legend if mark.role is Role.PRUNED) == "not drawn"
    first = trace.steps[0]
    assert first.draws_N is not None
    several = [index for index, draws in enumerate(first.draws_N.tolist()) if draws > 1]
    labels = {
        (custom[0], custom[1]): text
        for layer in layers(bundle)
        if "hovertemplate" in layer
        for custom, text in zip(layer["customdata"], layer["text"], strict=True)
    }
    assert several
    for index in several:
        assert labels[1, index].startswith(f"{first.draws_N[index]}×")
        assert f"drawn {first.draws_N[index]} ×" in hover_texts(bundle)[1, index]
    assert bundle.stepper is not None
    assert "chance" in bundle.stepper.frames[1].caption
    assert "not drawn" in bundle.stepper.frames[2].caption
