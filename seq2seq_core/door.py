"""Text in, result and trace out: what is the same behind every door, whichever model answers."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from seq2seq_core.decoding import SourceText, Stepper, decode, record
from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.options import SearchOptions
from seq2seq_core.tokenizer import Encoding
from seq2seq_core.trace import Hypothesis, Trace

Chosen = TypeVar("Chosen", bound=SearchOptions)


@dataclass(frozen=True, slots=True)
class Opened:
    """Texts as a model has read them."""

    stepper: Stepper[Any]
    sources: list[SourceText]
    label: Callable[[int], str]
    decode: Callable[[Sequence[int]], str]


class Door(ABC):
    """A loaded model with what reads and writes its text; safe to share between threads."""

    __slots__ = ()

    @abstractmethod
    def is_blank(self, text: str) -> bool:
        """Whether nothing in the text becomes a token."""

    @abstractmethod
    def encode(self, text: str) -> Encoding:
        """The source as the model reads it.

        Raises:
            InputError: a blank text, or one that the model cannot read.
        """

    @abstractmethod
    def open(self, texts: Sequence[str]) -> Opened:
        """The model opened on texts, of which there is at least one.

        Raises:
            InputError: see `encode`.
        """

    def written(self, text: str) -> tuple[int, ...]:
        """The tokens that an output has where this text stands in it, as a word or words of its own.

        Raises:
            InputError: the model's outputs are no text, or cannot hold this one.
        """
        raise InputError(f"only a model with a vocabulary of its own can be asked for words, got {text!r:.40}")

    def fitted(self, options: Chosen) -> Chosen:
        """The options with what the model demands of every search."""
        return options

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
        opened = self.open(texts)
        return record(
            opened.stepper, self.fitted(options), opened.sources, label=opened.label, detokenize=opened.decode
        )

    def hypotheses(self, texts: Sequence[str], options: SearchOptions) -> list[tuple[Hypothesis, ...]]:
        """Decode texts in one batch, without traces: the n best of each, best first."""
        if not texts:
            return []
        opened = self.open(texts)
        return decode(opened.stepper, self.fitted(options), detokenize=opened.decode)

    def translate(self, texts: Sequence[str], options: SearchOptions, *, batch_size: int = 32) -> list[str]:
        """The best output of each text, in order; a blank text gives an empty one.

        Texts of similar length share a batch, so that little is padded.

        Raises:
            OptionError: nothing that the options allow can follow.
        """
        written = [index for index, text in enumerate(texts) if not self.is_blank(text)]
        written.sort(key=lambda index: len(texts[index]))
        outputs = [""] * len(texts)
        for begin in range(0, len(written), batch_size):
            batch = written[begin : begin + batch_size]
            for index, best in zip(batch, self.hypotheses([texts[i] for i in batch], options), strict=True):
                if not best:
                    raise OptionError(f"no output is possible under these options for {texts[index]!r:.60}")
                outputs[index] = best[0].text
        return outputs
