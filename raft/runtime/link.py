"""The way to one peer: its channel, an ordered stream per method, and single calls for votes and for
TimeoutNow."""

from __future__ import annotations

import asyncio
from asyncio import Task
from collections.abc import Callable, Coroutine
from typing import Any, Final

import grpc
import structlog

from protos.raft_pb2_grpc import RaftServiceStub
from raft.messages import (
    AppendEntries,
    Message,
    ProposeRequest,
    ReadIndexRequest,
    RequestVote,
    TimeoutNow,
)
from raft.runtime.codec import Malformed, WireMessage, decode, encode
from raft.runtime.secret import ClusterSecret
from raft.types import NodeId

StreamedRequest = AppendEntries | ProposeRequest | ReadIndexRequest
Request = StreamedRequest | RequestVote | TimeoutNow

RETRY_SECONDS_FIRST: Final = 0.05
RETRY_SECONDS_MAX: Final = 0.5
CALL_SECONDS_MAX: Final = 1.0
CALLS_MAX: Final = 4
WAITING_REQUESTS_MAX: Final = 256

log = structlog.get_logger("raft.transport")


class PeerLink:
    """Requests to `peer` and the replies to them. Streams that break are opened again, soon at first so
    that a restarted peer is found quickly; what waited meanwhile is dropped, since Raft sends it again."""

    def __init__(
        self,
        node_id: NodeId,
        peer: NodeId,
        channel: grpc.aio.Channel,
        secret: ClusterSecret,
        receive: Callable[[Message], None],
    ) -> None:
        self._node_id = node_id
        self._peer = peer
        self._channel = channel
        self._metadata = secret.metadata
        self._receive = receive
        self._calls: set[Task[None]] = set()
        self._is_closed = False
        self._stub = RaftServiceStub(channel)
        methods: dict[type[StreamedRequest], grpc.aio.StreamStreamMultiCallable[Any, Any]] = {
            AppendEntries: self._stub.AppendEntries,
            ProposeRequest: self._stub.Propose,
            ReadIndexRequest: self._stub.ReadIndex,
        }
        self._queues: dict[type[StreamedRequest], asyncio.Queue[StreamedRequest]] = {
            kind: asyncio.Queue(WAITING_REQUESTS_MAX) for kind in methods
        }
        self._streams = [
            asyncio.create_task(self._keep_open(method, self._queues[kind]), name=f"{peer} {kind.__name__}")
            for kind, method in methods.items()
        ]

    def send(self, request: Request) -> bool:
        """Never blocks. False when it was dropped because too much waits: what waits already comes first in
        the peer's log."""
        match request:
            case RequestVote():
                return self._begin_call(self._ask_vote(request))
            case TimeoutNow():
                return self._begin_call(self._hand_over(request))
            case _:
                queue = self._queues[type(request)]
                if queue.full():
                    return False
                queue.put_nowait(request)
                return True

    async def close(self) -> None:
        # A flag as well: a stream that breaks at this very moment reports that instead of the cancellation.
        self._is_closed = True
        tasks = [*self._streams, *self._calls]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._channel.close()

    def _begin_call(self, call: Coroutine[None, None, None]) -> bool:
        if len(self._calls) >= CALLS_MAX:
            call.close()
            return False
        task = asyncio.create_task(call)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return True

    async def _ask_vote(self, request: RequestVote) -> None:
        try:
            call = self._stub.RequestVote(encode(request), timeout=CALL_SECONDS_MAX, metadata=self._metadata)
            self._hear(await call)
        except grpc.aio.AioRpcError as error:
            log.debug("vote not answered", peer=self._peer, code=error.code().name)

    async def _hand_over(self, request: TimeoutNow) -> None:
        try:
            await self._stub.TimeoutNow(encode(request), timeout=CALL_SECONDS_MAX, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            log.debug("leadership not handed over", peer=self._peer, code=error.code().name)

    async def _keep_open(
        self, method: grpc.aio.StreamStreamMultiCallable[Any, Any], queue: asyncio.Queue[StreamedRequest]
    ) -> None:
        pause = RETRY_SECONDS_FIRST
        while not self._is_closed:
            stream = method(metadata=self._metadata)
            writer = asyncio.create_task(_write(stream, queue))
            try:
                async for reply in stream:
                    pause = RETRY_SECONDS_FIRST
                    self._hear(reply)
            except grpc.aio.AioRpcError as error:
                log.debug("stream broken", peer=self._peer, code=error.code().name)
            finally:
                writer.cancel()
                stream.cancel()
                await asyncio.gather(writer, return_exceptions=True)
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_SECONDS_MAX)
            while not queue.empty():
                queue.get_nowait()

    def _hear(self, reply: WireMessage) -> None:
        try:
            message = decode(reply)
        except Malformed as error:
            log.warning("malformed reply dropped", peer=self._peer, error=str(error))
            return
        if (message.from_, message.to) != (self._peer, self._node_id):
            log.warning("misdirected reply dropped", peer=self._peer)
            return
        self._receive(message)


async def _write(stream: Any, queue: asyncio.Queue[StreamedRequest]) -> None:
    """Ends with the stream: its reader sees why."""
    try:
        while True:
            await stream.write(encode(await queue.get()))
    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
        return
