"""The whole contract between the core and a place where people chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import FileRef, Incoming, Reply, StreamedReply

Handler = Callable[[Incoming], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a place can do; sizes in bytes, text in UTF-16 code units."""

    edits: bool
    deletes: bool
    buttons: bool
    text_units_max: int
    download_bytes_max: int
    upload_bytes_max: int


class Adapter(Protocol):
    """One place where people chat.

    `send`, `edit`, `stream` and `delete` raise ChatGone when the person has left or blocked the bot.
    """

    name: str
    capabilities: Capabilities

    async def run(self, handle: Handler) -> None:
        """Deliver everything said to `handle` until the place closes or the task is cancelled."""
        ...

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        """Say `reply`, splitting what is too long. Returns the ids of the messages with its words."""
        ...

    async def edit(self, chat: str, message: str, reply: Reply) -> None: ...

    async def stream(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        """Show a reply as it grows, as well as the place can; at least its final form."""
        ...

    async def delete(self, chat: str, message: str) -> None: ...

    async def fetch(self, file: FileRef) -> bytes:
        """The content of a file the person sent. Raises FileUnavailable with the reason."""
        ...

    def sign_in_link(self, code: str) -> str:
        """What opens this place with `/start code`: a link, or that line where there are no links."""
        ...


class ChatGone(Exception):
    """Nobody reads this chat any more."""


class FileUnavailable(Exception):
    """The file cannot be had; the message says why and what to do."""

    def __init__(self, why: str, file: FileRef | None = None) -> None:
        """`file`: which of those sent in the chat, told by whoever asked for it."""
        super().__init__(why)
        self.file = file
