"""The memory of answers is bounded in number and in bytes; what is too large for it is given, and not kept."""

from demo.service.cache import Cache
from demo.service.weight import BYTES_OF_A_STEP, bytes_of
from tests.demo.service.made import lure_traces


def kept(cache: Cache[str, int], questions: str) -> str:
    return "".join(question for question in questions if cache.known(question) is not None)


def cache_of(memory: int) -> Cache[str, int]:
    """An answer weighs what it says."""
    return Cache(size=9, weigh=lambda answer: answer, memory=memory)


def test_those_longest_unasked_go_until_the_rest_fits() -> None:
    cache = cache_of(memory=30)
    for question in "abc":
        cache.answer(question, lambda: 10)
    cache.known("a")
    cache.answer("d", lambda: 20)
    assert (kept(cache, "abcd"), cache.bytes) == ("ad", 30)


def test_what_is_too_large_is_given_and_not_kept() -> None:
    cache = cache_of(memory=30)
    cache.answer("a", lambda: 10)
    assert cache.answer("b", lambda: 31) == (31, False)
    assert cache.answer("b", lambda: 31) == (31, False)
    assert (kept(cache, "ab"), cache.bytes) == ("a", 10)


def test_an_answer_that_is_asked_for_again_is_weighed_once() -> None:
    cache = cache_of(memory=30)
    for _ in range(5):
        cache.answer("a", lambda: 10)
    assert (len(cache), cache.bytes) == (1, 10)


def test_a_trace_weighs_its_numbers_and_its_steps() -> None:
    greedy, beam = lure_traces()
    assert bytes_of(beam) > bytes_of(greedy) > BYTES_OF_A_STEP * len(greedy.steps)
