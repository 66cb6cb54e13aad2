"""How far the log has been applied."""

from __future__ import annotations

from dataclasses import dataclass

from raft.membership import Membership
from raft.types import Index, Snapshot, Term
from storage.models.history import Applied
from storage.prepared import SLOT, Prepared


@dataclass(slots=True)
class Progress:
    """The one row of Applied, moving on with each entry of a batch."""

    log_index: Index
    term: Term
    time_ms: int
    chain: bytes
    membership: bytes

    def as_snapshot(self) -> Snapshot:
        """Raises ValueError for a membership that is none."""
        return Snapshot(self.log_index, self.term, Membership.decode(self.membership))


_COLUMNS = (Applied.log_index, Applied.term, Applied.time_ms, Applied.chain, Applied.membership)
_find_index = Prepared(Applied.select(Applied.log_index))
_find = Prepared(Applied.select(*_COLUMNS))
_store = Prepared(
    Applied.update(
        {
            Applied.log_index: SLOT,
            Applied.time_ms: SLOT,
            Applied.chain: SLOT,
            Applied.term: SLOT,
            Applied.membership: SLOT,
        }
    )
)
"""Its columns stand in the order of the model's fields."""


def applied_index() -> Index:
    """0 when nothing has been."""
    (index,) = _find_index.first() or (0,)
    return int(index)


def stored_progress() -> Progress | None:
    """None when the row is missing, which only damage explains."""
    row = _find.first()
    return None if row is None else Progress(*row)


def store_progress(progress: Progress) -> None:
    _store.run(progress.log_index, progress.time_ms, progress.chain, progress.term, progress.membership)
