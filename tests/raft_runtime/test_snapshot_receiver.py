"""The receiving end of a snapshot's stream: what is offered, repeated, out of order, late, damaged or too
much."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from asyncio import Queue, Task
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace

import google_crc32c
import pytest
from prometheus_client import CollectorRegistry

from raft.errors import PeerMistake
from raft.membership import Membership
from raft.messages import InstallSnapshot, InstallSnapshotReply
from raft.runtime import incoming_file, snapshot_receiver
from raft.runtime.metrics import Metrics
from raft.runtime.snapshot_limits import SnapshotLimits
from raft.runtime.snapshot_receiver import SnapshotReceiver
from raft.runtime.snapshot_stream import (
    DAMAGED,
    ResumeAt,
    SnapshotAnswer,
    SnapshotChunk,
    SnapshotOffer,
    SnapshotPart,
    StreamRefused,
)
from raft.types import Entry, EntryKind, Index, Snapshot, Term
from tests.raft_runtime.cluster import Memory, eventually

CHUNK = 100
MEMBERSHIP = Membership(("n1", "n2"))
NO_ROOM = SimpleNamespace(free=-1)


class Leader:
    """One stream's sending end: a state of some size, and what the receiver answered."""

    def __init__(self, receiver: SnapshotReceiver, folder: Path, index: Index = 9, term: Term = 1) -> None:
        state = Memory(folder / f"leader-{index}-{term}", MEMBERSHIP)
        state.apply([Entry(1, number, EntryKind.COMMAND, bytes(200)) for number in range(1, index + 1)])
        path = folder / f"sent-{index}-{term}"
        self.snapshot = state.write_snapshot(path)
        self.data = path.read_bytes()
        install = InstallSnapshot("n1", "n2", term, self.snapshot)
        self.offer = SnapshotOffer(install, len(self.data), hashlib.sha256(self.data).digest())
        self.answers: Queue[SnapshotAnswer] = Queue()
        self._parts: Queue[SnapshotPart] = Queue()
        self.serving: Task[None] = asyncio.create_task(self._serve(receiver))

    async def offered(self) -> int:
        """Where the receiver wants the data from."""
        self._parts.put_nowait(self.offer)
        answer = await asyncio.wait_for(self.answers.get(), 10)
        assert isinstance(answer, ResumeAt)
        return answer.offset

    def send(self, begin: int, end: int, crc32c: int | None = None) -> None:
        for offset in range(begin, end, CHUNK):
            data = self.data[offset : min(offset + CHUNK, end)]
            checksum = google_crc32c.value(data) if crc32c is None else crc32c
            self._parts.put_nowait(SnapshotChunk(offset, data, checksum))

    async def refused(self) -> str:
        with pytest.raises(StreamRefused) as refusal:
            await asyncio.wait_for(self.serving, 10)
        return refusal.value.reason

    async def _serve(self, receiver: SnapshotReceiver) -> None:
        async with aclosing(receiver.serve(self._sent())) as answers:
            async for answer in answers:
                self.answers.put_nowait(answer)

    async def _sent(self) -> AsyncIterator[SnapshotPart]:
        while True:
            yield await self._parts.get()


class Node:
    """Stands where a node stands; remembers what it was handed."""

    def __init__(self, folder: Path, limits: SnapshotLimits = SnapshotLimits(free_bytes_min=0)) -> None:  # noqa: B008
        self.term = 1
        self.commit_index = 0
        self.handed: list[InstallSnapshot] = []
        self.mistake = False
        self.folder = folder
        self.registry = CollectorRegistry()
        self.state = Memory(folder / "state", MEMBERSHIP)
        self.limits = limits
        self.receiver = self.start()

    def start(self) -> SnapshotReceiver:
        self.receiver = SnapshotReceiver(
            self.state,
            self.folder,
            self.limits,
            Metrics(CollectorRegistry()),
            standing=lambda: (self.term, self.commit_index),
            step=self._step,
        )
        return self.receiver

    def reply(self) -> None:
        """The node carries out what it was handed."""
        handed = self.receiver.handed
        assert handed is not None
        self.commit_index = max(self.commit_index, handed.install.snapshot.index)
        self.receiver.answered(InstallSnapshotReply("n2", "n1", self.term, self.commit_index))
        self.receiver.settled(handed)

    def incoming(self) -> list[Path]:
        return list(self.folder.glob("incoming-*"))

    def _step(self, install: InstallSnapshot) -> None:
        if self.mistake:
            raise PeerMistake("impossible")
        self.handed.append(install)


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    node = Node(tmp_path)
    yield node
    node.receiver.close()


