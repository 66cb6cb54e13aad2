"""The place where the class chats: it keeps everything that anybody was shown, and by whom it is read."""

from __future__ import annotations

from collections import defaultdict
from itertools import count

from bot.adapters.local_messages import is_notice
from bot.core.adapter import Capabilities, Handler
from bot.core.model import Button, FileRef, OutgoingFile, Reply, StreamedReply

FILE_BYTES_MAX = 20 * 1024 * 1024


class Place:
    """An Adapter. A chat is one person's, and bears their username."""

    name = "classday"
    capabilities = Capabilities(
        edits=False,
        deletes=False,
        buttons=True,
        text_units_max=1 << 20,
        download_bytes_max=FILE_BYTES_MAX,
        upload_bytes_max=FILE_BYTES_MAX,
    )

    def __init__(self) -> None:
        self.replies: defaultdict[str, list[Reply]] = defaultdict(list)
        """By chat: what was answered."""
        self.notices: defaultdict[str, list[Reply]] = defaultdict(list)
        """By chat: what was told unasked."""
        self.offered: dict[str, bytes] = {}
        """The files that people send, by handle."""
        self._numbers = count(1)

    def offer(self, name: str, content: bytes) -> FileRef:
        """A file ready to be sent with a line."""
        handle = str(next(self._numbers))
        self.offered[handle] = content
        return FileRef(name, "application/octet-stream", len(content), handle)

    def sign_in_link(self, code: str) -> str:
        return f"/start {code}"

    async def run(self, handle: Handler) -> None:
        raise NotImplementedError("people speak to the engine themselves")

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        (self.notices if is_notice(reply) else self.replies)[chat].append(reply)
        return (str(next(self._numbers)),)

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        await self.send(chat, reply)

    async def stream(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        async for _ in reply.pieces:
            pass
        return await self.send(chat, reply.final)

    async def delete(self, chat: str, message: str) -> None:
        """What was shown has been seen."""

    async def fetch(self, file: FileRef) -> bytes:
        return self.offered[file.handle]


def buttons_of(reply: Reply) -> dict[str, Button]:
    """By label."""
    return {button.label: button for row in reply.buttons for button in row}


def everything_shown(reply: Reply) -> str:
    """The text, the labels and the files that can be read as text."""
    labels = " ".join(buttons_of(reply))
    return " ".join((reply.text.plain, labels, *map(_readable, reply.files)))


def _readable(file: OutgoingFile) -> str:
    return f"{file.name} {file.content.decode('utf-8', 'replace')}" if not file.picture else file.name
