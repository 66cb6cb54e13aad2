"""A torn end of the write-ahead log is cut off; damage before it is not taken for one."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from raft.types import Entry, EntryKind, HardState
from storage.journal import lost_frame
from storage.log_reader import LogCorrupted
from storage.log_store import SqliteLogStore
from tests.storage.classrooms import MEMBERS

FRAME = 24 + 4096
HEADER = 32


def entry(index: int) -> Entry:
    return Entry(1, index, EntryKind.COMMAND, bytes([index]) * 6_000)


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The log of a node that was killed after six appends, all of them in the write-ahead log."""
    folder = tmp_path / "killed"
    folder.mkdir()
    with closing(SqliteLogStore.found(tmp_path / "raft.db", MEMBERS)) as store:
        for index in range(1, 7):
            store.append(HardState(index, "n1"), [entry(index)])
        for name in ("raft.db", "raft.db-wal"):
            shutil.copy(tmp_path / name, folder)
    return folder / "raft.db"


def journal_of(killed: Path) -> Path:
    return killed.with_name("raft.db-wal")


def with_byte_changed(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :]


def test_a_sound_log_and_a_missing_one_have_lost_nothing(tmp_path: Path, killed: Path) -> None:
    assert lost_frame(killed) is None
    assert lost_frame(tmp_path / "nothing.db") is None
    journal_of(killed).write_bytes(b"")
    assert lost_frame(killed) is None


def test_an_end_torn_anywhere_has_lost_nothing(killed: Path) -> None:
    """The last append was never acknowledged: whatever became of it, it may go."""
    journal = journal_of(killed).read_bytes()
    frames = (len(journal) - HEADER) // FRAME
    last = next(
        frame
        for frame in range(frames - 1, 0, -1)
        if int.from_bytes(journal[HEADER + (frame - 1) * FRAME + 4 :][:4], "big")
    )
    for at in range(HEADER + last * FRAME, len(journal), 509):
        for torn in (journal[:at], journal[:at] + bytes(len(journal) - at), with_byte_changed(journal, at)):
            journal_of(killed).write_bytes(torn)
            assert lost_frame(killed) is None, at


@pytest.mark.parametrize("offset", [0, 3, 9, 30, 4_000])
def test_a_frame_changed_before_the_last_append_is_named_and_the_log_not_opened(
    killed: Path, offset: int
) -> None:
    journal = journal_of(killed).read_bytes()
    for frame in range(6):
        damaged = with_byte_changed(journal, HEADER + frame * FRAME + offset)
        journal_of(killed).write_bytes(damaged)
        assert lost_frame(killed) == frame + 1
        with pytest.raises(LogCorrupted, match=f"frame {frame + 1} "):
            SqliteLogStore(killed)
        assert journal_of(killed).read_bytes() == damaged, "nothing was cut off"


@pytest.mark.parametrize("at", [0, 10, 17, 26])
def test_a_damaged_header_loses_the_whole_log(killed: Path, at: int) -> None:
    journal = journal_of(killed).read_bytes()
    journal_of(killed).write_bytes(with_byte_changed(journal, at))
    assert lost_frame(killed) == 1


def test_a_torn_header_over_frames_that_have_been_copied_loses_nothing(killed: Path) -> None:
    """As when the power goes while the log begins anew."""
    journal = journal_of(killed).read_bytes()
    SqliteLogStore(killed).close()
    journal_of(killed).write_bytes(with_byte_changed(journal, 10))
    assert lost_frame(killed) is None
    with closing(SqliteLogStore(killed)) as store:
        assert store.last_index() == 6
