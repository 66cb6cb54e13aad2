"""Exactly once: what each request came to, kept for a stretch of the log long enough for every retry."""

from __future__ import annotations

from dataclasses import dataclass

from storage.models.history import StoredOutcome
from storage.prepared import SLOT, Prepared

KEPT_INDEXES = 100_000
"""An outcome is remembered while the log grows by this many entries. Counted in the log, not on a clock, so
that every node forgets at the same entry."""


@dataclass(frozen=True, slots=True)
class Remembered:
    fingerprint: bytes
    outcome: bytes
    """A serialised Outcome."""


_find = Prepared(
    StoredOutcome.select(StoredOutcome.fingerprint, StoredOutcome.outcome)
    .where(StoredOutcome.request_id == SLOT)
    .where(StoredOutcome.username == SLOT)
    .where(StoredOutcome.log_index > SLOT)
)
_store = Prepared(
    StoredOutcome.insert(
        {
            StoredOutcome.request_id: SLOT,
            StoredOutcome.username: SLOT,
            StoredOutcome.fingerprint: SLOT,
            StoredOutcome.log_index: SLOT,
            StoredOutcome.outcome: SLOT,
        }
    ).on_conflict_replace()
)
_forget = Prepared(StoredOutcome.delete().where(StoredOutcome.log_index <= SLOT))


def remembered(username: str, request_id: str, at_index: int) -> Remembered | None:
    """What `username` was told about `request_id`, as far as the entry at `at_index` may still know.

    The bound is checked here as well as in `forget`, which runs once a batch: what an entry sees must not
    depend on where the batches were cut.
    """
    row = _find.first(request_id, username, at_index - KEPT_INDEXES)
    return None if row is None else Remembered(*row)


def remember(username: str, request_id: str, fingerprint: bytes, at_index: int, outcome: bytes) -> None:
    _store.run(request_id, username, fingerprint, at_index, outcome)


def forget(applied_index: int) -> None:
    """Drop what no entry after `applied_index` could see."""
    _forget.run(applied_index - KEPT_INDEXES)
