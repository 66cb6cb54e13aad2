"""Mistakes that other implementations made in what they keep: the real log and the real state, read back as a
crash would leave them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from peewee import SqliteDatabase

from protos.command_pb2 import Command, Outcome
from protos.lms_pb2 import NewAnnouncement, PostResponse
from raft import (
    AppendEntries,
    Config,
    Entry,
    EntryKind,
    HardState,
    Membership,
    Message,
    Node,
    PeerMistake,
    RequestVoteReply,
    Snapshot,
    StorageFailed,
)
from storage.classroom import Classroom
from storage.log_store import SqliteLogStore
from storage.models.people import User
from tests.raft.lone import only, vote_request

MEMBERSHIP = Membership(("a", "b", "c"))
FOUNDED = Snapshot(0, 0, MEMBERSHIP)


def commands(low: int, high: int, term: int = 1) -> list[Entry]:
    return [Entry(term, index, EntryKind.COMMAND, b"entry %d" % index) for index in range(low, high)]


def append(term: int, prev: tuple[int, int], entries: Sequence[Entry], commit: int = 0) -> AppendEntries:
    return AppendEntries("b", "a", term, *prev, commit, tuple(entries))


def started(store: SqliteLogStore, applied_index: int = 0) -> Node:
    return Node(Config("a"), store, applied_index, Random(7))


def carry_out(node: Node, store: SqliteLogStore) -> list[Message]:
    left: list[Message] = []
    while node.has_ready():
        ready = node.ready()
        store.append(ready.hard_state, ready.entries)
        node.persisted(ready)
        node.applied(ready)
        left += [*ready.messages, *ready.messages_after_durable]
    return left


def held(store: SqliteLogStore) -> list[Entry]:
    return store.entries(store.base().index + 1, store.last_index() + 1, 1 << 30)


def crash_at_every_statement(
    database: SqliteDatabase, path: Path, act: Callable[[], object], folder: Path
) -> list[Path]:
    """What the disk holds before each statement of `act` and after the last: one copy of the file each, with
    its journal."""
    copies: list[Path] = []

    def copy(statement: str = "") -> None:
        place = folder / f"{len(copies)}"
        place.mkdir(parents=True)
        for file in (path, path.with_name(path.name + "-wal")):
            if file.exists():
                shutil.copy(file, place / file.name)
        copies.append(place / path.name)

    database.connection().set_trace_callback(copy)
    act()
    database.connection().set_trace_callback(None)
    copy()
    return copies


def test_mistake_01_a_vote_and_an_acknowledged_entry_bind_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "raft.db"
    with closing(SqliteLogStore.found(path, MEMBERSHIP)) as store:
        node = started(store)
        node.step(vote_request("b", 1))
        assert only(RequestVoteReply, carry_out(node, store))[0].vote_granted
        node.step(append(1, (0, 0), commands(1, 4), commit=2))
        carry_out(node, store)
    with closing(SqliteLogStore(path)) as store:
        node = started(store)
        node.step(vote_request("c", 1, (9, 1)))
        (reply,) = only(RequestVoteReply, carry_out(node, store))
        assert (reply.vote_granted, reply.term) == (False, 1)
        # Nor does a log that lacks what was acknowledged win here in any later term.
        node.step(vote_request("c", 2, (2, 1)))
        (reply,) = only(RequestVoteReply, carry_out(node, store))
        assert (reply.vote_granted, reply.term) == (False, 2)
        assert held(store) == commands(1, 4)


def test_mistake_02_term_vote_and_entries_reach_the_disk_together_and_before_they_are_used(
    tmp_path: Path,
) -> None:
    path = tmp_path / "raft.db"
    with closing(SqliteLogStore.found(path, MEMBERSHIP)) as store:
        assert store._writer.pragma("synchronous") == 2, "FULL: a commit has reached the disk"
        store.append(HardState(1, "b"), commands(1, 3))
        copies = crash_at_every_statement(
            store._writer,
            path,
            lambda: store.append(HardState(2, "c"), commands(3, 9, term=2)),
            tmp_path / "at",
        )
    found = set()
    for copy in copies:
        with closing(SqliteLogStore(copy)) as store:
            found.add((store.hard_state().term, store.last_index()))
    assert found == {(1, 2), (2, 8)}


@pytest.mark.parametrize("forgets", ["a prefix", "everything"])
def test_mistake_03_a_crash_during_compaction_leaves_the_old_log_or_the_new_one(
    tmp_path: Path, forgets: str
) -> None:
    path = tmp_path / "raft.db"
    entries = commands(1, 31)
    with closing(SqliteLogStore.found(path, MEMBERSHIP)) as store:
        store.append(HardState(1, "b"), entries)

        def act() -> None:
            if forgets == "everything":
                store.restore(Snapshot(50, 3, MEMBERSHIP))
            else:
                store.compact(Snapshot(20, 1, MEMBERSHIP))
                store.append(None, commands(31, 32))  # this removes what is compacted

        copies = crash_at_every_statement(store._writer, path, act, tmp_path / "at")
    assert len(copies) > 3
    found = []
    for copy in copies:
        with closing(SqliteLogStore(copy)) as store:
            assert store.hard_state() == HardState(1, "b")
            found.append((store.base().index, held(store)))
    if forgets == "everything":
        states = [(0, entries), (50, [])]
    else:
        states = [(0, entries), (20, entries[20:]), (20, [*entries[20:], *commands(31, 32)])]
    assert [state for n, state in enumerate(found) if n == 0 or state != found[n - 1]] == states


def test_mistake_12_after_compaction_and_restart_the_state_is_there_and_the_log_begins_behind_it(
    tmp_path: Path,
) -> None:
    with (
        closing(SqliteLogStore.found(tmp_path / "raft.db", MEMBERSHIP)) as store,
        closing(Classroom(tmp_path / "classroom.db", add_user)) as classroom,
    ):
        store.append(HardState(1), users(1, 21))
        classroom.apply(store.entries(1, 16, 1 << 30))
        before = classroom.state_hash()
        store.compact(Snapshot(classroom.checkpoint(), 1, MEMBERSHIP))
    with (
        closing(SqliteLogStore(tmp_path / "raft.db")) as store,
        closing(Classroom(tmp_path / "classroom.db", add_user)) as classroom,
    ):
        assert classroom.state_hash() == before
        applied = classroom.applied()
        assert (applied.index, applied.term, store.base().index) == (15, 1, 15)
        node = started(store, applied.index)
        assert (node.status().commit_index, node.status().first_index) == (15, 16)
        node.step(append(1, (20, 1), (), commit=20))
        assert [entry.index for entry in node.ready().committed] == [16, 17, 18, 19, 20]


def test_mistake_13_an_entry_that_cannot_be_applied_is_refused_alike_on_every_node(tmp_path: Path) -> None:
    # S40
    outcomes, hashes = [], []
    for name in ("one", "other"):
        with closing(Classroom(tmp_path / f"{name}.db", add_user)) as classroom:
            batch = [*users(1, 3), Entry(1, 3, EntryKind.COMMAND, b"no command at all"), *users(4, 5)]
            outcomes.append(classroom.apply(batch))
            assert classroom.applied().index == 4
            hashes.append(classroom.state_hash())
    assert outcomes[0] == outcomes[1]
    assert hashes[0] == hashes[1]
    assert Outcome.FromString(outcomes[0][2]).refused.reason == "INTERNAL"


def test_mistake_13_a_node_whose_own_disk_fails_does_not_skip_the_entry_but_stops(tmp_path: Path) -> None:
    with closing(Classroom(tmp_path / "classroom.db", add_user)) as classroom:
        classroom.apply(users(1, 3))
        classroom._writer.execute_sql("PRAGMA max_page_count = 1")
        with pytest.raises(StorageFailed):
            classroom.apply(users(3, 500))
        assert classroom.applied().index == 2
        with pytest.raises(StorageFailed):
            classroom.apply(users(3, 4))


def test_mistake_13_a_node_that_runs_out_of_memory_does_not_skip_the_entry_but_stops(tmp_path: Path) -> None:
    def without_memory(command: Command, index: int, term: int) -> Outcome:
        raise MemoryError

    with closing(Classroom(tmp_path / "classroom.db", without_memory)) as classroom:
        with pytest.raises(StorageFailed):
            classroom.apply(users(1, 2))
        assert classroom.applied().index == 0


def test_mistake_14_rows_and_applied_index_move_together_at_every_statement(tmp_path: Path) -> None:
    # S10: each entry adds one user, so their number is the applied index, or one was lost or repeated.
    path = tmp_path / "classroom.db"
    with closing(Classroom(path, add_user)) as classroom:
        classroom.apply(users(1, 4))
        copies = crash_at_every_statement(
            classroom._writer, path, lambda: classroom.apply(users(4, 9)), tmp_path / "at"
        )
    found = set()
    for copy in copies:
        with closing(Classroom(copy, add_user)) as again, again.reading():
            assert User.select().count() == again.applied().index
            found.add(again.applied().index)
    assert found == {3, 8}


def test_mistake_18_a_write_confirmed_late_does_not_vouch_for_the_entry_that_took_its_index(
    tmp_path: Path,
) -> None:
    # S34. Both writes are of index 1; only (term, index) tells them apart.
    with closing(SqliteLogStore.found(tmp_path / "raft.db", MEMBERSHIP)) as store:
        node = started(store)
        node.step(append(1, (0, 0), commands(1, 2)))
        first = node.ready()
        node.step(append(2, (0, 0), commands(1, 2, term=2)))
        store.append(first.hard_state, first.entries)
        node.persisted(first)
        second = node.ready()
        assert [entry.term for entry in second.entries] == [2], "taken for durable, it would never be written"
        store.append(second.hard_state, second.entries)
        node.persisted(second)
        assert held(store) == commands(1, 2, term=2)


def test_mistake_19_compaction_goes_no_further_than_what_survives_a_power_cut(tmp_path: Path) -> None:
    # Until `checkpoint` returns, a power cut may take the state's newest transactions; a log compacted behind
    # them could not replay them.
    path = tmp_path / "classroom.db"
    with closing(Classroom(path, add_user)) as classroom:
        classroom.apply(users(1, 6))
        durable = classroom.checkpoint()
        alone = tmp_path / "without the journal" / "classroom.db"
        alone.parent.mkdir()
        shutil.copy(path, alone)
        classroom.apply(users(6, 9))
        assert classroom.applied().index == 8
    assert durable == 5
    with closing(Classroom(alone, add_user)) as survived:
        assert survived.applied().index == 5


def test_a_conflict_with_what_was_applied_is_refused_and_the_log_stays(tmp_path: Path) -> None:
    with closing(SqliteLogStore.found(tmp_path / "raft.db", MEMBERSHIP)) as store:
        store.append(HardState(1), commands(1, 4))
        node = started(store, applied_index=3)
        with pytest.raises(PeerMistake):
            node.step(append(2, (0, 0), commands(1, 2, term=2)))
        assert held(store) == commands(1, 4)


def users(low: int, high: int) -> list[Entry]:
    """Commands that add one user each."""
    return [
        Entry(
            1,
            index,
            EntryKind.COMMAND,
            Command(time_ms=1_000, announce=NewAnnouncement(text=f"user {index}")).SerializeToString(),
        )
        for index in range(low, high)
    ]


def add_user(command: Command, index: int, term: int) -> Outcome:
    name = command.announce.text
    User.create(username=name, display_name=name, role=1, password_hash="", created_ms=command.time_ms)
    return Outcome(accepted=PostResponse(index=index, term=term))
