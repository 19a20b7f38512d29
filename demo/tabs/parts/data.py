"""What a view of the page is sent."""

from typing import Any, TypeAlias

Data: TypeAlias = dict[str, Any]
