"""The prune ledger and the health of a search: their texts, compared with the trace."""

import json
from typing import Any

import pytest

from demo.figures.labels import number
from demo.figures.tree import tree_bundle
from demo.figures.trie import trie_bundle
from demo.tabs.parts.health import health_data, percent
from demo.tabs.parts.pruning import FATES, pruning_data
from demo.wording import words_for
from seq2seq_core.options import BeamOptions, Constraints, DiverseOptions, ExactOptions, SamplingOptions
from seq2seq_core.trace import Fate, Trace, cuts, health_of, ranked_by
from tests.demo.figures.made_traces import crossing, long_search, parted, sampled, searched
from tests.support.tables import WORDS, golden_table, trace_of, traces_of

PAGE = words_for("en").page
TRACES = [crossing(), searched(4, 10, seed=5), parted(), sampled(), trace_of(golden_table("M1"), ExactOptions())]


def ledger(trace: Trace) -> dict[str, Any]:
    """As the browser gets it."""
    document: dict[str, Any] = json.loads(json.dumps(pruning_data(trace, PAGE, "fr"), allow_nan=False))
    return document


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.algorithm)
def test_every_candidate_is_listed_with_the_roundings_of_the_trace(trace: Trace) -> None:
    data = ledger(trace)
    for step, shown in zip(trace.steps, data["steps"], strict=True):
        assert len(shown["rows"]) == len(step.fate_N)
        for index, (token, parent, log_prob, total, fate, margin, *more) in enumerate(shown["rows"]):
            assert parent == step.parent_N[index]
            assert FATES[fate] is step.fate_N[index]
            assert (log_prob, total) == (number(step.log_prob_N[index]), number(step.log_prob_sum_N[index]))
            kept = step.fate_N[index] in (Fate.LIVE, Fate.FINISHED, Fate.CUT_AT_MAXIMUM)
            assert margin == ("" if kept else number(step.margin_N[index]))
            assert 0 <= token < len(data["labels"])
            if step.key_N is not None:
                assert more[0]["key"] == number(step.key_N[index])
            if step.draws_N is not None:
                assert more[0]["draws"] == str(step.draws_N[index])


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.algorithm)
def test_the_line_stands_below_all_that_live_on_and_above_all_below_the_cut(trace: Trace) -> None:
    for step, shown in zip(trace.steps, ledger(trace)["steps"], strict=True):
        covered = [index for part in shown["parts"] for index in range(part["from"], part["to"])]
        assert covered == list(range(len(step.fate_N)))
        assert [part["cut"] for part in shown["parts"] if part["cut"]] == [number(cut.key) for cut in cuts(step)]
        for part in shown["parts"]:
            if part["line"] is None:
                continue
            for index in range(part["from"], part["to"]):
                if step.fate_N[index] in (Fate.LIVE, Fate.FINISHED, Fate.CUT_AT_MAXIMUM):
                    assert index < part["line"]
                elif step.fate_N[index] is Fate.BELOW_CUT:
                    assert index >= part["line"]


def test_the_counts_of_a_step_add_up() -> None:
    for trace in TRACES:
        for shown in ledger(trace)["steps"]:
            candidates, *others = shown["counts"]
            assert candidates == sum(others)


def test_a_group_penalty_is_named_and_whether_it_decided() -> None:
    trace = trace_of(golden_table("M1"), DiverseOptions(beam_size=2, groups=2, strength=0.25))
    data = ledger(trace)
    assert [part["group"] for part in data["steps"][0]["parts"]] == [1, 2]
    step = trace.steps[0]
    (row,) = [row for index, row in enumerate(data["steps"][0]["rows"]) if step.diversity_N[index] > 0]  # type: ignore[index]
    # Group 2 keeps b (.4): a (.5) costs it .25, so a is .25 - ln(.5 / .4) = .0269 below b; without it, .2231 above.
    assert row[5] == "0.027"
    assert row[6] == {"key": "-0.943", "penalty": "0.250", "above": "0.223"}
    assert [name for name, _ in data["columns"]] == ["rank", "token", "after", "log_prob", "sum", "key", "fate"]
    assert number(float(ranked_by(step)[cuts(step)[1].index])) == "-0.916"


