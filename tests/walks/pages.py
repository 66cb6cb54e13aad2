"""Pages with conversations in them that were really held."""

from __future__ import annotations

import re
from pathlib import Path

from tests.walks.recording import recorded

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / f"{name}.md" for name in ("students", "instructors", "administrators")]

_PLAYED = re.compile(r"(<!-- played: ([^>]+?) -->\n```text\n)(.*?)(```\n)", re.DOTALL)


async def with_what_is_said(name: str, text: str) -> str:
    """The page of this name, with what is said when its transcript is played now.

    Raises TranscriptFailed, ValueError when page and transcript have other sections.
    """
    said = await recorded(Path(__file__).with_name(f"{name}.txt"))
    named = [match[2] for match in _PLAYED.finditer(text)]
    if sorted(named) != sorted(said):
        raise ValueError(f"{name}.md shows {sorted(named)}, its transcript has {sorted(said)}")
    return _PLAYED.sub(lambda match: f"{match[1]}{said[match[2]].strip()}\n{match[4]}", text)
