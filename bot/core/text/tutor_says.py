"""What the tutor says itself, in the language of who reads it."""

from __future__ import annotations

import re

from bot.core.language import Phrase
from bot.core.text.shapes import said_again, shapes

OWN_SENTENCES = shapes(
    (
        Phrase("The materials do not cover this."),
        Phrase("The materials do not cover this. The closest section is {section}."),
        Phrase("This is answered in the materials."),
        Phrase("This is answered in {sections}."),
        Phrase("The tutor cannot answer this question. An instructor can: hand it to them."),
    )
)
"""What the tutor says where it quotes nothing."""

PLACES = shapes(
    (
        Phrase("section {number}"),
        Phrase("page {number}"),
        Phrase("slide {number}"),
        Phrase("lines {numbers}"),
    )
)
"""Where in a file something stands, as the course servers name it."""
_CITED = re.compile(r"\((M\d+), ((?:section|page|slide|lines) \d[\d-]*)\)")


def said_by_tutor(sentence: str) -> str:
    """In the language spoken, where it is known; else as it came."""
    said = said_again(sentence, OWN_SENTENCES)
    return _CITED.sub(lambda cited: f"({cited[1]}, {place_said(cited[2])})", said)


def place_said(place: str) -> str:
    """ "page 2", in the language spoken."""
    return said_again(place, PLACES)
