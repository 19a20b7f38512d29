"""Torch's own Transformer with the weights of ours."""

from typing import Any

import torch
from torch import nn

from seq2seq_core.models.transformer import TransformerSeq2Seq
from seq2seq_core.models.transformer_attention import MultiHeadAttention
from seq2seq_core.models.transformer_config import Norm, TransformerConfig
from seq2seq_core.models.transformer_layers import DecoderLayer, EncoderLayer, FeedForward


def copy_attention(ours: MultiHeadAttention, theirs: nn.MultiheadAttention) -> None:
    """Torch keeps the three input matrices in one; ours has no biases."""
    weights = {
        "in_proj_weight": torch.cat((ours.query.weight, ours.key_value.weight)),
        "in_proj_bias": torch.zeros(3 * theirs.embed_dim),
        "out_proj.weight": ours.output.weight,
        "out_proj.bias": torch.zeros(theirs.embed_dim),
    }
    theirs.load_state_dict(weights)


def copy_feed_forward(ours: FeedForward, theirs: Any, norm: nn.LayerNorm) -> None:
    theirs.linear1.load_state_dict(ours.widen.state_dict())
    theirs.linear2.load_state_dict(ours.narrow.state_dict())
    norm.load_state_dict(ours.residual.norm.state_dict())


def torch_sizes(config: TransformerConfig) -> dict[str, Any]:
    return {
        "d_model": config.size,
        "nhead": config.heads,
        "dim_feedforward": config.feed_forward_size,
        "dropout": 0.0,
        "batch_first": True,
        "norm_first": config.norm is Norm.PRE,
    }


def torch_encoder(model: TransformerSeq2Seq) -> nn.TransformerEncoder:
    """Torch's encoder with the model's weights."""
    last = nn.LayerNorm(model.config.size) if model.config.norm is Norm.PRE else None
    layer = nn.TransformerEncoderLayer(**torch_sizes(model.config))
    encoder = nn.TransformerEncoder(layer, model.config.encoder_layers, norm=last, enable_nested_tensor=False)
    for ours, theirs in zip(model.encoder, encoder.layers, strict=True):
        assert isinstance(ours, EncoderLayer)
        assert isinstance(theirs, nn.TransformerEncoderLayer)
        copy_attention(ours.attention, theirs.self_attn)
        theirs.norm1.load_state_dict(ours.residual.norm.state_dict())
        copy_feed_forward(ours.feed_forward, theirs, theirs.norm2)
    if last is not None:
        last.load_state_dict(model.encoder_norm.state_dict())
    return encoder


def torch_decoder(model: TransformerSeq2Seq) -> nn.TransformerDecoder:
    """Torch's decoder with the model's weights."""
    last = nn.LayerNorm(model.config.size) if model.config.norm is Norm.PRE else None
    layer = nn.TransformerDecoderLayer(**torch_sizes(model.config))
    decoder = nn.TransformerDecoder(layer, model.config.decoder_layers, norm=last)
    for ours, theirs in zip(model.decoder, decoder.layers, strict=True):
        assert isinstance(ours, DecoderLayer)
        assert isinstance(theirs, nn.TransformerDecoderLayer)
        copy_attention(ours.self_attention, theirs.self_attn)
        copy_attention(ours.cross_attention, theirs.multihead_attn)
        theirs.norm1.load_state_dict(ours.self_residual.norm.state_dict())
        theirs.norm2.load_state_dict(ours.cross_residual.norm.state_dict())
        copy_feed_forward(ours.feed_forward, theirs, theirs.norm3)
    if last is not None:
        last.load_state_dict(model.decoder_norm.state_dict())
    return decoder
