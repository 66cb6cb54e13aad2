"""`python -m lms_cluster.extraction FORMAT`: a file on stdin, its sections as JSON on stdout.

Answers {"sections": [[place, heading, text], …]} or {"unreadable": "why"} and exits 0; all else is a crash.
"""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module

from lms_cluster.extraction.characters import clean
from lms_cluster.extraction.formats import Format, check_content
from lms_cluster.extraction.section import TEXT_BYTES_MAX, Section, Unreadable

MEMORY_BYTES_MAX = 1024 * 1024 * 1024
CPU_SECONDS_MAX = 25

READERS = {
    Format.MARKDOWN: "markdown",
    Format.TEXT: "plain",
    Format.HTML: "html",
    Format.PDF: "pdf",
    Format.WORD: "word",
    Format.SLIDES: "slides",
}
"""Modules with a `read(content) -> list[Section]`, each imported only for a file of its format."""


def give_up_rights() -> None:
    """From here on: bounded memory and time, no file may grow, no core is dumped."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, CPU_SECONDS_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def extract(format_: Format, content: bytes) -> list[Section]:
    """The cleaned sections that have any text. Raises Unreadable."""
    check_content(format_, content)
    try:
        found: list[Section] = import_module(f"lms_cluster.extraction.{READERS[format_]}").read(content)
    except MemoryError:
        raise Unreadable("needs too much memory to read") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    cleaned = (Section(s.place, clean(s.heading).replace("\n", " "), clean(s.text)) for s in found)
    sections = [section for section in cleaned if section.heading or section.text]
    if not sections:
        raise Unreadable("holds no text (no text found; scanned pages are only pictures)")
    if not any(section.text for section in sections):
        # Slides with nothing but titles: passages are of text, and no word of theirs would be found again.
        sections = [Section(section.place, section.heading, section.heading) for section in sections]
    if sum(len(s.heading.encode()) + len(s.text.encode()) for s in sections) > TEXT_BYTES_MAX:
        raise Unreadable(f"has more than {TEXT_BYTES_MAX // 1024 // 1024} MB of text")
    return sections


def main() -> None:
    give_up_rights()
    try:
        sections = extract(Format(sys.argv[1]), sys.stdin.buffer.read())
        answer: dict[str, object] = {"sections": [[s.place, s.heading, s.text] for s in sections]}
    except Unreadable as error:
        answer = {"unreadable": str(error)}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
