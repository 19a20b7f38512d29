"""Traces from the output of `generate()`: expected are its own outputs, and the tree that our stepper records.

Sizes: K beams, E expanded prefixes, S source tokens.
"""

import copy
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pytest
import torch

from seq2seq_core.adapters import HuggingFaceStepper, Rules, traces_of_generated
from seq2seq_core.adapters.generated import ORIGIN, RENORMALISED
from seq2seq_core.decoding import SourceText, record
from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import BeamOptions
from seq2seq_core.presets import preset
from seq2seq_core.trace import ArraySource, Fate, TokenNames, Trace, TraceStep, check
from tests.support.hugging_face_models import HEADS, LAYERS, batched, random_sources, tiny_model

NEW_TOKENS: Final = 8
CLOSE: Final = 1e-4
SOURCES: Final = random_sources(6, seed=3)
EARLY: Final[dict[str, object]] = {"hf-true": True, "hf-false": False, "hf-never": "never"}
NAMED: Final = [ArraySource("", tuple(map(str, source))) for source in SOURCES]

families = pytest.mark.parametrize("family", ["marian", "bart", "t5"])


@cache
def opened(family: str) -> Any:
    return tiny_model(family, seed=1)


def rules(family: str) -> Rules:
    return Rules.of(opened(family).generation_config)


def names(family: str) -> TokenNames:
    return TokenNames(rules(family).end_id, str, str)


def generated(family: str, beams: int, penalty: float = 1.0, early: object = True, **changes: Any) -> Any:
    batch = batched(opened(family), SOURCES)
    settings = {
        "num_beams": beams,
        "num_return_sequences": beams,
        "do_sample": False,
        "max_new_tokens": NEW_TOKENS,
        # Without beams it is greedy search, which has neither.
        **({"length_penalty": penalty, "early_stopping": early} if beams > 1 else {}),
        "return_dict_in_generate": True,
        "output_scores": True,
        "output_attentions": True,
        "output_logits": beams == 1,
    }
    return opened(family).generate(
        batch.input_ids, attention_mask=batch.attention_mask, **{**settings, **changes}
    )


def options_for(name: str, beams: int, penalty: float = 1.0) -> BeamOptions:
    return preset(name, beam_size=beams, alpha=penalty, max_length=NEW_TOKENS)


def imported(family: str, name: str, beams: int, penalty: float = 1.0) -> list[Trace]:
    output = generated(family, beams, penalty, EARLY[name])
    return traces_of_generated(output, options_for(name, beams, penalty), NAMED, names(family))


def recorded(family: str, options: BeamOptions) -> list[Trace]:
    stepper = HuggingFaceStepper(opened(family), rules(family), SOURCES)
    sources = [SourceText("", source.tokens) for source in NAMED]
    return record(stepper, options, sources, label=str, detokenize=str)


def assert_same_step(found: TraceStep, ours: TraceStep, beams: int) -> None:
    """`generate()` looks at 2K candidates; ours lists as many or more."""
    count = min(2 * beams, len(ours.fate_N))
    assert len(found.fate_N) == count
    for name in ("expanded_E", "parent_N", "token_N", "next_token_EP"):
        column = getattr(ours, name)
        assert getattr(found, name).tolist() == (column[:count] if name.endswith("_N") else column).tolist()
    assert found.fate_N == ours.fate_N[:count]
    for name in ("log_prob_N", "log_prob_sum_N", "score_N", "margin_N"):
        np.testing.assert_allclose(getattr(found, name), getattr(ours, name)[:count], atol=CLOSE, rtol=0)
    for name in ("attention_ES", "heads_ELHS"):
        np.testing.assert_allclose(getattr(found, name), getattr(ours, name), atol=1e-5, rtol=0)


