"""A Hugging Face encoder-decoder with its tokenizer, opened from a folder or by its name on the hub.

Weights are read from safetensors files only, no code of a model is run, and a folder is opened without any network.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch

from seq2seq_core.errors import CheckpointError, OptionError

from .rules import Rules
from .stepper import HuggingFaceStepper

# `model_type` of the configurations whose stepping is held to the library's own answers by the tests.
MODEL_TYPES: Final = (
    "bart",
    "m2m_100",
    "marian",
    "mbart",
    "mt5",
    "pegasus",
    "t5",
    "umt5",
)
BLANK: Final = "\u2581"  # as SentencePiece writes a blank
_HUB_NAME: Final = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A source as the model reads it."""

    ids: tuple[int, ...]
    labels: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]  # half-open character ranges; none where the tokenizer does not know them


@dataclass(frozen=True, slots=True)
class HuggingFaceModel:
    """A model of transformers, its tokenizer and its rules; nothing in it changes once it is open."""

    model: Any
    tokenizer: Any
    rules: Rules
    name: str

    @classmethod
    def open(
        cls, name: str, *, source_language: str | None = None, target_language: str | None = None
    ) -> "HuggingFaceModel":
        """Open a folder, or else a model of the hub, whose files are fetched once and kept.

        The languages are codes as the tokenizer spells them, for models of many languages.

        Raises:
            OptionError: the library is not installed, or the model has no such language.
            CheckpointError: there is no such model, it is of no known family, or its files cannot be used.
        """
        library, (place, local) = _library(name), _place(name)
        with _naming(name):
            model = _load_model(library, place, local=local)
            tokenizer = _load_tokenizer(library, place, local=local)
            rules = Rules.of(model.generation_config)
        if source_language is not None:
            _language_id(tokenizer, "source_language", source_language)
            tokenizer.src_lang = source_language
        if target_language is not None:
            rules = replace(rules, forced_first=_language_id(tokenizer, "target_language", target_language))
        return cls(model, tokenizer, rules, Path(place).absolute().name if local else name)

    @property
    def source_cap(self) -> int | None:
        """The most tokens a source may have; None where positions are relative."""
        cap: int | None = getattr(self.model.config, "max_position_embeddings", None)
        return cap

    def is_blank(self, text: str) -> bool:
        """Whether nothing in the text becomes a token."""
        return not text.strip() or not self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]

    def encode(self, text: str) -> Pieces:
        """The tokens of a source, special ones included."""
        fast = bool(self.tokenizer.is_fast)
        encoding = self.tokenizer(text, return_offsets_mapping=fast, verbose=False)
        ids = tuple(encoding["input_ids"])
        spans = tuple((begin, end) for begin, end in encoding["offset_mapping"]) if fast else ()
        return Pieces(ids, self._source_labels(ids), spans)

    def written(self, text: str) -> tuple[int, ...]:
        """The tokens of words within an output; where blanks belong to the word after them, with one before."""
        begun = f" {text}" if _spells_bytes(self.tokenizer) else text
        return tuple(self.tokenizer(text_target=begun, add_special_tokens=False, verbose=False)["input_ids"])

    def label(self, token: int) -> str:
        """A token of the target as it is shown; those that the tokenizer lacks, which fill up a matrix, by number."""
        if token >= len(self.tokenizer):
            return f"<{token}>"
        if _spells_bytes(self.tokenizer):
            text = str(self.tokenizer.decode([token], clean_up_tokenization_spaces=False))
            if "\ufffd" not in text:  # which stands for part of a character
                return text.replace(" ", BLANK)
        return str(self.tokenizer.convert_ids_to_tokens(token))

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text of an output, without special tokens."""
        return str(self.tokenizer.decode(list(tokens), skip_special_tokens=True))

    def stepper(self, sources: Sequence[Sequence[int]]) -> HuggingFaceStepper:
        """The model opened on these sources (token ids).

        Raises:
            InputError: there is no source, or one without tokens.
        """
        return HuggingFaceStepper(self.model, self.rules, sources)

    def _source_labels(self, ids: Sequence[int]) -> tuple[str, ...]:
        """Marian may read one vocabulary and write another."""
        if not getattr(self.tokenizer, "separate_vocabs", False):
            return tuple(self.label(token) for token in ids)
        pieces = {token: piece for piece, token in self.tokenizer.get_src_vocab().items()}
        return tuple(pieces[token] for token in ids)


def _library(name: str) -> Any:
    try:
        import transformers  # noqa: PLC0415 - an optional library, slow to load
    except ImportError as error:
        raise OptionError(
            f"the model {name!r} needs the package transformers, which is not installed: pip install 'seq2seq-lab[hf]'"
        ) from error
    return transformers


def _place(name: str) -> tuple[str, bool]:
    """Where the library looks, and whether that is a folder here."""
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        return str(folder), True
    if not _HUB_NAME.fullmatch(name):
        raise CheckpointError(f"{name}: no such folder, and not a name of the hub such as 'owner/model'")
    return name, False


def _load_model(library: Any, place: str, *, local: bool) -> Any:
    """The model in evaluation mode; a weight that no file gives would be random, so there must be none."""
    found = {"local_files_only": local, "trust_remote_code": False}
    kind = library.AutoConfig.from_pretrained(place, **found).model_type
    if kind not in MODEL_TYPES:
        raise CheckpointError(f"model_type must be one of {', '.join(MODEL_TYPES)}, got {kind!r}")
    model, report = library.AutoModelForSeq2SeqLM.from_pretrained(
        place,
        use_safetensors=True,
        attn_implementation="eager",
        dtype=torch.float32,
        output_loading_info=True,
        **found,
    )
    if missing := sorted(report["missing_keys"]):
        raise CheckpointError(f"the weights must be complete, got none for {', '.join(missing[:3])}")
    return model.eval()


def _load_tokenizer(library: Any, place: str, *, local: bool) -> Any:
    tokenizer = library.AutoTokenizer.from_pretrained(place, local_files_only=local, trust_remote_code=False)
    tokenizer("")  # settles what a first call changes, so that threads may share it
    return tokenizer


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Name the model in whatever its files lead to: the library's loaders promise no kind of error."""
    try:
        yield
    except CheckpointError as error:
        raise CheckpointError(f"{name}: {error}") from error
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise CheckpointError(f"{name}: cannot be opened: {reason}") from error


def _language_id(tokenizer: Any, setting: str, code: str) -> int:
    """The token of a language; M2M100 writes the code `fr` as `__fr__`, the others as it is."""
    if not hasattr(tokenizer, "src_lang"):
        raise OptionError(f"{setting} goes with a model of many languages, got {code!r} for one without that choice")
    token = tokenizer.convert_tokens_to_ids(getattr(tokenizer, "lang_code_to_token", {}).get(code, code))
    if token is None or token == tokenizer.unk_token_id:
        raise OptionError(f"{setting} must be a language of the model, as its tokenizer spells it, got {code!r}")
    return int(token)


def _spells_bytes(tokenizer: Any) -> bool:
    """Whether pieces are written in stand-ins for bytes, as BART's are, which nobody can read."""
    return type(getattr(getattr(tokenizer, "backend_tokenizer", None), "decoder", None)).__name__ == "ByteLevel"
