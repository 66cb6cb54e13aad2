"""What the console prints: words for a person or a pipe, or one JSON object a reply for a program."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TextIO

from bot.adapters.console import rendering
from bot.adapters.local_messages import is_notice
from bot.core.adapter import ChatGone
from bot.core.model import OutgoingFile, Reply
from bot.core.text import console as text

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that came with a reply, and where it is now; or why it is nowhere."""

    file: OutgoingFile
    path: Path | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply on its way to the screen. `elsewhere`: in another chat than the one in front."""

    chat: str
    message: str
    reply: Reply
    saved: tuple[Saved, ...] = ()
    elsewhere: bool = False


class Output:
    """A stream that may be closed at its other end, as by `| head`. None is whatever standard output is."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.gone = False

    def write(self, words: str) -> None:
        """Raises ChatGone."""
        try:
            print(words, end="", file=self._stream or sys.stdout, flush=True)
        except BrokenPipeError:
            self.gone = True
            raise ChatGone from None


class Printer(Protocol):
    """Raises ChatGone when nobody reads any more."""

    output: Output

    def reply(self, shown: Shown) -> None: ...

    def grow(self, words: str) -> None:
        """Some more of a reply that is not complete; a person alone sees it."""
        ...

    def remark(self, chat: str, sentence: str, refused: bool = False) -> None:
        """Something that the console says of itself."""
        ...


class TextPrinter:
    """`styled` allows colours."""

    def __init__(self, output: Output, styled: bool) -> None:
        self.output = output
        self._styled = styled

    def reply(self, shown: Shown) -> None:
        lines = [rendering.rendered(shown.reply.text, self._styled), *rendering.buttons(shown.reply)]
        lines += [_place(saved) for saved in shown.saved]
        words = "\n".join(lines)
        self.output.write((text.elsewhere(shown.chat, words) if shown.elsewhere else words) + "\n")

    def grow(self, words: str) -> None:
        self.output.write(words)

    def remark(self, chat: str, sentence: str, refused: bool = False) -> None:
        self.output.write(rendering.tame(sentence) + "\n")


class JsonPrinter:
    """One object a line, in ASCII; `bot/DESIGN.md` says what is in it."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def reply(self, shown: Shown) -> None:
        reply = shown.reply
        numbers = count(1)
        self._write(
            {
                "source": "bot",
                "chat": shown.chat,
                "message": shown.message,
                "notice": is_notice(reply),
                "text": reply.text.plain,
                "spans": [{"text": span.text, "style": span.style.value} for span in reply.text.spans],
                "buttons": [
                    {
                        "number": None if is_notice(reply) else next(numbers),
                        "row": row_number,
                        "label": button.label,
                        "data": button.data,
                    }
                    for row_number, row in enumerate(reply.buttons, start=1)
                    for button in row
                ],
                "files": [_file(saved) for saved in shown.saved],
                "refused": reply.refused,
                "saved": reply.saved,
                "secret_next": reply.secret_next,
            }
        )

    def grow(self, words: str) -> None:
        """A program gets the whole reply."""

    def remark(self, chat: str, sentence: str, refused: bool = False) -> None:
        self._write({"source": "console", "chat": chat, "text": sentence, "refused": refused})

    def _write(self, document: dict[str, Any]) -> None:
        self.output.write(json.dumps(_valid(document)) + "\n")


def _place(saved: Saved) -> str:
    size = len(saved.file.content)
    if saved.path is None:
        return rendering.tame(text.not_saved(saved.file.name, saved.trouble))
    shown = text.picture_saved if saved.file.picture else text.file_saved
    return rendering.tame(shown(saved.path, size))


def _file(saved: Saved) -> dict[str, Any]:
    return {
        "name": saved.file.name,
        "media_type": saved.file.media_type,
        "size": len(saved.file.content),
        "picture": saved.file.picture,
        "path": None if saved.path is None else str(saved.path.absolute()),
        "trouble": saved.trouble,
    }


def _valid(value: Any) -> Any:
    """The same without lone surrogates, which no other language's reader of JSON need take."""
    if isinstance(value, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {key: _valid(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_valid(each) for each in value]
    return value
