"""Text with meaning instead of markup: each adapter renders spans its own way, so nothing typed can become markup."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
