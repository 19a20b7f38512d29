"""The outputs as a tree: shared once, true parents, nothing lost in the counts, numbers of the trace."""

import re
from typing import Any

import pytest

from demo.figures.bundle import Bundle
from demo.figures.style import LOOKS, Role
from demo.figures.trie import trie_bundle
from demo.figures.trie_layout import MOST_LEAVES, Stretch, TrieLayout, place_trie
from demo.figures.walk import START
from demo.wording.figures import CHINESE, ENGLISH
from seq2seq_core.options import BeamOptions, StopRule
from seq2seq_core.trace import Fate, Trace, path
from tests.demo.figures.made_traces import crossing, long_search, parted, sampled, searched, searched_by, told
from tests.support.tables import golden_table, trace_of

TRACES = [crossing(), searched(4, 10, seed=5), searched(1, 10, seed=5), parted(), sampled(), long_search()]


def beam_of_two() -> Trace:
    """M1: b b (.288) and a a (.12); eleven candidates, of which six are on the way to these."""
    return trace_of(golden_table("M1"), BeamOptions(beam_size=2))


def many_outputs() -> Trace:
    options = BeamOptions(beam_size=24, stop_rule=StopRule.MAXIMUM_LENGTH, max_length=6, cut_competes=True)
    return searched_by(options, seed=5)


def layers(bundle: Bundle) -> list[dict[str, Any]]:
    return [trace.to_plotly_json() for trace in bundle.figure.data]


def nodes(places: TrieLayout) -> list[tuple[int, int]]:
    return [node for stretch in places.stretches for node in nodes_of(stretch)]


def nodes_of(stretch: Stretch) -> list[tuple[int, int]]:
    return [node for word in stretch.words for node in word.folded or (word.node,)]


def test_a_small_search_is_placed_as_worked_out_by_hand() -> None:
    start, best, second = place_trie(beam_of_two()).stretches
    assert [word.node for word in start.words] == [START]
    assert [word.label for word in best.words] == ["b", "b", "</s>"]
    assert [word.label for word in second.words] == ["a", "a", "</s>"]
    assert (start.row, best.row, second.row) == (0, 0, 1)
    assert best.parent is start
    assert best.left == second.left > start.right


def test_what_led_nowhere_is_counted_where_it_left() -> None:
    start, best, second = place_trie(beam_of_two()).stretches
    # </s> at once; b </s> after b, b b a after b b; a b and a </s> after a, a a a after a a.
    assert [stretch.dead and stretch.dead.count for stretch in (start, best, second)] == [1, 2, 3]
    assert second.dead is not None
    assert dict(second.dead.fates) == {Fate.LIVE: 1, Fate.BELOW_CUT: 1, Fate.END_BELOW_CUT: 1}
    assert second.dead.closest == (2, 2)  # a b, which missed the cut by ln(.2 / .175)


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.algorithm)
def test_every_output_is_there_along_its_true_parents_and_every_node_once(trace: Trace) -> None:
    places = place_trie(trace)
    assert len(set(nodes(places))) == len(nodes(places))
    assert sorted(leaf.place for leaf in places.leaves) == list(range(len(trace.hypotheses)))
    assert [leaf.stretch.row for leaf in places.leaves] == list(range(len(trace.hypotheses)))
    for leaf in places.leaves:
        way: list[tuple[int, int]] = []
        at = leaf.stretch
        while True:
            way = nodes_of(at) + way
            if at.parent is None:
                break
            assert at.parent.right < at.left
            at = at.parent
        output = trace.hypotheses[leaf.place]
        assert way == [START, *path(trace, output.step, output.index)]


@pytest.mark.parametrize("trace", [*TRACES, many_outputs()], ids=lambda trace: trace.algorithm)
def test_every_candidate_is_drawn_or_counted_once(trace: Trace) -> None:
    places = place_trie(trace)
    dead = sum(stretch.dead.count for stretch in places.stretches if stretch.dead)
    beyond = {at for each in trace.hypotheses[MOST_LEAVES:] for at in path(trace, each.step, each.index)}
    drawn = set(nodes(places)) - {START}
    assert len(drawn | beyond) + dead == sum(len(step.fate_N) for step in trace.steps)


