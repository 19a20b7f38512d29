"""The words of the frame around any figure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewWords:
    """What the frame around any figure says."""

    loading: str
    failed: str  # the drawing library did not arrive
    save_svg: str
    save_png: str
    scroll: str  # label of the frame that scrolls sideways
    file_name: str  # of a saved picture, without its ending
