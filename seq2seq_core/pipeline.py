"""Text in, result and trace out: a checkpoint with its tokenizers behind one door.

    from seq2seq_core import BeamOptions, Pipeline
    pipeline = Pipeline.load("assets/checkpoints/tatoeba-en-fr")
    trace = pipeline.trace("How are you?", BeamOptions(beam_size=5))
    print(trace.hypotheses[0].text)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from pathlib import Path
from typing import Any, TypeVar

import torch

from seq2seq_core.checkpoint import Checkpoint, load_checkpoint
from seq2seq_core.copying import ExtendedVocabulary
from seq2seq_core.decoding import SourceText, decode, record
from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.models import ModelStepper, TransformerSeq2Seq
from seq2seq_core.models.self_attention import self_attention
from seq2seq_core.options import MAXIMUM_LENGTH_CAP, SearchOptions
from seq2seq_core.readers import Reader
from seq2seq_core.tokenizer import START_ID, Encoding, TokenizerKind
from seq2seq_core.trace import Hypothesis, SelfAttentionTrace, Trace

Chosen = TypeVar("Chosen", bound=SearchOptions)


@dataclass(frozen=True, slots=True)
class _Opened:
    """Texts as the model has read them."""

    stepper: ModelStepper[Any]
    sources: list[SourceText]
    label: Callable[[int], str]
    decode: Callable[[Sequence[int]], str]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A loaded model; safe to share between threads, since decoding changes nothing in it."""

    checkpoint: Checkpoint
    name: str

    @classmethod
    def load(cls, folder: str | Path, device: str | torch.device = "cpu") -> "Pipeline":
        """Open a checkpoint folder.

        Raises:
            CheckpointError: the folder cannot be used.
            OptionError: PyTorch has no such device here.
        """
        checkpoint = load_checkpoint(Path(folder))
        try:
            checkpoint.model.to(device)
        except (RuntimeError, AssertionError) as error:
            reason = str(error).partition("\n")[0]
            raise OptionError(f"device must be one that PyTorch can use here, got {str(device)!r}: {reason}") from error
        return cls(checkpoint, Path(folder).absolute().name)

    @property
    def source_kind(self) -> TokenizerKind:
        """What a source is: text of some kind, a picture, or nothing."""
        return self.checkpoint.source_tokenizer.kind

    def is_blank(self, text: str) -> bool:
        """Whether nothing in the text becomes a token: no character, or only blanks (zero-width ones too) and controls.

        A model without a source takes any text, which it does not read.

        Raises:
            InputError: the text is not Unicode, or no picture where the model wants one.
        """
        if self.source_kind is TokenizerKind.NONE:
            return False
        return not text.strip() or not self.checkpoint.source_tokenizer.encode_ids([text])[0]

    def encode(self, text: str) -> Encoding:
        """The source as the model reads it.

        Raises:
            InputError: nothing but blanks, not Unicode, no picture where the model wants one, or more tokens than the
                model's cap.
        """
        if self.is_blank(text):
            raise InputError(f"the source must hold at least one character that is no blank, got {text!r:.80}")
        encoding = self.checkpoint.source_tokenizer.encode(text)
        cap = self.checkpoint.model.config.source_cap
        if len(encoding.ids) > cap:
            raise InputError(f"the source must have at most {cap} tokens, got {len(encoding.ids)}: {text!r:.60}")
        return encoding

    def resolve_max_length(self, text: str, options: SearchOptions) -> int:
        """The bound on T for this text.

        Raises:
            InputError: see `encode`.
        """
        positions = self.checkpoint.model.positions(len(self.encode(text).ids))
        return self._roomy(options).resolve_max_length(positions)

    def trace(self, text: str, options: SearchOptions) -> Trace:
        """Decode one text and keep the whole search.

        Raises:
            InputError: see `encode`.
            OptionError: no decoder has options of this class.
        """
        return self.traces([text], options)[0]

    def traces(self, texts: Sequence[str], options: SearchOptions) -> list[Trace]:
        """Decode texts in one batch and keep every search."""
        if not texts:
            return []
        opened = self._open(texts)
        return record(
            opened.stepper, self._roomy(options), opened.sources, label=opened.label, detokenize=opened.decode
        )

    def hypotheses(self, texts: Sequence[str], options: SearchOptions) -> list[tuple[Hypothesis, ...]]:
        """Decode texts in one batch, without traces: the n best of each, best first."""
        if not texts:
            return []
        opened = self._open(texts)
        return decode(opened.stepper, self._roomy(options), detokenize=opened.decode)

    def self_attention(self, text: str, tokens: Sequence[int]) -> SelfAttentionTrace:
        """Who looks at whom within a source, and within the output of these tokens (without the end token).

        Raises:
            InputError: see `encode`; the model is no Transformer, or a token is not in its target vocabulary.
        """
        model, words = self.checkpoint.model, self.checkpoint.target_tokenizer
        if not isinstance(model, TransformerSeq2Seq):
            raise InputError(f"self-attention needs a model of the family 'transformer', got {model.family!r}")
        if strangers := [token for token in tokens if not 0 <= token < len(words)]:
            raise InputError(f"a target token must be an id from 0 to {len(words) - 1}, got {strangers[0]}")
        source, target = self.encode(text), [START_ID, *tokens]
        found = self_attention(model, source.ids, target)
        labels = tuple(words.label(token) for token in target)
        return SelfAttentionTrace(source.pieces, labels, found.encoder_LHSS.numpy(), found.decoder_LHTT.numpy())

    def _roomy(self, options: Chosen) -> Chosen:
        """The options with room for the longest targets of the training data: SCAN's are far above twice the source."""
        room = self.checkpoint.training.get("room")
        if not isinstance(room, int) or isinstance(room, bool) or room < 0:
            return options
        return replace(options, room=min(room, MAXIMUM_LENGTH_CAP))

    def _open(self, texts: Sequence[str]) -> _Opened:
        encodings, model = [self.encode(text) for text in texts], self.checkpoint.model
        ids: list[Sequence[int]] = [encoding.ids for encoding in encodings]
        words: Reader | ExtendedVocabulary = self.checkpoint.target_tokenizer
        if model.copies:
            words = ExtendedVocabulary(self.checkpoint.target_tokenizer)
            ids = [words.read_source(text) for text in texts]
        sources = [
            self._source_text(text, encoding, model.positions(len(encoding.ids)))
            for text, encoding in zip(texts, encodings, strict=True)
        ]
        return _Opened(model.open(ids), sources, words.label, words.decode)

    def _source_text(self, text: str, encoding: Encoding, positions: int) -> SourceText:
        """A source with the labels of the positions that attention sees: its pieces, or the patches of a picture."""
        window = self.checkpoint.model.window
        if self.source_kind is not TokenizerKind.PICTURE:
            return SourceText(text, encoding.pieces, window=window)
        side = isqrt(positions)
        labels = [f"{row},{column}" for row in range(1, side + 1) for column in range(1, side + 1)]
        return SourceText(text, tuple(labels), grid=(side, side))

    def translate(self, texts: Sequence[str], options: SearchOptions, *, batch_size: int = 32) -> list[str]:
        """The best output of each text, in order; a blank text gives an empty one.

        Texts of similar length share a batch, so that little is padded.
        """
        written = [index for index, text in enumerate(texts) if not self.is_blank(text)]
        written.sort(key=lambda index: len(texts[index]))
        outputs = [""] * len(texts)
        for begin in range(0, len(written), batch_size):
            batch = written[begin : begin + batch_size]
            for index, best in zip(batch, self.hypotheses([texts[i] for i in batch], options), strict=True):
                outputs[index] = best[0].text
        return outputs
