"""A stack of changes: what they come to, and that the model's own search is never mistaken for a changed one."""

import pytest

from demo.service import MOST_CHANGES, Ban, DecodeRequest, Force, RequestError, Service, WhatIf
from demo.service.problems import Problem
from tests.demo.service.made import ready_service

A = Force((4,), ("a",))
AB = Force((4, 5), ("a", "b"))
NO_A = Ban((4,), ("a",))
NO_AB = Ban((4, 5), ("a", "b"))
NO_AC = Ban((4, 6), ("a", "c"))


@pytest.fixture(scope="module")
def service() -> Service:
    return ready_service()


def test_nothing_is_changed_at_first() -> None:
    assert not WhatIf()
    assert DecodeRequest(text="x").beam == DecodeRequest(text="x", what_if=WhatIf()).beam


def test_a_forced_prefix_and_bans_come_together() -> None:
    changed = WhatIf().then(A).then(NO_AB).then(NO_AC)
    assert changed.constraints.forced_prefix == (4,)
    assert changed.constraints.banned_after == ((4, 5), (4, 6))
    assert changed.holding == (True, True, True)


def test_a_longer_beginning_holds_the_shorter_one() -> None:
    changed = WhatIf((A, AB))
    assert changed.constraints.forced_prefix == (4, 5)
    assert changed.holding == (True, True)


def test_a_ban_overrules_the_older_beginning_that_contradicts_it_and_no_other() -> None:
    changed = WhatIf((A, AB, NO_AB))
    assert changed.constraints.forced_prefix == (4,)
    assert changed.holding == (True, False, True)


def test_a_beginning_overrules_the_older_ban_that_contradicts_it() -> None:
    changed = WhatIf((NO_A, NO_AC, AB))
    assert changed.constraints.banned_after == ((4, 6),)
    assert changed.holding == (False, True, True)


def test_undoing_brings_back_what_was_overruled() -> None:
    changed = WhatIf((A, AB, NO_AB)).undone()
    assert changed == WhatIf((A, AB))
    assert changed.undone().undone() == WhatIf()


def test_the_same_change_twice_is_one() -> None:
    assert WhatIf().then(A).then(A) == WhatIf((A,))


def test_the_stack_is_limited() -> None:
    full = WhatIf(tuple(Ban((number,), ("x",)) for number in range(MOST_CHANGES)))
    with pytest.raises(RequestError) as caught:
        full.then(A)
    assert caught.value.problem is Problem.CHANGES


def test_both_searches_are_changed(service: Service) -> None:
    own = service.decode(DecodeRequest(text="x y", beam_size=3))
    first = own.greedy.hypotheses[0].tokens[0]
    changed = service.decode(DecodeRequest(text="x y", beam_size=3, what_if=WhatIf((Ban((first,), ("a",)),))))
    for trace in (changed.greedy, changed.beam):
        assert all(each.tokens[0] != first for each in trace.hypotheses)
        assert trace.options["banned_after"] == str(first)


def test_a_changed_search_is_not_taken_for_the_models_own(service: Service) -> None:
    request = DecodeRequest(text="y x", beam_size=3)
    first = service.decode(request).greedy.hypotheses[0].tokens[0]
    changed = service.decode(DecodeRequest(text="y x", beam_size=3, what_if=WhatIf((Ban((first,), ("a",)),))))
    assert not changed.from_cache
    again = service.decode(request)
    assert again.from_cache
    assert "banned_after" not in again.beam.options
