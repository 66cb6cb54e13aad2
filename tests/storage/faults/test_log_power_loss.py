"""The durable log when the power goes: what a write returned from is there, and nothing is there by half."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from raft.errors import StorageFailed
from raft.types import Entry, EntryKind, HardState, Snapshot
from storage.log_store import SqliteLogStore
from tests.storage.faults.disk import Disk, Loss, RandomLoss
from tests.storage.faults.log_model import (
    FOUNDED,
    MEMBERSHIP,
    LogModel,
    Write,
    append,
    compaction,
    random_write,
    restoration,
)
from tests.storage.faults.mount import mounted
from tests.storage.faults.recovery import after_any_power_loss, written
from tests.storage.faults.vfs import FaultyVFS


def commands(low: int, high: int, term: int = 1, size: int = 40) -> list[Entry]:
    return [Entry(term, index, EntryKind.COMMAND, b"%d." % index * size) for index in range(low, high)]


def founded(disk: Disk) -> closing[SqliteLogStore]:
    return closing(SqliteLogStore.found(disk.folder / "raft.db", MEMBERSHIP))


def reopened(folder: Path) -> LogModel:
    with closing(SqliteLogStore(folder / "raft.db")) as store:
        return LogModel.of(store)


def assert_every_power_loss_leaves_old_or_new(
    disk: Disk, folder: Path, states: Sequence[LogModel], losses: int
) -> None:
    """`states[n]` is what the store holds once n + 1 promises were made: the first is that it is founded."""
    tried = 0
    for left in after_any_power_loss(disk, folder, losses):
        if not left.promises:
            continue
        allowed = states[left.promises - 1 : left.promises + 1]
        assert reopened(left.folder) in allowed, f"after promise {left.promises}"
        tried += 1
    assert tried > len(disk.journal) // 2


def make(store: SqliteLogStore, disk: Disk, writes: Sequence[Write]) -> list[LogModel]:
    disk.promise()
    for write in writes:
        write.make(store)
        disk.promise()
    return [FOUNDED, *(write.after for write in writes)]


def chained(*steps: tuple[HardState | None, Sequence[Entry]]) -> list[Write]:
    writes: list[Write] = []
    for hard_state, entries in steps:
        writes.append(append(writes[-1].after if writes else FOUNDED, hard_state, entries))
    return writes


def test_s03_a_vote_that_was_given_is_never_given_again_after_any_power_loss(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path
) -> None:
    """Mistake 1. Before the fsync the vote may be lost, since nobody was told of it; after it, never."""
    votes = [HardState(term, vote) for term in range(1, 9) for vote in (None, f"n{term % 3}")]
    with founded(disk) as store:
        states = make(store, disk, chained(*((vote, []) for vote in votes)))
    assert_every_power_loss_leaves_old_or_new(disk, tmp_path, states, 5)


def test_s05_entries_and_truncations_survive_a_power_loss_after_every_storage_call(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path
) -> None:
    """Mistake 2. Truncating and writing anew is one step: never the old tail gone and the new one missing."""
    writes = chained(
        (HardState(1, "n1"), commands(1, 4)),
        (None, commands(4, 9, size=900)),
        (HardState(2, "n2"), commands(3, 6, term=2)),
        (HardState(3, None), []),
        (None, commands(6, 8, term=3, size=3_000)),
        (HardState(5, "n3"), commands(1, 3, term=5)),
        (None, commands(3, 12, term=5, size=400)),
    )
    with founded(disk) as store:
        states = make(store, disk, writes)
    assert_every_power_loss_leaves_old_or_new(disk, tmp_path, states, 6)


def test_a_compaction_or_restoration_cut_short_leaves_the_old_log_or_the_new_one(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path
) -> None:
    """Mistake 3: neither empties the log before it is written anew."""
    filled = append(FOUNDED, HardState(1, "n1"), commands(1, 30, size=200))
    compacted = compaction(filled.after, Snapshot(20, 1, MEMBERSHIP))
    longer = append(compacted.after, None, commands(30, 33))
    emptied = compaction(longer.after, Snapshot(32, 1, MEMBERSHIP))
    restored = restoration(emptied.after, Snapshot(500, 3, MEMBERSHIP))
    again = append(restored.after, HardState(3, None), commands(501, 504, term=3))
    with founded(disk) as store:
        states = make(store, disk, [filled, compacted, longer, emptied, restored, again])
    assert_every_power_loss_leaves_old_or_new(disk, tmp_path, states, 6)


def test_founding_cut_short_leaves_no_store_or_a_whole_one(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path
) -> None:
    with founded(disk):
        disk.promise()
    whole = 0
    for left in after_any_power_loss(disk, tmp_path, 8):
        founded_before = (left.folder / "raft.db").exists()
        if not founded_before:
            assert not left.promises, "a founded store is gone"
            SqliteLogStore.found(left.folder / "raft.db", MEMBERSHIP).close()
        whole += founded_before
        assert reopened(left.folder) == FOUNDED
    assert whole


@pytest.mark.parametrize("seed", range(6))
def test_any_history_with_any_power_losses_keeps_what_was_promised(tmp_path: Path, seed: int) -> None:
    """Every life goes on with what the power loss before left, which may strike while the store recovers from
    the one before that."""
    random = Random(seed)
    folder = written({}, tmp_path / "life")
    SqliteLogStore.found(folder / "raft.db", MEMBERSHIP).close()
    allowed = [FOUNDED]
    writes = 0
    for _life in range(60):
        disk = Disk(folder)
        with mounted(disk), closing(SqliteLogStore(folder / "raft.db")) as store:
            states = [LogModel.of(store)]
            assert states[0] in allowed
            while random.random() < 0.9:
                write = random_write(random, states[-1])
                write.make(store)
                disk.promise()
                states.append(write.after)
        writes += len(states)
        power_loss = disk.power_loss(random.randint(0, len(disk)))
        folder = written(power_loss.files(RandomLoss(random.randrange(1 << 32))), folder)
        allowed = states[power_loss.promises : power_loss.promises + 2]
    assert writes > 200


def test_what_a_store_shows_after_a_kill_is_not_lost_with_the_power(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path
) -> None:
    """A killed process leaves in the kernel's memory what it had not synced. Whoever opens the store finds it
    there, and acts on it: it has to be durable by then."""
    with founded(disk) as store:
        before = len(disk)
        make(
            store, disk, chained(*((HardState(term, "n1"), commands(term, term + 1)) for term in range(1, 5)))
        )
        calls = len(disk)
    for call in range(before, calls):
        killed = disk.after_kill(call, written({}, tmp_path / "killed"))
        with mounted(killed), closing(SqliteLogStore(killed.folder / "raft.db")) as store:
            shown = LogModel.of(store)
            opened = len(killed)
        assert reopened(written(killed.power_loss(opened).files(Loss()), tmp_path / "after")) == shown


@pytest.mark.parametrize("setting", ["off", "normal"])
def test_without_its_sync_the_log_would_lose_what_it_promised(
    disk: Disk, vfs: FaultyVFS, tmp_path: Path, setting: str
) -> None:
    """What the tests above rest on: the simulated disk does lose what nobody synced."""
    with founded(disk) as store:
        store._writer.pragma("synchronous", setting)
        states = make(store, disk, chained(*((HardState(term, "n1"), []) for term in range(1, 20))))
    with pytest.raises((AssertionError, StorageFailed)):
        assert_every_power_loss_leaves_old_or_new(disk, tmp_path, states, 6)
