"""/importgrades: a CSV file is tried first, shown as what it would change, and taken whole when confirmed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.client.api import Grade, ImportedGrade, LmsClient, LmsError, Submission
from bot.commands import imported_grades, spreadsheet
from bot.commands.arguments import number_of
from bot.commands.card import all_of, button, card, saved_card
from bot.commands.gradebook_reading import Gradebook, read_gradebook
from bot.commands.imported_grades import FoundGrade
from bot.commands.results import points_of
from bot.commands.row_problems import row_problems
from bot.commands.spreadsheet import BadSheet, Problem
from bot.core.command import BASIS, INSTRUCTORS, Arg, BadValue, Card, Command, Conversation, Values
from bot.core.model import Button, Reply
from bot.core.text import gradebook as text
from bot.core.text import phrases, work

GRADES_MAX = 2_000
CHANGES_SHOWN = 10
RELEASES_OFFERED = 4


@dataclass(frozen=True, slots=True)
class _Change:
    """`place` is the grade's among those found in the file; `version` the one that it replaces."""

    place: int
    found: FoundGrade
    version: int
    before: Grade | None


class GradeImport:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "importgrades",
                text.IMPORTGRADES_SUMMARY,
                "/importgrades",
                self.take,
                INSTRUCTORS,
                (Arg("file", text.IMPORT_FILE_PROMPT, files=True, files_max=1),),
                confirm=self.preview,
                confirm_label=text.IMPORT_LABEL,
            ),
        )

    async def preview(self, conversation: Conversation, values: Values) -> Card:
        (file,) = values["file"]
        content = await conversation.fetch(file)
        sheet = spreadsheet.read(content)
        book = await read_gradebook(self._client, conversation.token)
        found = imported_grades.find(sheet, book)
        changes = await self._changes(conversation, found.grades, book)
        if not changes:
            raise BadValue(text.nothing_to_import(len(found.grades)))
        if len(changes) > GRADES_MAX:
            raise BadValue(text.too_many_grades(len(changes), GRADES_MAX))
        # Under an id of its own each time: it changes nothing, and what it came to may be another tomorrow.
        rows = [_row(each.found, each.version) for each in changes]
        try:
            tried = await self._client.import_grades(
                conversation.token, secrets.token_hex(16), rows, dry_run=True
            )
        except LmsError as error:
            raise _by_line(error, [each.found for each in changes]) from error
        counts = tried.item
        shown = card(
            text.import_card(len(changes), file.name),
            text.import_counts(
                counts.added, counts.changed, counts.unchanged + len(found.grades) - len(changes)
            ),
            *(_described(each, book) for each in changes[:CHANGES_SHOWN]),
            *phrases.not_shown(len(changes) - CHANGES_SHOWN),
            *text.columns_left_out(found.left_out),
            *([sheet.remark] if sheet.remark else []),
            text.THEY_BECOME_DRAFTS,
        )
        places = ",".join(f"{each.place}-{each.version}" for each in changes)
        return Card(shown, f"{_digest(content)}:{places}")

    async def take(self, conversation: Conversation, values: Values) -> Reply:
        (file,) = values["file"]
        content = await conversation.fetch(file)
        digest, _, places = values[BASIS].partition(":")
        if digest != _digest(content):
            raise BadValue(text.CHANGED_FILE)
        book = await read_gradebook(self._client, conversation.token)
        found = imported_grades.find(spreadsheet.read(content), book).grades
        # What the card showed, whatever the grades have come to since: repeated, the act is the same.
        chosen = [
            (found[int(place)], int(version))
            for place, version in (each.split("-") for each in places.split(","))
        ]
        rows = [_row(grade, version) for grade, version in chosen]
        try:
            receipt = await self._client.import_grades(
                conversation.token, conversation.request_id, rows, dry_run=False
            )
        except LmsError as error:
            # Somebody was at work since the card was shown: the core makes it anew.
            stale = error.code == "ABORTED"
            raise (error if stale else _by_line(error, [grade for grade, _ in chosen])) from error
        counts = receipt.item
        assignments = sorted({grade.assignment_id for grade, _ in chosen}, key=number_of)
        return saved_card(
            receipt,
            text.imported(counts.added + counts.changed),
            text.import_counts(counts.added, counts.changed, counts.unchanged),
            text.THEY_BECOME_DRAFTS,
            buttons=[*_releases(assignments), button(text.GRADEBOOK, "gradebook")],
        )

    async def _changes(
        self, conversation: Conversation, found: Sequence[FoundGrade], book: Gradebook
    ) -> list[_Change]:
        """Those that differ from the gradebook. Raises BadSheet for work that was not handed in."""
        differing = [(place, grade) for place, grade in enumerate(found) if not _same(grade, book)]
        newest = await self._newest_attempts(conversation, {grade.assignment_id for _, grade in differing})
        problems = []
        changes = []
        for place, grade in differing:
            submission = newest.get((grade.student, grade.assignment_id))
            if submission is None:
                sentence = text.not_handed_in(grade.student, grade.assignment_id)
                problems.append(Problem(grade.line, sentence))
                continue
            before = book.grades.get((grade.student, grade.assignment_id))
            if before is not None and before.id != submission.id:
                if grade.version:
                    problems.append(Problem(grade.line, text.earlier_attempt(before.id, submission.id)))
                    continue
                before = None
            version = 0 if before is None else before.version
            if grade.version is not None:
                version = grade.version
            changes.append(_Change(place, grade, version, before))
        if problems:
            raise BadSheet(problems)
        return changes

    async def _newest_attempts(
        self, conversation: Conversation, assignments: set[str]
    ) -> Mapping[tuple[str, str], Submission]:
        newest: dict[tuple[str, str], Submission] = {}
        for assignment_id in sorted(assignments):
            for each in await self._submissions(conversation, assignment_id):
                newest[each.student, assignment_id] = each
        return newest

    async def _submissions(self, conversation: Conversation, assignment_id: str) -> list[Submission]:
        """In the order in which they were handed in."""
        return await all_of(
            lambda page: self._client.submissions(conversation.token, assignment_id, page=page)
        )


def _same(grade: FoundGrade, book: Gradebook) -> bool:
    current = book.grades.get((grade.student, grade.assignment_id))
    if current is None:
        return False
    if grade.score_hundredths is not None:
        return grade.score_hundredths == current.score_hundredths
    return grade.points == current.points


def _row(grade: FoundGrade, version: int) -> ImportedGrade:
    return ImportedGrade(grade.assignment_id, grade.student, version, grade.points, grade.score_hundredths)


def _described(change: _Change, book: Gradebook) -> str:
    grade = change.found
    names = {each.username: each.display_name for each in book.students}
    after = phrases.in_points(
        100 * (grade.points or 0) if grade.score_hundredths is None else grade.score_hundredths
    )
    if change.before is None:
        return text.new_grade(names[grade.student], grade.assignment_id, after)
    before = points_of(change.before)
    return text.changed_grade(names[grade.student], grade.assignment_id, before, after)


def _by_line(error: LmsError, grades: Sequence[FoundGrade]) -> Exception:
    problems = row_problems(error, [grade.line for grade in grades])
    return BadSheet(problems) if problems else error


def _releases(assignments: Sequence[str]) -> list[Button]:
    return [button(work.release_all(each), "release", each) for each in assignments[:RELEASES_OFFERED]]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
