"""The turned copy of the output weights never outlives them."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.models.projection import Turned


def trained_on(weight_VE: nn.Parameter) -> None:
    """One update by the optimiser of the trainings, which does not count it as a change of the tensor."""
    optimiser = torch.optim.AdamW([weight_VE], lr=0.5, fused=True)
    version = weight_VE._version
    weight_VE.sum().backward()
    optimiser.step()
    assert weight_VE._version == version


def into_evaluation(turned: Turned, features: Tensor, weight_VE: Tensor) -> None:
    turned.eval()


def with_a_gradient(turned: Turned, features: Tensor, weight_VE: Tensor) -> None:
    turned(features, weight_VE, torch.zeros(4))


@pytest.mark.parametrize("forget", [into_evaluation, with_a_gradient])
def test_a_search_after_an_update_reads_the_updated_weights(
    forget: Callable[[Turned, Tensor, Tensor], None],
) -> None:
    turned, features, weight_VE = Turned(), torch.ones(2, 3), nn.Parameter(torch.ones(4, 3))
    with torch.no_grad():
        assert turned(features, weight_VE, torch.zeros(4)).tolist() == [[3.0] * 4] * 2
    trained_on(weight_VE)
    forget(turned, features, weight_VE)
    with torch.no_grad():
        found = turned(features, weight_VE, torch.zeros(4))
        assert torch.equal(found, functional.linear(features, weight_VE))
        assert found.max() < 3.0


def test_the_copy_is_no_part_of_a_checkpoint() -> None:
    turned = Turned()
    with torch.no_grad():
        turned(torch.ones(1, 3), torch.ones(4, 3), torch.zeros(4))
    assert not turned.state_dict()
