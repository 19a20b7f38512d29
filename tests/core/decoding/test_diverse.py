"""Diverse beam search: the golden case, a plain rewriting from the definition, and what its traces must keep."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table
from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import BeamOptions, DiverseOptions, StopRule
from seq2seq_core.trace import Fate, Trace, agreement, check, from_json, same, to_json
from tests.support.tables import CASES, END, WORDS, after, golden_table, log_prob, tables, trace_of, traces_of

TO_SIX_DIGITS = 1.5e-6
IDS = {END: 1, **{word: number for number, word in enumerate(WORDS, 2)}}


def diverse_options() -> st.SearchStrategy[DiverseOptions]:
    return st.builds(
        lambda groups, size, **values: DiverseOptions(groups=groups, beam_size=groups * size, **values),
        groups=st.integers(1, 3),
        size=st.integers(1, 2),
        strength=st.sampled_from([0.0, 0.3, 1.0, 5.0]),
        discount=st.sampled_from([0.0, 0.5, 1.0]),
        max_length=st.integers(3, 5),
        alpha=st.sampled_from([0.0, 0.7]),
        stop_rule=st.sampled_from(list(StopRule)),
        refill=st.booleans(),
    )


@pytest.mark.parametrize(("cell", "strength"), [("dbs_0_5", 0.5), ("dbs_1_0", 1.0)])
def test_two_groups_of_one_part_where_the_golden_case_says(cell: str, strength: float) -> None:
    options = DiverseOptions(
        beam_size=2, groups=2, strength=strength, alpha=0.0, stop_rule=StopRule.FIRST_FINISHED, max_length=6
    )
    trace = trace_of(golden_table("M10"), options)
    check(trace)
    found = {each.text: each.log_prob_sum for each in trace.hypotheses}
    expected = {each["out"]: each["logp"] for each in CASES["G16"][cell]}
    assert found == pytest.approx(expected, abs=TO_SIX_DIGITS)


def test_a_whole_beam_of_two_finds_the_golden_pair() -> None:
    trace = trace_of(golden_table("M10"), BeamOptions(beam_size=2, alpha=0.0))
    found = [(each.text, each.log_prob_sum) for each in trace.hypotheses[:2]]
    for (text, total), (expected, log_prob_sum) in zip(found, CASES["G16"]["beam2"], strict=True):
        assert (text, total) == (expected, pytest.approx(log_prob_sum, abs=TO_SIX_DIGITS))


def plain_diverse(table: Table, options: DiverseOptions) -> list[tuple[str, int]]:
    """What K-finished diverse beam search with refilling finds, written down from the definition: output and group."""
    limit = options.resolve_max_length(len(table.source))
    live: list[list[tuple[tuple[str, ...], float]]] = [[((), 0.0)] for _ in range(options.groups)]
    pools: list[list[str]] = [[] for _ in range(options.groups)]
    found: list[tuple[str, int]] = []
    for _ in range(limit):
        chosen: list[tuple[tuple[str, ...], str]] = []
        for group, prefixes in enumerate(live):
            ranked = []
            for parent, (prefix, total) in enumerate(prefixes):
                for token, probability in after(table, prefix).items():
                    if probability:
                        lost = sum(
                            options.strength * (1 + options.discount * alike(prefix, other, options.discount))
                            for other, said in chosen
                            if said == token
                        )
                        value = total + log_prob(probability)
                        ranked.append((-(value - lost), parent, IDS[token], prefix, token, value))
            ranked.sort(key=lambda each: each[:3])
            size = options.group_size
            ended = [each for each in ranked[:size] if each[4] == END]
            others = [each for each in ranked if each[4] != END][:size]
            pools[group] += [" ".join(each[3]) for each in ended]
            found += [(" ".join(each[3]), group) for each in ended]
            chosen += [(each[3], each[4]) for each in ended + others]
            live[group] = [] if len(pools[group]) >= size else [((*each[3], each[4]), each[5]) for each in others]
    return found


def alike(one: Sequence[str], other: Sequence[str], discount: float) -> float:
    """Counted from the end: 1 for a place where they agree, times discount for every place behind it."""
    return sum(discount**back for back, (a, b) in enumerate(zip(one[::-1], other[::-1], strict=True)) if a == b)


@settings(max_examples=150, deadline=None)
@given(table=tables(), options=diverse_options())
def test_the_groups_find_what_the_definition_finds(table: Table, options: DiverseOptions) -> None:
    options = dataclasses.replace(options, stop_rule=StopRule.K_FINISHED, refill=True)
    (trace,) = traces_of([table], options, WORDS)
    finished = []
    for each in trace.hypotheses:
        if each.fate is Fate.FINISHED:
            group_N = trace.steps[each.step - 1].group_N
            assert group_N is not None
            finished.append((each.text, int(group_N[each.index])))
    assert sorted(finished) == sorted(plain_diverse(table, options))


@settings(max_examples=150, deadline=None)
@given(table=tables(), options=diverse_options())
def test_every_trace_is_consistent_and_survives_json(table: Table, options: DiverseOptions) -> None:
    (trace,) = traces_of([table], options, WORDS)
    check(trace)
    assert same(from_json(to_json(trace)), trace)


@settings(max_examples=60, deadline=None)
@given(table=tables(), options=diverse_options())
def test_without_strength_every_group_is_the_same_small_beam(table: Table, options: DiverseOptions) -> None:
    options = dataclasses.replace(options, strength=0.0)
    (trace,) = traces_of([table], options, WORDS)
    beam = BeamOptions(
        beam_size=options.group_size,
        max_length=options.max_length,
        alpha=options.alpha,
        stop_rule=options.stop_rule,
        refill=options.refill,
    )
    (alone,) = traces_of([table], beam, WORDS)
    expected = sorted((each.text, each.score) for each in alone.hypotheses for _ in range(options.groups))
    assert sorted((each.text, each.score) for each in trace.hypotheses) == expected


def test_sources_in_a_batch_are_searched_as_if_alone() -> None:
    models = [golden_table(name) for name in ("M1", "M3", "M9")]
    options = DiverseOptions(beam_size=4, groups=2, max_length=8)
    for trace, model in zip(traces_of(models, options, "abc"), models, strict=True):
        assert same(trace, traces_of([model], options, "abc")[0])


def test_agreement_counts_the_way_that_fairseq_describes() -> None:
    # "I like dogs" after "I like dogs": the words before agree twice, so with a half 1 + 1/2 + 1/4 is taken off.
    one, other = (1, 2), (1, 2)
    assert 1 + 0.5 * agreement(one, other, 0.5) == 1.75
    assert 1 + 1.0 * agreement(one, other, 1.0) == 3
    assert agreement((1, 2), (3, 4), 1.0) == 0


def test_a_beam_that_cannot_be_parted_evenly_is_refused() -> None:
    with pytest.raises(OptionError, match="beam_size must be a multiple of groups, got beam_size 5 and groups 2"):
        DiverseOptions(beam_size=5, groups=2)


def good() -> Trace:
    trace = trace_of(golden_table("M9"), DiverseOptions(beam_size=4, groups=2, strength=0.8, max_length=8))
    check(trace)
    return trace


def planted(trace: Trace, number: int, **columns: Any) -> Trace:
    steps = list(trace.steps)
    steps[number - 1] = dataclasses.replace(steps[number - 1], **columns)
    return dataclasses.replace(trace, steps=tuple(steps))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"diversity_N": lambda column: column * 0.5}, "diversity must follow from the choices of earlier groups"),
        ({"diversity_N": lambda column: None}, "diversity must be there where the beam is parted"),
        ({"group_N": lambda column: None}, "group must be there where the beam is parted"),
        ({"group_N": lambda column: column[::-1].copy()}, "groups must be 0 to 1, in order"),
        ({"group_N": np.zeros_like}, "step 2: "),
        ({"key_N": lambda column: column + 0.1}, "key must be log_prob_sum"),
        ({"margin_N": lambda column: column + 0.1}, "margin must be the distance below the cut"),
    ],
)
def test_a_planted_fault_is_found(columns: dict[str, Any], message: str) -> None:
    trace = good()
    changed = {name: change(getattr(trace.steps[1], name)) for name, change in columns.items()}
    with pytest.raises(TraceError, match=message):
        check(planted(trace, 2, **changed))


def test_groups_that_do_not_part_the_beam_are_refused_at_once() -> None:
    trace = good()
    with pytest.raises(TraceError, match="option groups must be a whole number from 1 to 64, is 1000000000000"):
        check(dataclasses.replace(trace, options={**trace.options, "groups": 10**12}))