@families
@pytest.mark.parametrize("beams", [1, 2, 4])
@pytest.mark.parametrize("name", EARLY)
def test_the_tree_is_the_one_that_our_stepper_records(family: str, beams: int, name: str) -> None:
    for penalty in (0.0, 0.6, 2.0):
        options = options_for(name, beams, penalty)
        for found, ours in zip(imported(family, name, beams, penalty), recorded(family, options), strict=True):
            check(found)
            assert found.options == {**ours.options, "origin": ORIGIN}
            assert found.stop == ours.stop
            assert [each.tokens for each in found.hypotheses] == [each.tokens for each in ours.hypotheses]
            for one, other in zip(found.steps, ours.steps, strict=True):
                assert_same_step(one, other, beams)


@families
@pytest.mark.parametrize("beams", [2, 4])
def test_the_outputs_are_those_that_generate_returned(family: str, beams: int) -> None:
    end = rules(family).end_id
    for name, early in EARLY.items():
        output = generated(family, beams, 1.0, early)
        traces = traces_of_generated(output, options_for(name, beams), NAMED, names(family))
        outputs = [each for trace in traces for each in trace.hypotheses[:beams]]
        rows = output.sequences[:, 1:].tolist()  # without the start token
        assert [[*each.tokens, *[end] * (each.fate is Fate.FINISHED)] for each in outputs] == [
            row[: row.index(end) + 1] if end in row else row for row in rows
        ]
        assert [each.score for each in outputs] == pytest.approx(output.sequences_scores.tolist(), abs=CLOSE)


def test_attention_has_the_rows_of_the_prefixes_although_beams_change_places() -> None:
    """The comparison with our stepper would notice another order: prefixes cross, and their rows differ."""
    crossing = 0
    for step in (step for trace in imported("marian", "hf-true", 4) for step in trace.steps):
        assert step.heads_ELHS is not None
        assert step.heads_ELHS.shape[:3] == (len(step.expanded_E), LAYERS, HEADS)
        live = step.parent_N[[fate is Fate.LIVE for fate in step.fate_N]]
        in_order = (np.diff(live) >= 0).all()
        differ = np.abs(np.diff(step.heads_ELHS, axis=0)).max(initial=0.0) > 0.01
        crossing += bool(not in_order and differ)
    assert crossing >= 5


def test_the_models_are_worth_comparing() -> None:
    traces = [trace for name in EARLY for trace in imported("marian", name, 4)]
    assert len({len(trace.steps) for trace in traces}) >= 3
    assert {trace.hypotheses[0].fate for trace in traces} == {Fate.FINISHED, Fate.CUT_AT_MAXIMUM}


def by_hand() -> Any:
    """Two beams over <s>, </s>, a, b, as `generate()` would write it down.

    Step 1: a .5 (row 0 from now on), b .4 (row 1), </s> .1.
    Step 2: "b </s>" .4 * .9 = .36, "a </s>" .5 * .6 = .3, "a a" .5 * .4 = .2, "b b" .4 * .1 = .04.
    """

    def rows(*probabilities: tuple[float, ...]) -> torch.Tensor:
        return torch.tensor([[math.log(p) if p else -math.inf for p in row] for row in probabilities])

    return SimpleNamespace(
        scores=(rows((0, 0.1, 0.5, 0.4), (0, 0.1, 0.5, 0.4)), rows((0, 0.6, 0.4, 0), (0, 0.9, 0, 0.1))),
        sequences=torch.tensor([[0, 3, 1], [0, 2, 1]]),
        sequences_scores=torch.tensor([math.log(0.36) / 2, math.log(0.3) / 2]),
        beam_indices=torch.tensor([[0, 1], [0, 0]]),
    )


def of_hand(output: Any) -> Trace:
    options = preset("hf-true", beam_size=2, alpha=1.0, max_length=5)
    words = TokenNames(1, ("<s>", "</s>", "a", "b").__getitem__)
    return traces_of_generated(output, options, [ArraySource()], words)[0]


