"""How callers share read indexes."""

import pytest

from raft.errors import ReadUnavailable
from raft.ready import ReadReady
from raft.runtime.reads import WAITING_MAX, ReadWaiters


@pytest.fixture
async def waiters() -> ReadWaiters:
    return ReadWaiters(applied_index=10)


def asked(waiters: ReadWaiters) -> int:
    read_id = waiters.take()
    assert read_id is not None
    return read_id


async def test_callers_who_arrive_together_share_one_id_and_later_ones_do_not(waiters: ReadWaiters) -> None:
    together = [waiters.add() for _ in range(3)]
    first = asked(waiters)
    assert waiters.take() is None
    later = waiters.add()
    second = asked(waiters)
    assert second != first
    waiters.settle([ReadReady(first, 10)])
    assert [reader.result() for reader in together] == [10, 10, 10]
    assert not later.done()


async def test_a_read_waits_until_its_index_is_applied(waiters: ReadWaiters) -> None:
    far = waiters.add()
    waiters.settle([ReadReady(asked(waiters), 13)])
    near = waiters.add()
    waiters.settle([ReadReady(asked(waiters), 12)])
    waiters.applied(11)
    assert not near.done() and not far.done()
    waiters.applied(12)
    assert near.result() == 12 and not far.done()
    waiters.applied(15)
    assert far.result() == 13


async def test_a_refusal_reaches_everybody_of_that_round_at_once(waiters: ReadWaiters) -> None:
    readers = [waiters.add(), waiters.add()]
    waiters.settle([ReadReady(asked(waiters), None)])
    assert [reader.result() for reader in readers] == [None, None]


async def test_the_number_of_waiting_reads_is_bounded_and_room_returns(waiters: ReadWaiters) -> None:
    for _ in range(WAITING_MAX):
        waiters.add()
    with pytest.raises(ReadUnavailable):
        waiters.add()
    waiters.settle([ReadReady(asked(waiters), 10)])
    waiters.add()


async def test_at_the_end_every_read_is_unavailable(waiters: ReadWaiters) -> None:
    behind = waiters.add()
    waiters.settle([ReadReady(asked(waiters), 99)])
    waiting = waiters.add()
    asked(waiters)
    arrived = waiters.add()
    waiters.fail_all("stopping")
    for reader in (behind, waiting, arrived):
        with pytest.raises(ReadUnavailable):
            await reader