def test_what_a_setting_banned_is_listed_with_the_sum_it_would_have_had() -> None:
    options = BeamOptions(beam_size=2, max_length=4, constraints=Constraints(banned=(4,)))
    (trace,) = traces_of([golden_table("M2")], options, WORDS)
    data = ledger(trace)
    assert [row[2:] for row in data["steps"][0].get("forbidden", [])] == []  # c (.27) is below a and b: not among them
    wide = BeamOptions(beam_size=1, max_length=4, constraints=Constraints(banned=(2,)))
    (trace,) = traces_of([golden_table("M2")], wide, WORDS)
    data = ledger(trace)
    ((token, parent, *rest),) = data["steps"][0]["forbidden"]
    assert (data["labels"][token], parent, rest) == ("a", -1, ["-0.916", "-0.916", "banned"])
    assert data["words"]["bans"]["banned"] == "banned"


def test_each_kind_of_search_is_explained_in_its_own_words() -> None:
    explained = [ledger(trace)["explain"] for trace in TRACES]
    assert "running sum" in explained[0]
    assert "Each group" in explained[2]
    assert "Chance decides" in explained[3]
    assert "No beam" in explained[4]


def test_the_end_says_why() -> None:
    assert ledger(crossing())["ended"] == "The search ended in this step: maximum length reached."


def test_tree_trie_ledger_and_health_of_a_long_wide_search_fit_a_message() -> None:
    trace, words = long_search(), words_for("zh")
    parts = (
        tree_bundle(trace, words.figures.tree, greedy=long_search(1)).to_json(),
        trie_bundle(trace, words.figures).to_json(),
        json.dumps(pruning_data(trace, words.page, "zh"), ensure_ascii=False),
        json.dumps(health_data(trace, words.page.search.health), ensure_ascii=False),
    )
    assert sum(len(part.encode()) for part in parts) < 300_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_health_prints_the_roundings_of_what_follows_from_the_trace(language: str) -> None:
    trace = trace_of(golden_table("M1"), BeamOptions(beam_size=2))
    data = health_data(trace, words_for(language).page.search.health)
    values = [value for _, value, _ in data["facts"]]
    assert all(explained for _, _, explained in data["facts"])
    assert "40.8 %" in values  # .288 + .12
    assert any("0.134" in value for value in values)  # ln(.2 / .175)
    # Entropies: of .5 .4 .1, of .4 .35 .25, of .8 .2.
    assert [row[-1] for row in data["rows"]] == ["0.943", "1.081", "0.500"]
    assert [row[1] for row in data["rows"]] == ["–", "0.134", "–"]


def test_a_collapsed_beam_says_what_its_survivors_share() -> None:
    trace = searched(4, 10, seed=5)
    last = health_of(trace).last_choice
    assert last is not None
    text = next(fact for fact in health_data(trace, PAGE.search.health)["facts"] if fact[0] == "beam collapse")
    assert text[1] == f"{last.shared} of {last.step} tokens shared"
    assert f"{last.survivors} survivors" in text[2]


def test_an_exact_search_says_that_it_proved() -> None:
    facts = {name: value for name, value, _ in health_data(TRACES[4], PAGE.search.health)["facts"]}
    assert facts["proof"] == "proved optimal"
    assert facts["closest cut"] == "no cut"
    sampling = trace_of(golden_table("M1"), SamplingOptions())
    assert dict(fact[:2] for fact in health_data(sampling, PAGE.search.health)["facts"])["proof"] == "not judged"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.48249, "48.2 %"), (1.0, "100.0 %"), (0.0, "0.0 %"), (0.000031, "0.0031 %"), (9.4e-7, "0.000094 %")],
)
def test_small_shares_stay_visible(share: float, text: str) -> None:
    assert percent(share) == text
