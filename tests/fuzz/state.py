"""What counts as the state of a classroom, and whether something has changed it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Record, bound_database
from storage.models.files import Chunk, FileChunk, FileOwner, StoredFile
from storage.models.history import Applied, StoredOutcome
from storage.schema import REPLICATED
from tests.solo.classroom import SoloClassroom

APART: frozenset[type[Record]] = frozenset({Applied, StoredOutcome, Chunk, FileChunk, FileOwner, StoredFile})
"""See tests/fuzz/__init__.py. What an item says of its files stands in the item's own rows."""
OWN = ("record_tutor_answer", "report_tutor_delay", "remind_of_due", "record_transfer", "record_backup")
"""Commands that the cluster gives itself; the last two note what is about to be done outside the log, whether
it can be done or not."""
COUNTED: Sequence[str] = tuple(model._meta.table_name for model in REPLICATED if model not in APART)


@dataclass(frozen=True, slots=True)
class Written:
    """After so many entries. `tables` maps each to a digest of its rows; `own` counts what the cluster did by
    itself."""

    entries: int = 0
    tables: tuple[tuple[str, str], ...] = ()
    own: int = 0

    def differs_from(self, earlier: Written) -> list[str]:
        """The names of the tables with other rows."""
        return [
            name for (name, now), (_, then) in zip(self.tables, earlier.tables, strict=True) if now != then
        ]


class State:
    """Reads anew only when something was applied since."""

    def __init__(self, classroom: SoloClassroom) -> None:
        self._classroom = classroom
        self._known = self._read()

    def now(self) -> Written:
        if self._classroom.kinds.total() != self._known.entries:
            self._known = self._read()
        return self._known

    def _read(self) -> Written:
        entries = self._classroom.kinds.total()
        with self._classroom.reading():
            tables = tuple((table, _digest(table)) for table in COUNTED)
        return Written(entries, tables, sum(self._classroom.kinds[kind] for kind in OWN))


def _digest(table: str) -> str:
    digest = hashlib.sha256()
    for row in bound_database().execute_sql(f'SELECT * FROM "{table}"'):
        digest.update(repr(row).encode())
    return digest.hexdigest()
