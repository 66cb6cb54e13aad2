"""One unbroken run of events out of many streams: each stream ends sometime, the cursor carries on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc

from bot.client import values
from bot.client.api import Event
from bot.client.refusals import is_transient, lms_error
from bot.client.rotation import Nodes, Pause, Unreachable
from protos import lms_pb2

# A stream is reopened after this long even while it seems well: a node that is cut off from the others, or a
# connection that died without a word, looks exactly like a quiet classroom.
STREAM_SECONDS = 60.0


async def watch(nodes: Nodes, metadata: tuple[tuple[str, str], ...], cursor: str) -> AsyncIterator[Event]:
    """Never yields one event twice. Raises LmsError: UNAUTHENTICATED when the session is over."""
    pause = Pause(nodes.random)
    while True:
        node_id = nodes.preferred
        heard = False
        try:
            stub = await nodes.connected(node_id)
            call = stub.Watch(lms_pb2.WatchRequest(cursor=cursor), timeout=STREAM_SECONDS, metadata=metadata)
            try:
                async for message in call:
                    heard = True
                    pause.reset()
                    event = values.event(message)
                    if event.kind is None and event.cursor == cursor:
                        continue
                    cursor = event.cursor
                    yield event
            finally:
                call.cancel()
        except Unreachable:
            pass
        except grpc.aio.AioRpcError as failure:
            error = lms_error(failure)
            if heard and failure.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                continue
            if not is_transient(error):
                raise error from failure
        nodes.avoid(node_id)
        await asyncio.sleep(pause.next_seconds())
