"""What the generation settings of a Hugging Face model demand of every output, whatever the search.

transformers applies these to log-probabilities as logits processors (`_beam_search`) and renormalises nothing, and so
do we. Settings that steer a search (beam size, length penalty, minimum length, repeated n-grams) are not taken over.

Sizes: R rows, V vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from seq2seq_core.errors import CheckpointError


@dataclass(frozen=True, slots=True)
class Rules:
    """Special tokens and demands; `apply` sees to `banned` and `forced_first`, the others need to know the search."""

    start_id: int  # what the decoder reads first: `<pad>` for Marian and T5, `</s>` for BART and NLLB
    end_id: int
    pad_id: int
    banned: tuple[int, ...] = ()  # never written; Marian's `<pad>`
    banned_after: tuple[tuple[int, ...], ...] = ()  # each a sequence whose last token must not follow the others
    forced_first: int | None = None  # the first token written: mBART's and NLLB's target language
    forced_last: int | None = None  # the last token written at the maximum length

    @classmethod
    def of(cls, settings: Any) -> "Rules":
        """The rules in a `GenerationConfig`, with the defaults that `generate` falls back to.

        Raises:
            CheckpointError: there is no start token, or not exactly one end token.
        """
        end_id = _one("eos_token_id", settings.eos_token_id)
        start_id = settings.bos_token_id if settings.decoder_start_token_id is None else settings.decoder_start_token_id
        forced_last = settings.forced_eos_token_id
        bad = [tuple(words) for words in settings.bad_words_ids or () if list(words) != [end_id]]
        single = [words[0] for words in bad if len(words) == 1]
        return cls(
            start_id=_one("decoder_start_token_id", start_id),
            end_id=end_id,
            pad_id=end_id if settings.pad_token_id is None else int(settings.pad_token_id),
            banned=tuple(sorted({*single, *(settings.suppress_tokens or ())})),
            banned_after=tuple(words for words in bad if len(words) > 1),
            forced_first=settings.forced_bos_token_id,
            forced_last=None if forced_last is None else _one("forced_eos_token_id", forced_last),
        )

    def apply(self, log_probs_RV: Tensor, *, first: bool) -> Tensor:
        """Minus infinity for what must not follow; a forced token is certain, with log-probability zero."""
        if first and self.forced_first is not None:
            only_RV = torch.full_like(log_probs_RV, -torch.inf)
            only_RV[:, self.forced_first] = 0.0
            return only_RV
        if not self.banned:
            return log_probs_RV
        banned = torch.tensor(self.banned, device=log_probs_RV.device)
        return log_probs_RV.index_fill(1, banned, -torch.inf)


def _one(name: str, value: int | Sequence[int] | None) -> int:
    tokens = [] if value is None else [value] if isinstance(value, int) else list(value)
    if len(tokens) != 1:
        raise CheckpointError(f"{name} of the generation settings must be one token id, got {value}")
    return int(tokens[0])
