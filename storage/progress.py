"""How far the log has been applied, in the snapshot at hand."""

from __future__ import annotations

from storage.models.history import Applied
from storage.prepared import Prepared

_find = Prepared(Applied.select(Applied.log_index))


def applied_index() -> int:
    """0 when nothing has been."""
    (index,) = _find.first() or (0,)
    return int(index)
