"""What extraction gives: the text of a file in pieces that can be cited."""

from __future__ import annotations

from dataclasses import dataclass

TEXT_BYTES_MAX = 2 * 1024 * 1024
"""UTF-8 bytes of all headings and texts of one file."""


class Unreadable(Exception):
    """The file gives no text. The message is for the person who sent it; it reads on from the file's name."""


@dataclass(frozen=True, slots=True)
class Section:
    place: str
    """Where in the file, as a person would say it: "page 2", "slide 4", "section 3", "lines 1-38"."""
    heading: str
    text: str
