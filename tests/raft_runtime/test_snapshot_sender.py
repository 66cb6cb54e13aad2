"""The sending end of a snapshot's stream: what it does with receivers that are slow, gone or unwilling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from raft.membership import Membership
from raft.messages import InstallSnapshot, InstallSnapshotReply
from raft.runtime import snapshot_files, snapshot_sender
from raft.runtime.metrics import Metrics
from raft.runtime.snapshot_limits import SnapshotLimits
from raft.runtime.snapshot_sender import SnapshotSender
from raft.runtime.snapshot_stream import (
    DAMAGED,
    ResumeAt,
    SnapshotAnswer,
    SnapshotChunk,
    SnapshotOffer,
    SnapshotPart,
    StreamBroken,
    StreamRefused,
)
from raft.types import Entry, EntryKind, Index, NodeId, Snapshot, Term
from tests.raft_runtime.cluster import Memory, eventually

MEMBERSHIP = Membership(("n1", "n2", "n3"))
CHUNK = 1000


class Receiver:
    """One stream's receiving end, in memory."""

    def __init__(self, peer: NodeId, has_bytes: int = 0, has_room: bool = True) -> None:
        self.peer = peer
        self.parts: list[SnapshotPart] = []
        self.is_closed = False
        self.refusal: Exception | None = None
        self.has_room = asyncio.Event()
        if has_room:
            self.has_room.set()
        self._has_bytes = has_bytes
        self._answers: asyncio.Queue[SnapshotAnswer] = asyncio.Queue()

    @property
    def data(self) -> bytes:
        return b"".join(part.data for part in self.parts if isinstance(part, SnapshotChunk))

    async def send(self, part: SnapshotPart) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.parts.append(part)
        if isinstance(part, SnapshotOffer):
            self._answers.put_nowait(ResumeAt(min(self._has_bytes, part.size)))
            return
        await self.has_room.wait()
        offer = self.parts[0]
        assert isinstance(offer, SnapshotOffer)
        if self._has_bytes + len(self.data) >= offer.size:
            self._answers.put_nowait(InstallSnapshotReply(self.peer, "n1", 1, offer.install.snapshot.index))

    async def receive(self) -> SnapshotAnswer:
        return await self._answers.get()

    async def close(self) -> None:
        self.is_closed = True


class Leader:
    """A node that sends; `receivers` are the streams it opened."""

    def __init__(self, folder: Path, limits: SnapshotLimits) -> None:
        self.state = Memory(folder / "state", MEMBERSHIP)
        self.apply(20)
        self.folder = folder / "snapshots"
        self.term: Term = 1
        self.receivers: list[Receiver] = []
        self.next_receivers: list[Receiver] = []
        self.replies: list[InstallSnapshotReply] = []
        self.failed: list[NodeId] = []
        self.sender = SnapshotSender(
            self.state,
            self.folder,
            limits,
            Metrics(CollectorRegistry()),
            open_stream=self._open,
            leads_in=lambda term: term == self.term,
            answered=self.replies.append,
            failed=self.failed.append,
        )

    def apply(self, count: int) -> None:
        index = self.state.applied().index
        self.state.apply(
            [Entry(1, index + number, EntryKind.COMMAND, bytes(500)) for number in range(1, count + 1)]
        )

    def bring(self, peer: NodeId, index_min: Index = 1, term: Term = 1) -> None:
        self.sender.begin(InstallSnapshot("n1", peer, term, Snapshot(index_min, 1, MEMBERSHIP)))

    def files(self) -> list[Path]:
        return list(self.folder.glob("outgoing-*"))

    def _open(self, peer: NodeId) -> Receiver:
        receiver = self.next_receivers.pop(0) if self.next_receivers else Receiver(peer)
        self.receivers.append(receiver)
        return receiver


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_sender, "RETRY_SECONDS_FIRST", 0.01)


@pytest.fixture
async def leader(tmp_path: Path) -> AsyncIterator[Leader]:
    leader = Leader(tmp_path, SnapshotLimits(chunk_bytes=CHUNK, sends_max=2))
    yield leader
    await leader.sender.close()


async def test_the_state_is_brought_in_chunks_and_the_reply_reaches_the_node(leader: Leader) -> None:
    leader.bring("n2")
    await eventually(lambda: bool(leader.replies))
    (receiver,) = leader.receivers
    offer, *chunks = receiver.parts
    assert isinstance(offer, SnapshotOffer)
    assert offer.install == InstallSnapshot("n1", "n2", 1, leader.state.applied())
    assert receiver.data == leader.files()[0].read_bytes() and len(receiver.data) == offer.size
    assert all(isinstance(chunk, SnapshotChunk) and len(chunk.data) <= CHUNK for chunk in chunks)
    assert receiver.is_closed and leader.failed == []


async def test_what_the_receiver_has_is_not_sent_again(leader: Leader) -> None:
    leader.next_receivers = [Receiver("n2", has_bytes=3 * CHUNK)]
    leader.bring("n2")
    await eventually(lambda: bool(leader.replies))
    assert leader.receivers[0].data == leader.files()[0].read_bytes()[3 * CHUNK :]