@pytest.fixture
async def leader(node: Node, tmp_path: Path) -> Leader:
    return Leader(node.receiver, tmp_path)


async def test_the_node_is_handed_a_snapshot_only_once_all_of_it_is_verified(
    node: Node, leader: Leader
) -> None:
    assert await leader.offered() == 0
    leader.send(0, len(leader.data) - 1)
    await eventually(lambda: node.incoming()[0].stat().st_size >= len(leader.data) - CHUNK)
    assert node.handed == []
    leader.send(len(leader.data) - 1, len(leader.data))
    await eventually(lambda: bool(node.handed))
    assert node.handed == [leader.offer.install]
    handed = node.receiver.handed
    assert handed is not None and handed.file is not None
    assert handed.file.path.read_bytes() == leader.data
    node.reply()
    assert await leader.answers.get() == InstallSnapshotReply("n2", "n1", 1, leader.snapshot.index)
    await leader.serving


async def test_s31_after_a_restart_the_rest_is_asked_for(node: Node, leader: Leader, tmp_path: Path) -> None:
    await leader.offered()
    most = len(leader.data) * 9 // 10
    leader.send(0, most)
    await eventually(lambda: node.incoming()[0].stat().st_size == most)
    leader.serving.cancel()
    node.receiver.close()
    again = Leader(node.start(), tmp_path)
    assert await again.offered() == most
    again.send(most, len(again.data))
    await eventually(lambda: bool(node.handed))


async def test_what_arrived_of_one_snapshot_is_never_continued_with_another(
    node: Node, leader: Leader, tmp_path: Path
) -> None:
    await leader.offered()
    leader.send(0, 500)
    await eventually(lambda: node.incoming()[0].stat().st_size == 500)
    newer = Leader(node.receiver, tmp_path, index=12)
    assert await newer.offered() == 0
    assert len(node.incoming()) == 1


async def test_s29_a_repeated_chunk_changes_nothing(node: Node, leader: Leader) -> None:
    await leader.offered()
    leader.send(0, 300)
    leader.send(100, 300)
    leader.send(0, 100)
    leader.send(300, len(leader.data))
    await eventually(lambda: bool(node.handed))


async def test_a_gap_ends_the_stream_and_keeps_what_came_before(
    node: Node, leader: Leader, tmp_path: Path
) -> None:
    await leader.offered()
    leader.send(0, 300)
    leader.send(400, 500)
    assert "out of place" in await leader.refused()
    assert await Leader(node.receiver, tmp_path).offered() == 300


async def test_a_chunk_with_a_wrong_checksum_is_not_kept(node: Node, leader: Leader, tmp_path: Path) -> None:
    await leader.offered()
    leader.send(0, 300)
    leader.send(300, 400, crc32c=1)
    assert "damaged" in await leader.refused()
    assert await Leader(node.receiver, tmp_path).offered() == 300


async def test_a_file_that_is_not_what_was_offered_is_deleted(node: Node, leader: Leader) -> None:
    await leader.offered()
    leader.data = bytes(len(leader.data))
    leader.send(0, len(leader.data))
    assert await leader.refused() == DAMAGED
    assert node.incoming() == [] and node.handed == []


async def test_a_file_that_the_state_machine_takes_for_damaged_is_deleted(node: Node, leader: Leader) -> None:
    node.state.is_damaged = True
    await leader.offered()
    leader.send(0, len(leader.data))
    assert await leader.refused() == DAMAGED
    assert node.incoming() == [] and node.handed == []


async def test_s29_a_newer_offer_takes_over_and_an_older_one_does_not(
    node: Node, leader: Leader, tmp_path: Path
) -> None:
    await leader.offered()
    newer = Leader(node.receiver, tmp_path, index=12)
    await newer.offered()
    leader.send(0, 100)
    assert "newer" in await leader.refused()
    older = Leader(node.receiver, tmp_path)
    older._parts.put_nowait(older.offer)
    assert "newer" in await older.refused()
    newer.send(0, len(newer.data))
    await eventually(lambda: bool(node.handed))


