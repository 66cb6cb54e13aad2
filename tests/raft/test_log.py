"""The log's window against a plain list, and what it asks of the store."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raft import Entry, EntryKind, HardState, LogGap
from raft.log import WINDOW_BYTES_MAX, WINDOW_ENTRIES_MAX, Log
from tests.raft.disk import Disk, log_of_terms

terms = st.lists(st.integers(1, 6), max_size=30).map(sorted)


def commands(low: int, high: int, term: int = 1, data: bytes = b"x") -> list[Entry]:
    return [Entry(term, index, EntryKind.COMMAND, data) for index in range(low, high)]


@settings(deadline=None)
@given(
    stored=terms,
    actions=st.lists(st.tuples(st.sampled_from("aatws"), st.integers(0, 20), st.integers(0, 2)), max_size=30),
)
def test_window_and_store_together_read_as_one_list(
    stored: list[int], actions: list[tuple[str, int, int]]
) -> None:
    disk = Disk(HardState(6), log_of_terms(*stored))
    log = Log(disk)
    model = list(disk.log)
    term = 6
    for action, number, rise in actions:
        if action == "a":
            term += rise
            added = commands(len(model) + 1, len(model) + 1 + max(number, 1), term)
            log.append(added)
            model += added
        elif action == "t" and model:
            index = 1 + number % len(model)
            term += 1
            replacement = commands(index, index + 1, term)
            log.truncate(index)
            log.append(replacement)
            model[index - 1 :] = replacement
        elif action == "w":
            unstable = log.unstable()
            disk.append(None, unstable)
            if unstable:
                log.mark_durable(unstable[-1].index, unstable[-1].term)
            assert log.unstable() == []
            assert disk.log == model
        elif action == "s" and log.durable_index == len(model):
            log = Log(disk)
        assert log.last_index == len(model)
        assert [log.term(i) for i in range(len(model) + 1)] == [0, *(e.term for e in model)]
        read: list[Entry] = []
        while len(read) < len(model):
            read += log.entries(len(read) + 1, len(model) + 1, 3)
        assert read == model


@settings(deadline=None)
@given(terms, st.integers(0, 7), st.integers(0, 30))
def test_the_bisections_agree_with_a_search(stored: list[int], term: int, index: int) -> None:
    log = Log(Disk(HardState(6), log_of_terms(*stored)))
    index = min(index, len(stored))
    expected = max((i for i in range(1, index + 1) if stored[i - 1] <= term), default=0)
    assert log.last_index_of_term_up_to(term, index) == expected
    if index:
        assert log.first_index_of_term_at(index) == stored.index(stored[index - 1]) + 1


@settings(deadline=None)
@given(terms, st.integers(0, 10), st.integers(0, 6), st.lists(st.integers(0, 1), min_size=1, max_size=8))
def test_the_first_conflict_is_found(stored: list[int], prev: int, known: int, rises: list[int]) -> None:
    log = Log(Disk(HardState(6), log_of_terms(*stored)))
    prev = min(prev, len(stored))
    shared = stored[prev : prev + known]
    term = 7
    sent = log_of_terms(*stored[:prev], *shared, *(term := term + rise for rise in rises))[prev:]
    assert log.first_conflict(sent) == len(shared)


def test_recent_entries_are_never_read_from_the_store() -> None:
    disk = Disk()
    log = Log(disk)
    reads_before = disk.reads
    for batch in range(200):
        log.append(commands(batch * 10 + 1, batch * 10 + 11))
        disk.append(None, log.unstable())
        log.mark_durable(log.last_index, 1)
        assert len(log.entries(log.last_index - 9, log.last_index + 1, 1 << 20)) == 10
        assert log.term(log.last_index - 9) == 1
    assert disk.reads == reads_before


@pytest.mark.parametrize("data", [b"", b"x" * 8192])
def test_the_window_is_bounded_and_what_left_it_is_read_from_the_store(data: bytes) -> None:
    disk = Disk()
    log = Log(disk)
    for batch in range(100):
        log.append(commands(batch * 200 + 1, batch * 200 + 201, data=data))
        disk.append(None, log.unstable())
        log.mark_durable(log.last_index, 1)
        assert len(log._window) <= WINDOW_ENTRIES_MAX
        assert sum(len(e.data) for e in log._window) <= WINDOW_BYTES_MAX
    assert log.entries(1, 3, 1 << 20) == disk.log[:2]
    assert log.term(1) == 1


def test_what_is_not_durable_stays_in_the_window() -> None:
    disk = Disk()
    log = Log(disk)
    log.append(commands(1, 3 * WINDOW_ENTRIES_MAX))
    log.mark_durable(9, 1)
    assert log.entries(10, 13, 3) == commands(10, 13)
    assert log.unstable()[0].index == 10


def test_an_index_past_the_end_is_a_gap() -> None:
    with pytest.raises(LogGap):
        Log(Disk(HardState(1), log_of_terms(1))).term(2)
