"""Text in, result and trace out: a checkpoint with its tokenizers behind one door, and a model from elsewhere.

    from seq2seq_core import BeamOptions, Pipeline
    pipeline = Pipeline.load("assets/checkpoints/tatoeba-en-fr")
    trace = pipeline.trace("How are you?", BeamOptions(beam_size=5))
    print(trace.hypotheses[0].text)

`open_pipeline` takes a checkpoint's folder, or `hf:` and the folder or name of a Hugging Face model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt
from pathlib import Path
from typing import Final

import torch

from seq2seq_core.adapters import HuggingFaceModel
from seq2seq_core.checkpoint import Checkpoint, load_checkpoint
from seq2seq_core.copying import ExtendedVocabulary
from seq2seq_core.decoding import SourceText
from seq2seq_core.door import Chosen, Door, Opened
from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.linear import pack_for_search
from seq2seq_core.models import TransformerSeq2Seq
from seq2seq_core.models.self_attention import self_attention
from seq2seq_core.options import MAXIMUM_LENGTH_CAP, SearchOptions
from seq2seq_core.readers import Reader
from seq2seq_core.tokenizer import START_ID, UNKNOWN_ID, Encoding, Tokenizer, TokenizerKind, check_characters
from seq2seq_core.trace import SelfAttentionTrace

FOREIGN: Final = "hf:"  # what the name of a model from elsewhere begins with


@dataclass(frozen=True, slots=True)
class Pipeline(Door):
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
        _move(checkpoint.model, device)
        pack_for_search(checkpoint.model)
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
            raise _blank(text)
        encoding = self.checkpoint.source_tokenizer.encode(text)
        cap = self.checkpoint.model.config.source_cap
        if len(encoding.ids) > cap:
            raise _too_long(text, len(encoding.ids), cap)
        return encoding

    def resolve_max_length(self, text: str, options: SearchOptions) -> int:
        """The bound on T for this text.

        Raises:
            InputError: see `encode`.
        """
        positions = self.checkpoint.model.positions(len(self.encode(text).ids))
        return self.fitted(options).resolve_max_length(positions)

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

    def written(self, text: str) -> tuple[int, ...]:
        """The target's pieces for a word or words.

        Raises:
            InputError: the text is blank or not Unicode, the outputs are no text, or a piece is unknown.
        """
        words = self.checkpoint.target_tokenizer
        if not isinstance(words, Tokenizer):
            raise InputError(f"the outputs of this model are {words.kind} and not words, got {text!r:.40}")
        return _known(words.encode_ids([text])[0], text, UNKNOWN_ID)

    def fitted(self, options: Chosen) -> Chosen:
        """The options with room for the longest targets of the model's data: SCAN's are far above twice the source."""
        room = self.checkpoint.training.get("room") if options.room is None else None
        if not isinstance(room, int) or isinstance(room, bool) or room < 0:
            return options
        return replace(options, room=min(room, MAXIMUM_LENGTH_CAP))

    def open(self, texts: Sequence[str]) -> Opened:
        """The model opened on texts, of which there is at least one.

        Raises:
            InputError: see `encode`.
        """
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
        return Opened(model.open(ids), sources, words.label, words.decode)

    def _source_text(self, text: str, encoding: Encoding, positions: int) -> SourceText:
        """A source with the labels of the positions that attention sees: its pieces, or the patches of a picture."""
        window = self.checkpoint.model.window
        if self.source_kind is not TokenizerKind.PICTURE:
            return SourceText(text, encoding.pieces, window=window)
        side = isqrt(positions)
        labels = [f"{row},{column}" for row in range(1, side + 1) for column in range(1, side + 1)]
        return SourceText(text, tuple(labels), grid=(side, side))


@dataclass(frozen=True, slots=True)
class HuggingFacePipeline(Door):
    """An encoder-decoder of Hugging Face's transformers, behind the same door; safe to share between threads."""

    model: HuggingFaceModel

    @classmethod
    def load(
        cls,
        name: str,
        device: str | torch.device = "cpu",
        *,
        source_language: str | None = None,
        target_language: str | None = None,
    ) -> "HuggingFacePipeline":
        """Open a folder, or a model of the hub; languages as its tokenizer spells them, where it has many.

        Raises:
            OptionError: the library is not installed, PyTorch has no such device, or the model no such language.
            CheckpointError: the model cannot be found or used.
        """
        model = HuggingFaceModel.open(name, source_language=source_language, target_language=target_language)
        _move(model.model, device)
        return cls(model)

    @property
    def name(self) -> str:
        """That of its folder, or on the hub."""
        return self.model.name

    def is_blank(self, text: str) -> bool:
        """Whether nothing in the text becomes a token.

        Raises:
            InputError: the text is not Unicode.
        """
        check_characters(text)
        return self.model.is_blank(text)

    def encode(self, text: str) -> Encoding:
        """The source as the model reads it, with the special tokens around it.

        Raises:
            InputError: nothing but blanks, not Unicode, or more tokens than the model has positions.
        """
        if self.is_blank(text):
            raise _blank(text)
        pieces = self.model.encode(text)
        if (cap := self.model.source_cap) is not None and len(pieces.ids) > cap:
            raise _too_long(text, len(pieces.ids), cap)
        return Encoding(pieces.ids, pieces.labels, pieces.spans)

    def written(self, text: str) -> tuple[int, ...]:
        """The target's pieces for a word or words.

        Raises:
            InputError: the text is blank or not Unicode, or a piece is unknown.
        """
        check_characters(text)
        return _known(self.model.written(text), text, self.model.tokenizer.unk_token_id)

    def open(self, texts: Sequence[str]) -> Opened:
        """The model opened on texts, of which there is at least one.

        Raises:
            InputError: see `encode`.
        """
        encodings = [self.encode(text) for text in texts]
        sources = [SourceText(text, encoding.pieces) for text, encoding in zip(texts, encodings, strict=True)]
        stepper = self.model.stepper([encoding.ids for encoding in encodings])
        return Opened(stepper, sources, self.model.label, self.model.detokenize)

    def resolve_max_length(self, text: str, options: SearchOptions) -> int:
        """The bound on T for this text: what the options say, but no more than the model has positions.

        Raises:
            InputError: see `encode`.
        """
        found, cap = options.resolve_max_length(len(self.encode(text).ids)), self.model.source_cap
        return found if cap is None else min(found, max(cap, options.min_length + 1))

    def fitted(self, options: Chosen) -> Chosen:
        """The options with the sequences that the model's own settings forbid."""
        if not (banned_after := self.model.rules.banned_after):
            return options
        own = options.constraints
        return replace(options, constraints=replace(own, banned_after=(*own.banned_after, *banned_after)))


