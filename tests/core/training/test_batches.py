"""Batches: nothing lost, nothing over budget, the same order for the same seed and epoch."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray

from seq2seq_core.readers import NoReader, PictureReader
from seq2seq_core.tokenizer import UNKNOWN_ID, Tokenizer
from seq2seq_core.training import batches
from seq2seq_core.training.batches import TokenPairs, collate, epoch_order, tokenise
from seq2seq_core.training.pairs import Indices

PAIRS = TokenPairs.of([[5] * (1 + i % 7) for i in range(200)], [[6] * (1 + i % 11) for i in range(200)])


def test_an_epoch_uses_every_pair_once() -> None:
    counts = Counter(index for batch in epoch_order(PAIRS, 48, seed=1, epoch=0) for index in batch)
    assert counts == Counter(range(200))


def test_padded_targets_stay_within_the_budget() -> None:
    for batch in epoch_order(PAIRS, 48, seed=1, epoch=0):
        assert collate(PAIRS, batch).next_BT.numel() <= 48


def test_seed_and_epoch_fix_the_order() -> None:
    first, again, later, other = (
        list(epoch_order(PAIRS, 48, seed=seed, epoch=epoch)) for seed, epoch in ((1, 2), (1, 2), (1, 3), (2, 2))
    )
    assert first == again
    assert first != later
    assert first != other


def test_the_decoder_reads_the_target_shifted_by_one() -> None:
    batch = collate(TokenPairs.of([[9, 8], [7]], [[5], [5, 6, 4]]), [0, 1])
    assert batch.sources.ids_BS.tolist() == [[9, 8], [7, 0]]
    assert batch.sources.lengths_B.tolist() == [2, 1]
    assert batch.previous_BT.tolist() == [[2, 5, 0, 0], [2, 5, 6, 4]]
    assert batch.next_BT.tolist() == [[5, 3, 0, 0], [5, 6, 4, 3]]


def test_target_tokens_count_the_end_token() -> None:
    assert TokenPairs.of([[5]], [[5, 6]]).target_tokens == 3


@pytest.mark.parametrize(("longest", "kept"), [(100, 2), (3, 1)])
def test_pairs_that_are_too_long_are_counted(longest: int, kept: int) -> None:
    tokenizer = Tokenizer.train(["ab cd"] * 5, kind="char", vocabulary_size=300)
    pairs = tokenise(["ab", "ab cd ab cd"], ["cd", "ab"], (tokenizer, tokenizer), longest)
    assert (len(pairs), pairs.skipped) == (kept, 2 - kept)


def test_a_picture_is_never_too_long_for_its_pixels() -> None:
    tokenizer = Tokenizer.train(["ab cd"] * 5, kind="char", vocabulary_size=300)
    picture = "/".join(["........"] * 8)
    pairs = tokenise([picture, picture], ["ab", "ab cd ab cd"], (PictureReader(), tokenizer), longest=4)
    assert pairs.source_lengths(range(len(pairs))).tolist() == [64]
    assert pairs.skipped == 1  # its target is too long


def test_without_a_source_every_target_is_kept() -> None:
    tokenizer = Tokenizer.train(["ab cd"] * 5, kind="word", vocabulary_size=6)
    pairs = tokenise(["", ""], ["ab", "ab cd"], (NoReader(), tokenizer), longest=4)
    assert pairs.source_lengths([0, 1]).tolist() == [0, 0]
    assert pairs.skipped == 0
    batch = collate(pairs, [0, 1])
    assert batch.sources.ids_BS.shape == (2, 0)
    assert batch.sources.lengths_B.tolist() == [0, 0]


@pytest.mark.parametrize(("sources", "targets"), [(["", "ab"], ["ab", "ab"]), (["ab", "ab"], ["ab", ""])])
def test_a_side_without_tokens_is_skipped(sources: list[str], targets: list[str]) -> None:
    tokenizer = Tokenizer.train(["ab cd"] * 5, kind="word", vocabulary_size=6)
    pairs = tokenise(sources, targets, (tokenizer, tokenizer), longest=4)
    assert (len(pairs), pairs.skipped) == (1, 1)


def test_a_copied_word_has_an_id_of_its_own_in_each_pair() -> None:
    tokenizer = Tokenizer.train(["hello , name"] * 5, kind="word", vocabulary_size=7)
    hello, comma, name = tokenizer.encode("hello , name").ids
    readers = (tokenizer, tokenizer)
    pairs = tokenise(["name zyx qwu", "name qwu"], ["hello , qwu", "zyx , qwu"], readers, longest=9, copies=True)
    assert [pairs.source_row(i).tolist() for i in (0, 1)] == [[name, 7, 8], [name, 7]]
    assert [pairs.target_row(i).tolist() for i in (0, 1)] == [[hello, comma, 8], [UNKNOWN_ID, comma, 7]]
    plain = tokenise(["name zyx"], ["hello"], readers, longest=9)
    assert plain.source_row(0).tolist() == [name, UNKNOWN_ID]


def test_room_is_what_the_longest_target_has_beyond_twice_its_source() -> None:
    # 3 + 1 - 2 * 1 = 2;  6 + 1 - 2 * 4 = -1
    pairs = TokenPairs.of([[5], [5] * 4], [[6] * 3, [6] * 6], 0)
    assert pairs.room(lambda tokens: tokens) == 2
    # of a picture that is one state whatever its pixels: 6 + 1 - 2 = 5
    assert pairs.room(lambda _: 1) == 5


def test_a_length_always_comes_with_the_same_number_of_pairs() -> None:
    # a batch that begins with n target tokens holds 48 // n pairs; only the last one of a pool may have fewer
    sizes = [(collate(PAIRS, batch).next_BT.size(1), len(batch)) for batch in epoch_order(PAIRS, 48, seed=1, epoch=0)]
    odd = [size for length, size in sizes if size != 48 // length]
    assert len(odd) <= 1


def test_an_order_looks_at_one_pool_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "POOL", 2)
    seen: list[int] = []
    lengths = TokenPairs.target_lengths

    def watched(pairs: TokenPairs, indices: Indices) -> NDArray[np.int64]:
        seen.append(len(indices))
        return lengths(pairs, indices)

    monkeypatch.setattr(TokenPairs, "target_lengths", watched)
    order = epoch_order(PAIRS, 48, seed=1, epoch=0)
    assert seen == []
    next(order)
    # 200 pairs of 6.95 target tokens on average: two batches' worth are 96 / 6.95 = 13 pairs
    assert seen == [13]
    assert len(list(islice(order, 30))) == 30
    assert sum(seen) < 200


def test_an_order_goes_on_from_any_batch() -> None:
    whole = list(epoch_order(PAIRS, 48, seed=1, epoch=4))
    assert list(islice(epoch_order(PAIRS, 48, seed=1, epoch=4), 7, None)) == whole[7:]
