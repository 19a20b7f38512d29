"""Answers that are worked out once, however many ask at the same time; the oldest ones are forgotten."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Cache(Generic[Question, Answer]):
    """A bounded memory from question to answer; safe to use from many threads. A failure is not remembered."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._answers: OrderedDict[Question, Future[Answer]] = OrderedDict()

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
                while len(self._answers) > self._size:
                    self._answers.popitem(last=False)
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
        return ours.result(), False
