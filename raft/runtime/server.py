"""The other end of the wire: peers' calls become messages for this node, and its replies leave on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Final

import grpc
import structlog

from protos import raft_pb2 as wire
from protos.raft_pb2_grpc import RaftServiceServicer
from raft.messages import AppendEntriesReply, Message, ProposeReply, ReadIndexReply
from raft.runtime.codec import Malformed, WholeMessage, WireMessage, decode, encode
from raft.runtime.replies import StreamedReply
from raft.runtime.snapshot_codec import decode_part, encode_answer
from raft.runtime.snapshot_stream import SnapshotOffer, SnapshotPart, StreamRefused
from raft.runtime.transport import PeerTransport
from raft.types import NodeId

VOTE_SECONDS_MAX: Final = 2.0

log = structlog.get_logger("raft.server")


class RaftServicer(RaftServiceServicer):
    """Serves one node, whose `transport` it shares. A call without the cluster's secret ends with
    UNAUTHENTICATED, a message for another node or in this node's own name ends its call with
    INVALID_ARGUMENT; a malformed one is dropped. Whoever shows the secret is heard, member or not: this node
    may be the last to learn who is one."""

    def __init__(self, transport: PeerTransport) -> None:
        self._transport = transport

    async def RequestVote(  # noqa: N802
        self, request: wire.RequestVoteRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> wire.RequestVoteResponse:
        """The node's vote, once it is durable; DEADLINE_EXCEEDED when it has none to give in time."""
        message = await self._admitted(request, context)
        vote = self._transport.replies.expect_vote(message.from_)
        self._transport.receive(message)
        try:
            return encode(await asyncio.wait_for(vote, VOTE_SECONDS_MAX))
        except TimeoutError:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "no vote in time")

    async def TimeoutNow(  # noqa: N802
        self, request: wire.TimeoutNowRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> wire.TimeoutNowResponse:
        """Answered at once; whether a campaign follows shows in the votes asked for."""
        message = await self._admitted(request, context)
        self._transport.receive(message)
        return wire.TimeoutNowResponse()

    async def AppendEntries(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[wire.AppendEntriesRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> None:
        await self._serve_stream(request_iterator, context, AppendEntriesReply)

    async def Propose(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[wire.ProposeRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> None:
        await self._serve_stream(request_iterator, context, ProposeReply)

    async def ReadIndex(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[wire.ReadIndexRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> None:
        await self._serve_stream(request_iterator, context, ReadIndexReply)

    async def InstallSnapshot(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[wire.InstallSnapshotRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> None:
        """One snapshot. FAILED_PRECONDITION with the reason when the node declines it."""
        await self._check_caller(context)
        try:
            async with aclosing(
                self._transport.serve_snapshot(self._parts(request_iterator, context))
            ) as answers:
                async for answer in answers:
                    await context.write(encode_answer(answer))
        except Malformed as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except StreamRefused as refusal:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, refusal.reason)

    async def _parts(
        self,
        requests: AsyncIterator[wire.InstallSnapshotRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> AsyncIterator[SnapshotPart]:
        async for request in requests:
            part = decode_part(request)
            if isinstance(part, SnapshotOffer):
                await self._check_route(part.install.from_, part.install.to, None, context)
            yield part

    async def _serve_stream(
        self,
        requests: AsyncIterator[WireMessage],
        context: grpc.aio.ServicerContext[Any, Any],
        kind: type[StreamedReply],
    ) -> None:
        """A stream belongs to the peer that its first message is from."""
        await self._check_caller(context)
        messages = self._messages(requests, context)
        first = await anext(messages, None)
        if first is None:
            return
        peer, routes = first.from_, self._transport.replies
        queue = routes.open_stream(peer, kind)
        writer = asyncio.create_task(_write(context, queue), name=f"{kind.__name__} to {peer}")
        try:
            self._transport.receive(first)
            async for message in messages:
                self._transport.receive(message)
        finally:
            routes.close_stream(peer, kind, queue)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _messages(
        self, requests: AsyncIterator[WireMessage], context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[WholeMessage]:
        peer: NodeId | None = None
        async for request in requests:
            try:
                message = decode(request)
            except Malformed as error:
                log.warning("malformed message dropped", peer=peer, error=str(error))
                continue
            await self._check_route(message.from_, message.to, peer, context)
            peer = message.from_
            yield message

    async def _admitted(self, request: WireMessage, context: grpc.aio.ServicerContext[Any, Any]) -> Message:
        """The message of a call of its own. Aborts the call of whoever may not send it."""
        await self._check_caller(context)
        try:
            message = decode(request)
        except Malformed as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        await self._check_route(message.from_, message.to, None, context)
        return message

    async def _check_caller(self, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """Aborts the call of whoever is no node of this cluster."""
        if not self._transport.secret.is_shown_in(context.invocation_metadata() or ()):
            log.warning("a caller without the cluster's secret was refused", caller=context.peer())
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "the cluster's secret was not shown")

    async def _check_route(
        self, from_: NodeId, to: NodeId, peer: NodeId | None, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """`peer`: whose stream this is, when that is known. Aborts the call unless the message belongs
        here."""
        node_id = self._transport.node_id
        if to != node_id:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"this is {node_id}, not {to}")
        if from_ == node_id or peer not in (None, from_):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{from_} is not expected here")


async def _write(context: grpc.aio.ServicerContext[Any, Any], queue: asyncio.Queue[StreamedReply]) -> None:
    """Ends with the stream: whoever reads its requests sees that."""
    try:
        while True:
            await context.write(encode(await queue.get()))
    except (grpc.aio.BaseError, asyncio.InvalidStateError):
        return
