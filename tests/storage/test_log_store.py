"""What the durable log promises: what an append returned from is there, all of it, or the store says so."""

import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from raft.errors import LocalMistake, LogGap, StorageFailed
from raft.types import Entry, EntryKind, HardState
from storage.log_reader import LogCorrupted
from storage.log_store import SqliteLogStore
from storage.migrations import SchemaTooNew

UNBOUNDED = 1 << 30
ROOT = Path(__file__).parents[2]


def command(index: int, term: int = 1, data: bytes | None = None) -> Entry:
    return Entry(term, index, EntryKind.COMMAND, b"entry %d" % index if data is None else data)


def commands(low: int, high: int, term: int = 1) -> list[Entry]:
    return [command(index, term) for index in range(low, high)]


def everything(store: SqliteLogStore) -> list[Entry]:
    return store.entries(1, store.last_index() + 1, UNBOUNDED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "raft.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteLogStore]:
    opened = SqliteLogStore(path)
    yield opened
    opened.close()


def written(path: Path, entries: Sequence[Entry], hard_state: HardState | None = None) -> None:
    with closing(SqliteLogStore(path)) as store:
        store.append(hard_state, entries)


def edit(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement, values)


def test_a_new_log_has_no_vote_no_term_and_no_entries(store: SqliteLogStore) -> None:
    assert store.hard_state() == HardState(0, None, synced=False)
    assert store.last_index() == 0
    assert store.term(0) == 0
    assert store.entries(1, 1, UNBOUNDED) == []


def test_what_was_appended_is_there_after_reopening(path: Path) -> None:
    entries = [command(1), Entry(2, 2, EntryKind.NOOP), command(3, 2, bytes(range(256))), command(4, 7, b"")]
    written(path, entries, HardState(7, "n2"))
    with closing(SqliteLogStore(path)) as store:
        assert everything(store) == entries
        assert store.hard_state() == HardState(7, "n2")
        assert [store.term(index) for index in range(5)] == [0, 1, 2, 2, 7]


def test_the_hard_state_is_kept_when_only_entries_follow(path: Path) -> None:
    written(path, [], HardState(3, "n1"))
    written(path, commands(1, 3, term=3))
    with closing(SqliteLogStore(path)) as store:
        assert store.hard_state() == HardState(3, "n1")
        assert store.last_index() == 2


def test_an_append_replaces_everything_from_its_first_index_on(path: Path) -> None:
    written(path, [*commands(1, 4), *commands(4, 9, term=2)])
    written(path, commands(3, 6, term=3))
    with closing(SqliteLogStore(path)) as store:
        assert everything(store) == [*commands(1, 3), *commands(3, 6, term=3)]
        assert [store.term(index) for index in range(1, 6)] == [1, 1, 3, 3, 3]
        with pytest.raises(LogGap):
            store.term(6)


def test_a_read_is_cut_before_its_limit_but_never_empty(store: SqliteLogStore) -> None:
    store.append(None, [command(index, data=bytes(100)) for index in range(1, 11)])
    assert len(store.entries(1, 11, 350)) == 3
    assert len(store.entries(1, 11, 300)) == 3
    assert store.entries(4, 11, 1) == [command(4, data=bytes(100))]


@pytest.mark.parametrize(("low", "high"), [(0, 2), (3, 5), (5, 6)])
def test_asking_beyond_the_log_is_a_gap(store: SqliteLogStore, low: int, high: int) -> None:
    store.append(None, commands(1, 4))
    with pytest.raises(LogGap):
        store.entries(low, high, UNBOUNDED)


@pytest.mark.parametrize("entries", [commands(3, 4), [command(2), command(4)], [command(0)]])
def test_entries_that_do_not_follow_are_refused_and_harm_nothing(
    store: SqliteLogStore, entries: list[Entry]
) -> None:
    store.append(None, [command(1)])
    with pytest.raises(LocalMistake):
        store.append(HardState(9, None), entries)
    assert store.hard_state() == HardState(synced=False)
    store.append(None, [command(2)])
    assert everything(store) == commands(1, 3)


def test_any_history_of_appends_and_truncations_survives_reopening(path: Path) -> None:
    choose = random.Random(7)
    log: list[Entry] = []
    for term in range(1, 60):
        first = choose.randint(max(1, len(log) - 6), len(log) + 1)
        batch = commands(first, first + choose.randint(1, 9), term)
        log[first - 1 :] = batch
        with closing(SqliteLogStore(path)) as store:
            store.append(HardState(term, choose.choice([None, "n1", "n3"])), batch)
            assert everything(store) == log
            low = choose.randint(1, len(log))
            assert store.entries(low, len(log) + 1, UNBOUNDED) == log[low - 1 :]
            assert [store.term(entry.index) for entry in log] == [entry.term for entry in log]


def test_reads_in_one_thread_see_whole_batches_while_another_writes(store: SqliteLogStore) -> None:
    def write() -> None:
        for batch in range(60):
            store.append(None, commands(1 + 50 * batch, 51 + 50 * batch))

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        last = store.last_index()
        assert last % 50 == 0
        assert store.entries(1, last + 1, UNBOUNDED) == commands(1, last + 1)
    writer.join()
    assert store.last_index() == 3000


def test_a_write_never_returns_before_it_is_durable(store: SqliteLogStore) -> None:
    settings = store._writer
    assert settings.pragma("journal_mode") == "wal"
    assert settings.pragma("synchronous") == 2, "FULL"


def test_two_stores_in_one_process_do_not_see_each_other(tmp_path: Path) -> None:
    with (
        closing(SqliteLogStore(tmp_path / "a.db")) as one,
        closing(SqliteLogStore(tmp_path / "b.db")) as other,
    ):
        one.append(HardState(1, "a"), commands(1, 5))
        other.append(HardState(2, "b"), commands(1, 3, term=2))
        assert (one.last_index(), one.hard_state()) == (4, HardState(1, "a"))
        assert (other.last_index(), other.hard_state()) == (2, HardState(2, "b"))


DAMAGES: dict[str, Callable[[Path, int], None]] = {
    "its data": lambda path, index: edit(
        path, "UPDATE entries SET data = CAST('other' AS BLOB) WHERE log_index = ?", index
    ),
    "its term": lambda path, index: edit(path, "UPDATE entries SET term = 2 WHERE log_index = ?", index),
    "its kind": lambda path, index: edit(path, "UPDATE entries SET kind = 2 WHERE log_index = ?", index),
    "its checksum": lambda path, index: edit(
        path, "UPDATE entries SET crc = crc + 1 WHERE log_index = ?", index
    ),
    "its type": lambda path, index: edit(path, "UPDATE entries SET term = 'one' WHERE log_index = ?", index),
    "its presence": lambda path, index: edit(path, "DELETE FROM entries WHERE log_index = ?", index),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("index", range(1, 9))
def test_damage_to_any_record_is_found_on_opening_and_never_cut_away(
    path: Path, damage: str, index: int
) -> None:
    written(path, commands(1, 9))
    DAMAGES[damage](path, index)
    before = path.read_bytes()
    with pytest.raises(LogCorrupted, match=f"entry {index} is damaged") as found:
        SqliteLogStore(path)
    assert found.value.index == index
    assert "Set this node's files aside" in str(found.value)
    assert path.read_bytes() == before


def test_a_log_that_lost_its_tail_is_not_taken_for_a_shorter_one(path: Path) -> None:
    written(path, commands(1, 9))
    edit(path, "DELETE FROM entries WHERE log_index > 5")
    with pytest.raises(LogCorrupted, match="the log ends at 5, not 8"):
        SqliteLogStore(path)


def test_records_of_another_history_do_not_fit_the_chain(tmp_path: Path, path: Path) -> None:
    written(path, commands(1, 9))
    written(tmp_path / "other.db", [command(1, data=b"another past"), *commands(2, 9)])
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        crc = other.execute("SELECT crc FROM entries WHERE log_index = 5").fetchone()[0]
    edit(path, "UPDATE entries SET crc = ? WHERE log_index = 5", crc)
    with pytest.raises(LogCorrupted, match="entry 5"):
        SqliteLogStore(path)


@pytest.mark.parametrize(
    "damage", ["SET term = 4", "SET vote = NULL", "SET vote = 'n9'", "SET last_index = 2", "SET crc = 0"]
)
def test_a_damaged_vote_or_term_is_found_on_opening(path: Path, damage: str) -> None:
    written(path, commands(1, 4), HardState(5, "n1"))
    edit(path, f"UPDATE head {damage}")
    with pytest.raises(LogCorrupted, match="term and vote are damaged") as found:
        SqliteLogStore(path)
    assert found.value.index == 0


def test_a_flipped_bit_anywhere_in_the_file_never_changes_what_is_read(path: Path) -> None:
    entries, state = commands(1, 40), HardState(5, "n1")
    written(path, entries, state)
    whole = path.read_bytes()
    found = 0
    for offset in range(0, len(whole), 31):
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x10]) + whole[offset + 1 :])
        try:
            with closing(SqliteLogStore(path)) as store:
                assert everything(store) == entries
                assert store.hard_state() == state
        except StorageFailed:
            found += 1
    assert found > 10


