"""What the course servers say, in the language spoken.

They write English. A sentence that is known here is recognised by its shape, and said again with the values
that stood in it; any other is passed on as it came.
"""

from __future__ import annotations

from bot.core.text import deeds
from bot.core.text.refusals import SENTENCES
from bot.core.text.shapes import Words, said_again, shapes

WORDS: Words = {"people": deeds.PEOPLE, "deed": deeds.DEEDS}
"""What the servers call things, by the place of a sentence where it stands."""

SHAPES = shapes(SENTENCES)


def told(sentence: str) -> str:
    """A sentence of the course servers in the language spoken, where it is known; else as it came."""
    return said_again(sentence, SHAPES, WORDS)
