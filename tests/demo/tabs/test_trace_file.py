"""A trace file is checked and shown without any model; what is no good trace gets a sentence, and nothing else."""

import json
from dataclasses import replace
from typing import Any, cast

import gradio as gr
import pytest

from demo.service.trace_file import LARGEST_FILE, MOST_STEPS, open_trace
from demo.tabs.parts.trace_file import FileSelection
from demo.tabs.trace_file import EVERYTHING, SELECTION, choose_node, choose_output, open_file, show_again
from demo.wording import words_for
from seq2seq_core.decoding import Table
from seq2seq_core.options import (
    BeamOptions,
    Constraints,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    LengthCount,
    LengthRule,
    SamplingOptions,
    SearchOptions,
)
from seq2seq_core.trace import Trace, to_json
from tests.support.tables import golden_table, trace_of

MESSAGE, RESULTS, TREE, CHOSEN, FACTS, PANEL, HEATMAP, LOOKED_AT, NEXT = range(EVERYTHING)
WORDS = words_for("en")
SEARCHES: dict[str, SearchOptions] = {
    "greedy": GreedyOptions(max_length=6),
    "beam": BeamOptions(beam_size=2),
    "reward": BeamOptions(beam_size=2, length_rule=LengthRule.REWARD, reward=0.5),
    "content": BeamOptions(beam_size=2, counts=LengthCount.CONTENT),
    "constraints": BeamOptions(beam_size=2, max_length=3, constraints=Constraints(banned=(5,), no_repeat_ngram=2)),
    "one sample": SamplingOptions(seed=1, max_length=8),
    "several samples": SamplingOptions(seed=1, samples=8, max_length=8),
    "exact": ExactOptions(max_length=6),
    "diverse": DiverseOptions(beam_size=4, groups=2, max_length=6),
}


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def attending() -> Table:
    return replace(golden_table("M3"), source=("x", "y"), attention=((0.75, 0.25), (0.5, 0.25)))


def example(options: SearchOptions | None = None) -> Trace:
    return trace_of(attending(), options or BeamOptions(beam_size=2))


def opened(text: object) -> tuple[Any, ...]:
    shown = open_file("en", event({"text": text}))
    assert len(shown) == EVERYTHING
    return shown


@pytest.mark.parametrize("search", SEARCHES)
def test_the_trace_of_every_search_is_shown_with_its_own_numbers(search: str) -> None:
    trace = example(SEARCHES[search])
    shown = opened(to_json(trace))
    assert shown[MESSAGE]["tone"] == "hint"
    best, row = trace.hypotheses[0], shown[FACTS]["rows"][0]
    assert row[2:] == [f"{best.log_prob_sum:.3f}", str(best.length), f"{best.score:.3f}"]
    stated = dict(shown[FACTS]["facts"])
    assert stated["score"] == trace.formula
    assert stated["search"] == trace.algorithm
    assert shown[CHOSEN].node == (best.step, best.index)
    assert shown[PANEL]["sums"][-1] == ["score", repr(best.score)]
    assert shown[TREE].figure.data
    assert shown[HEATMAP].figure.data
    assert [each["piece"] for each in shown[LOOKED_AT]["weights"]] == ["x", "y"]


def test_a_trace_without_attention_or_source_is_shown_too() -> None:
    shown = opened(to_json(replace(trace_of(golden_table("M3"), BeamOptions(beam_size=2)), source="")))
    assert shown[HEATMAP] is None
    assert shown[LOOKED_AT] is None
    assert dict(shown[FACTS]["facts"])["source"] == "–"


def test_of_a_file_of_several_traces_the_first_is_shown() -> None:
    first, second = to_json(example()), to_json(example(GreedyOptions(max_length=6)))
    shown = opened(f"null\n{first}\n{second}\n")
    assert "2 traces" in shown[FACTS]["good"]
    assert shown[CHOSEN].trace.algorithm == "beam"


def changed(**changes: Any) -> str:
    return json.dumps(json.loads(to_json(example())) | changes)


BAD = {
    "nothing": ("", "is empty"),
    "blanks": (" \n ", "is empty"),
    "only an empty line": ("null", "is empty"),
    "no JSON": ("<script>alert(1)</script>", "must be JSON"),
    "another format": ('{"format": "magic"}', "format must be"),
    "a field too many": (changed(code="import os"), "unknown field 'code'"),
    "a wrong formula": (changed(formula="log_prob_sum"), "the formula must be"),
    "a number that does not add up": (
        to_json(example()).replace('"log_prob_sum":[', '"log_prob_sum":[-0.5,', 1), "this column has"
    ),
    "no number": (changed(window=float("nan")), "NaN"),
    "deep nesting": ("[" * 100_000, "JSON"),
    "hostile numbers": (changed(options={"alpha": 1e308, "max_length": 2**62}), ""),
    "no text": (5, "int"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_a_sentence_that_names_what_is_wrong_and_changes_nothing(name: str) -> None:
    text, complaint = BAD[name]
    shown = opened(text)
    assert shown[MESSAGE]["tone"] == "problem"
    assert complaint in shown[MESSAGE]["text"]
    assert all(output == gr.skip() for output in shown[1:])


def test_a_file_is_bounded_before_it_is_read() -> None:
    for data in ({"size": LARGEST_FILE * 10}, {"text": "x" * (LARGEST_FILE + 1)}):
        shown = open_file("en", event(data))
        assert shown[MESSAGE]["tone"] == "problem"
        assert f"{LARGEST_FILE:,}" in shown[MESSAGE]["text"]


def test_a_search_too_long_to_draw_is_refused() -> None:
    chain = Table(following={"": {"a": 1.0}, "a": {"a": 1.0}}, order=1)
    options = GreedyOptions(max_length=512)
    trace = trace_of(chain, options)
    assert len(trace.steps) == MOST_STEPS
    assert opened(to_json(trace))[MESSAGE]["tone"] == "hint"
    wide = replace(example(), source_tokens=("x",) * 600, steps=tuple(
        replace(step, attention_ES=None) for step in example().steps
    ))  # fmt: skip
    assert "600 source pieces" in opened(to_json(wide))[MESSAGE]["text"]


def test_nodes_and_outputs_are_chosen_and_forged_choices_change_nothing() -> None:
    chosen = FileSelection(open_trace(to_json(example())))
    shown = choose_node(chosen, "en", event({"customdata": [1, 0]}))
    assert shown[0].node == (1, 0)
    second = chosen.trace.hypotheses[1]
    assert choose_output(chosen, "en", event({"output": 1}))[0].node == (second.step, second.index)
    for forged in (
        choose_node(chosen, "en", event({"customdata": [99, 0]})),
        choose_node(None, "en", event({"customdata": [1, 0]})),
        choose_output(chosen, "en", event({"output": 99})),
        choose_output(chosen, "en", event({"output": "1"})),
    ):
        assert len(forged) == SELECTION
        assert all(output == gr.skip() for output in forged)


def test_another_language_shows_the_same_numbers() -> None:
    chosen = cast(FileSelection, opened(to_json(example()))[CHOSEN])
    english, chinese = show_again(chosen, "en"), show_again(chosen, "zh")
    assert [row[2:] for row in english[FACTS]["rows"]] == [row[2:] for row in chinese[FACTS]["rows"]]
    assert chinese[TREE].keep
    assert all(output == gr.skip() for output in show_again(None, "zh"))
