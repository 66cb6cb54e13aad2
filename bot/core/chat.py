"""What is remembered of one chat from one message to the next, and over a restart of the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bot.core.model import FileRef, Role
from bot.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Session:
    """Who the chat is signed in as."""

    token: str
    username: str
    role: Role
    since: str = ""
    """Where the feed of events stood when it began; known at its beginning only."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A command on its way: what was given, what is being asked. It never holds a secret."""

    command: str
    request_id: str
    username: str
    """Who began it; nobody else can finish it."""
    expires_at: float
    """Seconds since the epoch."""
    words: dict[str, str] = field(default_factory=dict)
    """What was given so far, by argument."""
    files: tuple[FileRef, ...] = ()
    files_done: bool = False
    asking: str = ""
    """The argument being asked for; empty while the confirm card waits."""
    refusals: int = 0
    """How many answers to this question could not be used."""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    session: Session | None = None
    dialogue: Dialogue | None = None
    waiting: Dialogue | None = None
    """Was under way when the session ended; goes on when the same person has signed in again."""
    repeatable: tuple[Dialogue, ...] = ()
    """Acts whose outcome is unknown, or that found no quorum: a button repeats them; the newest last."""
    wrong_passwords: int = 0
    locked_until: float = 0.0
    """Seconds since the epoch, until which nobody can sign in here."""
    language: str = ""
    """The person's own, as the place told it last (an IETF tag); notices are told in it."""
    settings: Settings = field(default_factory=Settings)
    handled: tuple[str, ...] = ()
    """The request ids handled last, so that what is delivered again is not heard twice; the newest last."""


class ChatStore(Protocol):
    """Where chats are remembered, by their id. A saved chat is there after a crash."""

    def load(self, chat: str) -> Chat:
        """An empty Chat when nothing is known."""
        ...

    def save(self, chat: str, state: Chat) -> None: ...

    def on_reply(self, chat: str, message: str) -> str:
        """What a reply to the bot's message begins (Reply.on_reply); empty when nothing is known of it."""
        ...

    def keep_on_reply(self, chat: str, message: str, begun: str) -> None:
        """Remembered of a chat's last messages, so many that nobody scrolls back further."""
        ...
