"""One command being applied: when, where in the log, by whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms_cluster.viewer import Viewer
from protos.lms_pb2 import EventKind, Item, PostResponse
from storage.events import Audience, Cursor, record


@dataclass(slots=True)
class Act:
    """What a command may know besides its data and the stored rows: nothing else, or nodes would differ."""

    index: int
    term: int
    now_ms: int
    signed_in: Viewer | None
    token_sha256: bytes
    version: int = 0
    """Command.version: the rules by which it is applied."""
    detail: str = ""
    """What stands beside the act in its audit record; set by the effect."""
    object: str = ""
    """What that record says it was done to, where it is not the item of the response; set by the effect."""
    _events: int = field(default=0, init=False)

    @property
    def author(self) -> Viewer:
        """Who is signed in. Only for commands of people, which always have an author."""
        if self.signed_in is None:
            raise LookupError("a command of the cluster has no author")
        return self.signed_in

    def tell(self, kind: EventKind.ValueType, item_id: str, audience: Audience, username: str) -> None:
        """Add an event. `username`: the person told, or of an audience the one who caused it and is not."""
        record(Cursor(self.index, self._events), kind, item_id, audience, username, self.now_ms)
        self._events += 1

    def accepted(self, item: Item | None = None, released: int = 0) -> PostResponse:
        return PostResponse(item=item, index=self.index, term=self.term, released=released)
