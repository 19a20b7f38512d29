"""Text to token ids and back: SentencePiece models of five kinds.

`unigram`, `bpe` and `char` fall back to bytes, so that every text has a representation; `word` takes what stands
between blanks as one token and maps words it never saw to `<unk>`; `letter` takes every small letter (or other
character) as one token, and blanks say nothing to it: for spellings, "c a t" and "Cat" are the same.

What normalisation changes (SentencePiece's `nmt_nfkc` rule): compatibility forms become canonical ones (full-width
letters, ligatures, the one-character ellipsis), control characters go, all blanks (zero-width ones too) become single
spaces, and blanks at either end go. Decoding an encoding gives exactly the normalised text. For `word` only blanks are
unified; for `letter` they go, and capitals become small letters.

Special tokens are control symbols of the model: text that looks like one (`</s>` typed by a user) is spelt out in
ordinary pieces and never becomes the control symbol.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, Final

import sentencepiece as spm

from seq2seq_core.errors import InputError, OptionError

PAD_ID: Final = 0
UNKNOWN_ID: Final = 1
START_ID: Final = 2
END_ID: Final = 3
SPECIAL_TOKENS: Final = ("<pad>", "<unk>", "<s>", "</s>")
BLANK: Final = "\u2581"  # SentencePiece writes a blank as this character
_UNITS: Final = {"word": re.compile(r"\S+"), "letter": re.compile(r"\S")}  # by tokenizer kind
_BYTES: Final = 256  # token types that spell any text
_TRAINING: Final[dict[str, Any]] = {
    "hard_vocab_limit": False,  # a small corpus gives fewer tokens
    "use_all_vocab": False,  # the size binds char and word too
    "character_coverage": 1.0,
    "pad_id": PAD_ID,
    "unk_id": UNKNOWN_ID,
    "bos_id": START_ID,
    "eos_id": END_ID,
    "pad_piece": "<pad>",
    "unk_piece": "<unk>",
    "bos_piece": "<s>",
    "eos_piece": "</s>",
    "num_threads": 1,  # more threads give another model at every run
    "max_sentence_length": 1 << 20,  # bytes
    "minloglevel": 2,
}


class TokenizerKind(StrEnum):
    """How text is cut into tokens; the last three learn nothing, see readers.py."""

    UNIGRAM = "unigram"
    BPE = "bpe"
    CHAR = "char"
    WORD = "word"
    LETTER = "letter"
    PICTURE = "picture"
    POSITIONS = "positions"
    NONE = "none"


SPELLING_KINDS: Final = (TokenizerKind.UNIGRAM, TokenizerKind.BPE, TokenizerKind.CHAR)  # unseen text is spelt out
WHOLE_KINDS: Final = (TokenizerKind.WORD, TokenizerKind.LETTER)  # an unseen unit is `<unk>`
LEARNT_KINDS: Final = (*SPELLING_KINDS, *WHOLE_KINDS)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The tokens of a text; `spans` are half-open character ranges of the text as given."""

    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


