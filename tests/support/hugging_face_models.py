"""Tiny encoder-decoders of Hugging Face's library, built from configurations with random weights; nothing is fetched.

The weights are large, so that attention is sharp, outputs differ between sources, and some end while others do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import torch
import transformers
from torch import Tensor

VOCABULARY: Final = 24
POSITIONS: Final = 40
LAYERS, HEADS = 3, 4  # of the decoder

_BART: Final = {
    "vocab_size": VOCABULARY,
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": LAYERS,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": HEADS,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "max_position_embeddings": POSITIONS,
    "init_std": 0.4,
}
_T5: Final = {
    "vocab_size": VOCABULARY,
    "d_model": 16,
    "d_kv": 4,
    "d_ff": 32,
    "num_layers": LAYERS,  # the library itself cannot generate with an mT5 whose decoder is the deeper
    "num_decoder_layers": LAYERS,
    "num_heads": HEADS,
    "decoder_start_token_id": 0,
    "initializer_factor": 1.5,
}
_START_IS_END: Final = {"decoder_start_token_id": 2}


@dataclass(frozen=True, slots=True)
class Family:
    """A configuration, and what the generation settings of its published models say."""

    config: str
    sizes: Mapping[str, Any]
    generation: Mapping[str, Any] = field(default_factory=dict)


FAMILIES: Final = {
    "bart": Family("BartConfig", _BART, {"forced_bos_token_id": 0}),
    "m2m_100": Family("M2M100Config", _BART | _START_IS_END),
    "marian": Family(
        "MarianConfig",
        _BART | {"pad_token_id": 23, "eos_token_id": 0, "decoder_start_token_id": 23},
        {"bad_words_ids": [[23]]},
    ),
    "mbart": Family("MBartConfig", _BART | _START_IS_END, {"forced_bos_token_id": 21}),
    "mt5": Family("MT5Config", _T5),
    "nllb": Family("M2M100Config", _BART | _START_IS_END, {"forced_bos_token_id": 22}),
    "pegasus": Family("PegasusConfig", _BART),
    "t5": Family("T5Config", _T5),
    "umt5": Family("UMT5Config", _T5),
}


def tiny_model(family: str, *, seed: int = 0, attention: str = "eager", **sizes: Any) -> Any:
    """A model of the family in evaluation mode, with its generation settings."""
    kind = FAMILIES[family]
    torch.manual_seed(seed)
    config = getattr(transformers, kind.config)(**{**kind.sizes, **sizes})
    model = transformers.AutoModelForSeq2SeqLM.from_config(config, attn_implementation=attention).eval()
    for name, value in {"forced_eos_token_id": None, **kind.generation}.items():
        setattr(model.generation_config, name, value)
    return model


def random_sources(count: int, *, longest: int = 9, seed: int = 0) -> list[list[int]]:
    """Sources of unequal length without special tokens."""
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, longest + 1, (count,), generator=generator).tolist()
    return [torch.randint(4, 20, (length,), generator=generator).tolist() for length in lengths]


@dataclass(frozen=True, slots=True)
class Batch:
    """Sources as the library takes them."""

    input_ids: Tensor
    attention_mask: Tensor


def batched(model: Any, sources: Sequence[Sequence[int]]) -> Batch:
    longest, pad = max(map(len, sources)), model.generation_config.pad_token_id
    ids = [[*source, *[pad] * (longest - len(source))] for source in sources]
    mask = [[1] * len(source) + [0] * (longest - len(source)) for source in sources]
    return Batch(torch.tensor(ids), torch.tensor(mask))


@torch.inference_mode()
def forced(model: Any, sources: Sequence[Sequence[int]], previous_BT: Tensor) -> Any:
    """The library's own pass over all positions at once, without a cache; its `logits` and `cross_attentions`."""
    batch = batched(model, sources)
    return model(
        input_ids=batch.input_ids,
        attention_mask=batch.attention_mask,
        decoder_input_ids=previous_BT,
        use_cache=False,
        output_attentions=True,
    )


def forced_log_probs(model: Any, sources: Sequence[Sequence[int]], previous_BT: Tensor) -> Tensor:
    log_probs_BTV: Tensor = forced(model, sources, previous_BT).logits.float().log_softmax(-1)
    return log_probs_BTV


def forced_heads(model: Any, sources: Sequence[Sequence[int]], previous_BT: Tensor) -> Tensor:
    """Cross-attention, (B, L, H, T, S)."""
    return torch.stack(forced(model, sources, previous_BT).cross_attentions, dim=1).float()


def generated(model: Any, sources: Sequence[Sequence[int]], most: int) -> list[list[int]]:
    """What the library's greedy search writes, without the start token and from the end token on."""
    batch = batched(model, sources)
    rows = model.generate(
        batch.input_ids, attention_mask=batch.attention_mask, num_beams=1, do_sample=False, max_new_tokens=most
    )
    end = model.generation_config.eos_token_id
    return [row[: row.index(end)] if end in row else row for row in rows[:, 1:].tolist()]
