"""Location-based attention: Luong, Pham and Manning 2015, "Effective approaches to attention-based neural machine
translation", section 3.1: a_i = softmax(W s_i). The weights come from the decoder alone, whatever the source says.
"""

from torch import Tensor, nn

from seq2seq_core.attention.base import Attention, AttentionOptions, Memory, Past
from seq2seq_core.errors import InputError


class Location(Attention):
    """W s, one row of W per source position; there are `longest` of them, which bounds the sources.

    Raises:
        InputError: a source is longer than that.
    """

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        self.position = nn.Linear(query_size, options.longest, bias=False)

    def keys(self, values_BSE: Tensor) -> Tensor:
        if values_BSE.size(1) > self.options.longest:
            raise InputError(
                f"a source must have at most {self.options.longest} positions with attention Location, "
                f"got {values_BSE.size(1)}"
            )
        return values_BSE[:, :, :0]  # nothing of the source enters the score

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        scores_BS: Tensor = self.position(query_BD)[:, : memory.real_BS.size(1)]
        return scores_BS
