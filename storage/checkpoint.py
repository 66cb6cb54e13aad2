"""Making commits durable that were made without waiting for the disk.

With `synchronous=NORMAL` a commit is a write to the write-ahead log that nobody waits for. A checkpoint
waits: SQLite syncs the log before it copies any of its frames into the database, and syncs the database
before the log begins anew. Hence, once a frame has been copied, it and all frames before it survive a power
cut. How far the copying gets is another matter: it stops at the first frame that some reader does not see.
"""

from __future__ import annotations

import time
from typing import Final

from peewee import SqliteDatabase

WAIT_SECONDS_MAX: Final = 1.0
_RETRY_SECONDS: Final = 0.01


def is_made_durable(database: SqliteDatabase) -> bool:
    """Checkpoint what was committed before the call. False where somebody read longer than it waits; nobody
    is kept from reading or writing. Raises PeeweeException."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    wanted: int | None = None
    while True:
        _, frames, copied = database.execute_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        # Negative: another checkpoint is at work. Fewer frames than before: the log has begun anew.
        if frames >= 0:
            wanted = frames if wanted is None else wanted
            if copied >= wanted or frames < wanted:
                return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_RETRY_SECONDS)
