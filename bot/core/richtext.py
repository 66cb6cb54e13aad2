"""Text with meaning instead of markup.

Each adapter renders spans its own way, so nothing that somebody typed can become markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from unicodedata import category

from bot.core.language import Words


class Style(Enum):
    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Text:
    """Spans in reading order; line breaks are in their text."""

    spans: tuple[Span, ...] = ()

    def __add__(self, other: Text) -> Text:
        return Text(self.spans + other.spans)

    @property
    def plain(self) -> str:
        return "".join(span.text for span in self.spans)


def plain(text: Words) -> Text:
    return Text((Span(str(text)),))


def bold(text: Words) -> Text:
    return Text((Span(str(text), Style.BOLD),))


def italic(text: Words) -> Text:
    return Text((Span(str(text), Style.ITALIC),))


def code(text: Words) -> Text:
    return Text((Span(str(text), Style.CODE),))


def quote(text: Words) -> Text:
    return Text((Span(str(text), Style.QUOTE),))


def join(parts: Iterable[Text | Words], separator: str = "") -> Text:
    """One text of many; what is no Text stands for plain text."""
    spans: list[Span] = []
    for part in parts:
        if spans and separator:
            spans.append(Span(separator))
        spans.extend(part.spans if isinstance(part, Text) else (Span(str(part)),))
    return Text(tuple(spans))


def lines(*parts: Text | Words) -> Text:
    """One text of many lines."""
    return join(parts, "\n")


def label(words: str) -> str:
    """The words as a button may bear them: on one line, with nothing that turns the writing round."""
    kept = (" " if category(character) == "Cc" else character for character in words if not turns(character))
    return " ".join("".join(kept).split()) or "…"


def turns(character: str) -> bool:
    """Whether it sets the direction of what follows it, or is no character at all."""
    if category(character) == "Cs":
        return True
    return "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"


def units(text: str) -> int:
    """The length in UTF-16 code units, as chat services count it."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def split(text: Text, units_max: int) -> list[Text]:
    """`text` in pieces of at most `units_max` UTF-16 code units, cut after a line or a word where one ends.

    Nothing is lost: the pieces joined are the text. Precondition: `units_max` is at least 2.
    """
    pieces: list[Text] = []
    piece: list[Span] = []
    room = units_max
    for span in text.spans:
        rest = span.text
        while units(rest) > room:
            cut = _cut(rest, room, must=not piece)
            if cut:
                piece.append(Span(rest[:cut], span.style))
            pieces.append(Text(tuple(piece)))
            piece, room, rest = [], units_max, rest[cut:]
        if rest:
            piece.append(Span(rest, span.style))
            room -= units(rest)
    if piece or not pieces:
        pieces.append(Text(tuple(piece)))
    return pieces


def _cut(text: str, room: int, must: bool) -> int:
    """How many characters of `text` go into `room` units; at least one when something `must` go."""
    fits = 0
    for character in text:
        room -= 2 if ord(character) > 0xFFFF else 1
        if room < 0:
            break
        fits += 1
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, 0, fits)
        # A cut in the first half would leave a stump; better a worse place further on.
        if at >= fits // 2:
            return min(at + len(mark), fits)
    return fits if must or fits > 16 else 0
