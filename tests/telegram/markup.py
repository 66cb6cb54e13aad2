"""How the Bot API reads HTML: its few tags, its entities, and its refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

TAGS = {
    "b": "bold",
    "i": "italic",
    "code": "code",
    "blockquote": "blockquote",
    "pre": "pre",
    "u": "underline",
}

_TOKEN = re.compile(r"<(/?)([a-z]+)>|&(lt|gt|amp|quot|#[0-9]{1,7});|([^<>&]+)")


class CannotParse(ValueError):
    """The text cannot be read as HTML; the message is the Bot API's."""


@dataclass(frozen=True, slots=True)
class Entity:
    kind: str
    text: str


def read_html(written: str) -> tuple[str, tuple[Entity, ...]]:
    """The text as it is shown, and its entities. Raises CannotParse.

    Stricter than the Bot API, which overlooks a stray `&` or `>`: those come from something not escaped.
    """
    text, at = "", 0
    opened: list[tuple[str, int]] = []
    entities: list[Entity] = []
    while at < len(written):
        token = _TOKEN.match(written, at)
        if token is None:
            raise CannotParse(f"Unexpected {written[at]!r} at character {at}")
        at = token.end()
        closing, tag, reference, words = token.groups()
        if words is not None:
            text += words
        elif reference is not None:
            text += unescape(f"&{reference};")
        elif tag not in TAGS:
            raise CannotParse(f'Unsupported start tag "{tag}"')
        elif not closing:
            opened.append((tag, len(text)))
        elif not opened or opened[-1][0] != tag:
            raise CannotParse(f'Unexpected end tag "{tag}"')
        else:
            _, start = opened.pop()
            entities.append(Entity(TAGS[tag], text[start:]))
    if opened:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return text, tuple(entities)
