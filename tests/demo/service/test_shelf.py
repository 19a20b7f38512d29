"""Loaded models in bounded memory: loaded once, the longest unused leaves, one in use never does."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.service import Budget, Problem, RequestError, State
from demo.service.shelf import SECONDS_TO_NEXT_TRY, Shelf

PATIENCE = 60.0


class Loader:
    """Notes what it loads; a model is its own name."""

    def __init__(self, broken: tuple[str, ...] = ()) -> None:
        self.loaded: list[str] = []
        self._broken = set(broken)

    def mend(self, name: str) -> None:
        self._broken.remove(name)

    def __call__(self, name: str) -> str:
        self.loaded.append(name)
        if name in self._broken:
            raise OSError(f"{name} is broken")
        return name


def shelf_of(loader: Callable[[str], str], *, memory: int = 30, models: int = 9, **sizes: int) -> Shelf[str]:
    return Shelf(sizes, loader, Budget(memory, models))


def use(shelf: Shelf[str], *names: str) -> None:
    for name in names:
        with shelf.lend(name, PATIENCE) as lent:
            assert lent.model == name


def in_memory(shelf: Shelf[str], names: str) -> str:
    return "".join(name for name in names if shelf.state(name) is State.READY)


def test_nothing_is_loaded_before_it_is_used() -> None:
    loader = Loader()
    shelf = shelf_of(loader, a=10, b=10)
    assert (loader.loaded, shelf.state("a")) == ([], State.ASLEEP)
    use(shelf, "a", "a")
    assert (loader.loaded, shelf.state("a"), shelf.state("b")) == (["a"], State.READY, State.ASLEEP)


def test_the_one_longest_unused_makes_room() -> None:
    shelf = shelf_of(Loader(), memory=30, a=10, b=10, c=10, d=10)
    use(shelf, "a", "b", "c", "a", "d")
    assert in_memory(shelf, "abcd") == "acd"


def test_as_many_leave_as_a_large_one_needs() -> None:
    shelf = shelf_of(Loader(), memory=30, a=10, b=10, c=10, d=20)
    use(shelf, "a", "b", "c", "d")
    assert in_memory(shelf, "abcd") == "cd"


def test_the_number_of_models_is_bounded_too() -> None:
    shelf = shelf_of(Loader(), memory=100, models=2, a=1, b=1, c=1)
    use(shelf, "a", "b", "c")
    assert in_memory(shelf, "abc") == "bc"


def test_one_larger_than_the_budget_is_loaded_alone() -> None:
    shelf = shelf_of(Loader(), memory=30, a=10, b=99)
    use(shelf, "a", "b")
    assert in_memory(shelf, "ab") == "b"
    use(shelf, "a")
    assert in_memory(shelf, "ab") == "a"


def test_one_that_left_is_loaded_again() -> None:
    loader = Loader()
    shelf = shelf_of(loader, models=1, a=1, b=1)
    use(shelf, "a", "b", "a")
    assert loader.loaded == ["a", "b", "a"]


def test_one_in_use_stays_and_the_next_waits_for_room() -> None:
    shelf = shelf_of(Loader(), models=1, a=1, b=1)
    with shelf.lend("a", PATIENCE):
        with pytest.raises(RequestError) as caught, shelf.lend("b", 0.05):
            pass
        assert caught.value.problem is Problem.LOADING
        assert in_memory(shelf, "ab") == "a"
    assert shelf.wait("b", PATIENCE) is State.READY
    assert in_memory(shelf, "ab") == "b"


def test_a_class_that_comes_at_once_has_it_loaded_once() -> None:
    may_go, loader = threading.Event(), Loader()

    def load(name: str) -> str:
        may_go.wait(PATIENCE)
        return loader(name)

    shelf = shelf_of(load, a=1)
    with ThreadPoolExecutor(30) as class_room:
        uses = [class_room.submit(use, shelf, "a") for _ in range(30)]
        may_go.set()
        assert [each.result(PATIENCE) for each in uses] == [None] * 30
    assert loader.loaded == ["a"]


def test_many_who_want_more_than_fits_are_all_served() -> None:
    shelf = shelf_of(Loader(), models=2, a=1, b=1, c=1, d=1)
    with ThreadPoolExecutor(16) as class_room:
        uses = [class_room.submit(use, shelf, name) for name in "abcd" * 12]
        assert [each.result(PATIENCE) for each in uses] == [None] * 48
    assert len(in_memory(shelf, "abcd")) == 2


def test_a_failure_is_told_once_and_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    loader = Loader(broken=("a",))
    shelf = shelf_of(loader, models=1, a=1, b=1)
    for _ in range(2):
        with pytest.raises(RequestError) as caught, shelf.lend("a", PATIENCE):
            pass
        assert caught.value.problem is Problem.FAILED
    use(shelf, "b")
    assert loader.loaded == ["a", "b"]
    assert [record.message for record in caplog.records] == ["the model a cannot be used: a is broken"]


def test_a_failure_in_the_callers_work_gives_the_model_back() -> None:
    shelf = shelf_of(Loader(), models=1, a=1, b=1)
    with pytest.raises(ZeroDivisionError), shelf.lend("a", PATIENCE):
        raise ZeroDivisionError
    use(shelf, "b")
    assert in_memory(shelf, "ab") == "b"


def test_a_model_that_failed_is_tried_again_after_a_while_and_once_for_all_who_ask() -> None:
    loader, now = Loader(broken=("a",)), [0.0]
    shelf = Shelf({"a": 1}, loader, clock=lambda: now[0])

    def fails() -> bool:
        with pytest.raises(RequestError) as caught, shelf.lend("a", PATIENCE):
            pass
        return caught.value.problem is Problem.FAILED

    def ask_thirty_times() -> None:
        with ThreadPoolExecutor(30) as class_room:
            assert all(class_room.map(lambda _: fails(), range(30)))

    ask_thirty_times()
    now[0] = SECONDS_TO_NEXT_TRY - 0.1
    ask_thirty_times()
    assert loader.loaded == ["a"]
    now[0] = SECONDS_TO_NEXT_TRY
    ask_thirty_times()
    assert loader.loaded == ["a", "a"]
    loader.mend("a")
    now[0] = 2 * SECONDS_TO_NEXT_TRY
    use(shelf, "a")
    assert loader.loaded == ["a"] * 3


def test_the_identity_of_a_model_follows_its_files_and_its_place() -> None:
    files = {"a": 1}
    shelf = Shelf({"a": 1, "b": 1}, Loader(), Budget(models=1), files.__getitem__)
    before = shelf.identity("a")
    use(shelf, "a")
    files["a"] = 2
    assert shelf.identity("a") == before  # it is the one in memory
    files["b"] = 1
    use(shelf, "b")
    asleep = shelf.identity("a")
    use(shelf, "a")
    assert shelf.identity("a") == asleep != before
    shelf.remove("a")
    shelf.add("a", 1)
    assert shelf.identity("a") != asleep
