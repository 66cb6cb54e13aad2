"""Sentences that somebody else wrote in English, recognised by their shape, and said again in the language
spoken with the values that stood in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter

from bot.core.language import ENGLISH, Phrase, spoken

Shapes = tuple[tuple[re.Pattern[str], Phrase], ...]
Words = Mapping[str, Mapping[str, Phrase]]
"""By the name of a place: the words that can stand there, which are said again too."""
_NO_WORDS: Words = {}


def shapes(phrases: Iterable[Phrase]) -> Shapes:
    """Of two that fit, the first is meant."""
    return tuple((_shape(phrase.message), phrase) for phrase in phrases)


def said_again(sentence: str, known: Shapes, words: Words = _NO_WORDS) -> str:
    """As it came, where it has none of the shapes, and in English."""
    if spoken() == ENGLISH:
        return sentence
    for shape, phrase in known:
        match = shape.fullmatch(sentence)
        if match is not None:
            values = match.groupdict()
            return phrase.filled(
                **{place: str(words.get(place, {}).get(value, value)) for place, value in values.items()}
            )
    return sentence


def _shape(message: str) -> re.Pattern[str]:
    parts = []
    for literal, place, _, _ in Formatter().parse(message):
        parts.append(re.escape(literal))
        if place is not None:
            parts.append(f"(?P<{place}>.+?)")
    return re.compile("".join(parts), re.DOTALL)
