"""What a reader looks for: the one form in which `get`, the event feed and downloads ask for items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from peewee import Model, ModelSelect

from lms_cluster.instants import instant_ms
from lms_cluster.viewer import Viewer
from protos.lms_pb2 import Filter

Row = TypeVar("Row", bound=Model)

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

    @property
    def since_ms(self) -> int:
        """Only what is of this time or later is looked for; 0: all of it."""
        return instant_ms(self.filter.since) or 0

    def page(self, query: ModelSelect[Row], key: Any) -> ModelSelect[Row]:
        """Of the query's rows those with the `keys`, beyond `after`: `limit` of them, in order. `key` is the
        column in which their keys are."""
        if self.keys is not None:
            query = query.where(key.in_(self.keys))
        if self.after is not None:
            query = query.where(key > self.after)
        return query.order_by(key).limit(self.limit)