def open_pipeline(
    model: str | Path,
    device: str | torch.device = "cpu",
    *,
    source_language: str | None = None,
    target_language: str | None = None,
) -> Door:
    """A checkpoint of this project by its folder, or a Hugging Face model by `hf:` and its folder or name.

    Raises:
        CheckpointError: the model cannot be found or used.
        OptionError: its library is not installed, PyTorch has no such device, or the model has no such language.
    """
    name = str(model)
    if name.startswith(FOREIGN):
        return HuggingFacePipeline.load(
            name.removeprefix(FOREIGN), device, source_language=source_language, target_language=target_language
        )
    if language := source_language or target_language:
        raise OptionError(f"a language goes with a model that begins with {FOREIGN!r}, got {language!r} for {name!r}")
    return Pipeline.load(name, device)


def _move(model: torch.nn.Module, device: str | torch.device) -> None:
    try:
        model.to(device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise OptionError(f"device must be one that PyTorch can use here, got {str(device)!r}: {reason}") from error


def _blank(text: str) -> InputError:
    return InputError(f"the source must hold at least one character that is no blank, got {text!r:.80}")


def _known(tokens: Sequence[int], text: str, unknown: int | None) -> tuple[int, ...]:
    """The tokens of a text that an output can be asked to hold."""
    if not text.strip() or not tokens or (unknown is not None and unknown in tokens):
        raise InputError(f"required words must be some that the model can write, got {text!r:.40}")
    return tuple(tokens)


def _too_long(text: str, tokens: int, cap: int) -> InputError:
    return InputError(f"the source must have at most {cap} tokens, got {tokens}: {text!r:.60}")
