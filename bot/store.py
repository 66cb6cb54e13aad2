"""What the bot remembers: one SQLite file, readable by its owner alone, because it holds session tokens.

A row per chat. What a chat has come to (bot.core.chat.Chat) is one JSON document, since it is read and
written whole; the cursor of its notices stands beside it, because another hand moves it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.core.chat import Chat, Dialogue, Session
from bot.core.model import FileRef, Role
from bot.core.settings import Settings

REPLIES_KEPT_MAX = 200
"""Messages of one chat to which a reply begins something."""

FILES_KEPT_MAX = 2_000
"""Files that a place has already, and can be named there."""

_MIGRATIONS = (
    """
CREATE TABLE chat (
    adapter TEXT NOT NULL,
    chat TEXT NOT NULL,
    token TEXT NOT NULL DEFAULT '',
    username TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL DEFAULT 'anyone',
    state TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (adapter, chat)
) WITHOUT ROWID;
CREATE TABLE notice_cursor (
    adapter TEXT NOT NULL,
    chat TEXT NOT NULL,
    username TEXT NOT NULL,
    cursor TEXT NOT NULL,
    PRIMARY KEY (adapter, chat)
) WITHOUT ROWID;
""",
    """
CREATE TABLE on_reply (
    number INTEGER PRIMARY KEY,
    adapter TEXT NOT NULL,
    chat TEXT NOT NULL,
    message TEXT NOT NULL,
    begun TEXT NOT NULL,
    UNIQUE (adapter, chat, message)
);
""",
    "ALTER TABLE notice_cursor ADD COLUMN ahead TEXT NOT NULL DEFAULT '[]';",
    """
CREATE TABLE sent_file (
    number INTEGER PRIMARY KEY,
    adapter TEXT NOT NULL,
    key TEXT NOT NULL,
    file_id TEXT NOT NULL,
    UNIQUE (adapter, key)
);
""",
    """
