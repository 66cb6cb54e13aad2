"""Plain text: cut at blank lines into sections of some forty lines, cited by line."""

from __future__ import annotations

from lms_cluster.extraction.characters import decode
from lms_cluster.extraction.section import Section

SECTION_LINES = 40


def read(content: bytes) -> list[Section]:
    """Raises Unreadable."""
    lines = decode(content).splitlines()
    sections = []
    first = 0
    for number, line in enumerate(lines):
        long_enough = number - first >= SECTION_LINES
        if (long_enough and not line.strip()) or number - first >= 2 * SECTION_LINES:
            sections.append(_section(lines, first, number))
            first = number
    sections.append(_section(lines, first, len(lines)))
    return sections


def _section(lines: list[str], first: int, end: int) -> Section:
    while first < end and not lines[first].strip():
        first += 1
    return Section(f"lines {first + 1}-{max(end, first + 1)}", "", "\n".join(lines[first:end]))
