"""The console's half of the conversation: lines in, replies out, files through folders.

Beside lines for the core it knows a few of its own, which begin with a colon: text.DIRECTIVES names them.
Every name that speaks is a chat of its own.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from bot.adapters import local_files
from bot.adapters.console import directives, rendering
from bot.adapters.console.lines import EndOfInput, LineSource
from bot.adapters.console.printing import Printer, Saved, Shown
from bot.adapters.local_messages import LocalMessages
from bot.core.adapter import Capabilities, ChatGone, FileUnavailable, Handler
from bot.core.completion import Suggestion
from bot.core.language import speak
from bot.core.model import FileRef, Incoming, OutgoingFile, Reply, StreamedReply
from bot.core.richtext import Text
from bot.core.text import console as text
from bot.transcript import Line, Press, ReplyTo, Said, SendFiles, said

FILE_BYTES_MAX = 20 * 1024 * 1024

Completions = Callable[[str, str], Awaitable[Sequence[Suggestion]]]
"""How the line typed so far in a chat may go on, as far as commands are concerned."""

_DIRECTIVE = re.compile(r":[a-z]+(\s|$)")
_NAME = re.compile(r"[\w.-]{1,32}")


Languages = Callable[[str], Sequence[str]]
"""Those that a chat is to be spoken to in, the one that its person chose first; empty ones are no wish."""


async def no_completions(chat: str, line: str) -> Sequence[Suggestion]:
    return ()


def no_languages(chat: str) -> Sequence[str]:
    return ()


class ConsoleAdapter:
    """An Adapter over `lines` and `printer`.

    `strict` ends `run` at the first refusal. `opening` is said first when a person is looking, even an empty
    one; None is nothing. `language` is the one that whoever sits there has chosen for their terminal.
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
        printer: Printer,
        downloads: Path,
        strict: bool = False,
        opening: str | None = None,
        completions: Completions = no_completions,
        language: str = "",
        languages: Languages = no_languages,
    ) -> None:
        self._chat = chat
        self._lines = lines
        self._printer = printer
        self._downloads = downloads
        self._strict = strict
        self._opening = opening
        self._completions = completions
        self._language = language
        self._languages = languages
        self._messages: defaultdict[str, LocalMessages] = defaultdict(LocalMessages)
        self._secret_next: set[str] = set()
        # Ids differ from run to run, or a new run's first line would be taken for the last one's.
        self._run_id = secrets.token_hex(8)
        self._numbers = count(1)
        self.refused = False
        """Whether anything said so far was refused."""

    async def run(self, handle: Handler) -> None:
        """Returns at the end of the input, or when nobody reads what is printed."""
        if self._opening is not None and self._lines.interactive:
            await self._say(handle, replace(self._incoming(), text=self._opening))
        while not (self._printer.output.gone or (self._strict and self.refused)):
            # In which the console says what is its own.
            speak(*self._languages(self._chat), self._language)
            secret = self._chat in self._secret_next
            self._secret_next.discard(self._chat)
            try:
                line = await self._lines.read(self._chat, secret, self._suggestions)
                incoming = replace(self._incoming(), text=line) if secret else self._heard(line)
            except (EndOfInput, ChatGone):
                return
            if incoming is not None:
                await self._say(handle, incoming)

    async def _say(self, handle: Handler, incoming: Incoming) -> None:
        try:
            await handle(incoming)
        except asyncio.CancelledError:
            if self._lines.interactive:
                self._printer.remark(self._chat, str(text.STOPPED_WAITING))
            raise

    # --- what is said ---

    def _heard(self, line: str) -> Incoming | None:
        """What a line says to the core; None when it was the console's own affair.

        Raises EndOfInput, ChatGone.
        """
        if not line.strip():
            return None
        word, _, rest = line.strip().partition(" ")
        meant = said(line.strip())
        match meant:
            case Line() if word == ":as" and _NAME.fullmatch(rest.strip()):
                self._chat = rest.strip()
                self._remark(text.speaking_as(self._chat))
            case Line() if word == ":quit":
                raise EndOfInput
            case Line() if word == ":help":
                self._remark(text.directives_help())
            case Line() if _DIRECTIVE.match(line.strip()):
                self._refuse(text.unknown_directive(word))
            case Line():
                # As it was typed: its ends are the core's to judge.
                return replace(self._incoming(), text=line)
            case _:
                return self._filled(self._incoming(), meant)
        return None

    def _filled(self, incoming: Incoming, meant: Said) -> Incoming | None:
        """The message with what is said in it; None when it cannot be said, and the person knows why."""
        shown = self._messages[self._chat]
        match meant:
            case Line():
                return replace(incoming, text=meant.text)
            case Press():
                button = shown.pressed(meant)
                if button is not None:
                    return replace(incoming, press=button.data)
                self._refuse(text.no_button(meant.button))
            case SendFiles():
                return self._with_files(incoming, meant)
            case ReplyTo():
                found = shown.replied_to(meant)
                if found is not None:
                    if self._lines.interactive:
                        self._remark(text.replying_to(rendering.beginning(found[1])))
                    return self._filled(replace(incoming, reply_to=found[0]), meant.content)
                self._refuse(text.no_message(meant.words))
        return None

    def _with_files(self, incoming: Incoming, meant: SendFiles) -> Incoming | None:
        try:
            # Path's own way raises where nobody is called so; this leaves the path as it is.
            paths = [Path(os.path.expanduser(path)) for path in meant.paths]  # noqa: PTH111
            files = tuple(map(local_files.offered, paths))
        except FileUnavailable as unavailable:
            self._refuse(str(unavailable))
            return None
        return replace(incoming, text=meant.caption, files=files)

    def _incoming(self) -> Incoming:
        """A message without content, under the next id."""
        return Incoming(self.name, self._chat, self._id(), language=self._language)

    def _id(self) -> str:
        return f"{self._run_id}-{next(self._numbers)}"

    async def _suggestions(self, line: str) -> Sequence[Suggestion]:
        if line.startswith(":"):
            return await directives.suggestions(line, self._messages[self._chat].labels())
        return await self._completions(self._chat, line)

    # --- what is answered ---

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        return await self._show(chat, reply, reply.text)

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        """What is printed stays printed: the new text follows it."""
        await self.send(chat, reply)

    async def stream(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        """A person sees it grow; in a pipe only its final form is of use."""
        shown = ""
        async for piece in reply.pieces:
            words = rendering.rendered(piece, styled=False)
            if self._lines.interactive and chat == self._chat and words.startswith(shown):
                self._printer.grow(words[len(shown) :])
                shown = words
        final = reply.final
        words = rendering.rendered(final.text, styled=False)
        if shown and words.startswith(shown):
            self._printer.grow(words[len(shown) :])
            return await self._show(chat, final, Text())
        if shown:
            self._printer.grow("\n")
        return await self._show(chat, final, final.text)

    async def _show(self, chat: str, reply: Reply, unseen: Text) -> tuple[str, ...]:
        """Show the reply; of its text only what is `unseen`."""
        self.refused = self.refused or reply.refused
        message = self._id()
        self._messages[chat].show(message, reply)
        if reply.secret_next:
            self._secret_next.add(chat)
        saved = tuple([await self._saved(file) for file in reply.files])
        shown = replace(reply, text=unseen)
        self._printer.reply(Shown(chat, message, shown, saved, elsewhere=chat != self._chat))
        return (message,)

    async def delete(self, chat: str, message: str) -> None:
        """Nothing printed can be taken back; a password was never printed."""

    async def fetch(self, file: FileRef) -> bytes:
        return await local_files.content(file, FILE_BYTES_MAX)

    def sign_in_link(self, code: str) -> str:
        return f"/start {code}"

    async def _saved(self, file: OutgoingFile) -> Saved:
        """The reply is worth reading even where its file cannot be kept."""
        try:
            return Saved(file, await local_files.save(self._downloads, file))
        except OSError as error:
            return Saved(file, None, error.strerror or type(error).__name__)

    def _remark(self, sentence: str) -> None:
        self._printer.remark(self._chat, sentence)

    def _refuse(self, sentence: str) -> None:
        self.refused = True
        self._printer.remark(self._chat, sentence, refused=True)
