"""Ids for source words that the vocabulary lacks, so that a pointer-generator can say them (See 2017, section 2.2).

Such a word gets the next id after the vocabulary, in the order in which the words occur. Both sides share one
vocabulary of words.
"""

from collections.abc import Mapping, Sequence

from seq2seq_core.readers import Reader
from seq2seq_core.tokenizer import BLANK, UNKNOWN_ID


class ExtendedVocabulary:
    """A vocabulary and the unknown words of some sources."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ids: dict[str, int] = {}

    @property
    def words(self) -> Mapping[str, int]:
        """The words beyond the vocabulary and their ids."""
        return self._ids

    def read_source(self, text: str) -> list[int]:
        """Ids of a source; words seen for the first time are added."""
        encoding = self._reader.encode(text)
        pieces = zip(encoding.ids, encoding.pieces, strict=True)
        return [i if i != UNKNOWN_ID else self._ids.setdefault(word, self._next()) for i, word in pieces]

    def read_target(self, text: str) -> list[int]:
        """Ids of a target; a word that is in neither vocabulary stays unknown."""
        encoding = self._reader.encode(text)
        pieces = zip(encoding.ids, encoding.pieces, strict=True)
        return [i if i != UNKNOWN_ID else self._ids.get(word, UNKNOWN_ID) for i, word in pieces]

    def label(self, token: int) -> str:
        """The word of an id as it is drawn in figures."""
        if token < len(self._reader):
            return self._reader.label(token)
        return list(self._ids)[token - len(self._reader)]

    def decode(self, ids: Sequence[int]) -> str:
        """The words of the ids, parted by blanks."""
        known = len(self._reader)
        words = (self._reader.decode([i]) if i < known else self.label(i).removeprefix(BLANK) for i in ids)
        return " ".join(word for word in words if word)

    def _next(self) -> int:
        return len(self._reader) + len(self._ids)
