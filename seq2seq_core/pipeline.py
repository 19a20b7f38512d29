"""Text in, result and trace out: a checkpoint with its tokenizers behind one door.

    from seq2seq_core import BeamOptions, Pipeline
    pipeline = Pipeline.load("assets/checkpoints/tatoeba-en-fr")
    trace = pipeline.trace("How are you?", BeamOptions(beam_size=5))
    print(trace.hypotheses[0].text)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from seq2seq_core.checkpoint import Checkpoint, load_checkpoint
from seq2seq_core.decoding import SourceText, decode, record
from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.options import SearchOptions
from seq2seq_core.tokenizer import Encoding
from seq2seq_core.trace import Hypothesis, Trace


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

    def is_blank(self, text: str) -> bool:
        """Whether nothing in the text becomes a token: no character, or only blanks (zero-width ones too) and controls.

        Raises:
            InputError: the text is not Unicode.
        """
        return not self.checkpoint.source_tokenizer.encode_ids([text])[0]

    def encode(self, text: str) -> Encoding:
        """The source as the model reads it.

        Raises:
            InputError: nothing but blanks, not Unicode, or more tokens than the model's cap.
        """
        encoding = self.checkpoint.source_tokenizer.encode(text)
        cap = self.checkpoint.model.config.source_cap
        if not encoding.ids:
            raise InputError(f"the source must hold at least one character that is no blank, got {text!r:.80}")
        if len(encoding.ids) > cap:
            raise InputError(f"the source must have at most {cap} tokens, got {len(encoding.ids)}: {text!r:.60}")
        return encoding

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
        encodings = [self.encode(text) for text in texts]
        tokenizer = self.checkpoint.target_tokenizer
        return record(
            self.checkpoint.model.open([encoding.ids for encoding in encodings]),
            options,
            [SourceText(text, encoding.pieces) for text, encoding in zip(texts, encodings, strict=True)],
            label=tokenizer.label,
            detokenize=tokenizer.decode,
        )

    def hypotheses(self, texts: Sequence[str], options: SearchOptions) -> list[tuple[Hypothesis, ...]]:
        """Decode texts in one batch, without traces: the n best of each, best first."""
        if not texts:
            return []
        stepper = self.checkpoint.model.open([self.encode(text).ids for text in texts])
        return decode(stepper, options, detokenize=self.checkpoint.target_tokenizer.decode)

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
