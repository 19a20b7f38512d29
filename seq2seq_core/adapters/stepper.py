"""A Hugging Face encoder-decoder as a `decoding.Stepper`: sources encoded once, every step one new decoder position.

The library's cache objects change while a model runs. A state here is tensors alone and never changes: each step hands
the model a fresh cache around them and takes the longer tensors out again (`torch.cat` makes new ones).

Sizes: B sources, R rows, S source tokens of the longest source, T target positions read, L decoder layers, H heads,
A size of a head, D size of the encoder's states, V vocabulary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import torch
from torch import Tensor

from seq2seq_core.errors import InputError, OptionError

from .rules import Rules

KeysValues: TypeAlias = tuple[tuple[Tensor, Tensor], ...]  # of every decoder layer, (R, H, positions, A) each


@dataclass(frozen=True, slots=True)
class _Memory:
    """What a row has of its source; equal in all rows of one source."""

    source_R: Tensor  # the source that each row reads
    states_RSD: Tensor
    real_RS: Tensor  # 1 on tokens, 0 on padding
    projected: KeysValues = ()  # over S positions; empty until the first step has made them

    def select(self, rows_R: Tensor) -> "_Memory":
        """The same for other rows; nothing is copied while no row changes its source, as in most steps of a beam."""
        source_R = self.source_R[rows_R]
        if torch.equal(source_R, self.source_R):
            return self
        return _Memory(source_R, self.states_RSD[rows_R], self.real_RS[rows_R], _selected(self.projected, rows_R))


@dataclass(frozen=True, slots=True)
class HuggingFaceState:
    """What a row carries from step to step."""

    memory: _Memory
    past: KeysValues = ()  # over T positions; empty before the start token

    @property
    def read(self) -> int:
        """T: the target tokens that the decoder has read, the start token included."""
        return self.past[0][0].size(2) if self.past else 0


@dataclass(frozen=True, slots=True)
class HuggingFaceAnswer:
    """One step; fits `decoding.StepAnswer`."""

    log_probs_RV: Tensor
    attention_RS: Tensor  # cross-attention, averaged over layers and heads
    state: HuggingFaceState
    evidence: Mapping[str, Tensor]  # "heads": (R, L, H, S)


class HuggingFaceStepper:
    """A model of transformers opened on a batch of sources (token ids); fits `decoding.Stepper`.

    Raises:
        InputError: there is no source, or one without tokens.
        OptionError: the model's attention does not give its weights.
    """

    def __init__(self, model: Any, rules: Rules, sources: Sequence[Sequence[int]]) -> None:
        if not sources or not all(sources):
            raise InputError(f"sources must hold at least one token each, got {[len(source) for source in sources]}")
        if (attention := model.config._attn_implementation) != "eager":
            raise OptionError(f"attn_implementation must be 'eager', which gives attention weights, got {attention!r}")
        self.start_id, self.end_id = rules.start_id, rules.end_id
        self.vocabulary_size = int(model.get_output_embeddings().weight.size(0))
        self.source_lengths = [len(source) for source in sources]
        self.device: torch.device = model.device
        self._model, self._rules, self._sources = model, rules, sources

    @torch.inference_mode()
    def start(self) -> HuggingFaceState:
        """Encode the sources; one row per source."""
        rows = [torch.tensor(source, dtype=torch.int64) for source in self._sources]
        ids_BS = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self._rules.pad_id)
        real_BS = (torch.arange(ids_BS.size(1)) < torch.tensor(self.source_lengths)[:, None]).long().to(self.device)
        encoded = self._model.get_encoder()(input_ids=ids_BS.to(self.device), attention_mask=real_BS, return_dict=True)
        source_B = torch.arange(len(rows), device=self.device)
        return HuggingFaceState(_Memory(source_B, encoded.last_hidden_state, real_BS))

    @torch.inference_mode()
    def step(self, tokens_R: Tensor, state: HuggingFaceState) -> HuggingFaceAnswer:
        """Read the last token of each row; log-probabilities of the next one, (R, V), under the rules.

        Raises:
            InputError: the target is longer than the model's positions.
        """
        self._check_room(state)
        output = self._decode(tokens_R, state)
        heads_RLHS = torch.stack([weights_RHTS.squeeze(2) for weights_RHTS in output.cross_attentions], dim=1).float()
        log_probs_RV = output.logits[:, -1].float().log_softmax(-1)
        cache = output.past_key_values
        memory = replace(state.memory, projected=_taken_from(cache.cross_attention_cache))
        return HuggingFaceAnswer(
            self._rules.apply(log_probs_RV, first=not state.past),
            heads_RLHS.mean((1, 2)),
            HuggingFaceState(memory, _taken_from(cache.self_attention_cache)),
            {"heads": heads_RLHS},
        )

    @torch.inference_mode()
    def select(self, state: HuggingFaceState, rows_R: Tensor) -> HuggingFaceState:
        """Keep, repeat and drop rows."""
        return HuggingFaceState(state.memory.select(rows_R), _selected(state.past, rows_R))

    def _check_room(self, state: HuggingFaceState) -> None:
        positions = getattr(self._model.config, "max_position_embeddings", None)
        if positions is not None and state.read >= positions:
            raise InputError(f"the target must have at most {positions} tokens with this model, got {state.read + 1}")

    def _decode(self, tokens_R: Tensor, state: HuggingFaceState) -> Any:
        from transformers import EncoderDecoderCache  # noqa: PLC0415 - an optional library
        from transformers.modeling_outputs import BaseModelOutput  # noqa: PLC0415 - the same

        memory = state.memory
        return self._model(
            encoder_outputs=BaseModelOutput(last_hidden_state=memory.states_RSD),
            attention_mask=memory.real_RS,
            decoder_input_ids=tokens_R[:, None],
            past_key_values=EncoderDecoderCache(_cache(state.past), _cache(memory.projected)),
            use_cache=True,
            output_attentions=True,
            return_dict=True,
        )


def _selected(layers: KeysValues, rows_R: Tensor) -> KeysValues:
    return tuple((keys[rows_R], values[rows_R]) for keys, values in layers)


def _cache(layers: KeysValues) -> Any:
    """A cache that holds these tensors as they are; the constructor of `DynamicCache` would copy them."""
    from transformers.cache_utils import DynamicCache, DynamicLayer  # noqa: PLC0415 - an optional library

    cache = DynamicCache()
    for keys, values in layers:
        layer = DynamicLayer()
        layer.lazy_initialization(keys, values)
        layer.keys, layer.values = keys, values
        cache.layers.append(layer)
    return cache


def _taken_from(cache: Any) -> KeysValues:
    return tuple((layer.keys, layer.values) for layer in cache.layers)
