"""Watch: what happened after a cursor, then what happens, until the session ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial

from lms_cluster.deadline import Deadline
from lms_cluster.feed import Feed
from lms_cluster.reader import Reader
from lms_cluster.viewer import viewer_of
from lms_cluster.views import events_after, latest_cursor
from protos.lms_pb2 import WatchRequest, WatchResponse

EVENTS_AT_ONCE = 100
BEGIN_SECONDS = 3.0


class Watches:
    def __init__(self, reader: Reader, feed: Feed) -> None:
        self._reader = reader
        self._feed = feed

    async def watch(self, request: WatchRequest, token_sha256: bytes) -> AsyncGenerator[WatchResponse]:
        """Begins with a bare cursor. Never ends by itself; raises Refused SESSION_ENDED, INVALID_FIELD for a
        cursor that no node gave out, and NO_QUORUM when it cannot begin."""
        with self._feed.watching(token_sha256) as watcher:
            viewer = await self._reader.viewer(token_sha256, Deadline.after(BEGIN_SECONDS))
            cursor = request.cursor or await self._reader.read(latest_cursor)
            # Refuses a cursor that is not ours.
            await self._reader.read(lambda: events_after(viewer, cursor, 1, self._reader.now_ms()))
            yield WatchResponse(cursor=cursor)
            while True:
                watcher.wake.clear()
                events, cursor = await self._reader.read(
                    partial(_next, token_sha256, cursor, self._reader.now_ms())
                )
                for event in events:
                    yield event
                if len(events) < EVENTS_AT_ONCE:
                    await watcher.wake.wait()


def _next(token_sha256: bytes, cursor: str, now_ms: int) -> tuple[list[WatchResponse], str]:
    """The next events, and where to go on: past everything looked at, also what concerned somebody else."""
    viewer = viewer_of(token_sha256)
    events = events_after(viewer, cursor, EVENTS_AT_ONCE, now_ms)
    return events, events[-1].cursor if len(events) == EVENTS_AT_ONCE else latest_cursor()
