"""Pinned attention: what a step is told to look at, it looks at, and the model makes of it what it makes of it.

By hand, a step that may look at one position only is a step whose encoded source is that position alone.

Sizes: B sentences, R rows, S source positions, H heads, L layers.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from seq2seq_core.attention import Memory
from seq2seq_core.decoding import SourceText, TableStepper, decode, record
from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.models.base import Answer, ModelStepper, Seq2Seq, Sources
from seq2seq_core.models.config import Bridge
from seq2seq_core.models.convolutional import ConvolutionalSeq2Seq
from seq2seq_core.models.convolutional_config import ConvolutionalConfig
from seq2seq_core.models.recurrent import RecurrentState
from seq2seq_core.models.transformer import TransformerSeq2Seq
from seq2seq_core.models.transformer_config import TransformerConfig
from seq2seq_core.models.transformer_tree import TreeState
from seq2seq_core.options import (
    BeamOptions,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    Pin,
    SamplingOptions,
    SearchOptions,
)
from seq2seq_core.trace import Trace, check, from_json, same, to_json
from tests.support.recurrent_models import COMBINATIONS, LUONG, POINTS, SUTSKEVER, Combination, combination
from tests.support.tables import golden_table, trace_of

SOURCE = [4, 5, 6, 7, 8]
READ = (2, 5, 6, 4, 11)  # the start token and what is read after it
STEP, POSITION = 3, 1  # pinned
PINS = (Pin(step=STEP, position=POSITION),)
ATTENDING = [each for each in COMBINATIONS if each.model().pinnable and len(each.case().sources[0]) > 1]


def transformer() -> TransformerSeq2Seq:
    torch.manual_seed(3)
    sizes: dict[str, Any] = {"size": 12, "heads": 3, "encoder_layers": 1, "decoder_layers": 2, "feed_forward_size": 10}
    return TransformerSeq2Seq(TransformerConfig(source_vocabulary=13, target_vocabulary=13, **sizes)).eval()


def convolutional() -> ConvolutionalSeq2Seq:
    torch.manual_seed(3)
    sizes: dict[str, Any] = {"embedding_size": 6, "size": 8, "encoder_layers": 1, "decoder_layers": 2}
    return ConvolutionalSeq2Seq(ConvolutionalConfig(source_vocabulary=13, target_vocabulary=13, **sizes)).eval()


FAMILIES: dict[str, Callable[[], Seq2Seq[Any]]] = {
    "Bahdanau": lambda: combination("Bahdanau").model(),
    "Bahdanau, multi-head": lambda: combination("multi-head", attention="multi-head").model(),
    "Luong, input feeding": lambda: combination("Luong", LUONG, attention="general", input_feeding=True).model(),
    "Transformer": transformer,
    "convolutional": convolutional,
}


def answers(model: Seq2Seq[Any], pins: tuple[Pin, ...] = ()) -> list[Answer[Any]]:
    """Of every step over one source."""
    stepper: Any = model.open([SOURCE])
    stepper = stepper.pinned(pins) if pins else stepper
    state, found = stepper.start(), []
    for token in READ:
        found.append(stepper.step(torch.tensor([token]), state))
        state = found[-1].state
    return found


def looked_at(answer: Answer[Any]) -> Tensor:
    assert answer.attention_RS is not None
    return answer.attention_RS


def one_hot() -> Tensor:
    return torch.tensor([[0.0, 1.0, 0.0, 0.0, 0.0]])


@pytest.mark.parametrize("family", FAMILIES)
def test_the_pinned_step_looks_where_it_is_told_and_the_others_are_free(family: str) -> None:
    model = FAMILIES[family]()
    free, pinned = answers(model), answers(model, PINS)
    assert torch.equal(looked_at(pinned[STEP - 1]), one_hot())
    if "heads" in pinned[0].evidence:
        heads_RLHS = pinned[STEP - 1].evidence["heads"]
        assert torch.equal(heads_RLHS, one_hot().expand_as(heads_RLHS))
    for before in range(STEP - 1):
        assert torch.equal(free[before].log_probs_RV, pinned[before].log_probs_RV)
        assert torch.equal(looked_at(free[before]), looked_at(pinned[before]))
    assert not torch.allclose(free[STEP - 1].log_probs_RV, pinned[STEP - 1].log_probs_RV)
    assert not torch.allclose(looked_at(pinned[STEP]), one_hot())


def only(values: Tensor, dimension: int) -> Tensor:
    return values.narrow(dimension, POSITION, 1)


def alone(state: Any) -> Any:
    """The state with an encoded source of the pinned position and no other."""
    if isinstance(state, RecurrentState):
        memory = state.given.memory
        assert memory is not None
        keys = only(memory.keys_BSA, memory.keys_BSA.ndim - 2)
        memory = Memory(keys, only(memory.values_BSE, 1), only(memory.real_BS, 1))
        return replace(state, given=replace(state.given, memory=memory))
    assert isinstance(state, TreeState)
    rungs = (
        replace(rung, keys_HAS=only(rung.keys_HAS, 2), values_HSA=only(rung.values_HSA, 1), free_S=only(rung.free_S, 0))
        for rung in state.rungs
    )
    return replace(state, rungs=tuple(rungs))


@torch.inference_mode()
@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "convolutional"])
def test_its_probabilities_are_those_of_a_source_that_is_this_position_alone(family: str) -> None:
    model = FAMILIES[family]()
    pinned, stepper = answers(model, PINS), model.open([SOURCE])
    state = stepper.start()
    for token in READ[: STEP - 1]:
        state = stepper.step(torch.tensor([token]), state).state
    by_hand = model.advance(torch.tensor([READ[STEP - 1]]), alone(state))
    torch.testing.assert_close(pinned[STEP - 1].log_probs_RV, by_hand.log_probs_RV)
    # and the next step goes on from there, free again
    after = by_hand.state
    if isinstance(state, RecurrentState):
        after = replace(after, given=state.given)
    else:
        after = replace(after, rungs=state.rungs)
    next_by_hand = model.advance(torch.tensor([READ[STEP]]), after)
    torch.testing.assert_close(pinned[STEP].log_probs_RV, next_by_hand.log_probs_RV)


@torch.inference_mode()
def test_a_pinned_convolution_finds_the_value_times_the_root_of_the_pieces() -> None:
    model = convolutional()
    memory = replace(model.encode(Sources.pad([SOURCE], torch.device("cpu"))), pinned=POSITION)
    block: Any = model.decoder[0]
    glimpse = block.attention(torch.randn(1, 1, 8), torch.randn(1, 1, 6), memory)
    by_hand = block.attention.output(memory.values_BSE[:, POSITION] * len(SOURCE) ** 0.5)
    torch.testing.assert_close(glimpse.found_BTD[:, 0], by_hand)
    assert torch.equal(glimpse.weights_BTS[:, 0], one_hot())


def traces(model: Seq2Seq[Any], options: SearchOptions, sources: Any) -> list[Trace]:
    stepper = model.open(sources)
    texts = [SourceText("", ("x",) * pieces, window=model.window) for pieces in stepper.source_lengths]
    return record(stepper, options, texts, label=str, detokenize=str)


SEARCHES: tuple[SearchOptions, ...] = (
    GreedyOptions(max_length=5, pins=(Pin(step=2, position=0),)),
    BeamOptions(beam_size=3, max_length=5, pins=(Pin(step=2, position=0),)),
    SamplingOptions(max_length=5, pins=(Pin(step=2, position=0),)),
)


@pytest.mark.parametrize("combination", ATTENDING, ids=str)
def test_every_attending_model_is_pinned_in_every_search_and_its_trace_says_so(combination: Combination) -> None:
    for options in SEARCHES:
        for trace in traces(combination.model(), options, combination.case().sources):
            assert trace.options["pins"] == "2:0"
            check(trace)
            assert same(from_json(to_json(trace)), trace)
            if len(trace.steps) > 1 and trace.steps[1].attention_ES is not None:
                assert (trace.steps[1].attention_ES[:, 0] == 1).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_other_searches_are_pinned_too(family: str) -> None:
    pins = (Pin(step=1, position=4), Pin(step=2, position=1))
    for options in (
        ExactOptions(max_length=4, max_nodes=30, pins=pins),
        DiverseOptions(beam_size=4, groups=2, max_length=4, pins=pins),
    ):
        (trace,) = traces(FAMILIES[family](), options, [SOURCE])
        check(trace)
        assert trace.options["pins"] == "1:4 2:1"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_pin_that_is_never_reached_changes_nothing(family: str) -> None:
    free = BeamOptions(beam_size=3, max_length=4)
    (own,) = traces(FAMILIES[family](), free, [SOURCE])
    (late,) = traces(FAMILIES[family](), replace(free, pins=(Pin(step=5, position=0),)), [SOURCE])
    assert "pins" not in own.options
    assert same(replace(late, options=own.options), own)


def test_the_answer_without_a_trace_is_pinned_too() -> None:
    model, options = transformer(), BeamOptions(beam_size=3, max_length=6, pins=PINS)
    (trace,) = traces(model, options, [SOURCE])
    (found,) = decode(model.open([SOURCE]), options, detokenize=str)
    assert found == trace.hypotheses[: len(found)]


def pinned_trace() -> Trace:
    (trace,) = traces(transformer(), BeamOptions(beam_size=2, max_length=4, pins=PINS), [SOURCE])
    return trace


@pytest.mark.parametrize(
    ("stated", "complaint"),
    [
        ("3:2", "step 3: attention must be 1 on position 2"),
        ("2:1", "step 2: attention must be 1 on position 1"),
        ("3:9", "must be on one of the 5 source pieces, is on 9"),
        ("3:1 3:1", "must be steps and positions"),
        ("3:1 2:1", "must be steps and positions"),
        ("0:1", "must be steps and positions"),
        ("3:1 ", "must be steps and positions"),
        (31, "must be steps and positions"),
    ],
)
def test_a_trace_whose_attention_is_not_what_it_states_is_refused(stated: Any, complaint: str) -> None:
    trace = pinned_trace()
    check(trace)
    with pytest.raises(TraceError, match=complaint):
        check(replace(trace, options={**trace.options, "pins": stated}))


def test_heads_must_be_pinned_as_well() -> None:
    trace = pinned_trace()
    step = trace.steps[STEP - 1]
    assert step.heads_ELHS is not None
    heads = step.heads_ELHS.copy()
    heads[0, 0, 0], heads[0, 1, 0] = 0, 2  # their mean is still what it was
    steps = (*trace.steps[: STEP - 1], replace(step, heads_ELHS=heads), *trace.steps[STEP:])
    with pytest.raises(TraceError, match="heads"):
        check(replace(trace, steps=steps))


def test_a_model_without_attention_of_its_own_is_refused() -> None:
    for name, parts in (("Sutskever", {**SUTSKEVER, "bridge": Bridge.LAST}), ("pointer", POINTS)):
        with pytest.raises(OptionError, match="attends to its source"):
            opened(combination(name, parts)).pinned(PINS)
    with pytest.raises(OptionError, match="TableStepper"):
        trace_of(golden_table("M3"), BeamOptions(beam_size=2, pins=PINS))
    assert not hasattr(TableStepper, "pinned")


def opened(combination: Combination) -> ModelStepper[Any]:
    return combination.model().open(combination.case().sources)


def test_every_source_must_have_the_position() -> None:
    with pytest.raises(OptionError, match="one of the 2 positions of the source, got 2"):
        transformer().open([SOURCE, [4, 5]]).pinned((Pin(step=1, position=2),))


@pytest.mark.parametrize(
    "pins",
    [
        lambda: Pin(step=0, position=0),
        lambda: Pin(step=1, position=-1),
        lambda: Pin(step=True, position=0),
        lambda: BeamOptions(pins=(Pin(step=1, position=0), Pin(step=1, position=2))),
        lambda: BeamOptions(pins=((1, 0),)),  # type: ignore[arg-type]
    ],
)
def test_pins_that_are_none_are_refused(pins: Any) -> None:
    with pytest.raises(OptionError, match="pin"):
        pins()
