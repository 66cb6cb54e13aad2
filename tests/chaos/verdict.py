"""What must hold when everything has healed, whatever happened before."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from bot.client.api import LmsClient
from tests.chaos.classroom import GRADERS, Classroom
from tests.chaos.grades import GradeModel
from tests.chaos.record import Record
from tests.sim.linearizability import Operation, check


async def judge(record: Record, client: LmsClient, classroom: Classroom) -> list[str]:
    """The violations that were not seen at once.

    Raises LmsError.
    """
    instructor = classroom.tokens[GRADERS[0]]  # who sees everything
    return [
        *judge_texts(record, await _all_texts(client, instructor, classroom.texts_assignment)),
        *await _judge_files(record, client, instructor),
        *judge_grades(record.history),
    ]


def judge_texts(record: Record, found: Counter[str]) -> list[str]:
    """`found`: how often each text was handed in."""
    acknowledged, unknown = record.acknowledged_texts.keys(), record.unknown_texts
    wrong = {
        "acknowledged, and lost": acknowledged - found.keys(),
        "applied twice": {text for text, times in found.items() if times > 1},
        "denied, and applied": record.denied_texts & found.keys(),
        "never handed in": found.keys() - acknowledged - unknown - record.denied_texts,
    }
    return [f"{what}: {text}" for what, texts in wrong.items() for text in sorted(texts)]


def judge_grades(history: Sequence[Operation]) -> list[str]:
    """One violation for each submission whose grades no order explains."""
    model = GradeModel()
    by_submission: dict[str, list[Operation]] = {}
    for operation in history:
        by_submission.setdefault(model.key(operation.input), []).append(operation)
    found = (check(operations, model) for operations in by_submission.values())
    return [str(violation) for violation in found if violation is not None]


async def _judge_files(record: Record, client: LmsClient, instructor: str) -> list[str]:
    violations = []
    for submission, sha256 in record.files.items():
        _, content = await client.download(instructor, submission)
        if hashlib.sha256(content).hexdigest() != sha256:
            violations.append(f"not the file that was handed in: {submission}")
    return violations


async def _all_texts(client: LmsClient, instructor: str, assignment: str) -> Counter[str]:
    found: Counter[str] = Counter()
    page = ""
    while True:
        submissions = await client.submissions(instructor, assignment, page=page)
        found.update(submission.text for submission in submissions.items)
        page = submissions.next_page
        if not page:
            return found
