"""Outcomes are remembered for a stretch of the log, counted in entries."""

from __future__ import annotations

import pytest

from storage.models.history import StoredOutcome
from storage.outcomes import KEPT_INDEXES, Remembered, forget, remember, remembered

pytestmark = pytest.mark.usefixtures("database")


def test_an_outcome_is_found_by_person_and_request() -> None:
    remember("ann", "request-1", b"asked", 7, b"outcome")
    assert remembered("ann", "request-1", 8) == Remembered(b"asked", b"outcome")
    assert remembered("bob", "request-1", 8) is None
    assert remembered("ann", "request-2", 8) is None


def test_an_outcome_is_forgotten_at_the_same_entry_however_batches_were_cut() -> None:
    """Eviction runs at the end of a batch; what an entry inside the batch sees must not wait for it."""
    remember("ann", "request-1", b"asked", 7, b"outcome")
    assert remembered("ann", "request-1", 7 + KEPT_INDEXES - 1) is not None
    assert remembered("ann", "request-1", 7 + KEPT_INDEXES) is None
    remember("ann", "request-1", b"anew", 7 + KEPT_INDEXES, b"another")
    assert remembered("ann", "request-1", 8 + KEPT_INDEXES) == Remembered(b"anew", b"another")


def test_what_no_entry_can_see_any_more_is_evicted() -> None:
    for index in (1, 2, 3):
        remember("ann", f"request-{index}", b"asked", index, b"outcome")
    forget(2 + KEPT_INDEXES)
    assert [row.log_index for row in StoredOutcome.select()] == [3]
