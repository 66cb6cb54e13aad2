"""What the shipped tutor answers to the demo course's questions: `python -m bench.tutor_answers`.

The materials go through the node's extraction into a classroom's tables, every question through the node's
retrieval, and its passages to the tutor's pipeline. Strict: only the one sentence that `questions.toml` names
is right. No weight or threshold is fitted to these questions. Prints a line a question, totals, and the
figures as one JSON line.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.seed import COURSE
from lms_cluster.extraction.sandbox import Extractor
from lms_cluster.extraction.section import Section as Extracted
from lms_cluster.views import passages_for
from storage.database import bound_to, open_database
from storage.migrations import migrate
from storage.models.course import Material
from storage.models.files import StoredFile
from storage.models.people import User
from storage.passages import Section, add_passages
from storage.schema import MIGRATIONS
from tutor.__main__ import WEIGHTS
from tutor.pipeline import Pipeline
from tutor.service.loading import load_pipeline
from tutor.stop import Stop
from tutor.types import Answer, Mode, Passage, Question

AUTHOR = "grace"
SHOWN = 100
"""Characters of an answer on a question's line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the course; `sentence` answers it, None when the course does not."""

    id: str
    text: str
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Marked:
    """An answer and what it is worth.

    `mark`: "right" (the sentence is quoted), "wrong" (others are), "missed" (silent although there is one),
    "silent" (as it should be) or "invented" (quoted where nothing answers).
    """

    asked: Asked
    answer: Answer
    found: bool
    """Whether retrieval brought the sentence."""
    mark: str

    @property
    def leads(self) -> bool:
        """Whether the answer opens with the sentence."""
        return bool(self.answer.quotes) and self.answer.quotes[0].text == self.asked.sentence


def questions() -> list[Asked]:
    rows = tomllib.loads((COURSE / "questions.toml").read_text(encoding="utf-8"))["questions"]
    return [Asked(row["id"], row["question"], row.get("sentence")) for row in rows]


@contextmanager
def course() -> Iterator[None]:
    """Inside, the models speak to a classroom that holds the course's materials."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "classroom.db", read_only=False)
        migrate(database, MIGRATIONS)
        try:
            with bound_to(database):
                User.create(username=AUTHOR, display_name=AUTHOR, role=1, password_hash="", created_ms=0)
                for name, sections in asyncio.run(_extracted(_pages())).items():
                    _publish(name, sections)
                yield
        finally:
            database.close()


def _pages() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((COURSE / "materials").glob("*.md"))}


async def _extracted(pages: dict[str, bytes]) -> dict[str, list[Extracted]]:
    extractor = Extractor()
    sections = {}
    for name, content in pages.items():

        async def read(content: bytes = content) -> bytes:
            return content

        sections[name] = await extractor.sections(name, hashlib.sha256(content).hexdigest(), read)
    await extractor.close()
    return sections


def _publish(name: str, sections: list[Extracted]) -> None:
    file = StoredFile.create(sha256=hashlib.sha256(name.encode()).hexdigest(), size=1)
    material = Material.create(
        title=sections[0].heading,
        topic="",
        file=file,
        file_name=name,
        media_type="text/markdown",
        author=AUTHOR,
        passages=0,
        published_ms=0,
    )
    add_passages(material.number, [Section(each.place, each.heading, each.text) for each in sections])


def ask(tutor: Pipeline, asked: Asked) -> Marked:
    passages = tuple(
        Passage(
            each.material_id,
            each.material_title,
            each.place,
            each.heading,
            each.text,
            each.score,
            each.offset,
        )
        for each in passages_for(asked.text, now_ms=0)
    )
    answer = tutor.answer(Question(asked.text, passages), Stop())
    quoted = [quote.text for quote in answer.quotes if quote.text]
    if asked.sentence is None:
        mark = "invented" if quoted else "silent"
    elif not quoted:
        mark = "missed"
    else:
        mark = "right" if asked.sentence in quoted else "wrong"
    found = any(asked.sentence in passage.text for passage in passages) if asked.sentence else False
    return Marked(asked, answer, found, mark)


def figures(marked: list[Marked]) -> dict[str, float]:
    marks = Counter(each.mark for each in marked)
    quoted = [len(each.answer.quotes) for each in marked if each.answer.mode is Mode.QUOTED]
    return {
        "answerable": sum(each.asked.sentence is not None for each in marked),
        "retrieved": sum(each.found for each in marked),
        **{mark: marks[mark] for mark in ("right", "wrong", "missed", "silent", "invented")},
        "right_first": sum(each.leads for each in marked),
        "sentences_an_answer": round(sum(quoted) / max(1, len(quoted)), 2),
    }


def main() -> None:
    tutor = load_pipeline(str(WEIGHTS), WEIGHTS, Mode.QUOTED)
    with course():
        marked = [ask(tutor, asked) for asked in questions()]
    for each in marked:
        answer = each.answer
        shown = " ".join(answer.text.split())[:SHOWN]
        print(f"{each.asked.id}  {each.mark:8}  {answer.confidence:.2f}  {each.asked.text}")
        print(f"      {len(answer.quotes)} quoted: {shown}")
    totals = figures(marked)
    print("  ".join(f"{name} {value}" for name, value in totals.items()))
    print(json.dumps(totals))


if __name__ == "__main__":
    main()
