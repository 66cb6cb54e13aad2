"""DOCX: a section begins at every heading; tables are read row by row, where they stand."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.opc.exceptions import OpcError
from docx.table import Table
from lxml import etree

from lms_cluster.extraction.office import check_archive
from lms_cluster.extraction.section import Section, Unreadable


def read(content: bytes) -> list[Section]:
    """Raises Unreadable."""
    check_archive(content)
    try:
        return _sections(docx.Document(io.BytesIO(content)))
    except (
        OpcError,
        etree.LxmlError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
    ) as error:
        raise Unreadable("is a broken DOCX") from error


def _sections(document: docx.document.Document) -> list[Section]:
    found: list[tuple[str, list[str]]] = [("", [])]
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            found[-1][1].extend(_rows(block))
        elif block.text.strip():
            style = block.style.name if block.style is not None else ""
            if style == "Title" or style.startswith("Heading"):
                found.append((" ".join(block.text.split()), []))
            else:
                found[-1][1].append(block.text)
    found = [(heading, body) for heading, body in found if heading or body]
    return [
        Section(f"section {number}", heading, "\n".join(body))
        for number, (heading, body) in enumerate(found, 1)
    ]


def _rows(table: Table) -> list[str]:
    rows = []
    for row in table.rows:
        texts: list[str] = []
        seen = None
        for cell in row.cells:
            if cell._tc is not seen:  # a merged cell stands once for each column it spans
                texts.append(" ".join(cell.text.split()))
            seen = cell._tc
        rows.append(" | ".join(texts))
    return rows
