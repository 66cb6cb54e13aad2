"""What precedes the log: founding, compaction, a snapshot installed."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from raft.errors import LocalMistake, LogGap, StorageFailed
from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState, Snapshot
from storage import log_store
from storage.log_reader import LogCorrupted
from storage.log_store import SqliteLogStore
from storage.migrations import SchemaTooNew

UNBOUNDED = 1 << 30
FOUNDERS = Membership(voters=("n1", "n2", "n3"), addresses=(("n1", "127.0.0.1:1"),))
GROWN = Membership(voters=("n1", "n2", "n3"), learners=("n4",))


def command(index: int, term: int = 1, size: int = 20) -> Entry:
    return Entry(term, index, EntryKind.COMMAND, index.to_bytes(8, "big") + bytes(size))


def commands(low: int, high: int, term: int = 1) -> list[Entry]:
    return [command(index, term) for index in range(low, high)]


def membership_entry(index: int, membership: Membership, term: int = 1) -> Entry:
    return Entry(term, index, EntryKind.MEMBERSHIP, membership.encode())


def everything(store: SqliteLogStore) -> list[Entry]:
    return store.entries(store.base().index + 1, store.last_index() + 1, UNBOUNDED)


def rows(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as database:
        return [index for (index,) in database.execute("SELECT log_index FROM entries ORDER BY 1")]


def edit(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement, values)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "raft.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteLogStore]:
    with closing(SqliteLogStore.found(path, FOUNDERS)) as opened:
        yield opened


def test_a_missing_file_opens_as_a_store_that_is_not_synced(path: Path) -> None:
    for _ in ("made", "opened again"):
        with closing(SqliteLogStore(path)) as store:
            assert store.hard_state() == HardState(0, None, synced=False)
            assert store.base() == Snapshot(0, 0, Membership())


def test_a_founded_store_is_synced_and_knows_the_members(path: Path, store: SqliteLogStore) -> None:
    assert (store.hard_state(), store.base()) == (HardState(), Snapshot(0, 0, FOUNDERS))
    store.append(HardState(1, "n2"), commands(1, 3))
    store.close()
    with closing(SqliteLogStore(path)) as again:
        assert (again.hard_state(), again.base()) == (HardState(1, "n2"), Snapshot(0, 0, FOUNDERS))
        assert everything(again) == commands(1, 3)


def test_nobody_founds_over_a_file_that_is_there(path: Path, store: SqliteLogStore) -> None:
    store.append(None, commands(1, 3))
    with pytest.raises(FileExistsError):
        SqliteLogStore.found(path, GROWN)
    assert (store.base().membership, everything(store)) == (FOUNDERS, commands(1, 3))


def test_a_founding_cut_short_leaves_no_store_and_can_be_repeated(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(log_store, "replace_durably", power_cut)
        with pytest.raises(StorageFailed, match="power cut"):
            SqliteLogStore.found(path, GROWN)
    assert not path.exists()
    with closing(SqliteLogStore.found(path, FOUNDERS)) as store:
        assert store.base() == Snapshot(0, 0, FOUNDERS)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_file_is_for_its_owner_alone(path: Path, store: SqliteLogStore) -> None:
    store.append(None, commands(1, 3))
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_becoming_synced_is_as_durable_as_a_vote(path: Path) -> None:
    with closing(SqliteLogStore(path)) as store:
        store.append(HardState(4, None, synced=False), commands(1, 3))
        store.append(HardState(4, None, synced=True), [])
    with closing(SqliteLogStore(path)) as store:
        assert store.hard_state() == HardState(4, None, synced=True)


def written_by_the_first_release(path: Path, *, used: bool) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "CREATE TABLE entries (log_index INTEGER PRIMARY KEY, term INTEGER NOT NULL, kind INTEGER NOT"
            " NULL, data BLOB NOT NULL, crc INTEGER NOT NULL);"
            "CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), term INTEGER NOT NULL, vote TEXT,"
            " last_index INTEGER NOT NULL, last_crc INTEGER NOT NULL, crc INTEGER NOT NULL);"
            "PRAGMA user_version = 1"
        )
        if used:
            database.execute("INSERT INTO entries VALUES (1, 1, 2, x'', 2416761097)")
            database.execute("INSERT INTO entries VALUES (2, 1, 1, x'6f6e65', 2966438272)")
            database.execute("INSERT INTO head VALUES (1, 1, 'n1', 2, 2966438272, 1076482097)")
        else:
            database.execute("INSERT INTO head VALUES (1, 0, NULL, 0, 0, 3462029457)")


def test_a_log_of_the_first_release_keeps_its_vote_and_entries_and_adopts_its_founders(path: Path) -> None:
    written_by_the_first_release(path, used=True)
    with closing(SqliteLogStore(path)) as store:
        assert store.hard_state() == HardState(1, "n1", synced=True)
        assert store.base() == Snapshot(0, 0, Membership())
        assert everything(store) == [Entry(1, 1, EntryKind.NOOP), Entry(1, 2, EntryKind.COMMAND, b"one")]
        store.adopt(FOUNDERS)
    with closing(SqliteLogStore(path)) as store:
        assert store.base() == Snapshot(0, 0, FOUNDERS)
        assert store.last_index() == 2


def test_a_log_of_the_first_release_that_was_never_used_counts_as_new(path: Path) -> None:
    written_by_the_first_release(path, used=False)
    with closing(SqliteLogStore(path)) as store:
        assert store.hard_state() == HardState(synced=False)


def test_damage_to_the_vote_of_the_first_release_is_not_migrated_away(path: Path) -> None:
    written_by_the_first_release(path, used=True)
    edit(path, "UPDATE head SET vote = 'n9'")
    with pytest.raises(LogCorrupted, match="term and vote"):
        SqliteLogStore(path)


def test_a_store_that_knows_a_membership_or_will_learn_it_adopts_none(tmp_path: Path, path: Path) -> None:
    with closing(SqliteLogStore.found(path, FOUNDERS)) as founded, pytest.raises(LocalMistake):
        founded.adopt(GROWN)
    with closing(SqliteLogStore(tmp_path / "new.db")) as new, pytest.raises(LocalMistake):
        new.adopt(GROWN)


def test_compaction_forgets_the_beginning_and_nothing_else(path: Path, store: SqliteLogStore) -> None:
    store.append(HardState(2, "n1"), [*commands(1, 5), *commands(5, 11, term=2)])
    base = Snapshot(7, 2, GROWN)
    store.compact(base)

    def check(opened: SqliteLogStore) -> None:
        assert (opened.base(), opened.last_index()) == (base, 10)
        assert everything(opened) == commands(8, 11, term=2)
        assert [opened.term(index) for index in range(7, 11)] == [2, 2, 2, 2]
        assert opened.hard_state() == HardState(2, "n1")
        for gone in (0, 4, 6):
            with pytest.raises(LogGap):
                opened.term(gone)
        with pytest.raises(LogGap):
            opened.entries(7, 9, UNBOUNDED)

    check(store)
    store.close()
    with closing(SqliteLogStore(path)) as again:
        check(again)


def test_a_log_compacted_to_its_end_goes_on_from_there(path: Path, store: SqliteLogStore) -> None:
    store.append(None, commands(1, 5))
    store.compact(Snapshot(4, 1, FOUNDERS))
    assert (store.last_index(), store.term(4)) == (4, 1)
    store.append(None, commands(5, 8, term=3))
    store.close()
    with closing(SqliteLogStore(path)) as again:
        assert everything(again) == commands(5, 8, term=3)


@pytest.mark.parametrize(
    "base", [Snapshot(0, 0, FOUNDERS), Snapshot(5, 1, FOUNDERS), Snapshot(3, 2, FOUNDERS)]
)
def test_compaction_is_refused_where_the_log_does_not_hold_the_base(
    store: SqliteLogStore, base: Snapshot
) -> None:
    store.append(None, commands(1, 5))
    with pytest.raises(LocalMistake):
        store.compact(base)
    assert everything(store) == commands(1, 5)


def test_nothing_is_appended_at_or_below_the_base(store: SqliteLogStore) -> None:
    store.append(None, commands(1, 5))
    store.compact(Snapshot(3, 1, FOUNDERS))
    with pytest.raises(LocalMistake):
        store.append(None, commands(3, 6, term=2))
    store.append(None, commands(4, 6, term=2))
    assert everything(store) == commands(4, 6, term=2)


def test_leftovers_of_a_compaction_are_removed_in_slices_and_never_read(
    path: Path, store: SqliteLogStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_store, "TRIM_ENTRIES_MAX", 10)
    store.append(None, commands(1, 51))
    store.compact(Snapshot(35, 1, FOUNDERS))
    for last in range(51, 54):
        assert rows(path)[0] == 1 + 10 * (last - 51), "ten leftovers an append"
        store.append(None, [command(last)])
        # As after a crash between two slices.
        store.close()
        store.__init__(path)  # type: ignore[misc]
        assert everything(store) == commands(36, last + 1)
    store.append(None, [command(54)])
    assert rows(path) == list(range(36, 55))


def test_large_leftovers_are_removed_a_few_at_a_time(
    path: Path, store: SqliteLogStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_store, "TRIM_BYTES_MAX", 25_000)
    store.append(None, [command(index, size=10_000) for index in range(1, 11)])
    store.compact(Snapshot(9, 1, FOUNDERS))
    store.append(None, [command(11)])
    assert rows(path) == list(range(4, 12))


def test_the_file_stops_growing_when_the_log_is_compacted(path: Path, store: SqliteLogStore) -> None:
    sizes = []
    for round_ in range(12):
        first = 1 + 200 * round_
        store.append(None, [command(index, size=2_000) for index in range(first, first + 200)])
        store.compact(Snapshot(first + 150, 1, FOUNDERS))
        sizes.append(store._writer.pragma("page_count"))
    assert max(sizes[3:]) <= max(sizes[:3]) + 50


def test_membership_entries_are_known_from_appending_to_truncating_and_compacting(
    path: Path, store: SqliteLogStore
) -> None:
    one, two, three = (membership_entry(index, GROWN) for index in (2, 5, 7))
    store.append(None, [command(1), one, *commands(3, 5), two, command(6), three])
    assert store.membership_entries() == [one, two, three]
    store.append(None, [command(7, term=2)])
    assert store.membership_entries() == [one, two]
    store.compact(Snapshot(2, 1, GROWN))
    assert store.membership_entries() == [two]
    store.close()
    with closing(SqliteLogStore(path)) as again:
        assert again.membership_entries() == [two]
        again.restore(Snapshot(20, 2, GROWN))
        assert again.membership_entries() == []


def test_a_restored_log_begins_after_the_snapshot_and_keeps_its_vote(
    path: Path, store: SqliteLogStore
) -> None:
    store.append(HardState(5, "n3"), commands(1, 30))
    base = Snapshot(20, 4, GROWN)
    store.restore(base)
    assert (store.base(), store.last_index(), store.term(20)) == (base, 20, 4)
    store.append(None, commands(21, 24, term=5))
    store.close()
    with closing(SqliteLogStore(path)) as again:
        assert (again.base(), again.hard_state()) == (base, HardState(5, "n3"))
        assert everything(again) == commands(21, 24, term=5)
        with pytest.raises(LogGap):
            again.term(19)


@pytest.mark.parametrize(
    "damage",
    [
        "base_index = 4",
        "base_term = 9",
        "base_chain_crc = 1",
        "base_membership = CAST('{}' AS BLOB)",
        "base_membership = replace(base_membership, 'n2', 'n9')",
        "synced = 0",
    ],
)
def test_a_damaged_base_is_found_on_opening(path: Path, store: SqliteLogStore, damage: str) -> None:
    store.append(None, commands(1, 9))
    store.compact(Snapshot(5, 1, GROWN))
    store.close()
    edit(path, f"UPDATE head SET {damage}")
    with pytest.raises(LogCorrupted, match="term and vote are damaged"):
        SqliteLogStore(path)


def test_damage_to_the_first_entry_after_the_base_is_found(path: Path, store: SqliteLogStore) -> None:
    store.append(None, commands(1, 9))
    store.compact(Snapshot(5, 1, GROWN))
    store.close()
    edit(path, "DELETE FROM entries WHERE log_index = 6")
    with pytest.raises(LogCorrupted, match="entry 6"):
        SqliteLogStore(path)


def test_readers_meet_no_damage_where_another_thread_compacts(store: SqliteLogStore) -> None:
    def write() -> None:
        for batch in range(80):
            store.append(None, commands(1 + 50 * batch, 51 + 50 * batch))
            if batch:
                store.compact(Snapshot(50 * batch, 1, FOUNDERS))

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while writer.is_alive():
        low, high = store.base().index + 1, store.last_index() + 1
        try:
            assert store.entries(low, high, UNBOUNDED) == commands(low, high)
            reads += 1
        except LogGap:
            assert store.base().index >= low
    writer.join()
    assert reads
    store.append(None, [command(4001)])


def test_any_history_of_appends_compactions_and_restores_survives_reopening(
    path: Path, store: SqliteLogStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_store, "TRIM_ENTRIES_MAX", 3)
    store.close()
    choose = random.Random(11)
    log: list[Entry] = []
    base = Snapshot(0, 0, FOUNDERS)
    for term in range(1, 120):
        with closing(SqliteLogStore(path)) as opened:
            match choose.choice(["append", "append", "compact", "restore"]):
                case "compact" if log:
                    entry = choose.choice(log)
                    base = Snapshot(entry.index, entry.term, choose.choice([FOUNDERS, GROWN]))
                    opened.compact(base)
                    log = [other for other in log if other.index > base.index]
                case "restore" if choose.random() < 0.3:
                    base = Snapshot(base.index + choose.randint(1, 30), term, GROWN)
                    opened.restore(base)
                    log = []
                case _:
                    first = choose.randint(
                        max(base.index + 1, base.index + len(log) - 4), base.index + len(log) + 1
                    )
                    batch = [
                        choose.choice([command(index, term), membership_entry(index, GROWN, term)])
                        for index in range(first, first + choose.randint(1, 9))
                    ]
                    opened.append(None, batch)
                    log = [*(entry for entry in log if entry.index < first), *batch]
            assert everything(opened) == log
        with closing(SqliteLogStore(path)) as again:
            assert (again.base(), everything(again)) == (base, log)
            assert [again.term(entry.index) for entry in log] == [entry.term for entry in log]
            assert again.membership_entries() == [e for e in log if e.kind is EntryKind.MEMBERSHIP]


def test_a_newer_releases_file_is_refused(path: Path, store: SqliteLogStore) -> None:
    store.close()
    edit(path, "PRAGMA user_version = 99")
    with pytest.raises(SchemaTooNew):
        SqliteLogStore(path)
