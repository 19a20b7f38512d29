"""Pairs joined into longer ones: nothing lost, targets stay with their sources."""

import pytest

from seq2seq_core.tasks.joining import joined_by, with_joined
from seq2seq_core.tasks.parallel import ParallelText, from_pairs


def numbered(count: int) -> ParallelText:
    return from_pairs([(f"s{number}", f"t{number}") for number in range(count)])


def sizes(sources: tuple[str, ...]) -> list[int]:
    return [len(source.split()) for source in sources]


def test_the_pairs_stay_and_each_is_joined_once_more() -> None:
    text = numbered(50)
    together = with_joined(text, 4, seed=1)
    assert together.sources[:50] == text.sources
    assert together.targets[:50] == text.targets
    joined = [word for source in together.sources[50:] for word in source.split()]
    assert sorted(joined) == sorted(text.sources)
    assert joined != list(text.sources)


def test_targets_are_joined_as_their_sources_are() -> None:
    together = with_joined(numbered(50), 4, seed=1)
    for source, target in zip(together.sources, together.targets, strict=True):
        assert target == source.replace("s", "t")


def test_all_sizes_from_two_to_the_most_occur_and_a_rest_is_smaller() -> None:
    groups = sizes(with_joined(numbered(200), 4, seed=1).sources[200:])
    assert set(groups[:-1]) == {2, 3, 4}
    assert 1 <= groups[-1] <= 4
    assert sum(groups) == 200


def test_the_seed_fixes_what_is_joined() -> None:
    assert with_joined(numbered(30), 3, seed=1) == with_joined(numbered(30), 3, seed=1)
    assert with_joined(numbered(30), 3, seed=1).sources != with_joined(numbered(30), 3, seed=2).sources


@pytest.mark.parametrize(
    ("size", "sources"),
    [
        (1, ("s0", "s1", "s2", "s3", "s4")),
        (2, ("s0 s1", "s2 s3")),
        (3, ("s0 s1 s2",)),
        (5, ("s0 s1 s2 s3 s4",)),
        (6, ()),
    ],
)
def test_neighbours_are_joined_and_what_is_left_over_is_left_out(size: int, sources: tuple[str, ...]) -> None:
    joined = joined_by(numbered(5), size)
    assert joined.sources == sources
    assert joined.targets == tuple(source.replace("s", "t") for source in sources)
