"""Our Transformer's weights in the forms of Hugging Face and of CTranslate2: the same function, number for number.

Hugging Face: the checkpoint normalises first and once more at the end (pre-norm), and Marian's class can only normalise
afterwards, so that no MarianMTModel computes it. Pegasus' class is the same encoder-decoder with the normalisation
first. Three differences are mapped away. It has one embedding for both languages: ours stand one above the other, the
target's ids moved up by the size of the source's vocabulary, and final_logits_bias shuts out the source's half. Its
sinusoids are sines first and cosines after, ours alternate: every vector of the residual stream is put into that order.
Its attention has biases: they are zero.

CTranslate2: pre-norm, two embeddings, a bias of the output and any table of positions are what its Transformer has.

Sizes: V target vocabulary, D model size, T positions.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.models import TransformerSeq2Seq
from seq2seq_core.models.embedding import sinusoids
from seq2seq_core.models.transformer_attention import MultiHeadAttention
from seq2seq_core.models.transformer_config import Norm, Positions
from seq2seq_core.models.transformer_layers import FeedForward
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID, UNKNOWN_ID

SHUT_OUT: Final = -1e9  # added to a logit: probability 0 in single precision
NAMES: Final = {PAD_ID: "<pad>", UNKNOWN_ID: "<unk>", START_ID: "<s>", END_ID: "</s>"}


def check_form(model: TransformerSeq2Seq) -> None:
    """Refuse a checkpoint of another form than the two below are for."""
    config = model.config
    if (config.norm, config.positions) != (Norm.PRE, Positions.SINUSOIDAL):
        raise SystemExit(f"the bench maps pre-norm models with sinusoids, got {config.norm} and {config.positions}")


# Hugging Face


@dataclass(frozen=True, slots=True)
class PegasusForm:
    """The model in transformers, and how its target ids differ from ours."""

    model: Any
    shift: int

    @classmethod
    def of(cls, model: TransformerSeq2Seq) -> "PegasusForm":
        """Build it."""
        import transformers  # noqa: PLC0415 - slow to load

        ours, shift = model.config, model.config.source_vocabulary
        config = transformers.PegasusConfig(
            vocab_size=shift + ours.target_vocabulary,
            d_model=ours.size,
            encoder_layers=ours.encoder_layers,
            decoder_layers=ours.decoder_layers,
            encoder_attention_heads=ours.heads,
            decoder_attention_heads=ours.heads,
            encoder_ffn_dim=ours.feed_forward_size,
            decoder_ffn_dim=ours.feed_forward_size,
            activation_function="relu",
            max_position_embeddings=max(ours.source_cap, ours.target_cap),
            scale_embedding=True,
            pad_token_id=PAD_ID,
            eos_token_id=shift + END_ID,
            decoder_start_token_id=shift + START_ID,
            forced_eos_token_id=None,
        )
        peer = transformers.PegasusForConditionalGeneration(config).eval()
        missing, unexpected = peer.load_state_dict(_pegasus_weights(model), strict=False)
        known = ("embed_positions", "embed_tokens", "lm_head")  # made by the class itself, or tied
        if unexpected or [name for name in missing if not any(part in name for part in known)]:
            raise SystemExit(f"the weights must be those of the class, missing {missing}, unexpected {unexpected}")
        return cls(peer, shift)


def _pegasus_weights(model: TransformerSeq2Seq) -> dict[str, Tensor]:
    order = torch.cat([torch.arange(0, model.config.size, 2), torch.arange(1, model.config.size, 2)])
    tables = torch.cat([model.source_embedding.weight, model.target_embedding.weight])
    bias = torch.cat([torch.full((model.config.source_vocabulary,), SHUT_OUT), _output_bias(model)])
    found = {"model.shared.weight": tables[:, order], "final_logits_bias": bias[None]}
    for side, stack, last in (
        ("encoder", model.encoder, model.encoder_norm),
        ("decoder", model.decoder, model.decoder_norm),
    ):
        found |= _reordered_norm(f"model.{side}.layer_norm", last, order)
        for number, layer in enumerate(stack):
            found |= _pegasus_layer(f"model.{side}.layers.{number}", layer, order)
    return {name: value.detach().clone() for name, value in found.items()}


def _pegasus_layer(place: str, layer: Any, order: Tensor) -> dict[str, Tensor]:
    if hasattr(layer, "cross_attention"):
        parts = [
            ("self_attn", layer.self_attention, layer.self_residual),
            ("encoder_attn", layer.cross_attention, layer.cross_residual),
        ]
    else:
        parts = [("self_attn", layer.attention, layer.residual)]
    found: dict[str, Tensor] = {}
    for name, attention, residual in parts:
        found |= _pegasus_attention(f"{place}.{name}", attention, order)
        found |= _reordered_norm(f"{place}.{name}_layer_norm", residual.norm, order)
    forward: FeedForward = layer.feed_forward
    return found | {
        f"{place}.fc1.weight": forward.widen.weight[:, order],
        f"{place}.fc1.bias": forward.widen.bias,
        f"{place}.fc2.weight": forward.narrow.weight[order],
        f"{place}.fc2.bias": forward.narrow.bias[order],
        **_reordered_norm(f"{place}.final_layer_norm", forward.residual.norm, order),
    }


def _pegasus_attention(place: str, attention: MultiHeadAttention, order: Tensor) -> dict[str, Tensor]:
    keys, values = attention.key_value.weight.chunk(2)
    weights = {
        "q_proj": attention.query.weight[:, order],
        "k_proj": keys[:, order],
        "v_proj": values[:, order],
        "out_proj": attention.output.weight[order],
    }
    found = {f"{place}.{name}.weight": weight for name, weight in weights.items()}
    return found | {f"{place}.{name}.bias": torch.zeros(len(weight)) for name, weight in weights.items()}


def _reordered_norm(place: str, norm: Any, order: Tensor) -> dict[str, Tensor]:
    return {f"{place}.weight": norm.weight[order], f"{place}.bias": norm.bias[order]}


# CTranslate2


def write_ctranslate2(model: TransformerSeq2Seq, folder: Path) -> None:
    """Write the model as a folder that `ctranslate2.Translator` opens; tokens are ids written as numbers."""
    from ctranslate2.specs import TransformerSpec  # noqa: PLC0415 - a peer, installed for the bench alone

    config = model.config
    spec = TransformerSpec.from_config((config.encoder_layers, config.decoder_layers), config.heads, pre_norm=True)
    spec.config.decoder_start_token = NAMES[START_ID]
    spec.register_source_vocabulary(names(config.source_vocabulary))
    spec.register_target_vocabulary(names(config.target_vocabulary))
    spec.encoder.embeddings[0].weight = _array(model.source_embedding.weight)
    spec.decoder.embeddings.weight = _array(model.target_embedding.weight)
    spec.decoder.projection.weight = _array(model.target_embedding.weight)
    spec.decoder.projection.bias = _array(_output_bias(model))
    for side, stack, last, cap in (
        (spec.encoder, model.encoder, model.encoder_norm, config.source_cap),
        (spec.decoder, model.decoder, model.decoder_norm, config.target_cap),
    ):
        side.position_encodings.encodings = _array(sinusoids(torch.arange(cap), config.size))
        _put_norm(side.layer_norm, last)
        for place, layer in zip(side.layer, stack, strict=True):
            _put_layer(place, layer)
    spec.validate()
    folder.mkdir(parents=True)
    spec.save(str(folder))


def names(vocabulary: int) -> list[str]:
    """A word for each id."""
    return [NAMES.get(token, str(token)) for token in range(vocabulary)]


def _put_layer(place: Any, layer: Any) -> None:
    if hasattr(layer, "cross_attention"):
        _put_self_attention(place.self_attention, layer.self_attention, layer.self_residual.norm)
        cross = layer.cross_attention
        weights = (cross.query.weight, cross.key_value.weight, cross.output.weight)
        _put_attention(place.attention, weights, layer.cross_residual.norm)
    else:
        _put_self_attention(place.self_attention, layer.attention, layer.residual.norm)
    forward: FeedForward = layer.feed_forward
    _put_norm(place.ffn.layer_norm, forward.residual.norm)
    for linear, ours in ((place.ffn.linear_0, forward.widen), (place.ffn.linear_1, forward.narrow)):
        linear.weight, linear.bias = _array(ours.weight), _array(ours.bias)


def _put_self_attention(place: Any, attention: MultiHeadAttention, norm: Any) -> None:
    together = torch.cat([attention.query.weight, attention.key_value.weight])
    _put_attention(place, (together, attention.output.weight), norm)


def _put_attention(place: Any, weights: tuple[Tensor, ...], norm: Any) -> None:
    _put_norm(place.layer_norm, norm)
    for linear, weight in zip(place.linear, weights, strict=True):
        linear.weight, linear.bias = _array(weight), np.zeros(len(weight), dtype=np.float32)


def _put_norm(place: Any, norm: Any) -> None:
    place.gamma, place.beta = _array(norm.weight), _array(norm.bias)


def _array(value: Tensor) -> Any:
    return value.detach().float().numpy()


def _output_bias(model: TransformerSeq2Seq) -> Tensor:
    bias: Tensor = model.output.bias
    return bias.detach()
