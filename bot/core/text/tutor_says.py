"""What the tutor says itself, in the language of who reads it."""

from __future__ import annotations

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


def said_by_tutor(sentence: str) -> str:
    """In the language spoken, where it is known; else as it came."""
    return said_again(sentence, OWN_SENTENCES)