CREATE TABLE told (
    adapter TEXT NOT NULL,
    chat TEXT NOT NULL,
    username TEXT NOT NULL,
    cursor TEXT NOT NULL,
    ahead TEXT NOT NULL,
    PRIMARY KEY (adapter, chat, username)
) WITHOUT ROWID;
INSERT INTO told SELECT adapter, chat, username, cursor, ahead FROM notice_cursor;
DROP TABLE notice_cursor;
""",
)
"""Each brings a file of the version that is its place here to the next."""


class StoreUnreadable(Exception):
    """The file was written by a later version, or is no store."""


@dataclass(frozen=True, slots=True)
class Told:
    """How far the events of a feed have been told."""

    cursor: str = ""
    """Everything before it; empty at the first time."""
    ahead: frozenset[str] = frozenset()
    """And the events at these cursors, out of their turn."""


class BotStore:
    """The ChatStore of one adapter, and the cursors of its notices. Used from the event loop's thread alone.

    Every change is durable when its call returns.
    """

    def __init__(self, path: Path, adapter: str) -> None:
        """Creates the file where there is none. Raises StoreUnreadable, OSError."""
        self._adapter = adapter
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite would create it readable by others; its journal takes its mode from it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        self._database = sqlite3.connect(path, isolation_level=None)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise StoreUnreadable(f"{path}: {error}") from None

    def _prepare(self) -> None:
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("PRAGMA busy_timeout=5000")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise sqlite3.DatabaseError(f"schema {version} is not known here")
        for number, migration in enumerate(_MIGRATIONS[version:], start=version + 1):
            self._database.executescript(f"BEGIN IMMEDIATE;{migration}PRAGMA user_version={number};COMMIT;")

    def close(self) -> None:
        self._database.close()

    # --- chats ---

    def load(self, chat: str) -> Chat:
        row = self._database.execute(
            "SELECT token, username, role, state FROM chat WHERE adapter = ? AND chat = ?",
            (self._adapter, chat),
        ).fetchone()
        if row is None:
            return Chat()
        token, username, role, state = row
        session = Session(token, username, Role(role)) if token else None
        return _chat(session, json.loads(state))

    def save(self, chat: str, state: Chat) -> None:
        session = state.session or Session("", "", Role.ANYONE)
        document = asdict(state)
        del document["session"]
        self._database.execute(
            "INSERT OR REPLACE INTO chat (adapter, chat, token, username, role, state)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (self._adapter, chat, session.token, session.username, session.role.value, json.dumps(document)),
        )

    def sessions(self) -> Iterator[tuple[str, Session]]:
        """Every chat where somebody is signed in."""
        rows = self._database.execute(
            "SELECT chat, token, username, role FROM chat WHERE adapter = ? AND token != '' ORDER BY chat",
            (self._adapter,),
        ).fetchall()
        for chat, token, username, role in rows:
            yield chat, Session(token, username, Role(role))

    # --- replies ---

    def on_reply(self, chat: str, message: str) -> str:
        row = self._database.execute(
            "SELECT begun FROM on_reply WHERE adapter = ? AND chat = ? AND message = ?",
            (self._adapter, chat, message),
        ).fetchone()
        return row[0] if row else ""

    def keep_on_reply(self, chat: str, message: str, begun: str) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute(
            "INSERT OR REPLACE INTO on_reply (adapter, chat, message, begun) VALUES (?, ?, ?, ?)",
            (self._adapter, chat, message, begun),
        )
        self._database.execute(
            "DELETE FROM on_reply WHERE number <= (SELECT number FROM on_reply"
            " WHERE adapter = ?1 AND chat = ?2 ORDER BY number DESC LIMIT 1 OFFSET ?3)"
            " AND adapter = ?1 AND chat = ?2",
            (self._adapter, chat, REPLIES_KEPT_MAX),
        )
        self._database.execute("COMMIT")

    # --- files that were sent ---

    def sent_file(self, key: str) -> str:
        """What the place calls the file; empty when it is not known there."""
        row = self._database.execute(
            "SELECT file_id FROM sent_file WHERE adapter = ? AND key = ?", (self._adapter, key)
        ).fetchone()
        return row[0] if row else ""

    def keep_sent_file(self, key: str, file_id: str) -> None:
        """Those that were kept first are forgotten first."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute(
            "INSERT OR REPLACE INTO sent_file (adapter, key, file_id) VALUES (?, ?, ?)",
            (self._adapter, key, file_id),
        )
        self._database.execute(
            "DELETE FROM sent_file WHERE number <= (SELECT number FROM sent_file"
            " WHERE adapter = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2) AND adapter = ?1",
            (self._adapter, FILES_KEPT_MAX),
        )
        self._database.execute("COMMIT")

    def forget_sent_file(self, key: str) -> None:
        self._database.execute("DELETE FROM sent_file WHERE adapter = ? AND key = ?", (self._adapter, key))

    # --- notices ---

    def told(self, chat: str, username: str) -> Told:
        """How far this person's notices have been told in this chat."""
        row = self._database.execute(
            "SELECT cursor, ahead FROM told WHERE adapter = ? AND chat = ? AND username = ?",
            (self._adapter, chat, username),
        ).fetchone()
        return Told(row[0], frozenset(json.loads(row[1]))) if row else Told()

    def remember_told(self, chat: str, username: str, told: Told) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO told (adapter, chat, username, cursor, ahead) VALUES (?, ?, ?, ?, ?)",
            (self._adapter, chat, username, told.cursor, json.dumps(sorted(told.ahead))),
        )


def _chat(session: Session | None, document: dict[str, Any]) -> Chat:
    return Chat(
        session=session,
        dialogue=_dialogue(document["dialogue"]),
        waiting=_dialogue(document["waiting"]),
        repeatable=tuple(act for one in document["repeatable"] if (act := _dialogue(one)) is not None),
        wrong_passwords=document["wrong_passwords"],
        locked_until=document["locked_until"],
        language=document.get("language", ""),
        handled=tuple(document["handled"]),
        settings=_settings(document.get("settings", {})),
    )


def _dialogue(document: dict[str, Any] | None) -> Dialogue | None:
    if document is None:
        return None
    files = tuple(FileRef(**file) for file in document["files"])
    return Dialogue(**{**document, "files": files})


def _settings(document: dict[str, Any]) -> Settings:
    """Of an older file: what it knows."""
    return Settings(**{**document, "muted": tuple(document.get("muted", ()))})
