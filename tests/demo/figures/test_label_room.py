"""Labels share the room between their columns."""

from demo.figures.label_room import GAP_EM, Place, fitted
from demo.figures.labels import width_em
from demo.figures.tree_layers import pieces_of
from demo.figures.tree_layout import place_tree
from tests.demo.figures.made_traces import long_search, searched

COLUMN_EM = 5.0


def overlaps(shown: dict[Place, str], column_em: float) -> list[Place]:
    """Places whose label runs into that of the next or the next but one column."""
    return [
        (column, row)
        for (column, row), text in shown.items()
        for further in (1, 2)
        if (beside := shown.get((column + further, row)))
        and text
        and (width_em(text) + width_em(beside)) / 2 > further * column_em
    ]


def test_a_label_alone_in_its_row_may_run_on() -> None:
    assert fitted({(3, 0.0): "incompris"}, COLUMN_EM) == {(3, 0.0): "incompris"}


def test_two_long_neighbours_are_both_cut() -> None:
    shown = fitted({(1, 0.0): "incompris", (2, 0.0): "incompris"}, COLUMN_EM)
    assert shown == {(1, 0.0): "incom…", (2, 0.0): "incom…"}


def test_a_short_neighbour_leaves_its_room() -> None:
    assert fitted({(1, 0.0): "▁a", (2, 0.0): "incompris"}, COLUMN_EM)[2, 0.0] == "incompris"


def test_other_rows_do_not_matter() -> None:
    assert set(fitted({(1, 0.0): "incompris", (2, 1.0): "incompris"}, COLUMN_EM).values()) == {"incompris"}


def test_where_only_an_ellipsis_would_fit_nothing_is_written() -> None:
    assert set(fitted({(1, 0.0): "mmm", (2, 0.0): "mmm"}, GAP_EM + 1).values()) == {""}


def test_in_a_wide_beam_no_label_meets_another() -> None:
    for trace in (long_search(), searched(10, 12, seed=1)):
        pieces = pieces_of(trace, place_tree(trace), None, ())
        for column_em in (4.3, 5.3, 6.0):
            shown = fitted(pieces, column_em)
            assert overlaps(shown, column_em) == []
            assert sum(map(bool, shown.values())) > 0.95 * len(pieces)
