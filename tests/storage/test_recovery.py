"""What operators do to stopped nodes: give up damaged files, go on without a majority, restore a backup."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from raft.errors import SnapshotDamaged
from raft.membership import Membership
from raft.types import Entry, EntryKind, HardState, Snapshot
from storage import backup as backups
from storage.backup import restore
from storage.log_store import SqliteLogStore
from storage.lost_quorum import force_membership
from storage.set_aside import set_aside
from tests.storage.classrooms import MEMBERS, filled, names, opened

ALONE = Membership(voters=("n2",), addresses=(("n2", "127.0.0.1:2"),))


class PowerCut(BaseException):
    """Ends the work as the end of the process would."""


def entries(low: int, high: int, term: int = 1) -> list[Entry]:
    return [Entry(term, index, EntryKind.COMMAND, b"%d" % index) for index in range(low, high)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "node").mkdir()
    return tmp_path / "node"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    path = tmp_path / "monday.backup"
    with closing(filled(tmp_path / "old.db", "ann", "bob")) as classroom:
        classroom.write_snapshot(path)
    return path


def damaged(folder: Path) -> None:
    SqliteLogStore.found(folder / "raft.db", MEMBERS).close()
    filled(folder / "classroom.db", "ann").close()
    (folder / "raft.db-wal").write_bytes(b"damaged")
    (folder / "snapshots").mkdir(exist_ok=True)
    (folder / "snapshots" / "half").write_bytes(b"received")


def test_a_node_whose_files_were_set_aside_begins_as_a_new_one(folder: Path) -> None:
    damaged(folder)
    (folder / "lock").touch()
    aside = set_aside(folder)
    assert {file.name for file in folder.iterdir()} == {"lock", aside.name}
    kept = {"raft.db", "raft.db-wal", "classroom.db", "snapshots"}
    assert {file.name for file in aside.iterdir()} == kept
    with closing(SqliteLogStore(folder / "raft.db")) as store:
        assert store.hard_state() == HardState(synced=False)
    with closing(opened(folder / "classroom.db")) as classroom:
        assert classroom.applied().index == 0


def test_only_what_was_set_aside_last_is_kept(folder: Path) -> None:
    for number in (1, 2, 3):
        damaged(folder)
        assert set_aside(folder) == folder / f"damaged-{number}"
    assert {file.name for file in folder.iterdir()} == {"damaged-3"}


def test_a_crash_while_files_are_set_aside_never_leaves_a_vote_without_its_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is left, the log is as it was or a new one."""
    rename = Path.rename
    for at in range(20):
        renames = 0

        def cut(path: Path, target: Path, at: int = at) -> Path:
            nonlocal renames
            if renames == at:
                raise PowerCut
            renames += 1
            return rename(path, target)

        for leftover in folder.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        damaged(folder)
        (folder / "raft.db-wal").unlink()
        with closing(SqliteLogStore(folder / "raft.db")) as store:
            store.append(HardState(7, "n2"), entries(1, 4))
            crashed = folder.with_name(f"crashed {at}")
            shutil.copytree(folder, crashed)
        (crashed / "raft.db-shm").unlink()
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", cut)
            try:
                set_aside(crashed)
            except PowerCut:
                pass
            else:
                break
        with closing(SqliteLogStore(crashed / "raft.db")) as store:
            if at == 0:
                assert (store.hard_state(), store.last_index()) == (HardState(7, "n2"), 3)
            else:
                assert (store.hard_state(), store.last_index()) == (HardState(synced=False), 0)
    assert at > 3


def test_a_forced_membership_is_the_logs_last_word_in_a_term_of_its_own(folder: Path) -> None:
    path = folder / "raft.db"
    with closing(SqliteLogStore.found(path, MEMBERS)) as store:
        store.append(HardState(6, "n1"), entries(1, 4, term=5))
    forced = force_membership(path, ALONE)
    assert forced == Entry(7, 4, EntryKind.MEMBERSHIP, ALONE.encode())
    with closing(SqliteLogStore(path)) as store:
        assert store.hard_state() == HardState(7, None, synced=True)
        assert store.entries(1, 5, 1 << 20) == [*entries(1, 4, term=5), forced]
        assert store.membership_entries() == [forced]


def test_a_backup_founds_a_node_with_its_state_and_other_members(folder: Path, backup: Path) -> None:
    whole = backup.read_bytes()
    base = restore(backup, folder / "raft.db", folder / "classroom.db", ALONE)
    assert base == Snapshot(3, 2, ALONE)
    with (
        closing(SqliteLogStore(folder / "raft.db")) as store,
        closing(opened(folder / "classroom.db")) as classroom,
    ):
        assert (store.base(), store.hard_state(), store.last_index()) == (base, HardState(2), 3)
        assert (classroom.applied(), names(classroom)) == (base, ["ann", "bob"])
    assert backup.read_bytes() == whole
    assert {file.name for file in folder.iterdir()} == {"raft.db", "classroom.db"}
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("there", ["raft.db", "classroom.db"])
def test_a_backup_is_not_restored_over_anything(folder: Path, backup: Path, there: str) -> None:
    (folder / there).write_text("precious")
    with pytest.raises(FileExistsError):
        restore(backup, folder / "raft.db", folder / "classroom.db", ALONE)
    assert [(file.name, file.read_text()) for file in folder.iterdir()] == [(there, "precious")]


def test_a_damaged_backup_is_refused_and_leaves_nothing(folder: Path, backup: Path) -> None:
    with backup.open("r+b") as file:
        file.seek(9000)
        file.write(b"!")
    with pytest.raises(SnapshotDamaged):
        restore(backup, folder / "raft.db", folder / "classroom.db", ALONE)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("step", ["_tell_members", "stage", "found_after", "finish"])
def test_a_restoration_cut_short_is_repeated_or_is_finished_by_opening(
    folder: Path, backup: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise PowerCut

    log, state = folder / "raft.db", folder / "classroom.db"
    with monkeypatch.context() as patched:
        patched.setattr(SqliteLogStore if step == "found_after" else backups, step, cut)
        with pytest.raises(PowerCut):
            restore(backup, log, state, ALONE)
    if step != "finish":
        restore(backup, log, state, ALONE)
    with closing(SqliteLogStore(log)) as store, closing(opened(state)) as classroom:
        assert store.base() == classroom.applied() == Snapshot(3, 2, ALONE)
        assert names(classroom) == ["ann", "bob"]