def test_damage_after_opening_is_found_when_it_is_read(path: Path, store: SqliteLogStore) -> None:
    store.append(None, commands(1, 9))
    edit(path, "UPDATE entries SET data = CAST('other' AS BLOB) WHERE log_index = 6")
    assert store.entries(1, 6, UNBOUNDED) == commands(1, 6)
    with pytest.raises(LogCorrupted, match="entry 6"):
        store.entries(4, 9, UNBOUNDED)


def test_a_file_that_is_no_database_is_refused_unchanged(path: Path) -> None:
    path.write_bytes(b"not a database, whatever its name says" * 200)
    before = path.read_bytes()
    with pytest.raises(LogCorrupted):
        SqliteLogStore(path)
    assert path.read_bytes() == before


def test_a_folder_that_does_not_exist_is_a_storage_failure(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed):
        SqliteLogStore(tmp_path / "nowhere" / "raft.db")


def test_a_newer_releases_file_is_refused(path: Path) -> None:
    written(path, commands(1, 2))
    edit(path, "PRAGMA user_version = 99")
    with pytest.raises(SchemaTooNew):
        SqliteLogStore(path)


def test_a_full_disk_is_called_a_full_disk(store: SqliteLogStore) -> None:
    store._writer.execute_sql("PRAGMA max_page_count = 1")
    with pytest.raises(StorageFailed, match="database or disk is full"):
        store.append(None, [command(1, data=bytes(1 << 20))])


