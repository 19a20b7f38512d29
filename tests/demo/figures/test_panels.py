"""Where small multiples stand."""

from demo.figures.panels import Box, Size, place_panels


def test_panels_of_a_group_share_their_lines_evenly() -> None:
    # Room for 3 of 50 + 10 pixels between two edges of 5; 4 panels make 2 lines of 2. A title takes 24 pixels, lines
    # are 24 + 40 + 10 apart, and the figure is never too narrow for the colour bar.
    sheet = place_panels([4], Size(50, 40), 180)
    assert sheet.boxes == (Box(5, 29, 50, 40), Box(65, 29, 50, 40), Box(5, 103, 50, 40), Box(65, 103, 50, 40))
    assert (sheet.width, sheet.height) == (190, 148)


def test_a_group_begins_on_a_line_of_its_own() -> None:
    sheet = place_panels([1, 2], Size(100, 40), 400)
    # The second group: 5 + 74 (one line) + 8 (between groups) + 24 (title).
    assert sheet.boxes == (Box(5, 29, 100, 40), Box(5, 111, 100, 40), Box(115, 111, 100, 40))
    assert sheet.width == 220


def test_a_panel_wider_than_the_room_has_a_line_of_its_own() -> None:
    assert [box.left for box in place_panels([2], Size(500, 40), 336).boxes] == [5, 5]
