"""Every tested combination of a recurrent model, decoded in every way: its traces and their evidence hold together."""

import pytest

from seq2seq_core.decoding import SourceText, record
from seq2seq_core.options import BeamOptions, GreedyOptions, SamplingOptions
from seq2seq_core.trace import check, from_json, same, to_json
from tests.support.recurrent_models import COMBINATIONS, Combination

DECODERS = (GreedyOptions(max_length=6), BeamOptions(beam_size=3, max_length=6), SamplingOptions(max_length=6))


def detokenize(tokens: object) -> str:
    return str(tokens)


@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_the_evidence_of_a_model_agrees_with_its_attention_after_every_re_ranking(combination: Combination) -> None:
    model = combination.model()
    for options in DECODERS:
        stepper = model.open(combination.case().sources)
        sources = [SourceText("", ("x",) * pieces, window=model.window) for pieces in stepper.source_lengths]
        for trace in record(stepper, options, sources, label=str, detokenize=detokenize):
            check(trace)
            assert same(from_json(to_json(trace)), trace)
            assert {step.attention_ES is not None for step in trace.steps} == {combination.attends}
