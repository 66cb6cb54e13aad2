"""The place of a transcript: every speaker is a chat of their own, and what is answered is compared."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from bot import transcript
from bot.adapters import local_files
from bot.adapters.local_messages import LocalMessages
from bot.core.adapter import Capabilities, FileUnavailable, Handler
from bot.core.model import FileRef, Incoming, Reply, StreamedReply
from bot.player import PATIENCE_SECONDS, Player, TranscriptFailed
from bot.transcript import Line, Press, ReplyTo, Said, SendFiles, Step

FILE_BYTES_MAX = 20 * 1024 * 1024

Acts = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Transcript:
    """`folder` is where its files lie."""

    steps: Sequence[Step]
    folder: Path

    @classmethod
    def read(cls, path: Path) -> Transcript:
        """Raises TranscriptError, OSError."""
        try:
            written = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise transcript.TranscriptError(f"{path.name} is no text in UTF-8: {error.reason}") from None
        return cls(transcript.parse(path.name, written), path.parent)


class ScriptAdapter:
    """An Adapter and a Stage: `run` plays the transcripts one after the other, each with a fresh memory.

    `acts` does what a `!` line says; without it such a line fails. `run` raises TranscriptFailed at the first
    thing that does not hold.
    """

    name = "script"
    capabilities = Capabilities(
        edits=False,
        deletes=False,
        buttons=True,
        text_units_max=1 << 20,
        download_bytes_max=FILE_BYTES_MAX,
        upload_bytes_max=FILE_BYTES_MAX,
    )

    def __init__(
        self,
        transcripts: Sequence[Transcript],
        downloads: Path,
        tell: Callable[[str], None],
        acts: Acts | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._transcripts = transcripts
        self._downloads = downloads
        self._tell = tell
        self._acts = acts
        self._patience_seconds = patience_seconds
        self._player = self._new_player()
        self._folder = Path()
        self._messages: defaultdict[str, LocalMessages] = defaultdict(LocalMessages)
        # Ids differ from play to play, or the cluster would answer with the last play's outcomes.
        self._play = secrets.token_hex(8)
        self._numbers = count(1)
        self._handle: Handler | None = None

    async def run(self, handle: Handler) -> None:
        self._handle = handle
        for one in self._transcripts:
            self._folder = one.folder
            self._player = self._new_player()
            await self._player.play(one.steps)

    def _new_player(self) -> Player:
        return Player(self, self._tell, self._patience_seconds)

    # --- the stage ---

    async def say(self, speaker: str, said: Said) -> None:
        if self._handle is None:
            raise RuntimeError("the adapter does not run")
        number = str(next(self._numbers))
        incoming = Incoming(self.name, speaker, f"{self._play}-{number}", message=number)
        await self._handle(self._filled(incoming, said))

    def _filled(self, incoming: Incoming, said: Said) -> Incoming:
        """The message with what is said in it. Raises TranscriptFailed when it cannot be said."""
        shown = self._messages[incoming.chat]
        match said:
            case Line():
                return replace(incoming, text=said.text)
            case SendFiles():
                return replace(incoming, text=said.caption, files=self._offered(said.paths))
            case Press():
                button = shown.pressed(said)
                if button is None:
                    raise TranscriptFailed(f"there is no button {said.button}")
                return replace(incoming, press=button.data)
            case ReplyTo():
                found = shown.replied_to(said)
                if found is None:
                    raise TranscriptFailed(f"there is no message with {said.words or 'anything'} in it")
                return self._filled(replace(incoming, reply_to=found[0]), said.content)

    def _offered(self, paths: Sequence[str]) -> tuple[FileRef, ...]:
        try:
            return tuple(local_files.offered(self._folder / path) for path in paths)
        except FileUnavailable as unavailable:
            raise TranscriptFailed(str(unavailable)) from None

    async def act(self, act: str) -> None:
        if self._acts is None:
            raise TranscriptFailed(f"nobody here can {act}")
        await self._acts(act)

    # --- the adapter ---

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        # Unlike those of another play, or a reply to one would be taken for a reply to the other.
        message = f"{self._play}-{next(self._numbers)}"
        self._messages[chat].show(message, reply)
        for file in reply.files:
            await local_files.save(self._downloads, file)
        labels = (button.label for row in reply.buttons for button in row)
        names = (file.name for file in reply.files)
        self._player.hear(chat, transcript.shown(reply.text.plain, labels, names), reply.secret_next)
        return (message,)

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        await self.send(chat, reply)

    async def stream(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        async for _ in reply.pieces:
            pass
        return await self.send(chat, reply.final)

    async def delete(self, chat: str, message: str) -> None:
        """A transcript's lines stay: there is nothing to take back."""

    async def fetch(self, file: FileRef) -> bytes:
        return await local_files.content(file, FILE_BYTES_MAX)

    def sign_in_link(self, code: str) -> str:
        return f"/start {code}"
