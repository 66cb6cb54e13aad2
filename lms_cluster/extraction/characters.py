"""From bytes to clean characters: one spelling for what looks the same, nothing that hides."""

from __future__ import annotations

import re
import unicodedata

from lms_cluster.extraction.section import Unreadable

LINE_BREAK = re.compile(r"\r\n?|[\u0085\u2028\u2029\v]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
"""All of C0 and C1 but tab, line feed and form feed (a page break), which keep their meaning here."""
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Soft hyphens, zero-width spaces, fillers, direction overrides, tags: they split words and hide text."""
JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")
"""Joiners are spelling in Indic and Persian scripts and in emoji, and stay between such characters only."""
SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, as a broken PDF font table yields; no UTF-8 can hold it."""
SPACE = re.compile(r"[^\S\n\f]+")
BLANK_LINES = re.compile(r"\n\s*\n")


def decode(content: bytes) -> str:
    """Raises Unreadable for anything but UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        raise Unreadable(
            f"is not valid UTF-8 text (byte 0x{byte:02x} at position {error.start}); save it as UTF-8"
        ) from None


def clean(text: str) -> str:
    """NFC, line feeds only, no control or invisible characters, runs of blanks as one."""
    text = SURROGATE.sub("\ufffd", text)
    text = LINE_BREAK.sub("\n", text)
    text = INVISIBLE.sub("", CONTROL.sub(" ", text))
    text = JOINER.sub("", text)
    text = SPACE.sub(" ", unicodedata.normalize("NFC", text))
    return BLANK_LINES.sub("\n\n", text).strip()
