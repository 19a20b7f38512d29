"""Answers that are worked out once, however many ask at the same time; those longest unasked are forgotten."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


def weightless(_answer: object) -> int:
    """Bytes of answers that hardly have any."""
    return 0


class Cache(Generic[Question, Answer]):
    """A bounded memory from question to answer; safe to use from many threads. A failure is not remembered.

    Args:
        size: answers, at most.
        weigh: bytes of an answer.
        memory: bytes of all answers, at most; an answer larger than that is given, but not remembered.
    """

    def __init__(self, size: int, weigh: Callable[[Answer], int] = weightless, memory: int = 0) -> None:
        self._size, self._weigh, self._memory = size, weigh, memory
        self._lock = threading.Lock()
        self._answers: OrderedDict[Question, Future[Answer]] = OrderedDict()
        self._bytes: dict[Question, int] = {}

    @property
    def bytes(self) -> int:
        """Of all answers that are remembered."""
        with self._lock:
            return sum(self._bytes.values())

    def __len__(self) -> int:
        with self._lock:
            return len(self._answers)

    def known(self, question: Question) -> Answer | None:
        """An answer that is there already."""
        with self._lock:
            answer = self._answers.get(question)
            if answer is None or not answer.done() or answer.exception() is not None:
                return None
            self._answers.move_to_end(question)
        return answer.result()

    def answer(self, question: Question, work_out: Callable[[], Answer]) -> tuple[Answer, bool]:
        """The answer, and whether somebody else had it worked out: a class that asks alike at once waits for one.

        Raises:
            Exception: what `work_out` raises, for all who wait.
        """
        with self._lock:
            known = self._answers.get(question)
            if known is None:
                ours = self._answers[question] = Future()
                self._forget()
            else:
                self._answers.move_to_end(question)
        if known is not None:
            return known.result(), True
        try:
            ours.set_result(work_out())
        except BaseException as error:
            with self._lock:
                self._answers.pop(question, None)
            ours.set_exception(error)
        else:
            self._remember(question, ours)
        return ours.result(), False

    def _remember(self, question: Question, ours: Future[Answer]) -> None:
        weight = self._weigh(ours.result())
        with self._lock:
            if self._answers.get(question) is not ours:  # many others have been asked meanwhile
                return
            if weight > self._memory:
                del self._answers[question]
                return
            self._bytes[question] = weight
            self._forget()

    def _forget(self) -> None:
        """Those longest unasked, until what is left is within the limits."""
        while len(self._answers) > self._size or sum(self._bytes.values()) > self._memory:
            question, _ = self._answers.popitem(last=False)
            self._bytes.pop(question, None)