def test_a_failed_write_changes_nothing_and_spends_the_store(path: Path, store: SqliteLogStore) -> None:
    store.append(HardState(1, "n1"), commands(1, 4))
    edit(path, "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(StorageFailed, match="disk full"):
        store.append(HardState(2, "n2"), commands(2, 6, term=2))
    edit(path, "DROP TRIGGER full")
    with pytest.raises(StorageFailed, match="failed before"):
        store.append(None, commands(4, 5))
    assert everything(store) == commands(1, 4)
    assert store.hard_state() == HardState(1, "n1")
    store.close()
    with closing(SqliteLogStore(path)) as reopened:
        assert everything(reopened) == commands(1, 4)
        assert reopened.hard_state() == HardState(1, "n1")


WRITER = """
import sys
from pathlib import Path
from raft.types import Entry, EntryKind, HardState
from storage.log_store import SqliteLogStore

store = SqliteLogStore(Path(sys.argv[1]))
term = store.hard_state().term + 1
while True:
    first = store.last_index() + 1
    batch = [Entry(term, i, EntryKind.COMMAND, b"%d:%d;" % (term, i) * 40) for i in range(first, first + 7)]
    store.append(HardState(term, "n1"), batch)
    print(term, first + 6, flush=True)
"""


def test_kill_9_in_the_middle_of_writing_loses_nothing_acknowledged(path: Path) -> None:
    for kills in range(1, 6):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert child.stdout is not None
        acknowledged = [child.stdout.readline() for _ in range(17 * kills)]
        child.kill()
        acknowledged += child.stdout.readlines()
        child.wait()
        child.stdout.close()
        term, last = map(int, [line for line in acknowledged if line.endswith("\n")][-1].split())
        with closing(SqliteLogStore(path)) as store:
            assert store.last_index() >= last
            assert store.last_index() % 7 == 0, "a batch is whole or absent"
            assert store.hard_state() == HardState(term, "n1")
            assert all(
                entry.data == b"%d:%d;" % (entry.term, entry.index) * 40 for entry in everything(store)
            )
