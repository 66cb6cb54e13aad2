"""How the Bot API reads HTML: its few tags, its entities, and its refusals."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

TAGS = {
    "b": "bold",
    "i": "italic",
    "code": "code",
    "blockquote": "blockquote",
    "pre": "pre",
    "u": "underline",
}


class CannotParse(ValueError):
    """The text cannot be read as HTML; the message is the Bot API's."""


@dataclass(frozen=True, slots=True)
class Entity:
    kind: str
    text: str


def read_html(written: str) -> tuple[str, tuple[Entity, ...]]:
    """The text as it is shown, and its entities. Raises CannotParse."""
    reader = _Reader()
    reader.feed(written)
    reader.close()
    if reader.open:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{reader.open[-1][0]}"')
    return reader.text, tuple(reader.entities)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[tuple[str, int]] = []
        self.entities: list[Entity] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise CannotParse(f'Unsupported start tag "{tag}"')
        self.open.append((tag, len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise CannotParse(f'Unexpected end tag "{tag}"')
        _, start = self.open.pop()
        self.entities.append(Entity(TAGS[tag], self.text[start:]))

    def handle_data(self, data: str) -> None:
        self.text += data
