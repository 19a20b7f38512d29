"""Where the nodes of a search sit."""

from demo.figures.tree_layout import FEWEST_LOST, Band, Column, Spot, TreeLayout, marks_in_view, place_tree
from demo.figures.walk import START
from seq2seq_core.trace import Fate
from tests.demo.figures.made_traces import crossing, long_search, searched


def test_a_small_search_is_placed_as_worked_out_by_hand() -> None:
    first = Column(
        1,
        kept=(Spot((1, 0), 0.0, START, 0.0, Fate.LIVE), Spot((1, 1), 1.0, START, 0.0, Fate.LIVE)),
        lost=(Spot((1, 2), 2.0, START, 0.0, Fate.BELOW_CUT),),
        cut_row=1.27,
    )
    second = Column(
        2,
        kept=(Spot((2, 0), 0.0, (1, 1), 1.0, Fate.FINISHED), Spot((2, 1), 1.0, (1, 0), 0.0, Fate.LIVE)),
        lost=(
            Spot((2, 2), 2.0, (1, 0), 0.0, Fate.END_BELOW_CUT),
            Spot((2, 3), 3.0, (1, 1), 1.0, Fate.BELOW_CUT),
        ),
        cut_row=1.27,
    )
    assert place_tree(crossing()) == TreeLayout((first, second), 4.0, (Band(0, 2),))


def test_every_link_leads_to_the_true_parent() -> None:
    trace = searched(4, 10, seed=5)
    places = place_tree(trace)
    crossings = 0
    for column in places.columns:
        step = trace.steps[column.step - 1]
        for spot in (*column.kept, *column.lost):
            assert spot.parent == (column.step - 1, int(step.parent_N[spot.node[1]]))
            assert spot.parent_row == places.row_of(spot.parent)
        parents = [spot.parent_row for spot in column.kept]
        crossings += parents != sorted(parents)
    assert crossings > 0


def test_there_is_one_start_for_all_first_tokens() -> None:
    (first, *_) = place_tree(long_search()).columns
    assert {spot.parent for spot in first.kept} == {START}


def test_rows_are_ranks_as_long_as_no_end_token_falls_below_the_cut() -> None:
    trace = long_search()
    for column in place_tree(trace).columns:
        for spot in (*column.kept, *column.lost):
            assert spot.row + 1 == trace.steps[column.step - 1].rank_N[spot.node[1]]


def test_the_grid_stays_two_beams_high_and_counts_what_it_leaves_out() -> None:
    trace = long_search()
    places = place_tree(trace)
    assert places.rows == 20
    for column, step in zip(places.columns, trace.steps, strict=True):
        assert len(column.kept) + len(column.lost) + column.left_out == len(step.token_N)


def test_a_narrow_beam_still_shows_some_losers() -> None:
    assert max(len(column.lost) for column in place_tree(searched(2, 10)).columns) <= FEWEST_LOST


def test_marks_in_view_are_all_kept_and_the_losers_of_one_step() -> None:
    assert marks_in_view(place_tree(crossing())) == 4 + 2