class Tokenizer:
    """A trained SentencePiece model.

    Raises:
        OptionError: the bytes are not a SentencePiece model with this project's special tokens.
    """

    def __init__(self, model: bytes, kind: TokenizerKind | str = TokenizerKind.UNIGRAM) -> None:
        self.model = model  # the SentencePiece model file's content
        self.kind = TokenizerKind(kind)
        try:
            self._processor = spm.SentencePieceProcessor(model_proto=model)
            pieces = tuple(map(self.label, range(len(self))))  # else it would fail when one is shown
        except (RuntimeError, ValueError, TypeError) as error:
            raise OptionError(f"tokenizer must be a SentencePiece model, got {len(model)} other bytes") from error
        if (specials := pieces[: len(SPECIAL_TOKENS)]) != SPECIAL_TOKENS:
            raise OptionError(f"tokenizer must begin with the tokens {SPECIAL_TOKENS}, got {specials}")

    @classmethod
    def train(
        cls, lines: Iterable[str], *, kind: TokenizerKind | str = TokenizerKind.UNIGRAM, vocabulary_size: int = 4000
    ) -> "Tokenizer":
        """Learn a tokenizer of at most `vocabulary_size` token types; a small corpus gives fewer.

        Lines above a mebibyte teach it nothing. Where not all characters (or words) fit, `char` spells the rarest in
        bytes and `word` maps them to `<unk>`; `unigram` and `bpe` need room for every character.

        Raises:
            OptionError: the kind has nothing to learn, the size no room for what it needs, or no line holds text.
            InputError: a line holds a lone surrogate.
        """
        kind = TokenizerKind(kind)
        if kind not in LEARNT_KINDS:
            raise OptionError(f"a tokenizer can be learnt of the kinds {', '.join(LEARNT_KINDS)}, got {kind.value!r}")
        sentences = [" ".join(_units(line, kind)) if kind in WHOLE_KINDS else line for line in lines]
        sentences = [sentence for sentence in sentences if sentence.strip()]
        for sentence in sentences:
            check_characters(sentence)
        _check_size(kind, sentences, vocabulary_size)
        output = io.BytesIO()
        try:
            spm.SentencePieceTrainer.train(
                sentence_iterator=iter(sentences),
                model_writer=output,
                model_type=(TokenizerKind.WORD if kind in WHOLE_KINDS else kind).value,
                vocab_size=vocabulary_size,
                byte_fallback=kind in SPELLING_KINDS,
                normalization_rule_name=_rule(kind),
                **_TRAINING,
            )
        except RuntimeError as error:
            raise OptionError(f"no tokenizer can be learnt from this text: {error}") from error
        return cls(output.getvalue(), kind)

    def __len__(self) -> int:
        return int(self._processor.get_piece_size())

    def normalize(self, text: str) -> str:
        """The text that decoding an encoding gives back (for `word` and `letter`: up to unknown ones).

        Raises:
            InputError: the text holds a lone surrogate.
        """
        check_characters(text)
        if self.kind in WHOLE_KINDS:
            return self._between.join(_units(text, self.kind))
        return str(self._processor.normalize(text)).removeprefix(BLANK).replace(BLANK, " ").strip()

    def encode(self, text: str) -> Encoding:
        """Ids, pieces and character spans of `text`.

        Raises:
            InputError: the text holds a lone surrogate, which is no character.
        """
        check_characters(text)
        if self.kind in WHOLE_KINDS:
            return self._encode_units(text)
        mapping = self._processor.encode(text, return_type="offset_mapping")
        return Encoding(tuple(mapping["ids"]), tuple(mapping["pieces"]), tuple(mapping["offsets"]))

    def encode_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids alone, for many texts at once.

        Raises:
            InputError: a text holds a lone surrogate.
        """
        for text in texts:
            check_characters(text)
        if self.kind in WHOLE_KINDS:
            split = [_units(text, self.kind) for text in texts]
            ids = {unit: int(self._processor.piece_to_id(BLANK + unit)) for unit in set(chain.from_iterable(split))}
            return [[ids[unit] for unit in units] for units in split]
        return [list(ids) for ids in self._processor.encode(list(texts), return_type=int)]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the ids; special tokens have no text, except `<unk>`: itself among words and letters, else ⁇."""
        if self.kind in WHOLE_KINDS:
            units = (self.label(i).removeprefix(BLANK) for i in ids if i not in (PAD_ID, START_ID, END_ID))
            return self._between.join(units)
        return str(self._processor.decode([i for i in ids if i != PAD_ID]))

    def label(self, token: int) -> str:
        """The piece of an id as it is drawn in figures."""
        return str(self._processor.id_to_piece(token))

    @property
    def _between(self) -> str:
        return " " if self.kind is TokenizerKind.WORD else ""

    def _encode_units(self, text: str) -> Encoding:
        pieces = tuple(BLANK + unit for unit in _units(text, self.kind))
        spans = tuple(found.span() for found in _UNITS[self.kind].finditer(text))
        return Encoding(tuple(int(self._processor.piece_to_id(piece)) for piece in pieces), pieces, spans)


def _units(text: str, kind: TokenizerKind) -> list[str]:
    """The words, or the letters in lower case, one for one."""
    found = _UNITS[kind].findall(text)
    return [unit.lower() for unit in found] if kind is TokenizerKind.LETTER else found


def _rule(kind: TokenizerKind) -> str:
    return "identity" if kind in WHOLE_KINDS else "nmt_nfkc"


def _check_size(kind: TokenizerKind, sentences: Sequence[str], size: int) -> None:
    """Refuse a text without characters, and a size below what the kind needs."""
    normalise = spm.SentencePieceNormalizer(rule_name=_rule(kind)).normalize
    characters = set().union(*map(normalise, sentences)) | {BLANK}
    if characters == {BLANK}:
        raise OptionError("a tokenizer needs at least one line of text, got none")
    spelling = _BYTES if kind in SPELLING_KINDS else 0
    units = len(characters) if kind in (TokenizerKind.UNIGRAM, TokenizerKind.BPE) else 1
    if size < (least := len(SPECIAL_TOKENS) + spelling + units):
        needs = f"{len(SPECIAL_TOKENS)} special tokens, {spelling} bytes, {units} characters or words"
        raise OptionError(f"vocabulary_size must be {least} or more for {kind} and this text ({needs}), got {size}")


def check_characters(text: str) -> None:
    """Refuse what no encoding can write.

    Raises:
        InputError: the text holds half of a surrogate pair.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        found = f"the lone surrogate U+{ord(text[error.start]):04X} at position {error.start}"
        raise InputError(f"text must be valid Unicode, got {found}") from None
