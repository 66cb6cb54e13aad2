"""What the state remembers of its history: its place in the log, who the members were, and the chain."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from protos.command_pb2 import Command, Outcome
from protos.lms_pb2 import PostResponse
from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState, Snapshot
from storage import chain
from storage.chain import CHAIN_INTERVAL, chain_at, latest_chains
from storage.classroom import Classroom
from storage.damage import StateCorrupted
from storage.database import open_database
from storage.log_store import SqliteLogStore
from storage.migrations import migrate
from storage.schema import MIGRATIONS

FOUNDERS = Membership(voters=("n1", "n2", "n3"))
GROWN = Membership(voters=("n1", "n2", "n3"), learners=("n4",))


def accept(command: Command, index: int, term: int) -> Outcome:
    return Outcome(accepted=PostResponse(index=index, term=term))


def noops(low: int, high: int, term: int = 1) -> list[Entry]:
    return [Entry(term, index, EntryKind.NOOP) for index in range(low, high)]


def chains(classroom: Classroom, limit: int = 10) -> list[tuple[int, bytes]]:
    with classroom.reading():
        return latest_chains(limit)


def apply_in_batches(classroom: Classroom, entries: Sequence[Entry], size: int) -> None:
    for low in range(0, len(entries), size):
        classroom.apply(entries[low : low + size])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "classroom.db"


@pytest.fixture
def classroom(path: Path) -> Iterator[Classroom]:
    with closing(Classroom(path, accept)) as opened:
        yield opened


def test_index_term_and_membership_of_what_is_applied_survive_a_restart(
    path: Path, classroom: Classroom
) -> None:
    assert classroom.applied() == Snapshot(0, 0, Membership())
    change = Entry(3, 2, EntryKind.MEMBERSHIP, GROWN.encode())
    assert classroom.apply([*noops(1, 2), change, *noops(3, 4, term=4)]) == [b"", b"", b""]
    assert classroom.applied() == Snapshot(3, 4, GROWN)
    classroom.close()
    with closing(Classroom(path, accept)) as again:
        assert again.applied() == Snapshot(3, 4, GROWN)


def test_a_membership_entry_without_a_membership_changes_none(classroom: Classroom) -> None:
    classroom.apply([Entry(1, 1, EntryKind.MEMBERSHIP, GROWN.encode())])
    assert classroom.apply([Entry(1, 2, EntryKind.MEMBERSHIP, b"\xff nothing")]) == [b""]
    assert classroom.applied() == Snapshot(2, 1, GROWN)


def test_the_state_learns_from_the_log_who_founded_the_cluster(tmp_path: Path, classroom: Classroom) -> None:
    with closing(SqliteLogStore.found(tmp_path / "raft.db", FOUNDERS)) as log:
        classroom.complete_from(log)
        assert classroom.applied() == Snapshot(0, 0, FOUNDERS)
        classroom.apply([Entry(1, 1, EntryKind.MEMBERSHIP, GROWN.encode())])
        classroom.complete_from(log)
        assert classroom.applied().membership == GROWN, "an entry knows better"


def test_a_state_of_the_first_release_learns_its_term_from_the_log(tmp_path: Path, path: Path) -> None:
    first_release = open_database(path, read_only=False)
    migrate(first_release, MIGRATIONS[:1])
    first_release.execute_sql("UPDATE applied SET log_index = 2")
    first_release.close()
    with (
        closing(Classroom(path, accept)) as classroom,
        closing(SqliteLogStore.found(tmp_path / "raft.db", FOUNDERS)) as log,
    ):
        log.append(HardState(5), [*noops(1, 2, term=3), *noops(2, 4, term=5)])
        assert classroom.applied() == Snapshot(2, 0, Membership())
        classroom.complete_from(log)
        assert classroom.applied() == Snapshot(2, 5, FOUNDERS)
    with closing(Classroom(path, accept)) as again:
        assert again.applied() == Snapshot(2, 5, FOUNDERS)


def test_who_was_told_the_founders_and_who_was_not_have_equal_states(
    tmp_path: Path, classroom: Classroom
) -> None:
    with (
        closing(SqliteLogStore.found(tmp_path / "raft.db", FOUNDERS)) as log,
        closing(Classroom(tmp_path / "other.db", accept)) as other,
    ):
        classroom.complete_from(log)
        for one in (classroom, other):
            one.apply(noops(1, 4))
        assert classroom.state_hash() == other.state_hash()


@pytest.mark.parametrize("damage", ["DELETE FROM applied", "UPDATE applied SET membership = x'00'"])
def test_a_state_that_does_not_say_where_it_stands_is_damaged(path: Path, damage: str) -> None:
    Classroom(path, accept).close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(damage)
    with pytest.raises(StateCorrupted):
        Classroom(path, accept)


def test_checkpoints_of_the_chain_do_not_depend_on_how_the_log_was_cut(
    tmp_path: Path, classroom: Classroom
) -> None:
    log = noops(1, 2 * CHAIN_INTERVAL + 50)
    apply_in_batches(classroom, log, 7)
    with closing(Classroom(tmp_path / "other.db", accept)) as other:
        apply_in_batches(other, log, 333)
        assert chains(classroom) == chains(other)
    assert [index for index, _ in chains(classroom)] == [2 * CHAIN_INTERVAL, CHAIN_INTERVAL]
    with classroom.reading():
        assert chain_at(CHAIN_INTERVAL) == chains(classroom)[1][1]
        assert chain_at(log[-1].index) not in (None, *dict(chains(classroom)).values())
        assert chain_at(CHAIN_INTERVAL + 1) is None


def test_checkpoints_differ_from_the_first_entry_that_differs_on(
    tmp_path: Path, classroom: Classroom
) -> None:
    log = noops(1, 3 * CHAIN_INTERVAL + 1)
    apply_in_batches(classroom, log, 500)
    log[CHAIN_INTERVAL] = Entry(1, CHAIN_INTERVAL + 1, EntryKind.MEMBERSHIP, GROWN.encode())
    with closing(Classroom(tmp_path / "other.db", accept)) as other:
        apply_in_batches(other, log, 500)
        equal = [here == there for here, there in zip(chains(classroom), chains(other), strict=True)]
        assert equal == [False, False, True], "newest first"


def test_only_the_newest_checkpoints_are_kept(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "CHECKPOINTS_KEPT", 2)
    apply_in_batches(classroom, noops(1, 4 * CHAIN_INTERVAL + 1), 800)
    assert [index for index, _ in chains(classroom)] == [4 * CHAIN_INTERVAL, 3 * CHAIN_INTERVAL]
    assert [index for index, _ in chains(classroom, limit=1)] == [4 * CHAIN_INTERVAL]
