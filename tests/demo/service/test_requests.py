"""What may be asked for: every limit is judged in Python, whatever a browser or an API caller sends."""

from typing import Any

import pytest

from demo.service import DecodeRequest, Problem, RequestError, SourceKind
from seq2seq_core.options import GreedyOptions, SamplingOptions, StopRule

SENT: dict[str, Any] = {
    "beam_size": 5,
    "alpha": 0.7,
    "max_length": 0,
    "min_length": 0,
    "stop_rule": "k_finished",
}


def asked(text: object = "How are you?", **changes: object) -> DecodeRequest:
    return DecodeRequest.of(text, **{**SENT, **changes})


def test_what_the_page_sends_becomes_a_request() -> None:
    request = asked(beam_size=3.0, max_length=12.0, min_length=2, stop_rule="nothing_live_can_win")
    assert request == DecodeRequest(
        text="How are you?",
        beam_size=3,
        max_length=12,
        min_length=2,
        stop_rule=StopRule.NOTHING_LIVE_CAN_WIN,
    )


def test_a_maximum_length_of_zero_follows_the_source() -> None:
    assert asked(max_length=0).max_length is None


def test_both_searches_get_the_same_settings() -> None:
    request = asked(alpha=1, min_length=3, max_length=9)
    greedy, beam = request.greedy, request.beam
    assert (greedy.alpha, greedy.max_length, greedy.min_length) == (beam.alpha, beam.max_length, beam.min_length)


PICTURE = "/".join(["........"] * 7 + ["...r...."])


def test_a_picture_is_a_source_and_a_text_is_no_picture() -> None:
    assert asked(PICTURE, source=SourceKind.PICTURE).text == PICTURE
    with pytest.raises(RequestError) as caught:
        asked("a red square", source=SourceKind.PICTURE)
    assert caught.value.problem is Problem.REFUSED
    assert "pixels" in str(caught.value.values["reason"])


def test_a_large_picture_may_have_more_characters_than_a_text() -> None:
    large = "/".join(["." * 64] * 64)
    assert asked(large, source=SourceKind.PICTURE).text == large
    with pytest.raises(RequestError) as caught:
        asked(large, source=SourceKind.LABEL)
    assert caught.value.problem is Problem.TOO_LONG


@pytest.mark.parametrize("kind", [kind for kind in SourceKind if kind is not SourceKind.NONE])
def test_only_a_model_without_a_source_takes_an_empty_one(kind: SourceKind) -> None:
    assert asked("", source=SourceKind.NONE).text == ""
    with pytest.raises(RequestError) as caught:
        asked("", source=kind)
    assert caught.value.problem is Problem.EMPTY


ODD = ("x" * 400, " x ", "</s>", "<script>alert(1)</script>", "${x}", "مرحبا", "🙂", "a\x00b")


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_texts(text: str) -> None:
    assert asked(text).text == text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"text": ""}, Problem.EMPTY),
        ({"alpha": 10**400}, Problem.ALPHA),
        ({"alpha": -(10**400)}, Problem.ALPHA),
        ({"text": " \n\t\u3000"}, Problem.EMPTY),
        ({"text": "x" * 401}, Problem.TOO_LONG),
        ({"text": "x" * 10_000}, Problem.TOO_LONG),
        ({"text": None}, Problem.NOT_TEXT),
        ({"text": ["a"]}, Problem.NOT_TEXT),
        ({"text": "a\ud800b"}, Problem.NOT_TEXT),
        ({"beam_size": 0}, Problem.BEAM_SIZE),
        ({"beam_size": 11}, Problem.BEAM_SIZE),
        ({"beam_size": 2.5}, Problem.BEAM_SIZE),
        ({"beam_size": True}, Problem.BEAM_SIZE),
        ({"beam_size": "5"}, Problem.BEAM_SIZE),
        ({"alpha": -0.01}, Problem.ALPHA),
        ({"alpha": 2.01}, Problem.ALPHA),
        ({"alpha": float("nan")}, Problem.ALPHA),
        ({"alpha": float("inf")}, Problem.ALPHA),
        ({"alpha": None}, Problem.ALPHA),
        ({"max_length": -1}, Problem.MAXIMUM_LENGTH),
        ({"max_length": 121}, Problem.MAXIMUM_LENGTH),
        ({"max_length": False}, Problem.MAXIMUM_LENGTH),
        ({"min_length": -1}, Problem.MINIMUM_LENGTH),
        ({"min_length": 61}, Problem.MINIMUM_LENGTH),
        ({"min_length": 5, "max_length": 5}, Problem.MINIMUM_TOO_HIGH),
        ({"seed": -1}, Problem.SEED),
        ({"seed": 10_000}, Problem.SEED),
        ({"seed": 0.5}, Problem.SEED),
        ({"temperature": 0}, Problem.TEMPERATURE),
        ({"temperature": 3.5}, Problem.TEMPERATURE),
        ({"temperature": float("nan")}, Problem.TEMPERATURE),
        ({"stop_rule": "never"}, Problem.STOP_RULE),
        ({"stop_rule": None}, Problem.STOP_RULE),
        ({"stop_rule": ["k_finished"]}, Problem.STOP_RULE),
    ],
)
def test_everything_else_is_refused_by_name(changes: dict[str, object], problem: Problem) -> None:
    with pytest.raises(RequestError) as caught:
        asked(**changes)
    assert caught.value.problem is problem


def test_a_refusal_says_what_was_found_and_what_is_possible() -> None:
    with pytest.raises(RequestError) as caught:
        asked("x" * 10_000)
    assert caught.value.values == {"limit": 400, "found": 10_000}


def test_without_a_source_a_sample_stands_beside_the_beam() -> None:
    options = asked("", source=SourceKind.NONE, seed=7, temperature=0.5).greedy
    assert isinstance(options, SamplingOptions)
    assert (options.seed, options.temperature) == (7, 0.5)
    assert isinstance(asked().greedy, GreedyOptions)
