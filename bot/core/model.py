"""What passes between a chat and the core: what was said, what is replied. No adapter's types appear here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum

from bot.core.richtext import Text

SEVERAL = "several"
"""What a reply to a message begins that tells of several things: the core asks which of them is meant."""


class Role(Enum):
    """Who the chat is signed in as; ANYONE before /login."""

    ANYONE = "anyone"
    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file the person sent. `handle` is its adapter's own; `size` is in bytes, 0 when unknown."""

    name: str
    media_type: str
    size: int
    handle: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing said in one chat. `request_id` is the same when the adapter delivers it again."""

    adapter: str
    chat: str
    request_id: str
    text: str = ""
    files: tuple[FileRef, ...] = ()
    press: str = ""
    """The data of the button pressed; then text and files are empty."""
    message: str = ""
    """The adapter's id of this message, for deleting it."""
    reply_to: str = ""
    """The adapter's id of the bot's message that this one replies to."""
    private: bool = True
    """False in a chat that several people read."""
    parts: tuple[str, ...] = ()
    """The request ids of all the messages that this was gathered from, when they were several."""
    language: str = ""
    """The person's own, as the place knows it (an IETF tag such as "de"); empty when it does not."""


@dataclass(frozen=True, slots=True)
class Button:
    """`data` parses like a command line and takes at most 64 bytes of UTF-8."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    name: str
    media_type: str
    content: bytes
    picture: bool = False
    """To be looked at where the place can show it; the reply's text says the same in words."""


@dataclass(frozen=True, slots=True)
class Reply:
    text: Text
    buttons: tuple[tuple[Button, ...], ...] = ()
    """Rows of buttons."""
    files: tuple[OutgoingFile, ...] = ()
    secret_next: bool = False
    """The next message will be a password: the console hides it, Telegram deletes it."""
    menu: Role | None = None
    """The chat's role has changed to this: show its menu of commands."""
    refused: bool = False
    """The line was refused; `--strict` stops here."""
    saved: bool = False
    """What was said is saved on a majority of the course servers; a place that can marks it so."""
    on_reply: str = ""
    """What a reply to this message begins, as the data of a button; what the reply says is its last word."""


@dataclass(slots=True)
class StreamedReply:
    """A reply that grows and then is `final`, which whoever yields the pieces sets before they end."""

    pieces: AsyncIterator[Text]
    """Each is the whole text so far, longer than the last."""
    final: Reply = field(default_factory=lambda: Reply(Text()))
