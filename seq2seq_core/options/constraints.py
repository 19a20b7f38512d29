"""What an output must or must not hold."""

from dataclasses import dataclass
from typing import Final

from seq2seq_core.errors import OptionError

from .checks import check_several, check_tokens, check_whole
from .limits import MAXIMUM_NGRAM, MAXIMUM_REQUIRED


@dataclass(frozen=True, kw_only=True, slots=True)
class Constraints:
    """What an output must or must not hold; what it forbids gets minus infinity, and nothing is renormalised.

    Raises:
        OptionError: a token is no id, or no_repeat_ngram is out of its range.
    """

    forced_prefix: tuple[int, ...] = ()  # how every output begins; the end token may be the last of it
    banned: tuple[int, ...] = ()  # token ids that are never written
    banned_after: tuple[tuple[int, ...], ...] = ()  # each a prefix and, as its last token, what must not follow it
    no_repeat_ngram: int = 0  # no n content tokens in a row occur twice; 0: they may
    required: tuple[tuple[int, ...], ...] = ()  # each a sequence of tokens that every output holds, unbroken

    def __post_init__(self) -> None:
        check_tokens("forced_prefix", self.forced_prefix)
        check_tokens("banned", self.banned)
        check_several("banned_after", self.banned_after)
        for number, path in enumerate(self.banned_after, 1):
            check_tokens(f"banned_after {number}", path)
            if not path:
                raise OptionError(f"banned_after {number} must hold a token, got none")
        check_whole("no_repeat_ngram", self.no_repeat_ngram, 0, MAXIMUM_NGRAM)
        self._check_required()

    @property
    def required_tokens(self) -> int:
        """Tokens of all required sequences, those given twice counted once."""
        return sum(map(len, set(self.required)))

    def _check_required(self) -> None:
        check_several("required", self.required)
        if len(self.required) > MAXIMUM_REQUIRED:
            raise OptionError(f"required must be {MAXIMUM_REQUIRED} sequences at most, got {len(self.required)}")
        for number, sequence in enumerate(self.required, 1):
            check_tokens(f"required {number}", sequence)
            if not sequence:
                raise OptionError(f"required {number} must hold a token, got none")
            if forbidden := sorted(set(sequence) & set(self.banned)):
                raise OptionError(f"required {number} must hold no banned token, got {forbidden[0]}, which is banned")


FREE: Final = Constraints()
