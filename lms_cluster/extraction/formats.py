"""Which kinds of file have text we can read, and how each is told."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from lms_cluster.extraction.section import Unreadable


class Format(StrEnum):
    MARKDOWN = "md"
    TEXT = "txt"
    HTML = "html"
    PDF = "pdf"
    WORD = "docx"
    SLIDES = "pptx"


EXTENSIONS = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".pdf": Format.PDF,
    ".docx": Format.WORD,
    ".pptx": Format.SLIDES,
}
PDF_SIGNATURE = b"%PDF-"
PDF_SIGNATURE_WITHIN = 1024
"""Readers of PDF accept this much rubbish before the signature."""
ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Word and PowerPoint before 2007, and today's when a password protects them."""


def format_named(name: str) -> Format:
    """The format that a file's name promises. Raises Unreadable."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in EXTENSIONS:
        kinds = ", ".join(Format)
        raise Unreadable(f"is not a kind of file I can read; send one of {kinds}")
    return EXTENSIONS[suffix]


def check_content(format_: Format, content: bytes) -> None:
    """Raises Unreadable when the content is not what the name promised."""
    match format_:
        case Format.PDF:
            if PDF_SIGNATURE not in content[:PDF_SIGNATURE_WITHIN]:
                raise Unreadable("is not a PDF inside")
        case Format.WORD | Format.SLIDES:
            if content.startswith(OLE_SIGNATURE):
                raise Unreadable(f"is protected by a password, or older than {format_.upper()}; save it anew")
            if not content.startswith(ZIP_SIGNATURE):
                raise Unreadable(f"is not a {format_.upper()} inside")
        case Format.MARKDOWN | Format.TEXT | Format.HTML:
            if content.startswith((PDF_SIGNATURE, ZIP_SIGNATURE, OLE_SIGNATURE)) or b"\0" in content:
                raise Unreadable("is not text inside")
