"""The place of a transcript: every speaker is a chat of their own, and what is answered is compared."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot import transcript
from bot.adapters import local_files
from bot.adapters.local_buttons import LocalButtons
from bot.core.adapter import Capabilities, FileUnavailable, Handler
from bot.core.model import FileRef, Incoming, Reply, StreamedReply
from bot.player import PATIENCE_SECONDS, Player, TranscriptFailed
from bot.transcript import Press, Said, SendFile, Step

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
        return cls(transcript.parse(path.name, path.read_text("utf-8")), path.parent)


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
        self._buttons: defaultdict[str, LocalButtons] = defaultdict(LocalButtons)
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
        text, press = "", ""
        files: tuple[FileRef, ...] = ()
        match said:
            case Press():
                button = self._buttons[speaker].pressed(said)
                if button is None:
                    raise TranscriptFailed(f"there is no button {said.button}")
                press = button.data
            case SendFile():
                text = said.caption
                try:
                    files = (local_files.offered(self._folder / said.path),)
                except FileUnavailable as unavailable:
                    raise TranscriptFailed(str(unavailable)) from None
            case _:
                text = said.text
        await self._deliver(speaker, text, files, press)

    async def _deliver(self, speaker: str, text: str, files: tuple[FileRef, ...], press: str) -> None:
        if self._handle is None:
            raise RuntimeError("the adapter does not run")
        number = next(self._numbers)
        request_id = f"{self._play}-{number}"
        await self._handle(Incoming(self.name, speaker, request_id, text, files, press, message=str(number)))

    async def act(self, act: str) -> None:
        if self._acts is None:
            raise TranscriptFailed(f"nobody here can {act}")
        await self._acts(act)

    # --- the adapter ---

    async def send(self, chat: str, reply: Reply) -> str:
        self._buttons[chat].show(reply)
        for file in reply.files:
            await local_files.save(self._downloads, file)
        labels = (button.label for row in reply.buttons for button in row)
        names = (file.name for file in reply.files)
        self._player.hear(chat, transcript.shown(reply.text.plain, labels, names), reply.secret_next)
        return str(next(self._numbers))

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        await self.send(chat, reply)

    async def stream(self, chat: str, reply: StreamedReply) -> str:
        async for _ in reply.pieces:
            pass
        return await self.send(chat, reply.final)

    async def delete(self, chat: str, message: str) -> None:
        """A transcript's lines stay: there is nothing to take back."""

    async def fetch(self, file: FileRef) -> bytes:
        return await local_files.content(file, FILE_BYTES_MAX)