async def test_one_file_serves_all_who_need_it_and_a_retry(leader: Leader) -> None:
    leader.bring("n2")
    leader.bring("n3")
    await eventually(lambda: len(leader.replies) == 2)
    leader.apply(5)
    leader.bring("n2")
    await eventually(lambda: len(leader.replies) == 3)
    offers = [receiver.parts[0] for receiver in leader.receivers]
    assert len({offer.sha256 for offer in offers if isinstance(offer, SnapshotOffer)}) == 1
    assert len(leader.files()) == 1


async def test_a_file_that_is_too_old_is_not_sent(leader: Leader) -> None:
    leader.bring("n2")
    await eventually(lambda: len(leader.replies) == 1)
    leader.apply(5)
    leader.bring("n2", index_min=22)
    await eventually(lambda: len(leader.replies) == 2)
    offer = leader.receivers[1].parts[0]
    assert isinstance(offer, SnapshotOffer) and offer.install.snapshot.index == 25


async def test_the_log_after_a_snapshot_under_way_is_pinned(leader: Leader) -> None:
    assert leader.sender.pinned_index() is None
    leader.next_receivers = [Receiver("n2", has_room=False)]
    leader.bring("n2")
    await eventually(lambda: bool(leader.receivers))
    leader.apply(5)
    assert leader.sender.pinned_index() == 20


async def test_a_file_is_deleted_when_nobody_has_needed_it_for_a_while(
    leader: Leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_files, "KEPT_SECONDS", 0.01)
    leader.bring("n2")
    await eventually(lambda: bool(leader.replies))
    await eventually(lambda: not leader.files())
    assert leader.sender.pinned_index() is None


async def test_no_more_are_brought_at_once_than_the_limit(leader: Leader) -> None:
    leader.next_receivers = [Receiver(peer, has_room=False) for peer in ("n2", "n3")]
    for peer in ("n2", "n3", "n4"):
        leader.bring(peer)
    await eventually(lambda: len(leader.receivers) == 2 and all(len(r.parts) > 1 for r in leader.receivers))
    leader.receivers[0].has_room.set()
    await eventually(lambda: len(leader.receivers) == 3 and len(leader.replies) == 2)


async def test_a_second_wish_of_the_same_term_changes_nothing_and_one_of_a_later_term_begins_anew(
    leader: Leader,
) -> None:
    leader.next_receivers = [Receiver("n2", has_room=False)]
    leader.bring("n2")
    await eventually(lambda: bool(leader.receivers))
    leader.bring("n2")
    leader.term = 2
    leader.bring("n2", term=2)
    await eventually(lambda: len(leader.replies) == 1)
    assert len(leader.receivers) == 2 and leader.receivers[0].is_closed


@pytest.mark.parametrize(
    "error", [StreamBroken("gone"), StreamRefused("busy"), StreamRefused(DAMAGED)], ids=str
)
async def test_a_failure_is_told_and_only_a_damaged_file_is_made_anew(
    leader: Leader, error: Exception
) -> None:
    receiver = Receiver("n2")
    receiver.refusal = error
    leader.next_receivers = [receiver]
    leader.bring("n2")
    await eventually(lambda: leader.failed == ["n2"])
    assert receiver.is_closed and leader.replies == []
    is_kept = len(leader.files()) == 1
    assert is_kept == (str(error) != DAMAGED)


async def test_the_pause_before_the_next_try_grows_and_a_success_resets_it(leader: Leader) -> None:
    for _ in range(3):
        receiver = Receiver("n2")
        receiver.refusal = StreamBroken("gone")
        leader.next_receivers = [receiver]
        leader.bring("n2")
        failures = len(leader.failed)
        await eventually(lambda: len(leader.failed) > failures)  # noqa: B023
    assert leader.sender._pauses["n2"] == 8 * snapshot_sender.RETRY_SECONDS_FIRST
    leader.bring("n2")
    await eventually(lambda: bool(leader.replies))
    assert leader.sender._pauses == {}


async def test_a_receiver_that_takes_nothing_more_is_given_up(
    leader: Leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_sender, "ANSWER_SECONDS_MAX", 0.05)
    leader.next_receivers = [Receiver("n2", has_room=False)]
    leader.bring("n2")
    await eventually(lambda: leader.failed == ["n2"])


async def test_a_leader_no_more_sends_no_more(leader: Leader) -> None:
    leader.next_receivers = [Receiver("n2", has_room=False)]
    leader.bring("n2")
    await eventually(lambda: bool(leader.receivers) and len(leader.receivers[0].parts) == 2)
    leader.term = 2
    leader.receivers[0].has_room.set()
    await eventually(lambda: leader.receivers[0].is_closed)
    assert len(leader.receivers[0].parts) == 2


async def test_a_copy_that_cannot_be_made_harms_nothing_and_leaves_nothing(
    leader: Leader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path) -> Snapshot:
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(leader.state, "write_snapshot", no_room)
    leader.bring("n2")
    await eventually(lambda: leader.failed == ["n2"])
    assert leader.files() == [] and leader.sender.pinned_index() is None


async def test_all_sends_together_keep_the_pace(tmp_path: Path) -> None:
    leader = Leader(tmp_path, SnapshotLimits(chunk_bytes=CHUNK, bytes_per_second=100_000))
    clock = asyncio.get_running_loop()
    began = clock.time()
    leader.bring("n2")
    leader.bring("n3")
    await eventually(lambda: len(leader.replies) == 2)
    sent = sum(len(receiver.data) for receiver in leader.receivers)
    assert clock.time() - began >= (sent - 2 * CHUNK) / 100_000
    await leader.sender.close()
