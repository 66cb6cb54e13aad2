"""Recognises what is said in English although it could be said in another language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

from bot import catalogs
from bot.core.model import Reply
from bot.core.richtext import Style


class English:
    """The sentences of the code, as they would look in a reply, but for those that `language` says alike."""

    def __init__(self, language: str) -> None:
        self._shapes = [
            shape
            for message in catalogs.read(language)
            if message.id
            for original, translation in zip(
                catalogs.forms(message.id), catalogs.forms(message.string), strict=True
            )
            if (shape := _shape(original)) is not None and original != translation
        ]

    def said_in(self, reply: Reply) -> list[str]:
        """The lines and labels of the reply that are English sentences of the code."""
        return [part for part in _parts(reply) if any(shape.fullmatch(part) for shape in self._shapes)]


def _parts(reply: Reply) -> Iterator[str]:
    """But for what is quoted, which others wrote in whatever language."""
    ours = "".join(span.text for span in reply.text.spans if span.style is not Style.QUOTE)
    for line in ours.splitlines():
        yield line.strip()
        # A bell, a name or an id may stand before a sentence, and a list may hold several.
        yield from (part.strip() for part in re.split(r"^🔔|: |; |, |\(|\)", line) if part.strip())
    for row in reply.buttons:
        yield from (button.label for button in row)


def _shape(sentence: str) -> re.Pattern[str] | None:
    """None for one that has no word of its own."""
    literals = [literal for literal, *_ in Formatter().parse(sentence)]
    if not re.search(r"[a-zA-Z]{2}", "".join(literals)):
        return None
    parts = []
    for literal, place, _, _ in Formatter().parse(sentence):
        parts.append(re.escape(literal) + ("" if place is None else ".+?"))
    return re.compile("".join(parts))
