"""The durable log when its disk refuses a call: the store says so once, and is spent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import pytest

from raft.errors import StorageFailed
from raft.types import Entry, EntryKind, HardState
from storage.log_reader import LogCorrupted
from storage.log_store import SqliteLogStore
from tests.storage.faults.disk import Disk, Loss, NoLoss, RandomLoss
from tests.storage.faults.log_model import FOUNDED, MEMBERSHIP, LogModel, random_write
from tests.storage.faults.mount import OFTEN, SELDOM, mounted
from tests.storage.faults.recovery import written
from tests.storage.faults.vfs import FSYNC, FULL, READ, TRUNCATE, WRITE, Fault, FaultyVFS, Kind

LOSSES = (Loss(), NoLoss(), RandomLoss(1), RandomLoss(2))
WRITES = 14


@dataclass(slots=True)
class Outcome:
    """Of a history of writes on a disk that refuses one call."""

    disk: Disk
    fault: Fault
    states: list[LogModel] = field(default_factory=lambda: [FOUNDED])
    """The first as founded, then one for every write that returned, and last the one that failed."""
    failure: StorageFailed | None = None

    @property
    def promised(self) -> LogModel:
        return self.states[-1 if self.failure is None else -2]


def written_until_refused(folder: Path, fault: Fault, checkpoint_pages: int) -> Outcome:
    """The same writes each time, as far as they come."""
    outcome = Outcome(Disk(written({}, folder)), fault)
    random = Random(11)
    with (
        mounted(outcome.disk, checkpoint_pages) as vfs,
        closing(SqliteLogStore.found(folder / "raft.db", MEMBERSHIP)) as store,
    ):
        vfs.fault = fault
        for _write in range(WRITES):
            write = random_write(random, outcome.states[-1])
            outcome.states.append(write.after)
            try:
                write.make(store)
            except StorageFailed as failure:
                outcome.failure = failure
                assert_spent(store)
                assert LogModel.of(store) == outcome.promised
                break
    return outcome


def assert_spent(store: SqliteLogStore) -> None:
    """Whatever is asked of it from now on, and though the disk would do it."""
    state = store.hard_state()
    entry = Entry(state.term + 1, store.last_index() + 1, EntryKind.NOOP)
    for hard_state, entries in ((HardState(state.term + 1, "n2"), []), (None, [entry])):
        with pytest.raises(StorageFailed, match="failed before"):
            store.append(hard_state, entries)
    with pytest.raises(StorageFailed, match="failed before"):
        store.restore(store.base())


def after_each_loss(outcome: Outcome, folder: Path) -> Iterator[LogModel]:
    for loss in LOSSES:
        files = outcome.disk.power_loss(len(outcome.disk)).files(loss)
        with closing(SqliteLogStore(written(files, folder) / "raft.db")) as store:
            yield LogModel.of(store)


def refusals(
    kind: Kind, code: int, *, lasting: bool, checkpoint_pages: int, folder: Path
) -> Iterator[Outcome]:
    """One for every call of the kind in the history."""
    for at in count():
        outcome = written_until_refused(folder / "live", Fault(kind, at, code, lasting), checkpoint_pages)
        if not outcome.fault.met:
            return
        yield outcome


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_an_fsync_that_fails_spends_the_store_and_nothing_promised_is_lost(
    tmp_path: Path, lasting: bool
) -> None:
    """It is not tried again on the same handle: the kernel may have dropped what it could not write."""
    failed = set()
    for outcome in refusals("sync", FSYNC, lasting=lasting, checkpoint_pages=SELDOM, folder=tmp_path):
        for state in after_each_loss(outcome, tmp_path / "after"):
            assert state in (outcome.promised, outcome.states[-1])
        if outcome.failure is not None:
            failed.add(len(outcome.states) - 1)
    assert failed == set(range(1, WRITES + 1)), "every write has its sync, and none goes on without it"


@pytest.mark.parametrize(
    ("kind", "code", "lasting"),
    [
        pytest.param("sync", FSYNC, False, id="one fsync fails"),
        pytest.param("write", FULL, True, id="the disk is full"),
        pytest.param("write", WRITE, False, id="one write fails"),
        pytest.param("truncate", TRUNCATE, True, id="no truncation succeeds"),
    ],
)
def test_a_refused_call_leaves_nothing_half_done(
    tmp_path: Path, kind: Kind, code: int, lasting: bool
) -> None:
    """At every such call, with the journal copied into the file often. That may fail without harm: SQLite
    keeps the journal, and the commit is in it."""
    for outcome in refusals(kind, code, lasting=lasting, checkpoint_pages=OFTEN, folder=tmp_path):
        for state in after_each_loss(outcome, tmp_path / "after"):
            assert state in (outcome.promised, outcome.states[-1])
        if outcome.failure is not None:
            expected = "database or disk is full" if code == FULL else "disk I/O error"
            assert expected in str(outcome.failure)
            assert not isinstance(outcome.failure, LogCorrupted)


@pytest.mark.parametrize("kind", ["read", "short read"])
def test_a_read_that_fails_is_never_taken_for_a_shorter_log(disk: Disk, vfs: FaultyVFS, kind: Kind) -> None:
    """Nor, where the disk says so, for a damaged one: that has its files set aside, and a disk that fails for
    a moment must not cost a node its log. SQLite takes half a page for a page of which the rest is zero."""
    with closing(SqliteLogStore.found(disk.folder / "raft.db", MEMBERSHIP)) as store:
        states = [FOUNDED]
        random = Random(3)
        for _write in range(WRITES):
            write = random_write(random, states[-1])
            write.make(store)
            states.append(write.after)
    before = (disk.folder / "raft.db").read_bytes()
    refused = 0
    for at in count():
        vfs.fault = Fault(kind, at, READ)
        try:
            with closing(SqliteLogStore(disk.folder / "raft.db")) as store:
                assert LogModel.of(store) == states[-1]
        except StorageFailed as failure:
            refused += 1
            assert kind == "short read" or not isinstance(failure, LogCorrupted)
        if not vfs.fault.met:
            break
        assert (disk.folder / "raft.db").read_bytes() == before
    assert refused > 3
