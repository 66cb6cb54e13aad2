"""The console's half of the conversation: lines in, replies out, files through folders.

Beside lines for the core it knows a few of its own, which begin with a colon: `:as`, `:file`, `:press`,
`:help`, `:quit`. Every name that speaks is a chat of its own.
"""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TextIO

from bot.adapters import local_files
from bot.adapters.console import rendering
from bot.adapters.console.lines import EndOfInput, LineSource
from bot.adapters.local_buttons import LocalButtons
from bot.core.adapter import Capabilities, FileUnavailable, Handler
from bot.core.model import FileRef, Incoming, OutgoingFile, Reply, StreamedReply
from bot.core.richtext import Text
from bot.transcript import Line, Press, SendFile, said

FILE_BYTES_MAX = 20 * 1024 * 1024

DIRECTIVES = (
    (":as", ":as NAME speaks as somebody else, in a chat of their own"),
    (":file", ":file PATH [TEXT] sends a file, with a text or command"),
    (":press", ":press N presses a button, by number or label"),
    (":help", "shows these lines"),
    (":quit", "leaves"),
)

_DIRECTIVE = re.compile(r":[a-z]+(\s|$)")
_NAME = re.compile(r"[\w.-]{1,32}")


class ConsoleAdapter:
    """An Adapter over `lines` and `output`. `styled` allows colours.

    `strict` ends `run` at the first refusal. `opening` is said first when a person is looking, even an empty
    one; None is nothing.
    """

    name = "console"
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
        chat: str,
        lines: LineSource,
        output: TextIO | None,
        downloads: Path,
        styled: bool = False,
        strict: bool = False,
        opening: str | None = None,
    ) -> None:
        self._chat = chat
        self._lines = lines
        self._output = output
        self._downloads = downloads
        self._styled = styled
        self._strict = strict
        self._opening = opening
        self._buttons: defaultdict[str, LocalButtons] = defaultdict(LocalButtons)
        self._secret_next: set[str] = set()
        # Ids differ from run to run, or a new run's first line would be taken for the last one's.
        self._run_id = secrets.token_hex(8)
        self._numbers = count(1)
        self.refused = False
        """Whether anything said so far was refused."""

    async def run(self, handle: Handler) -> None:
        if self._opening is not None and self._lines.interactive:
            await handle(self._incoming(self._opening))
        while not (self._strict and self.refused):
            secret = self._chat in self._secret_next
            self._secret_next.discard(self._chat)
            try:
                line = await self._lines.read(self._chat, secret)
                incoming = self._incoming(line) if secret else self._heard(line)
            except EndOfInput:
                return
            if incoming is not None:
                await handle(incoming)

    # --- what is said ---

    def _heard(self, line: str) -> Incoming | None:
        """What a line says to the core; None when it was the console's own affair. Raises EndOfInput."""
        if not line.strip():
            return None
        word, _, rest = line.strip().partition(" ")
        match said(line.strip()):
            case Press() as press:
                return self._pressed(press)
            case SendFile() as file:
                return self._with_file(file)
            case Line() if word == ":as" and _NAME.fullmatch(rest.strip()):
                self._chat = rest.strip()
                self._write(f"You speak as {self._chat} now.")
            case Line() if word == ":quit":
                raise EndOfInput
            case Line() if word == ":help":
                self._write("\n".join(f"{name:7} {meaning}" for name, meaning in DIRECTIVES))
            case Line() if _DIRECTIVE.match(line.strip()):
                self._refuse(f"I cannot do {word} like that; :help says what there is.")
            case _:
                return self._incoming(line)
        return None

    def _pressed(self, press: Press) -> Incoming | None:
        button = self._buttons[self._chat].pressed(press)
        if button is None:
            self._refuse(f"There is no button {press.button}.")
            return None
        return self._incoming(press=button.data)

    def _with_file(self, file: SendFile) -> Incoming | None:
        try:
            offered = local_files.offered(Path(file.path).expanduser())
        except FileUnavailable as unavailable:
            self._refuse(str(unavailable))
            return None
        return self._incoming(file.caption, (offered,))

    def _incoming(self, text: str = "", files: tuple[FileRef, ...] = (), press: str = "") -> Incoming:
        return Incoming(self.name, self._chat, f"{self._run_id}-{next(self._numbers)}", text, files, press)

    # --- what is answered ---

    async def send(self, chat: str, reply: Reply) -> str:
        self.refused = self.refused or reply.refused
        shown = [rendering.rendered(reply.text, self._styled), *rendering.buttons(reply)]
        self._buttons[chat].show(reply)
        if reply.secret_next:
            self._secret_next.add(chat)
        for file in reply.files:
            shown.append(await self._saved(file))
        self._write("\n".join(shown), chat)
        return str(next(self._numbers))

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        """What is printed stays printed: the new text follows it."""
        await self.send(chat, reply)

    async def stream(self, chat: str, reply: StreamedReply) -> str:
        """A person sees it grow; in a pipe only its final form is of use."""
        shown = ""
        async for piece in reply.pieces:
            text = rendering.rendered(piece, styled=False)
            if self._lines.interactive and chat == self._chat and text.startswith(shown):
                self._write(text[len(shown) :], end="")
                shown = text
        final = reply.final
        text = rendering.rendered(final.text, styled=False)
        if shown and text.startswith(shown):
            self._write(text[len(shown) :], end="")
            final = replace(final, text=Text())
        elif shown:
            self._write("")
        return await self.send(chat, final)

    async def delete(self, chat: str, message: str) -> None:
        """Nothing printed can be taken back; a password was never printed."""

    async def fetch(self, file: FileRef) -> bytes:
        return await local_files.content(file, FILE_BYTES_MAX)

    async def _saved(self, file: OutgoingFile) -> str:
        path = await local_files.save(self._downloads, file)
        return f"  saved {path} ({len(file.content):,} bytes)"

    def _refuse(self, sentence: str) -> None:
        self.refused = True
        self._write(sentence)

    def _write(self, text: str, chat: str = "", end: str = "\n") -> None:
        if chat and chat != self._chat:
            text = f"({chat}) {text}"
        print(text, end=end, file=self._output, flush=True)
