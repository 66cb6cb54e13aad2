"""What passes between the sender and the receiver of one snapshot, on a stream of its own.

    sender    SnapshotOffer ─►                     SnapshotChunk, SnapshotChunk, … ─►
    receiver                 ◄─ ResumeAt(offset)                                     ◄─ InstallSnapshotReply

Whatever goes wrong ends the stream; a later one goes on where it broke off.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from raft.messages import InstallSnapshot, InstallSnapshotReply

CHUNK_BYTES_MAX: Final = 1 << 20

DAMAGED: Final = "damaged"
"""The reason of a StreamRefused whose file is not worth another try."""


@dataclass(frozen=True, slots=True)
class SnapshotOffer:
    """`install` names the snapshot that the file holds; `sha256` is of the whole file of `size` bytes. Two
    offers with one digest are of the same file."""

    install: InstallSnapshot
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class SnapshotChunk:
    offset: int
    data: bytes
    crc32c: int


@dataclass(frozen=True, slots=True)
class ResumeAt:
    """So many bytes of the offered file are there already; its size when none is needed."""

    offset: int


SnapshotPart = SnapshotOffer | SnapshotChunk
SnapshotAnswer = ResumeAt | InstallSnapshotReply


class StreamBroken(Exception):
    """The other side is gone, or sends what no peer sends. Worth another try."""


class StreamRefused(Exception):
    """The receiver declines, and says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SnapshotStream(Protocol):
    """The sender's end. Every wait may last for ever: deadlines are the caller's. Each call raises
    StreamBroken or StreamRefused once the stream has ended."""

    async def send(self, part: SnapshotPart) -> None:
        """Returns when there is room for the next."""
        ...

    async def receive(self) -> SnapshotAnswer: ...

    async def close(self) -> None: ...


ServeSnapshot = Callable[[AsyncIterator[SnapshotPart]], AsyncGenerator[SnapshotAnswer, None]]
"""The receiver's end, for one stream. Raises StreamRefused; whoever carries the stream tells the sender."""
