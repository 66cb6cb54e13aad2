"""Markdown: a section begins at every heading; emphasis, links and images give way to their words. What no
reader of the page sees is left out."""

from __future__ import annotations

import re

from lms_cluster.extraction.characters import decode
from lms_cluster.extraction.section import Section

HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
FENCE = re.compile(r" {0,3}(```|~~~)")
RULE = re.compile(r" {0,3}([-*_])([ \t]*\1){2,}[ \t]*")
QUOTE = re.compile(r"^ {0,3}> ?")

LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\s]{0,2000}(?: \"[^\"\n]{0,500}\")?\)")
EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~)(?=\S)([^*_~\n]{1,1000}?)(?<=\S)\1(?!\w)")
CODE = re.compile(r"`([^`\n]{1,1000})`")
COMMENT = re.compile(r"<!--.*?-->|^ {0,3}<!--.*", re.DOTALL | re.MULTILINE)
"""One that begins a line and is never closed hides all that follows."""
REFERENCE = re.compile(
    r"^ {0,3}\[(?!\^)[^\[\]\n]{1,500}\]:[ \t]*\n?[ \t]*(?:<[^<>\n]{0,2000}>|\S{1,2000})"
    r"(?:\s[ \t]*(?:\"[^\"]{0,1000}\"|'[^']{0,1000}'|\([^()]{0,1000}\)))?[ \t]*$",
    re.MULTILINE,
)
"""Where a link leads, said apart from it; `[//]: # (words)` is a way to leave remarks that nobody sees."""


def read(content: bytes) -> list[Section]:
    """Raises Unreadable."""
    sections: list[Section] = []
    heading = ""
    body: list[str] = []

    def close() -> None:
        if heading or any(line.strip() for line in body):
            sections.append(Section(f"section {len(sections) + 1}", heading, "\n".join(body)))

    fence = ""
    for line in REFERENCE.sub("", COMMENT.sub("", decode(content))).splitlines():
        if opened := FENCE.match(line):
            if not fence:
                fence = opened[1]
                continue
            if opened[1] == fence:
                fence = ""
                continue
        if fence:
            body.append(line)
        elif found := HEADING.fullmatch(line):
            close()
            heading, body = _words(found[2]), []
        elif UNDERLINE.fullmatch(line) and body and body[-1].strip():
            title = body.pop()
            close()
            heading, body = title, []
        elif not RULE.fullmatch(line):
            body.append(_words(QUOTE.sub("", line)))
    close()
    return sections


def _words(line: str) -> str:
    line = LINK.sub(r"\1", line)
    line = EMPHASIS.sub(r"\2", line)
    return CODE.sub(r"\1", line)
