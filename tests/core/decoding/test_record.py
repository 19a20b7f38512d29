"""Evidence beside the attention, from the model's answer to the trace: the right rows, the real pieces."""

import numpy as np
import pytest
import torch

from seq2seq_core.decoding import SourceText, TableStepper, record
from seq2seq_core.decoding.table import Table
from seq2seq_core.errors import InputError
from seq2seq_core.options import BeamOptions, GreedyOptions, SamplingOptions, SearchOptions
from seq2seq_core.trace import Trace, check, from_json, same, to_json
from tests.support.evident import ATTENTION, CENTRE, CROSSING, GENERATE, HEADS, ONE, EvidentStepper, evident_traces
from tests.support.tables import trace_of


def read_tokens(trace: Trace, number: int) -> list[str]:
    """The token that each expanded prefix of a step ends with."""
    before = trace.steps[number - 2]
    return [trace.labels[int(before.token_N[index])] for index in trace.steps[number - 1].expanded_E]


def test_evidence_stands_beside_the_prefix_that_it_belongs_to() -> None:
    (trace,) = evident_traces([CROSSING], BeamOptions(beam_size=2))
    check(trace)
    assert [read_tokens(trace, 2), read_tokens(trace, 3)] == [["a", "b"], ["c", "c"]]
    for step, words in zip(trace.steps, (["<s>"], ["a", "b"], ["c", "c"]), strict=True):
        assert step.attention_ES is not None
        assert step.heads_ELHS is not None
        assert step.heads_ELHS.shape == (len(words), 1, 2, 2)
        assert step.heads_ELHS[:, 0].tolist() == [[list(head) for head in HEADS[word]] for word in words]
        assert step.attention_ES.tolist() == [list(ATTENTION[word]) for word in words]
        assert step.centre_E is not None
        assert step.generate_E is not None
        assert (step.centre_E.dtype, step.generate_E.dtype) == (np.float64, np.float64)
        assert step.centre_E.tolist() == [CENTRE[word] for word in words]
        assert step.generate_E.tolist() == [GENERATE[word] for word in words]


def test_coverage_follows_its_prefix_when_the_prefixes_change_places() -> None:
    (trace,) = evident_traces([CROSSING], BeamOptions(beam_size=2))
    coverage = [step.coverage_ES.tolist() for step in trace.steps if step.coverage_ES is not None]
    # <s> spent (0.75, 0.25). Then "b c", now first, spent b's (0.25, 0.75) besides, and "a c" spent a's (0.5, 0.5).
    assert coverage == [[[0.0, 0.0]], [[0.75, 0.25]] * 2, [[1.0, 1.0], [1.25, 0.75]]]


@pytest.mark.parametrize("options", [GreedyOptions(), BeamOptions(beam_size=2), SamplingOptions(seed=3)])
def test_evidence_of_a_batch_is_that_of_its_sources_alone_without_padding(options: SearchOptions) -> None:
    together = evident_traces([ONE, CROSSING, ONE], options)
    for trace, table in zip(together, (ONE, CROSSING, ONE), strict=True):
        check(trace)
        assert same(trace, evident_traces([table], options)[0])
        assert all(step.heads_ELHS is not None for step in trace.steps)
        assert {step.heads_ELHS.shape[3] for step in trace.steps if step.heads_ELHS is not None} == {len(table.source)}


def test_window_and_grid_come_from_the_source() -> None:
    (trace,) = evident_traces([CROSSING], GreedyOptions())
    assert (trace.window, trace.grid) == (1, (1, 2))
    plain = trace_of(CROSSING, GreedyOptions())
    assert (plain.window, plain.grid) == (None, None)


def test_evidence_that_the_trace_has_no_column_for_is_refused() -> None:
    stepper = EvidentStepper([CROSSING], mood=torch.zeros(1))
    with pytest.raises(InputError, match=r"heads, centre, generate, coverage, got \['mood'\] from the model"):
        record(
            stepper, GreedyOptions(), [SourceText("", ("x", "y"))], label=stepper.label, detokenize=stepper.detokenize
        )


@pytest.mark.parametrize("options", [GreedyOptions(), BeamOptions(), SamplingOptions()])
def test_a_model_without_a_source_has_traces_too(options: SearchOptions) -> None:
    stepper = TableStepper([Table(following={"": {"a": 0.6, "</s>": 0.4}})])
    stepper.source_lengths = [0]
    (trace,) = record(stepper, options, [SourceText("", ())], label=stepper.label, detokenize=stepper.detokenize)
    check(trace)
    assert (trace.source_tokens, trace.options["max_length"]) == ((), 10)
    assert same(from_json(to_json(trace)), trace)
