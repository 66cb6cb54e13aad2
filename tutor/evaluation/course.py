"""A course as an LMS node holds it: the node's extraction, tables and retrieval, not a copy of them."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lms_cluster import ids
from lms_cluster.extraction.sandbox import Extractor
from lms_cluster.extraction.section import Section as Extracted
from lms_cluster.extraction.section import Unreadable
from lms_cluster.views import passages_for
from protos import tutor_pb2
from storage.database import bound_to, open_database
from storage.migrations import migrate
from storage.models.course import Material, MaterialText
from storage.models.course import Passage as StoredPassage
from storage.models.files import StoredFile
from storage.models.people import User
from storage.passages import Section, add_passages
from storage.schema import MIGRATIONS
from tutor.service.codec import question
from tutor.types import Passage, Question

AUTHOR = "author"
MEDIA_TYPE = "text/markdown"
NOW_MS = 0
"""Nothing in the course opens or falls due, so any time will do."""


class CourseUnreadable(Exception):
    """There is no such folder, or no page in it that can be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a classroom holds of a course. Ask it only while it is opened."""

    documents: Mapping[str, str]
    """The page's path in the course's folder, by material id."""
    texts: Mapping[str, str]
    """The page's text as extracted, by material id: what quotes' offsets count in."""
    passages: tuple[Passage, ...]
    """All of them, in the order of the pages, with a score of 0."""

    def ask(self, query: str) -> Question:
        """The query with the passages that the node would send to its tutor."""
        return _as_tutor(query, passages_for(query, now_ms=NOW_MS))


@contextmanager
def opened(folder: Path, kinds: Collection[str] = ("md",)) -> Iterator[Course]:
    """A classroom with every page of these `kinds` (by the end of its name) in `folder` and below as a
    material. Raises CourseUnreadable."""
    found = sorted(path for path in folder.rglob("*.*") if path.suffix.removeprefix(".") in kinds)
    pages = {path.relative_to(folder).as_posix(): path for path in found}
    if not pages:
        raise CourseUnreadable(f"there are no .{', .'.join(kinds)} pages in {folder}")
    extracted = asyncio.run(_extracted(pages))
    with tempfile.TemporaryDirectory() as temporary:
        database = open_database(Path(temporary) / "classroom.db", read_only=False)
        try:
            migrate(database, MIGRATIONS)
            with bound_to(database):
                User.create(username=AUTHOR, display_name=AUTHOR, role=1, password_hash="", created_ms=0)
                documents = {_publish(name, sections): name for name, sections in extracted.items()}
                yield Course(documents, _texts(), _passages())
        finally:
            database.close()


async def _extracted(pages: Mapping[str, Path]) -> dict[str, list[Extracted]]:
    extractor = Extractor()
    extracted = {}
    try:
        for name, path in pages.items():
            content = await asyncio.to_thread(path.read_bytes)

            async def fetch(content: bytes = content) -> bytes:
                return content

            extracted[name] = await extractor.sections(name, hashlib.sha256(content).hexdigest(), fetch)
    except (OSError, Unreadable) as error:
        raise CourseUnreadable(f"cannot read the page {path}: {error}") from error
    finally:
        await extractor.close()
    return extracted


def _publish(name: str, sections: list[Extracted]) -> str:
    """The material's id."""
    material = Material.create(
        title=next((section.heading for section in sections if section.heading), Path(name).stem),
        topic="",
        file=StoredFile.create(sha256=hashlib.sha256(name.encode()).hexdigest(), size=1),
        file_name=Path(name).name,
        media_type=MEDIA_TYPE,
        author=AUTHOR,
        passages=0,
        published_ms=0,
    )
    add_passages(material.number, [Section(each.place, each.heading, each.text) for each in sections])
    return ids.MATERIAL.id(material.number)


def _texts() -> dict[str, str]:
    return {ids.MATERIAL.id(row.material_id): row.text for row in MaterialText.select()}


def _passages() -> tuple[Passage, ...]:
    rows = StoredPassage.select(StoredPassage, Material).join(Material).order_by(StoredPassage.number)
    return _as_tutor(
        "",
        [
            tutor_pb2.Passage(
                material_id=ids.MATERIAL.id(row.material_id),
                material_title=row.material.title,
                place=row.place,
                heading=row.heading,
                text=row.text,
                offset=row.offset,
            )
            for row in rows
        ],
    ).passages


def _as_tutor(query: str, passages: list[tutor_pb2.Passage]) -> Question:
    """As the tutor's server reads them off the wire."""
    context = tutor_pb2.Context(passages=passages)
    return question(tutor_pb2.GetLLMAnswerRequest(query=query, context=context))
