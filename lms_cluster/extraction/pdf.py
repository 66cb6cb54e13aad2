"""PDF: one section a page, its lines joined back into paragraphs."""

from __future__ import annotations

import io
import logging

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from lms_cluster.extraction.section import Section, Unreadable

PAGES_MAX = 2000
FULL_LINE = 0.7
"""A line at least this long, relative to the page's longest, runs on; a shorter one ends its paragraph."""


def read(content: bytes) -> list[Section]:
    """Raises Unreadable."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("is protected by a password")
        if len(reader.pages) > PAGES_MAX:
            raise Unreadable(f"has more than {PAGES_MAX} pages")
        return [
            Section(f"page {number}", "", _paragraphs(page.extract_text()))
            for number, page in enumerate(reader.pages, 1)
        ]
    except (DependencyError, FileNotDecryptedError):
        raise Unreadable("is protected by a password") from None
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OSError,
        ArithmeticError,
    ) as error:
        # A parser fed rubbish fails in many ways; to the sender all of them mean one thing.
        raise Unreadable("is a broken PDF") from error


def _paragraphs(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    full = FULL_LINE * max((len(line) for line in lines), default=0)
    joined: list[str] = []
    runs_on = False
    for line in lines:
        if runs_on and line:
            before = joined[-1]
            if before.endswith("-") and before[-2:-1].isalpha() and line[0].islower():
                joined[-1] = before[:-1] + line
            else:
                joined[-1] = f"{before} {line}"
        else:
            joined.append(line)
        runs_on = bool(line) and len(line) >= full and not line.endswith((".", "!", "?", ":"))
    return "\n".join(joined)
