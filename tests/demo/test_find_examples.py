"""Which sentences show something: conditions on outputs, not on taste."""

from pathlib import Path

import pytest

from demo.find_examples import Candidate, FindOptions, choose
from seq2seq_core.errors import OptionError


def candidate(source: str, greedy_chrf: float, beam_chrf: float, unseen: tuple[str, ...] = ()) -> Candidate:
    greedy, beam = ("same", "same") if greedy_chrf == beam_chrf else ("one", "other")
    return Candidate(source, "reference", greedy, beam, greedy_chrf, beam_chrf, unseen)


CANDIDATES = [
    candidate("Here beam search finds much better words.", 40.0, 90.0),
    candidate("Here it finds a little better words.", 40.0, 60.0),
    candidate("Here greedy search finds the better words.", 80.0, 50.0),
    candidate("Both find the same words here.", 70.0, 70.0),
    candidate("They saw a zebra here.", 70.0, 70.0, ("zebra",)),
    candidate("They wanted to kill much better words.", 40.0, 99.0),
]


@pytest.mark.parametrize(("kind", "indices"), [("differ", [0, 1]), ("beam_worse", [2]), ("unseen", [4]), ("long", [])])
def test_each_kind_takes_the_sentences_that_meet_its_condition_best_first(kind: str, indices: list[int]) -> None:
    assert choose(CANDIDATES, kind, 5) == [CANDIDATES[i] for i in indices]


def test_the_count_bounds_what_is_chosen() -> None:
    assert choose(CANDIDATES, "differ", 1) == [CANDIDATES[0]]


@pytest.mark.parametrize("each", [0, -1])
def test_fewer_than_one_of_each_is_refused(each: int) -> None:
    with pytest.raises(OptionError, match=f"each must be 1 or more, got {each}"):
        FindOptions(model=Path(), train="", test="", each=each)
