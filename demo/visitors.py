"""What the server keeps of each visitor: the results that their page shows, and nothing else.

Gradio keeps for every visitor, and for every call of an endpoint, a description of all components with the last values
that were sent to them: it could then rebuild the page from a link that names the session. That took 35 ms of each first
request and a megabyte or two of each of the last 500 visitors; this page has no such links.
"""

from copy import copy
from typing import Any, Final

from gradio.blocks import Blocks
from gradio.state_holder import SessionState, StateHolder

SECONDS_KEPT: Final = 600  # after a page was closed: its visitor may come back to it


class Visitor(SessionState):
    """One visitor's results. What Gradio would keep for links is forgotten at once."""

    def __init__(self, blocks: Blocks) -> None:
        # Not by way of the constructor above, which describes every component.
        self.blocks_config = copy(blocks.default_config)
        self.config_values = _Nothing()
        self.state_data = {}
        self._state_ttl = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = SECONDS_KEPT

    def _update_config(self, key: int) -> None:
        """Nothing is described."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Nothing is described."""


class Visitors(StateHolder):
    """All visitors, the longest unseen ones forgotten first.

        Visitors.of(page)   # once it is launched, before anybody can have come
    """

    @classmethod
    def of(cls, page: Blocks) -> "Visitors":
        """Those of a page that has just been launched; they take the place of Gradio's."""
        visitors = cls()
        visitors.set_blocks(page)
        page.app.state_holder = visitors
        return visitors

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Visitor(self.blocks)
        return super().__getitem__(session_id)


class _Nothing(dict[int, Any]):
    """Takes everything and keeps none of it."""

    def __setitem__(self, key: int, value: Any) -> None:
        pass
