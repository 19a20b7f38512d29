"""Pictures as sources: where a patch lies, what each encoder sees, what is refused."""

from typing import Any

import pytest
import torch
from torch import Tensor

from seq2seq_core.errors import InputError
from seq2seq_core.models.config import Bridge, EncoderKind, RecurrentConfig
from seq2seq_core.models.recurrent import RecurrentSeq2Seq
from tests.support.model_contract import padded

SIDE, PIXELS = 24, 24 * 24


def model_of(encoder: EncoderKind) -> RecurrentSeq2Seq:
    torch.manual_seed(6)
    sizes: dict[str, Any] = {"embedding_size": 4, "encoder_size": 8, "decoder_size": 6, "attention_size": 4}
    config = RecurrentConfig(
        source_vocabulary=12, target_vocabulary=6, encoder=encoder, bridge=Bridge.LAST, picture_side=SIDE, **sizes
    )
    return RecurrentSeq2Seq(config).eval()


def states(model: RecurrentSeq2Seq, pixels: list[int]) -> Tensor:
    """What attention sees of one picture, (M, C)."""
    memory = model.begin(padded([pixels])).given.memory
    assert memory is not None
    assert memory.real_BS.all()
    return memory.values_BSE[0]


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 23), (23, 0), (11, 12)])
def test_a_pixel_changes_its_own_patch_and_at_most_those_around_it(row: int, column: int) -> None:
    model, blank = model_of(EncoderKind.PATCHES), [4] * PIXELS
    painted = blank.copy()
    painted[row * SIDE + column] = 9
    changed = (states(model, painted) != states(model, blank)).any(dim=-1).view(6, 6)
    # The 3 x 3 convolution over the pixels reaches 1 pixel, the one after the first pooling 2 pixels more, the last a
    # whole patch: from its own patch a pixel reaches at most two patches, and from the middle of one only the next.
    assert changed[row // 4, column // 4]
    far = torch.ones(6, 6, dtype=torch.bool)
    far[max(0, row // 4 - 2) : row // 4 + 3, max(0, column // 4 - 2) : column // 4 + 3] = False
    assert not changed[far].any()


def test_equal_patches_differ_by_their_place() -> None:
    inner = states(model_of(EncoderKind.PATCHES), [4] * PIXELS).view(6, 6, -1)[2:4, 2:4].flatten(0, 1)
    assert len(inner.unique(dim=0)) == 4


def test_a_flat_picture_is_one_state_that_every_pixel_reaches() -> None:
    model, blank = model_of(EncoderKind.FLAT), [4] * PIXELS
    assert states(model, blank).shape == (1, 8)
    for pixel in (0, 300, PIXELS - 1):
        painted = blank.copy()
        painted[pixel] = 9
        assert (states(model, painted) != states(model, blank)).any()


@pytest.mark.parametrize(("encoder", "positions"), [(EncoderKind.PATCHES, 36), (EncoderKind.FLAT, 1)])
def test_a_search_is_told_how_many_positions_a_picture_has(encoder: EncoderKind, positions: int) -> None:
    stepper = model_of(encoder).open([[4] * PIXELS] * 2)
    assert stepper.source_lengths == [positions, positions]
    attention_RS = stepper.step(torch.tensor([2, 2]), stepper.start()).attention_RS
    assert attention_RS is not None
    assert attention_RS.shape == (2, positions)


@pytest.mark.parametrize("encoder", [EncoderKind.PATCHES, EncoderKind.FLAT])
@pytest.mark.parametrize("sizes", [[PIXELS - 1], [64], [PIXELS, 64]])
def test_a_picture_of_another_size_is_refused(encoder: EncoderKind, sizes: list[int]) -> None:
    with pytest.raises(InputError, match=rf"a picture must have 576 pixels, got .*{sizes[-1]}"):
        model_of(encoder).open([[4] * size for size in sizes]).start()
