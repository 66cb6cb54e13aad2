"""What a start finds after an install was cut short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from raft.membership import Membership
from raft.runtime.recovery import finish_install
from raft.types import Entry, EntryKind, HardState, Snapshot
from storage.log_store import SqliteLogStore
from tests.raft_runtime.cluster import Memory

MEMBERSHIP = Membership(("n1", "n2", "n3"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteLogStore]:
    store = SqliteLogStore.found(tmp_path / "raft.db", MEMBERSHIP)
    entries = [Entry(1, index, EntryKind.COMMAND, b"command") for index in range(1, 11)]
    store.append(HardState(2, "n2"), entries)
    yield store
    store.close()


class Applied(Memory):
    """A state that says it stands at a place."""

    def __init__(self, folder: Path, applied: Snapshot) -> None:
        super().__init__(folder / "state", MEMBERSHIP)
        self._applied = applied


@pytest.mark.parametrize("index", [0, 5, 10])
def test_a_log_that_holds_what_is_applied_is_left_alone(
    store: SqliteLogStore, tmp_path: Path, index: int
) -> None:
    applied = Snapshot(index, 1 if index else 0, MEMBERSHIP)
    assert finish_install(store, Applied(tmp_path, applied)) == applied
    assert store.base().index == 0 and store.last_index() == 10
    assert store.hard_state() == HardState(2, "n2")


@pytest.mark.parametrize(
    "applied",
    [Snapshot(50, 1, MEMBERSHIP), Snapshot(10, 2, MEMBERSHIP), Snapshot(4, 2, MEMBERSHIP)],
    ids=["past its end", "another term at its end", "another term within"],
)
def test_a_log_that_does_not_begins_anew_after_it(
    store: SqliteLogStore, tmp_path: Path, applied: Snapshot
) -> None:
    finish_install(store, Applied(tmp_path, applied))
    assert store.base() == applied and store.last_index() == applied.index
    assert store.hard_state() == HardState(2, "n2")


def test_the_stored_term_is_raised_to_that_of_the_state_and_its_vote_is_free(
    store: SqliteLogStore, tmp_path: Path
) -> None:
    finish_install(store, Applied(tmp_path, Snapshot(50, 7, MEMBERSHIP)))
    assert store.hard_state() == HardState(7, None)


def test_a_state_behind_the_log_never_makes_it_forget(store: SqliteLogStore, tmp_path: Path) -> None:
    store.compact(Snapshot(8, 1, MEMBERSHIP))
    finish_install(store, Applied(tmp_path, Snapshot(3, 1, MEMBERSHIP)))
    assert store.base().index == 8 and store.last_index() == 10, "Node refuses to begin with these"
