"""Ways through a trace: the best path, greedy's path, and what a browser may name."""

from dataclasses import replace

from demo.figures.tree_story import greedy_note
from demo.figures.walk import START, best_path, follow_greedy, is_kept, left_beam_at, node_in, outlived_beam_at
from demo.wording.figures import ENGLISH
from seq2seq_core.trace import path
from tests.demo.figures.made_traces import crossing, long_search, searched


def test_the_best_path_ends_in_the_best_hypothesis() -> None:
    assert best_path(crossing()) == ((1, 1), (2, 0))


def test_greedy_stays_in_a_beam_that_contains_it() -> None:
    trace = crossing()
    stops = follow_greedy(trace, trace)
    assert [stop.in_beam for stop in stops] == [(1, 1), (2, 0)]
    assert left_beam_at(stops) is None


def test_greedy_does_not_leave_a_beam_that_ends_before_it() -> None:
    greedy = crossing()
    beam = replace(greedy, steps=greedy.steps[:1])  # the prefix of the first step is alive when the search ends
    stops = follow_greedy(greedy, beam)
    assert [stop.in_beam for stop in stops] == [(1, 1), None]
    assert left_beam_at(stops) is None
    assert outlived_beam_at(stops) == stops[1]
    assert greedy_note(greedy, stops, ENGLISH.tree) == (
        "Greedy’s path is still in the beam when the search ends, in step 1; the rest of it runs in the top row."
    )


def test_greedy_is_followed_by_its_tokens_until_the_beam_drops_it() -> None:
    beam, greedy = searched(4, 10, seed=5), searched(1, 10, seed=5)
    stops = follow_greedy(greedy, beam)
    left = left_beam_at(stops)
    assert left is not None
    inside = [stop for stop in stops if stop.node[0] < left.node[0]]
    assert inside
    for stop in inside:
        assert stop.in_beam is not None
        assert is_kept(beam, stop.in_beam)
        assert _tokens(beam, stop.in_beam) == _tokens(greedy, stop.node)
    assert all(stop.in_beam is None for stop in stops[left.node[0] - 1 :])


def _tokens(trace, node) -> list[int]:  # type: ignore[no-untyped-def]
    return [int(trace.steps[step - 1].token_N[index]) for step, index in path(trace, *node)]


def test_only_nodes_of_the_trace_are_believed() -> None:
    trace = long_search()
    assert node_in(trace, (40, 0)) == (40, 0)
    assert node_in(trace, START) == START
    for forged in [None, (0, 0), (41, 0), (1, 99), (1, -1), (-1, 0)]:
        assert node_in(trace, forged) is None
