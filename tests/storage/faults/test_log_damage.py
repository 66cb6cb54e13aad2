"""The durable log on a disk that tears its newest record, or rots: the first is cut, the second is told."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from raft.errors import StorageFailed
from raft.types import Entry, EntryKind, HardState
from storage.log_reader import LogCorrupted
from storage.log_store import SqliteLogStore
from tests.storage.faults.damage import damaged_pages, flipped_schema, rolled_back_pages
from tests.storage.faults.disk import Disk, NoLoss
from tests.storage.faults.log_model import FOUNDED, MEMBERSHIP, LogModel, append
from tests.storage.faults.mount import SELDOM, mounted
from tests.storage.faults.recovery import written

FRAME_BYTES = 24 + 4096
"""One page in the journal, led by its header."""


def entries(low: int, high: int, term: int = 1) -> list[Entry]:
    return [Entry(term, index, EntryKind.COMMAND, b"%d/" % index * 60) for index in range(low, high)]


def reopened(folder: Path) -> LogModel:
    with closing(SqliteLogStore(folder / "raft.db")) as store:
        return LogModel.of(store)


def unfinished(disk: Disk) -> dict[str, bytes]:
    """The files of a node that was killed, its journal full."""
    return disk.power_loss(len(disk)).files(NoLoss())


@pytest.mark.timeout(300)  # thousands of openings
@pytest.mark.parametrize(
    "last", [pytest.param([], id="a vote"), pytest.param(entries(4, 12), id="a vote with entries")]
)
def test_s06_the_last_record_torn_at_any_byte_is_cut_and_what_came_before_is_there(
    tmp_path: Path, last: list[Entry]
) -> None:
    """From there on nothing, zeros, or what stood in the file before. A torn record was never promised."""
    disk = Disk(written({}, tmp_path / "disk"))
    before = append(FOUNDED, HardState(1, "n1"), entries(1, 4))
    newest = append(before.after, HardState(2, "n2"), last)
    with (
        mounted(disk, SELDOM),
        closing(SqliteLogStore.found(disk.folder / "raft.db", MEMBERSHIP)) as store,
    ):
        before.make(store)
        start = len(unfinished(disk)["raft.db-wal"])
        newest.make(store)
        files = unfinished(disk)
    journal = files["raft.db-wal"]
    assert reopened(written(files, tmp_path / "after")) == newest.after
    step = 1 if len(journal) - start == FRAME_BYTES else 29
    noise = Random(1).randbytes(len(journal))
    for at in range(start, len(journal), step):
        rest = (b"", bytes(len(journal) - at), noise[at:])[at % 3]
        torn = written(files | {"raft.db-wal": journal[:at] + rest}, tmp_path / "after")
        assert reopened(torn) == before.after, f"torn {at - start} bytes into the record"


def test_any_damaged_page_is_found_on_opening_and_nothing_is_cut_away(tmp_path: Path) -> None:
    """Zeroed, misplaced, bits flipped, or rolled back to what it was before the last writes."""
    disk = Disk(written({}, tmp_path / "disk"))
    file = disk.folder / "raft.db"
    model = FOUNDED
    with mounted(disk):
        for term in range(1, 6):
            older = file.read_bytes() if term > 1 else b""
            opened = SqliteLogStore(file) if term > 1 else SqliteLogStore.found(file, MEMBERSHIP)
            with closing(opened) as store:
                first = model.last_index + 1 - 30 * (term % 2)
                write = append(model, HardState(term, "n1"), entries(max(first, 1), first + 90, term))
                write.make(store)
            model = write.after
    content = file.read_bytes()
    found = 0
    for what, damaged in (*damaged_pages(content, Random(1)), *rolled_back_pages(content, older)):
        folder = written({"raft.db": damaged}, tmp_path / "after")
        try:
            assert reopened(folder) == model, what
        except StorageFailed:
            found += 1
            assert (folder / "raft.db").read_bytes() == damaged, what
        else:
            assert what.startswith("bit"), f"{what}: not noticed"
    assert found > 100


def test_damage_to_the_journal_before_its_last_record_is_not_taken_for_a_torn_end(tmp_path: Path) -> None:
    """Whatever follows a damaged record was synced after it: the record was durable, and promised."""
    disk = Disk(written({}, tmp_path / "disk"))
    state = FOUNDED
    with (
        mounted(disk, SELDOM),
        closing(SqliteLogStore.found(disk.folder / "raft.db", MEMBERSHIP)) as store,
    ):
        for term in range(1, 9):
            last_record = len(unfinished(disk).get("raft.db-wal", b""))
            write = append(state, HardState(term, "n1"), entries(term, term + 1, term))
            write.make(store)
            state = write.after
        files = unfinished(disk)
    journal = files["raft.db-wal"]
    for at in range(0, last_record, 1_001):
        rotten = journal[:at] + bytes([journal[at] ^ 1]) + journal[at + 1 :]
        folder = written(files | {"raft.db-wal": rotten}, tmp_path / "after")
        try:
            assert reopened(folder) == state, f"byte {at}"
        except LogCorrupted:
            assert (folder / "raft.db-wal").read_bytes() == rotten


def test_a_damaged_schema_is_damage(tmp_path: Path) -> None:
    """The message that names it may itself be no text."""
    SqliteLogStore.found(tmp_path / "raft.db", MEMBERSHIP).close()
    content = (tmp_path / "raft.db").read_bytes()
    for what, damaged in flipped_schema(content, bits=60, random=Random(1)):
        folder = written({"raft.db": damaged}, tmp_path / "after")
        with suppress(LogCorrupted):
            assert reopened(folder) == FOUNDED, what