async def test_the_same_offer_on_a_second_stream_goes_on_with_the_file(
    node: Node, leader: Leader, tmp_path: Path
) -> None:
    await leader.offered()
    leader.send(0, 300)
    await eventually(lambda: node.incoming()[0].stat().st_size == 300)
    second = Leader(node.receiver, tmp_path)
    assert await second.offered() == 300


async def test_s29_a_stream_of_an_earlier_term_ends_when_the_term_does(node: Node, leader: Leader) -> None:
    await leader.offered()
    leader.send(0, 100)
    await eventually(lambda: node.incoming()[0].stat().st_size == 100)
    node.term = 2
    leader.send(100, 200)
    assert "earlier term" in await leader.refused()


@pytest.mark.parametrize("why", ["an earlier term", "committed here already"])
async def test_what_the_node_does_not_need_is_answered_without_the_state(
    node: Node, leader: Leader, why: str
) -> None:
    if why == "an earlier term":
        node.term = 2
    else:
        node.commit_index = leader.snapshot.index
    assert await leader.offered() == leader.offer.size
    await eventually(lambda: bool(node.handed))
    node.reply()
    assert isinstance(await leader.answers.get(), InstallSnapshotReply)
    assert node.incoming() == []


async def test_while_one_is_being_installed_another_is_declined(
    node: Node, leader: Leader, tmp_path: Path
) -> None:
    await leader.offered()
    leader.send(0, len(leader.data))
    await eventually(lambda: bool(node.handed))
    newer = Leader(node.receiver, tmp_path, index=12)
    newer._parts.put_nowait(newer.offer)
    assert "being installed" in await newer.refused()
    assert node.incoming()[0].read_bytes() == leader.data


async def test_a_sender_that_leaves_does_not_take_the_file_from_the_node(node: Node, leader: Leader) -> None:
    await leader.offered()
    leader.send(0, len(leader.data))
    await eventually(lambda: bool(node.handed))
    leader.serving.cancel()
    await asyncio.gather(leader.serving, return_exceptions=True)
    assert node.incoming()[0].read_bytes() == leader.data
    node.reply()
    await eventually(lambda: not node.incoming())


async def test_what_the_node_calls_impossible_is_declined(node: Node, leader: Leader) -> None:
    node.mistake = True
    await leader.offered()
    leader.send(0, len(leader.data))
    assert await leader.refused() == "impossible"
    assert node.receiver.handed is None


async def test_a_stream_that_begins_with_no_offer_is_refused(leader: Leader) -> None:
    leader.send(0, 100)
    assert "offer" in await leader.refused()


async def test_a_stream_that_falls_silent_ends(
    node: Node, leader: Leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_receiver, "PART_SECONDS_MAX", 0.05)
    await leader.offered()
    assert "nothing more" in await leader.refused()


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (SnapshotLimits(size_max=100), "too large"),
        (SnapshotLimits(free_bytes_min=1 << 60), "no room on the disk"),
    ],
)
async def test_what_does_not_fit_is_declined_before_it_is_sent(
    tmp_path: Path, limits: SnapshotLimits, reason: str
) -> None:
    node = Node(tmp_path, limits)
    leader = Leader(node.receiver, tmp_path)
    leader._parts.put_nowait(leader.offer)
    assert await leader.refused() == reason
    assert node.incoming() == []


async def test_a_disk_that_fills_up_meanwhile_refuses_the_stream_and_gives_the_room_back(
    node: Node, leader: Leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leader.offered()
    monkeypatch.setattr(incoming_file, "SYNC_BYTES", 2 * CHUNK)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: NO_ROOM)
    leader.send(0, len(leader.data))
    assert await leader.refused() == "no room on the disk"
    assert node.incoming() == [] and node.handed == []


async def test_after_close_nothing_is_received(node: Node, leader: Leader) -> None:
    await leader.offered()
    node.receiver.close()
    leader.send(0, 100)
    assert await leader.refused() == "stopping"


def test_offers_are_compared_by_term_then_index() -> None:
    def offer(term: Term, index: Index) -> SnapshotOffer:
        install = InstallSnapshot("n1", "n2", term, Snapshot(index, 1, MEMBERSHIP))
        return SnapshotOffer(install, 1, bytes(32))

    ages = [snapshot_receiver._age(offer(*place)) for place in ((1, 9), (2, 3), (2, 4))]
    assert ages == sorted(ages)
