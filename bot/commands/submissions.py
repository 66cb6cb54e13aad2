"""Looking at what was handed in."""

from __future__ import annotations

from dataclasses import replace

from bot.client.api import Assignment, Grade, LmsClient, LmsError, Submission
from bot.commands import arguments, assignment_rules, attachments
from bot.commands.assignments import ASSIGNMENT, find_assignment
from bot.commands.card import all_of, button, card, go
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.commands.results import grade_details, points_of
from bot.core.command import INSTRUCTORS, STUDENTS, Arg, Command, Conversation, Values
from bot.core.model import Button, OutgoingFile, Reply, Role
from bot.core.richtext import quote
from bot.core.text import phrases
from bot.core.text import work as text

SHOWN_CHARACTERS = 2_000

SUBMISSION_ID = arguments.item_id("S")


class Submissions:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "submissions",
                text.SUBMISSIONS_SUMMARY,
                "/submissions S1",
                self.read,
                STUDENTS | INSTRUCTORS,
                (
                    PAGE,
                    replace(ASSIGNMENT, required=False, named=True),
                    Arg("submission", text.WHICH_SUBMISSION, parse=SUBMISSION_ID, required=False),
                    Arg(
                        "file",
                        phrases.WHICH_FILE,
                        parse=arguments.whole_number(1, arguments.FILES_MAX),
                        required=False,
                    ),
                ),
                aside=True,
                lists=("submissions",),
            ),
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        if values["submission"] and values["file"]:
            return await self._one_file(conversation, values["submission"], values["file"])
        if values["submission"]:
            return await self._open(conversation, values["submission"])
        wanted = values["assignment"] or ""
        if wanted:
            await find_assignment(self._client, self._calendar, conversation, wanted)
        submissions = await all_of(
            lambda page: self._client.submissions(conversation.token, wanted, page=page)
        )
        if not submissions:
            return card(text.NO_SUBMISSIONS, buttons=[go("assignments")])
        newest_first = sorted(submissions, key=lambda each: each.submitted_at, reverse=True)
        shown = listing(
            newest_first, values["page"], "submissions", *([f"assignment={wanted}"] if wanted else [])
        )
        return card(
            phrases.submissions(len(submissions)),
            *(
                submission_line(each, self._calendar, conversation.role is Role.INSTRUCTOR)
                for each in shown.items
            ),
            *shown.place,
            buttons=[button(phrases.open_item(each.id), "submissions", each.id) for each in shown.items],
            pager=shown.pager,
        )

    async def _open(self, conversation: Conversation, submission_id: str) -> Reply:
        submission = await self._client.submission(conversation.token, submission_id)
        assignment = await self._client.assignment(conversation.token, submission.assignment_id)
        grade = await grade_of(self._client, conversation, submission_id)
        instructor = conversation.role is Role.INSTRUCTOR
        files = await attachments.fetched(self._client, conversation, submission.id, submission.files)
        if len(submission.text) > SHOWN_CHARACTERS:
            files.insert(0, OutgoingFile(f"{submission.id}.txt", "text/plain", submission.text.encode()))
        same = submission.same_files_as
        return card(
            submission_headline(submission, instructor),
            text.when_handed_in(self._calendar.absolute(submission.submitted_at), submission.late),
            *_lateness(submission, assignment),
            *(phrases.file_line(file.name, file.size) for file in submission.files),
            *([text.same_files(same)] if same else []),
            *([quote(phrases.beginning(submission.text, SHOWN_CHARACTERS))] if submission.text else []),
            *([_grade_detail(grade, instructor)] if grade else []),
            *(grade_details(grade) if grade and instructor else []),
            *([] if instructor else _receipt(submission)),
            buttons=[
                *attachments.file_buttons("submissions", submission.id, submission.files),
                *(_of_instructor(submission) if instructor else self._of_student(assignment)),
            ],
            files=files,
        )

    def _of_student(self, assignment: Assignment) -> list[Button]:
        if assignment_rules.refusal(assignment, self._calendar):
            return [go("assignments")]
        return [button(text.HAND_IN_AGAIN, "submit", assignment.id)]

    async def _one_file(self, conversation: Conversation, submission_id: str, number: int) -> Reply:
        submission = await self._client.submission(conversation.token, submission_id)
        back = button(phrases.open_item(submission_id), "submissions", submission_id)
        return await attachments.card_of_one(
            self._client, conversation, submission_id, submission.files, number, back
        )


async def grade_of(client: LmsClient, conversation: Conversation, submission_id: str) -> Grade | None:
    """The grade as this person may see it; None while there is none for them."""
    try:
        return await client.grade(conversation.token, submission_id)
    except LmsError as error:
        if error.code != "NOT_FOUND":
            raise
        return None


def submission_headline(submission: Submission, instructor: bool) -> str:
    name = submission.student_name
    who = phrases.person(name, submission.student) if instructor else name
    return text.submission_headline(submission.id, submission.assignment_id, who, submission.attempt)


def submission_line(submission: Submission, calendar: Calendar, instructor: bool) -> str:
    headline = submission_headline(submission, instructor)
    when = calendar.absolute(submission.submitted_at)
    return text.submission_line(headline, when, submission.late, submission.graded)


def _lateness(submission: Submission, assignment: Assignment) -> list[str]:
    """What it costs, and how that comes about."""
    if not submission.late_percent:
        return []
    how_late = assignment_rules.how_late(assignment.rules, submission.late_percent)
    return [text.late_share(submission.late_percent, how_late)]


def _receipt(submission: Submission) -> list[str]:
    """Nothing for what was handed in before there were receipts."""
    if not submission.sha256:
        return []
    return [text.receipt(submission.id, submission.sha256, submission.index, submission.term)]


def _grade_detail(grade: Grade, instructor: bool) -> str:
    if instructor:
        return text.grade_detail_for_instructors(points_of(grade), grade.grader, grade.released)
    return text.grade_detail(points_of(grade))


def _of_instructor(submission: Submission) -> list[Button]:
    return [button(text.grade_item(submission.id), "grade", submission.id), go("pending")]
