"""PPTX: one section a slide, its title as the heading. Notes are the speaker's own and are not read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import pptx
from lxml import etree
from pptx.exc import PythonPptxError

from lms_cluster.extraction.office import check_archive
from lms_cluster.extraction.section import Section, Unreadable

SLIDES_MAX = 1000
GROUPS_DEEP_MAX = 20


def read(content: bytes) -> list[Section]:
    """Raises Unreadable."""
    check_archive(content)
    try:
        slides = pptx.Presentation(io.BytesIO(content)).slides
        if len(slides) > SLIDES_MAX:
            raise Unreadable(f"has more than {SLIDES_MAX} slides")
        return [_section(number, slide) for number, slide in enumerate(slides, 1)]
    except (
        PythonPptxError,
        etree.LxmlError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
    ) as error:
        raise Unreadable("is a broken PPTX") from error


def _section(number: int, slide: Any) -> Section:
    title = slide.shapes.title
    heading = " ".join(title.text_frame.text.split()) if title is not None else ""
    bodies = (shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)
    return Section(f"slide {number}", heading, "\n".join(_texts(bodies, GROUPS_DEEP_MAX)))


def _texts(shapes: Iterable[Any], depth: int) -> Iterator[str]:
    for shape in shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                yield " | ".join(" ".join(cell.text.split()) for cell in row.cells)
        elif hasattr(shape, "shapes") and depth:
            yield from _texts(shape.shapes, depth - 1)
