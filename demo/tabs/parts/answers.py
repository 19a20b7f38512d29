"""What several models answered to one source, and which of the answers the others are held against."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from demo.service import Decoded, DecodeRequest, GalleryEntry, RequestError
from seq2seq_core.trace import Hypothesis, Trace

LETTERS: Final = "ABCD"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One model's answer: what it decoded, or why it did not."""

    letter: str  # by which rows, maps and curves name the model
    entry: GalleryEntry
    decoded: Decoded | None
    refusal: RequestError | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The answers in the order of the models; `request` holds the settings, which are the same for all."""

    request: DecodeRequest
    greedy: bool
    answers: tuple[Answer, ...]

    def trace(self, answer: Answer) -> Trace | None:
        """The search that was asked for; None where the model refused."""
        if answer.decoded is None:
            return None
        return answer.decoded.greedy if self.greedy else answer.decoded.beam

    def seconds(self, decoded: Decoded) -> float:
        """How long that search took by the clock on the wall."""
        return decoded.greedy_seconds if self.greedy else decoded.beam_seconds

    def best(self, answer: Answer) -> Hypothesis | None:
        """The winner; None where there is no output."""
        trace = self.trace(answer)
        return trace.hypotheses[0] if trace and trace.hypotheses else None

    @property
    def written(self) -> list[Answer]:
        """The answers that are not empty: only those can be held against each other."""
        return [answer for answer in self.answers if (best := self.best(answer)) and best.text]

    def likes(self, answer: Answer) -> list[Answer]:
        """The answers in the same language, this one included, that are not empty."""
        return [each for each in self.written if each.entry.target_language == answer.entry.target_language]

    def base(self, answer: Answer) -> Answer | None:
        """The answer that this one is held against: of its language the output that most agree on, or the first.

        None where there is no other to compare with.
        """
        likes = self.likes(answer)
        if answer not in likes or len(likes) < 2:
            return None
        texts = [best.text for each in likes if (best := self.best(each))]
        # Of equally frequent outputs `most_common` names the first.
        return likes[texts.index(Counter(texts).most_common(1)[0][0])]
