"""A reply as lines of a terminal."""

from __future__ import annotations

import unicodedata
from itertools import count

from bot.adapters.local_messages import is_notice
from bot.core.model import Reply
from bot.core.richtext import Style, Text, turns

_CODES = {Style.BOLD: "1", Style.ITALIC: "3", Style.CODE: "36", Style.QUOTE: "2"}


def rendered(text: Text, styled: bool) -> str:
    """The text without anything that a terminal would obey but our own styles."""
    parts: list[str] = []
    for span in text.spans:
        words = tame(span.text)
        code = _CODES.get(span.style)
        parts.append(f"\x1b[{code}m{words}\x1b[0m" if styled and code else words)
    return "".join(parts)


def buttons(reply: Reply) -> list[str]:
    """A line for each row, its buttons numbered from 1 through all rows, as `:press` counts them.

    A notice's have no numbers: those stay with the reply before it.
    """
    numbers = count(1)
    return [
        "  "
        + "  ".join(
            f"[{_one_line(button.label)}]"
            if is_notice(reply)
            else f"[{next(numbers)}] {_one_line(button.label)}"
            for button in row
        )
        for row in reply.buttons
    ]


def beginning(text: str, characters_max: int = 60) -> str:
    """The text's beginning on one line."""
    words = _one_line(text)
    return words if len(words) <= characters_max else words[: characters_max - 1] + "…"


def tame(words: str) -> str:
    """What somebody typed must not move the cursor, colour the screen or turn the writing round."""
    return "".join(
        character if character in "\n\t" or not _obeyed(character) else "\N{REPLACEMENT CHARACTER}"
        for character in words
    )


def _one_line(words: str) -> str:
    return " ".join(tame(words).split())


def _obeyed(character: str) -> bool:
    return turns(character) or unicodedata.category(character) == "Cc"
