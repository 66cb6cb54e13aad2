"""What a proxy does to the bytes of a connection, over loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.chaos.proxies import CUT, Direction, Impairment, LinkProxy

SECONDS = 10.0
"""Long enough for anything that will happen."""
AWHILE = 0.2
"""For what will not."""


@dataclass
class Line:
    """Two ends of one connection through a proxy, opened by the near one."""

    proxy: LinkProxy
    near_reader: asyncio.StreamReader
    near: asyncio.StreamWriter
    far_reader: asyncio.StreamReader
    far: asyncio.StreamWriter


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    accepted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    server = await asyncio.start_server(lambda *ends: accepted.put_nowait(ends), "127.0.0.1", 0)
    proxy = LinkProxy(Direction(), Direction(), server.sockets[0].getsockname())
    host, _, port = (await proxy.start()).rpartition(":")
    near_reader, near = await asyncio.open_connection(host, int(port))
    far_reader, far = await asyncio.wait_for(accepted.get(), SECONDS)
    yield Line(proxy, near_reader, near, far_reader, far)
    near.close()
    far.close()
    await proxy.close()
    server.close()


async def heard(reader: asyncio.StreamReader, count: int) -> bytes:
    return await asyncio.wait_for(reader.readexactly(count), SECONDS)


async def hears_nothing(reader: asyncio.StreamReader) -> bool:
    try:
        await asyncio.wait_for(reader.read(1), AWHILE)
    except TimeoutError:
        return True
    return False


async def test_a_proxy_carries_bytes_both_ways(line: Line) -> None:
    line.near.write(b"hello")
    line.far.write(b"good day")
    assert await heard(line.far_reader, 5) == b"hello"
    assert await heard(line.near_reader, 8) == b"good day"


async def test_a_direction_cut_holds_its_bytes_back_and_lets_the_others_pass(line: Line) -> None:
    line.proxy.there.impose(CUT)
    line.near.write(b"hello")
    line.far.write(b"good day")
    assert await heard(line.near_reader, 8) == b"good day"
    assert await hears_nothing(line.far_reader)
    line.proxy.there.lift(CUT)
    assert await heard(line.far_reader, 5) == b"hello"


async def test_no_connection_is_made_across_a_cut_either_way(line: Line) -> None:
    for direction in (line.proxy.there, line.proxy.back):
        direction.impose(CUT)
        assert line.proxy._server is not None
        address = line.proxy._server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        assert await hears_nothing(reader)
        direction.lift(CUT)
        writer.close()


async def test_not_even_the_end_of_a_sender_passes_a_cut(line: Line) -> None:
    line.proxy.there.impose(CUT)
    line.near.transport.abort()
    assert await hears_nothing(line.far_reader)
    line.proxy.there.lift(CUT)
    assert await asyncio.wait_for(line.far_reader.read(1), SECONDS) == b""


async def test_cuts_add_up_and_each_undoes_only_itself(line: Line) -> None:
    line.proxy.there.impose(CUT)
    line.proxy.there.impose(CUT)
    line.near.write(b"hello")
    line.proxy.there.lift(CUT)
    assert await hears_nothing(line.far_reader)
    line.proxy.there.lift(CUT)
    assert await heard(line.far_reader, 5) == b"hello"


async def test_a_delay_makes_bytes_late_and_keeps_their_order(line: Line) -> None:
    slow = Impairment(delay=AWHILE)
    line.proxy.there.impose(slow)
    sent_at = time.monotonic()
    for part in (b"one ", b"two ", b"three"):
        line.near.write(part)
        await line.near.drain()
    assert await heard(line.far_reader, 13) == b"one two three"
    assert time.monotonic() - sent_at >= AWHILE


async def test_a_thin_direction_takes_its_time_for_every_byte(line: Line) -> None:
    line.proxy.there.impose(Impairment(bytes_per_second=100_000))
    sent_at = time.monotonic()
    line.near.write(bytes(50_000))
    await heard(line.far_reader, 50_000)
    assert time.monotonic() - sent_at >= 0.5


async def test_a_reset_ends_the_connection_for_both_sides_at_once(line: Line) -> None:
    line.proxy.reset()
    for reader in (line.near_reader, line.far_reader):
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(1), SECONDS)


async def test_where_nobody_listens_the_connection_is_reset(unused_tcp_port: int) -> None:
    proxy = LinkProxy(Direction(), Direction(), ("127.0.0.1", unused_tcp_port))
    host, _, port = (await proxy.start()).rpartition(":")
    reader, _ = await asyncio.open_connection(host, int(port))
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(1), SECONDS)
    await proxy.close()