def test_the_tokens_of_a_row_do_not_touch() -> None:
    for trace in TRACES:
        words = [word for stretch in place_trie(trace).stretches for word in stretch.words]
        for one in words:
            assert all(abs(one.x - other.x) >= 12 for other in words if other != one and other.row == one.row)


def test_the_middle_of_a_long_stretch_is_folded_and_told_when_it_is_pointed_at() -> None:
    trace = told(("x",), tuple("abcdefghijklm"))
    (stretch,) = place_trie(trace).stretches
    assert [word.label for word in stretch.words] == ["<s>", "a", "b", "c", "⋯ 7 ⋯", "k", "l", "m"]
    (fold,) = [word for word in stretch.words if word.folded]
    assert fold.node == (10, 0)
    custom = [each for layer in layers(trie_bundle(trace, ENGLISH)) for each in layer.get("customdata", ())]
    assert "d e f g h i j" in {each[2] for each in custom}
    (short,) = place_trie(told(("x",), tuple("abcdefghi"))).stretches
    assert len(short.words) == 10


def test_outputs_beyond_the_last_row_are_counted_in_words() -> None:
    trace = many_outputs()
    assert len(trace.hypotheses) > MOST_LEAVES
    bundle = trie_bundle(trace, ENGLISH)
    more = len(trace.hypotheses) - MOST_LEAVES
    assert bundle.notes[1] == f"The best {MOST_LEAVES} outputs are drawn; {more} more are in the table."


def test_each_output_says_its_rank_and_the_rounding_of_its_score() -> None:
    trace = searched(4, 10, seed=5)
    texts = {text for layer in layers(trie_bundle(trace, ENGLISH)) for text in layer.get("text", ())}
    expected = {f"{rank}: score {each.score:.3f}" for rank, each in enumerate(trace.hypotheses, 1)}
    assert expected <= texts


def test_groups_and_samples_say_what_they_are() -> None:
    texts = {text for layer in layers(trie_bundle(parted(), ENGLISH)) for text in layer.get("text", ())}
    groups = {text[-1] for text in texts if re.search(r"group \d$", text)}
    assert len(groups) > 1
    assert {mark.role for mark in trie_bundle(parted(), ENGLISH).legend} >= {Role.GROUP_1}
    drawn = {text for layer in layers(trie_bundle(sampled(), ENGLISH)) for text in layer.get("text", ())}
    assert any("drawn 1 ×" in text for text in drawn)


def test_a_count_selects_the_closest_of_what_it_folds_and_says_what_it_is() -> None:
    bundle = trie_bundle(beam_of_two(), ENGLISH)
    (counts,) = [layer for layer in layers(bundle) if layer.get("text", ("",))[0].startswith("+")]
    assert list(counts["text"]) == ["+1", "+2", "+3"]
    assert tuple(counts["customdata"][2][:2]) == (2, 2)
    assert counts["customdata"][2][2] == (
        "3 candidates left here and led to no output<br>1 lived on for a while<br>1 below the cut<br>"
        "1 end tokens below the cut<br>A click selects the closest of them: “b”, step 2"
    )
    assert counts["marker"]["symbol"] == LOOKS[Role.PRUNED].symbol


def test_the_end_of_the_search_and_all_outputs_are_told_in_words() -> None:
    bundle = trie_bundle(beam_of_two(), ENGLISH)
    assert bundle.notes[-1] == "The search ends, step 3: as many outputs are finished as the beam is wide"
    assert "“b b”" in bundle.account
    assert "“a a”" in trie_bundle(beam_of_two(), CHINESE).account


def test_a_search_without_output_has_its_start_and_its_count() -> None:
    trace = trace_of(golden_table("M1"), BeamOptions(beam_size=2))
    empty = Trace(**{name: getattr(trace, name) for name in Trace.__slots__} | {"hypotheses": ()})
    (start,) = place_trie(empty).stretches
    assert start.dead is not None
    assert start.dead.count == sum(len(step.fate_N) for step in trace.steps)
    assert trie_bundle(empty, ENGLISH).to_json()


def test_a_long_search_stays_a_small_message() -> None:
    assert len(trie_bundle(long_search(), CHINESE).to_json().encode()) < 60_000
