"""TCP proxies between nodes: what one node writes towards another can be held back, slowed, or reset.

A network loses packets one way; a connection carries bytes both ways. So faults are set on a `Direction`, all
bytes from one node to another, whichever of the two opened the connection that carries them.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CHUNK_BYTES = 64 * 1024
ON_THE_WAY_CHUNKS = 8
"""As much as a socket's buffers would hold; then the sender feels it."""
CONNECT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Impairment:
    """What is wrong with a direction."""

    cut: bool = False
    """Nothing arrives until this is lifted, not even the news that the sender is gone; then all of it does,
    as it would from TCP's next retransmission."""
    delay: float = 0.0
    """Seconds."""
    bytes_per_second: float | None = None


CUT = Impairment(cut=True)


class Direction:
    """All bytes from one node to another. Impairments add up, so that overlapping faults undo only
    themselves: one cut cuts, the longest delay and the lowest rate count."""

    def __init__(self) -> None:
        self._impairments: list[Impairment] = []
        self._open = asyncio.Event()
        self._open.set()

    def impose(self, impairment: Impairment) -> None:
        self._impairments.append(impairment)
        self._update()

    def lift(self, impairment: Impairment) -> None:
        self._impairments.remove(impairment)
        self._update()

    @property
    def is_cut(self) -> bool:
        return not self._open.is_set()

    @property
    def is_whole(self) -> bool:
        return not self._impairments

    @property
    def delay(self) -> float:
        return max((each.delay for each in self._impairments), default=0.0)

    async def passable(self) -> None:
        """Wait until it is not cut."""
        await self._open.wait()

    async def take(self, size: int) -> None:
        """Wait for as long as `size` bytes take, and while the direction is cut."""
        rates = [each.bytes_per_second for each in self._impairments if each.bytes_per_second]
        if rates:
            await asyncio.sleep(size / min(rates))
        await self._open.wait()

    def _update(self) -> None:
        if any(each.cut for each in self._impairments):
            self._open.clear()
        else:
            self._open.set()


@dataclass(slots=True)
class LinkProxy:
    """Carries the connections that one node opens to another. `there` are the opener's bytes, `back` the
    other's."""

    there: Direction
    back: Direction
    target: tuple[str, int]
    _server: asyncio.Server | None = None
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> str:
        """The address to give the opener instead of the target's, "host:port"."""
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    def reset(self) -> None:
        """Every connection ends at once, with a TCP reset to both sides."""
        for connection in self._connections:
            connection.cancel()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.reset()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._carry(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as long as it lives."""
        writers = [writer]
        end: Callable[[asyncio.StreamWriter], None] = _reset
        try:
            # A connection request and its answer travel too.
            await self.there.passable()
            await self.back.passable()
            async with asyncio.timeout(CONNECT_SECONDS):
                far_reader, far_writer = await asyncio.open_connection(*self.target)
            writers.append(far_writer)
            await _until_an_end_arrives(
                _Pump(self.there, reader, far_writer), _Pump(self.back, far_reader, writer)
            )
            end = asyncio.StreamWriter.close
        except OSError:  # nobody listens there, or not in time
            pass
        finally:
            for each in writers:
                end(each)


@dataclass(slots=True)
class _Pump:
    """One side's bytes of one connection, in order, each as late as its direction is."""

    direction: Direction
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _on_the_way: asyncio.Queue[tuple[float, bytes]] = field(
        default_factory=lambda: asyncio.Queue(ON_THE_WAY_CHUNKS)
    )

    async def read(self) -> None:
        """Ends when the sender has: with its last bytes and the news of it on their way."""
        chunk = b"?"
        while chunk:
            try:
                chunk = await self.reader.read(CHUNK_BYTES)
            except OSError:
                chunk = b""
            await self._on_the_way.put((time.monotonic() + self.direction.delay, chunk))

    async def write(self) -> None:
        """Ends when the news has arrived that the sender is gone."""
        while True:
            due, chunk = await self._on_the_way.get()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self.direction.take(len(chunk))
            if not chunk:
                return
            # A receiver that is gone takes nothing; the sender learns of it by the other direction only.
            if not self.writer.is_closing():
                with contextlib.suppress(OSError):
                    self.writer.write(chunk)
                    await self.writer.drain()


async def _until_an_end_arrives(*pumps: _Pump) -> None:
    """gRPC closes both ways at once, so the first end to get through ends the connection."""
    writing = [asyncio.create_task(pump.write()) for pump in pumps]
    reading = [asyncio.create_task(pump.read()) for pump in pumps]
    try:
        await asyncio.wait(writing, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*writing, *reading):
            task.cancel()
        await asyncio.gather(*writing, *reading, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
