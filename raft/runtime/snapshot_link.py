"""The sender's end of a snapshot's stream over gRPC, on a connection of its own: however much of it waits to
be sent, no heartbeat waits behind it."""

from __future__ import annotations

import asyncio
from typing import Final

import grpc

from protos.raft_pb2 import InstallSnapshotResponse
from protos.raft_pb2_grpc import RaftServiceStub
from raft.runtime.codec import Malformed
from raft.runtime.secret import ClusterSecret
from raft.runtime.snapshot_codec import decode_answer, encode_part
from raft.runtime.snapshot_stream import SnapshotAnswer, SnapshotPart, StreamBroken, StreamRefused

_REFUSALS: Final = (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.INVALID_ARGUMENT)


class SnapshotCall:
    """A `SnapshotStream` over `channel`, which it closes."""

    def __init__(self, channel: grpc.aio.Channel, secret: ClusterSecret) -> None:
        self._channel = channel
        self._call = RaftServiceStub(channel).InstallSnapshot(metadata=secret.metadata)

    async def send(self, part: SnapshotPart) -> None:
        try:
            await self._call.write(encode_part(part))
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            raise await self._why_ended() from None

    async def receive(self) -> SnapshotAnswer:
        try:
            received = await self._call.read()
        except grpc.aio.AioRpcError:
            raise await self._why_ended() from None
        if not isinstance(received, InstallSnapshotResponse):
            raise await self._why_ended()
        try:
            return decode_answer(received)
        except Malformed as error:
            raise StreamBroken(str(error)) from None

    async def close(self) -> None:
        self._call.cancel()
        await self._channel.close()

    async def _why_ended(self) -> StreamBroken | StreamRefused:
        code = await self._call.code()
        if code in _REFUSALS:
            return StreamRefused(await self._call.details())
        return StreamBroken(code.name)