def test_a_search_solved_by_hand_comes_out() -> None:
    one, two = of_hand(by_hand()).steps
    assert one.token_N.tolist() == [2, 3, 1]
    assert one.fate_N == (Fate.LIVE, Fate.LIVE, Fate.END_BELOW_CUT)
    assert (two.parent_N.tolist(), two.token_N.tolist()) == ([1, 0, 0, 1], [1, 1, 2, 3])
    assert np.exp(two.log_prob_sum_N).tolist() == pytest.approx([0.36, 0.3, 0.2, 0.04], abs=1e-6)
    assert two.fate_N == (Fate.FINISHED, Fate.FINISHED, Fate.LIVE, Fate.LIVE)
    assert two.attention_ES is None


def put(name: str, *place: int, to: Any) -> Callable[[Any], None]:
    """Change one number of an output."""

    def change(output: Any) -> None:
        value = getattr(output, name)
        if isinstance(value, tuple):
            value[place[0]][place[1:]] = to
        else:
            value[place] = to

    return change


def without(name: str) -> Callable[[Any], None]:
    return lambda output: setattr(output, name, None)


FAULTS: Final[dict[str, tuple[Callable[[Any], None], str]]] = {
    "another token": (put("sequences", 0, 1, to=2), r"source 1: generate\(\) returned \[2, 1\] as output 1 with the"),
    "a token that nothing leads to": (put("sequences", 1, 1, to=0), r"returned \[0, 1\] as output 2, to which"),
    "another score": (put("sequences_scores", 0, to=-0.4), "with the score -0.4"),
    "another row": (put("beam_indices", 0, 1, to=0), "through row 0 in step 2, which holds another prefix"),
    "a row of another source": (put("beam_indices", 0, 1, to=2), "through row 2, which is of another source"),
    "another start": (put("beam_indices", 0, 0, to=1), "through row 1 in step 1, where 0 is the start"),
    "another log-probability": (put("scores", 1, 1, 1, to=math.log(0.8)), "with the score -0.51"),
    "a log-probability above 0": (put("scores", 1, 1, 1, to=0.5), "log_prob must not be above 0"),
    "no number": (put("scores", 1, 1, 1, to=math.nan), "step 2"),
    "no scores": (without("scores"), "must hold scores"),
    "no beam indices": (without("beam_indices"), "must hold beam_indices"),
    "a step too few": (
        lambda output: setattr(output, "scores", output.scores[:1]),
        "step 1 must end the search, but prefixes live",
    ),
    "a step too many": (
        lambda output: setattr(output, "scores", (*output.scores, output.scores[1])),
        r"generate\(\) took 3 steps, the search of its scores 2",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_output_that_does_not_follow_from_its_scores_is_refused(fault: str) -> None:
    change, message = FAULTS[fault]
    output = copy.deepcopy(by_hand())
    change(output)
    with pytest.raises(TraceError, match=message):
        of_hand(output)


def test_a_greedy_output_that_is_not_the_best_is_refused() -> None:
    """One step: </s> .5, b .4. At the maximum length either would be an output, but greedy search takes the end."""
    scores = (torch.tensor([[0.0, 0.5, 0.1, 0.4]]).log(),)
    options, words = preset("hf-true", beam_size=1, alpha=1.0, max_length=1), TokenNames(1, "s/ab".__getitem__)
    output = SimpleNamespace(scores=scores, sequences=torch.tensor([[0, 1]]))
    (trace,) = traces_of_generated(output, options, [ArraySource()], words)
    assert [each.text for each in trace.hypotheses] == ["", "b"]
    output.sequences = torch.tensor([[0, 3]])
    with pytest.raises(TraceError, match=r"returned \[3\] as output 1, to which its scores do not lead"):
        traces_of_generated(output, options, [ArraySource()], words)


@pytest.mark.parametrize(
    ("beams", "name", "settings"),
    [
        (3, "hf-true", {"length_penalty": 2.0}),
        (3, "hf-true", {"early_stopping": "never"}),
        (3, "hf-never", {"early_stopping": True}),
        (3, "hf-true", {"max_new_tokens": 5}),
        (3, "hf-true", {"do_sample": True, "temperature": 2.0}),
        (1, "hf-true", {"do_sample": True}),
    ],
)
def test_options_that_generate_was_not_given_are_refused(beams: int, name: str, settings: dict[str, Any]) -> None:
    torch.manual_seed(0)
    output = generated("marian", beams, **settings)
    with pytest.raises(TraceError, match=r"were the options|but prefixes live"):
        traces_of_generated(output, options_for(name, beams), NAMED, names("marian"))


def test_another_number_of_beams_or_sources_is_refused() -> None:
    output = generated("marian", 2)
    with pytest.raises(OptionError, match="beam_size must be that of the output, 2, got 4"):
        traces_of_generated(output, options_for("hf-true", 4), NAMED, names("marian"))
    with pytest.raises(TraceError, match="the output must be of 5 sources, has 12 sequences"):
        traces_of_generated(output, options_for("hf-true", 2), NAMED[:5], names("marian"))
    with pytest.raises(OptionError, match="max_length must be given"):
        traces_of_generated(output, replace(options_for("hf-true", 2), max_length=None), NAMED, names("marian"))


def test_pieces_without_a_label_are_noticed_by_their_attention() -> None:
    short = [replace(source, tokens=source.tokens[:-1]) for source in NAMED]
    with pytest.raises(TraceError, match="source 1: tokens of the source must label the pieces that the model read"):
        traces_of_generated(generated("marian", 2), options_for("hf-true", 2), short, names("marian"))


def test_without_attention_the_tree_is_there_all_the_same() -> None:
    output = generated("marian", 2, output_attentions=False)
    found = traces_of_generated(output, options_for("hf-true", 2), NAMED, names("marian"))
    for one, other in zip(found, imported("marian", "hf-true", 2), strict=True):
        assert all(step.attention_ES is None and step.heads_ELHS is None for step in one.steps)
        assert one.hypotheses == other.hypotheses


def test_attention_without_a_cache_is_that_of_the_last_token_read() -> None:
    output = generated("marian", 2, use_cache=False)
    assert output.cross_attentions[2][0].size(2) == 3  # of all tokens so far
    found = traces_of_generated(output, options_for("hf-true", 2), NAMED, names("marian"))
    for one, other in zip(found, imported("marian", "hf-true", 2), strict=True):
        for step, expected in zip(one.steps, other.steps, strict=True):
            assert_same_step(step, expected, 2)


def test_one_returned_output_is_enough() -> None:
    output = generated("marian", 4, num_return_sequences=1)
    found = traces_of_generated(output, options_for("hf-true", 4), NAMED, names("marian"))
    for one, other in zip(found, imported("marian", "hf-true", 4), strict=True):
        assert one.hypotheses == other.hypotheses


def test_greedy_search_without_logits_is_normalised_over_what_was_possible_and_says_so() -> None:
    """Marian never writes its padding token, 23: the rest has a probability of less than 1."""
    output = generated("marian", 1, output_logits=False)
    found = traces_of_generated(output, options_for("hf-true", 1), NAMED, names("marian"))
    for one, other in zip(found, imported("marian", "hf-true", 1), strict=True):
        assert one.options["log_prob"] == RENORMALISED
        assert one.hypotheses[0].tokens == other.hypotheses[0].tokens
        assert one.hypotheses[0].log_prob_sum > other.hypotheses[0].log_prob_sum
    first_V = output.scores[0][0].double()
    expected = (first_V - first_V[torch.isfinite(first_V)].logsumexp(0)).max()
    assert found[0].steps[0].log_prob_N[0] == pytest.approx(float(expected), abs=1e-9)


def test_greedy_scores_that_processors_changed_are_normalised_as_they_are() -> None:
    output = generated("t5", 1, repetition_penalty=1.5)
    found = traces_of_generated(output, options_for("hf-true", 1), NAMED, names("t5"))
    assert {trace.options["log_prob"] for trace in found} == {RENORMALISED}
    expected = output.scores[0].double().log_softmax(-1).max(-1).values.tolist()
    assert [trace.steps[0].log_prob_N[0] for trace in found] == pytest.approx(expected, abs=1e-9)
