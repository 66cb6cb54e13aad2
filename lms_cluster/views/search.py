"""What a reader looks for: the one form in which `get`, the event feed and downloads ask for items."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms_cluster.viewer import Viewer
from protos.lms_pb2 import Filter

Key = int | str
"""Of an item within its kind: a number, or a username."""


@dataclass(frozen=True, slots=True)
class Search:
    """Items in the order of their keys. `own`: only what is the viewer's own (authority.Visibility)."""

    viewer: Viewer
    own: bool
    now_ms: int
    """By the node's clock: what opens later is not shown yet."""
    keys: tuple[Key, ...] | None = None
    """These alone, those of them that the viewer may see."""
    in_full: bool = False
    """With what lists leave out."""
    after: Key | None = None
    """Items beyond this key."""
    limit: int = 1
    filter: Filter = field(default_factory=Filter)
