"""Course files made in memory, honest and hostile, for the tests that send them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

import docx
import pptx


def pdf(*pages: Sequence[str], encrypted: bool = False) -> bytes:
    """A PDF whose pages show the given lines."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for lines in pages:
        shown = b" T* ".join(b"(" + line.encode("latin-1") + b") Tj" for line in lines)
        stream = zlib.compress(b"BT /F1 12 Tf 14 TL 72 720 Td " + shown + b" ET")
        objects.append(
            b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)
        )
        font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 %s >> >> >>" % (len(objects), font)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    locked = b""
    if encrypted:
        blank = b"<" + b"00" * 32 + b">"
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -4 /O %s /U %s >>" % (blank, blank))
        locked = b" /Encrypt %d 0 R /ID [<00> <00>]" % len(objects)
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer << /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        locked,
        start,
    )
    return bytes(out)


def word(*blocks: tuple[str, str]) -> bytes:
    """A DOCX of ("heading" or "text", words) blocks."""
    document = docx.Document()
    for kind, words in blocks:
        if kind == "heading":
            document.add_heading(words, 1)
        else:
            document.add_paragraph(words)
    return _saved(document)


def slides(*titles_and_bodies: tuple[str, str]) -> bytes:
    presentation = pptx.Presentation()
    for title, body in titles_and_bodies:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
    return _saved(presentation)


def repacked(archive: bytes, member: str, content: bytes) -> bytes:
    """The same zip with one member's content replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    return out.getvalue()


def bomb() -> bytes:
    """A small DOCX that unpacks to some four hundred times its size."""
    return repacked(word(("text", "x")), "word/document.xml", b" " * (16 * 1024 * 1024))


def entity_bomb() -> bytes:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    xml = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">' + laughs + b"]><l>&l9;</l>"
    return repacked(word(("text", "x")), "word/document.xml", xml)


def _saved(document: docx.document.Document | pptx.presentation.Presentation) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
