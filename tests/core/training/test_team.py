"""A team of one, the seeds of the others, and groups of batches."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from seq2seq_core import train as training
from seq2seq_core.errors import OptionError, TrainingError
from seq2seq_core.tasks.parallel import from_pairs
from seq2seq_core.training.batches import epoch_order, tokenise
from seq2seq_core.training.distributed import Result, Team
from seq2seq_core.training.groups import Group, ahead, groups
from seq2seq_core.training.state import Progress
from tests.support.tiny_run import PAIRS, tiny_options


def group(count: int) -> Group:
    return Group([[number] for number in range(count)], tokens=count, epoch=0, position=count)


@pytest.mark.parametrize(
    ("batches", "size", "shares"),
    [
        (1, 1, [[(0, 1.0)]]),
        (3, 1, [[(0, 1.0), (1, 1.0), (2, 1.0)]]),
        (4, 2, [[(0, 1.0), (2, 1.0)], [(1, 1.0), (3, 1.0)]]),
        (3, 2, [[(0, 1.0), (2, 1.0)], [(1, 1.0), (0, 0.0)]]),
        (1, 3, [[(0, 1.0)], [(0, 0.0)], [(0, 0.0)]]),
    ],
)
def test_every_process_gets_equally_many_batches(
    batches: int, size: int, shares: list[list[tuple[int, float]]]
) -> None:
    dealt = [[(batch[0], counts) for batch, counts in group(batches).share(Team(rank, size))] for rank in range(size)]
    assert dealt == shares


def test_groups_go_through_the_epochs_and_on_from_any_position(tmp_path: Path) -> None:
    options = tiny_options(tmp_path, batch_tokens=40)
    sources, targets = zip(*PAIRS, strict=True)
    source, target = training.train_tokenizers(options, from_pairs(PAIRS))
    pairs = tokenise(sources, targets, (source, target), 30)
    orders = [[list(batch) for batch in epoch_order(pairs, 40, options.seed, epoch)] for epoch in (0, 1)]
    size = len(orders[0]) - 1
    found = list(islice(groups(pairs, options, size, Progress()), 4))
    assert [len(each.batches) for each in found] == [size, 1, size, 1]
    assert [list(batch) for each in found for batch in each.batches] == orders[0] + orders[1]
    assert found[0].tokens == sum(int(pairs.target_lengths(np.array(batch)).sum()) for batch in found[0].batches)
    for number, each in enumerate(found[:-1]):
        after = groups(pairs, options, size, Progress(epoch=each.epoch, batch=each.position))
        assert next(after) == found[number + 1]


def test_what_is_read_ahead_comes_in_order_and_no_thread_is_left() -> None:
    before = threading.active_count()
    assert list(ahead(iter(range(50)), 3)) == list(range(50))
    endless = ahead(iter(lambda: 7, 8), 3)
    assert next(endless) == 7
    endless.close()
    assert threading.active_count() == before


def test_an_error_while_reading_ahead_comes_where_the_item_would() -> None:
    def breaking() -> Iterator[int]:
        yield 1
        raise TrainingError("the file has vanished")

    items = ahead(breaking(), 3)
    assert next(items) == 1
    with pytest.raises(TrainingError, match="vanished"):
        next(items)


def test_each_process_has_random_numbers_of_its_own_and_the_leading_one_those_of_a_training_alone(
    tmp_path: Path,
) -> None:
    drawn = []
    for rank in range(3):
        torch.manual_seed(1)
        training._seed_process(tiny_options(tmp_path), Team(rank, 3))
        drawn.append(float(torch.rand(())))
    torch.manual_seed(1)
    assert drawn[0] == float(torch.rand(()))
    assert len(set(drawn)) == 3


def test_a_team_of_one_agrees_with_itself() -> None:
    team = Team()
    assert (team.sums([1.5, 2]), team.gather("x"), team.led(lambda: 3), team.together(lambda: 4)) == (
        [1.5, 2],
        ["x"],
        3,
        4,
    )
    with pytest.raises(TrainingError, match="mistake"):
        team.refuse(TrainingError("mistake"))
    with pytest.raises(SystemExit) as silent:
        Team(1, 2).refuse(TrainingError("mistake"))
    assert silent.value.code == 2


def test_a_run_goes_on_with_as_many_batches_an_update_by_whatever_number_of_processes(tmp_path: Path) -> None:
    options = tiny_options(tmp_path, max_tokens=500, validate_every=200, accumulate=2)
    training.train(options)
    with pytest.raises(OptionError, match=r"processes and accumulate must multiply .* 1 times 2, got 1 times 1"):
        training.train(replace(options, resume=True, accumulate=1))
    texts = training._texts(options)
    two = replace(options, resume=True, accumulate=1)
    for rank in range(2):
        team = Alone(rank, 2)
        trainer = training._start(two, texts, torch.device("cpu"), team, ExitStack())
        assert trainer.progress.tokens >= 500
    assert np.isfinite(trainer.validate(training._tokenised(two, texts, trainer, tmp_path)["valid"]).loss)


class Alone(Team):
    """A process of two whose companion says the same as it."""

    def led(self, action: Callable[[], Result]) -> Result:
        return action()

    def together(self, action: Callable[[], Result]) -> Result:
        return action()

    def sums(self, values: Sequence[float]) -> list[float]:
        return [2 * value for value in values]
