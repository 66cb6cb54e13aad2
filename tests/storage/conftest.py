"""For tests of what is stored in the classroom's tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from peewee import SqliteDatabase

from storage.database import bound_to, open_database
from storage.migrations import migrate
from storage.models.files import StoredFile
from storage.models.people import User
from storage.schema import MIGRATIONS


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Empty but for two people and one file without content; bound to the models."""
    database = open_database(tmp_path / "classroom.db", read_only=False)
    migrate(database, MIGRATIONS)
    with bound_to(database):
        for username in ("ann", "grace"):
            User.create(username=username, display_name=username, role=1, password_hash="", created_ms=0)
        StoredFile.create(sha256="0" * 64, size=1)
        yield database
    database.close()
