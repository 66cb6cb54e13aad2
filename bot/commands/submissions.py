"""Handing work in, and looking at what was handed in."""

from __future__ import annotations

import hashlib

from bot.client.api import Grade, LmsClient, LmsError, Submission
from bot.commands import arguments
from bot.commands.assignments import ASSIGNMENT_ID, assignment_choices, find_assignment
from bot.commands.card import all_of, button, card, saved_card
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.commands.results import points_of
from bot.core.command import Arg, BadValue, Command, Conversation, Values
from bot.core.model import Button, OutgoingFile, Reply, Role
from bot.core.richtext import quote
from bot.core.text import phrases
from bot.core.text import work as text

SHOWN_CHARACTERS = 2_000
SENT_TOGETHER_BYTES_MAX = 20 * 1024 * 1024

SUBMISSION_ID = arguments.item_id("S")


class Submissions:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "submit",
                text.SUBMIT_SUMMARY,
                "/submit A1 A leader is elected by a majority.",
                self.submit,
                frozenset({Role.STUDENT}),
                (
                    Arg(
                        "assignment",
                        phrases.WHICH_ASSIGNMENT,
                        parse=ASSIGNMENT_ID,
                        choices=assignment_choices(self._client),
                    ),
                    Arg(
                        "text",
                        text.WORK_TEXT_PROMPT,
                        parse=arguments.bounded(arguments.TEXT_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                    Arg("files", text.WORK_PROMPT, required=False, files=True),
                ),
                confirm=self.preview,
            ),
            Command(
                "submissions",
                text.SUBMISSIONS_SUMMARY,
                "/submissions S1",
                self.read,
                frozenset({Role.STUDENT, Role.INSTRUCTOR}),
                (
                    Arg("submission", text.WHICH_SUBMISSION, parse=SUBMISSION_ID, required=False),
                    Arg(
                        "file",
                        text.WHICH_FILE,
                        parse=arguments.whole_number(1, arguments.FILES_MAX),
                        required=False,
                    ),
                    PAGE,
                ),
            ),
        )

    async def preview(self, conversation: Conversation, values: Values) -> Reply:
        if not values["text"] and not values["files"]:
            raise BadValue(text.NOTHING_TO_HAND_IN)
        assignment = await find_assignment(self._client, conversation, values["assignment"])
        attempt = assignment.submissions + 1
        late = self._calendar.now() > assignment.due
        return card(
            text.hand_in_card(assignment.id, assignment.title, attempt),
            text.due_or_late(self._calendar.due(assignment.due), late),
            *(phrases.file_line(file.name, file.size) for file in values["files"]),
            *([quote(phrases.beginning(values["text"], SHOWN_CHARACTERS))] if values["text"] else []),
        )

    async def submit(self, conversation: Conversation, values: Values) -> Reply:
        files = []
        for reference in values["files"]:
            content = await conversation.fetch(reference)
            files.append(
                await self._client.upload(conversation.token, reference.name, reference.media_type, content)
            )
        receipt = await self._client.submit(
            conversation.token,
            conversation.request_id,
            values["assignment"],
            values["text"] or "",
            tuple(files),
        )
        submission = receipt.item
        return saved_card(
            receipt,
            text.handed_in(submission.id, submission.assignment_id, submission.attempt),
            text.when_handed_in(self._calendar.absolute(submission.submitted_at), submission.late),
            *(text.receipt_line(file.name, file.size, file.sha256) for file in submission.files),
            *([_text_receipt(submission.text)] if submission.text else []),
            buttons=[
                button(phrases.BUTTONS["submissions"], "submissions"),
                button(phrases.BUTTONS["assignments"], "assignments"),
            ],
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        if values["submission"] and values["file"]:
            return await self._one_file(conversation, values["submission"], values["file"])
        if values["submission"]:
            return await self._open(conversation, values["submission"])
        submissions = await all_of(lambda page: self._client.submissions(conversation.token, page=page))
        if not submissions:
            return card(text.NO_SUBMISSIONS)
        newest_first = sorted(submissions, key=lambda each: each.submitted_at, reverse=True)
        shown = listing(newest_first, values["page"], "submissions")
        return card(
            phrases.submissions(len(submissions)),
            *(submission_line(each, self._calendar) for each in shown.items),
            *shown.place,
            buttons=[button(phrases.open_item(each.id), "submissions", each.id) for each in shown.items],
            pager=shown.pager,
        )

    async def _open(self, conversation: Conversation, submission_id: str) -> Reply:
        submission = await self._client.submission(conversation.token, submission_id)
        grade = await grade_of(self._client, conversation, submission_id)
        instructor = conversation.role is Role.INSTRUCTOR
        together = sum(file.size for file in submission.files) <= SENT_TOGETHER_BYTES_MAX
        files = await self._files(conversation, submission) if together else []
        if len(submission.text) > SHOWN_CHARACTERS:
            files.insert(0, OutgoingFile(f"{submission.id}.txt", "text/plain", submission.text.encode()))
        return card(
            submission_headline(submission),
            text.when_handed_in(self._calendar.absolute(submission.submitted_at), submission.late),
            *(phrases.file_line(file.name, file.size) for file in submission.files),
            *([quote(phrases.beginning(submission.text, SHOWN_CHARACTERS))] if submission.text else []),
            *([_grade_detail(grade, instructor)] if grade else []),
            buttons=[*_file_buttons(submission, together), *_next_steps(instructor, submission)],
            files=files,
        )

    async def _one_file(self, conversation: Conversation, submission_id: str, number: int) -> Reply:
        submission = await self._client.submission(conversation.token, submission_id)
        if number > len(submission.files):
            raise BadValue(text.no_such_file(submission_id, len(submission.files)))
        wanted = submission.files[number - 1]
        file, content = await self._client.download(conversation.token, submission_id, wanted.sha256)
        return card(
            text.file_of(submission_id, file.name),
            phrases.file_line(file.name, file.size),
            buttons=[button(phrases.open_item(submission_id), "submissions", submission_id)],
            files=[OutgoingFile(file.name, file.media_type, content)],
        )

    async def _files(self, conversation: Conversation, submission: Submission) -> list[OutgoingFile]:
        sent = []
        for wanted in submission.files:
            file, content = await self._client.download(conversation.token, submission.id, wanted.sha256)
            sent.append(OutgoingFile(wanted.name, file.media_type, content))
        return sent


async def grade_of(client: LmsClient, conversation: Conversation, submission_id: str) -> Grade | None:
    """The grade as this person may see it; None while there is none for them."""
    try:
        return await client.grade(conversation.token, submission_id)
    except LmsError as error:
        if error.code != "NOT_FOUND":
            raise
        return None


def submission_headline(submission: Submission) -> str:
    return text.submission_headline(
        submission.id, submission.assignment_id, submission.student_name, submission.attempt
    )


def submission_line(submission: Submission, calendar: Calendar) -> str:
    when = calendar.absolute(submission.submitted_at)
    return text.submission_line(submission_headline(submission), when, submission.late, submission.graded)


def _grade_detail(grade: Grade, instructor: bool) -> str:
    if instructor:
        return text.grade_detail_for_instructors(points_of(grade), grade.grader, grade.released)
    return text.grade_detail(points_of(grade))


def _file_buttons(submission: Submission, together: bool) -> list[Button]:
    if together:
        return []
    return [
        button(phrases.file_line(file.name, file.size), "submissions", submission.id, str(number))
        for number, file in enumerate(submission.files, start=1)
    ]


def _next_steps(instructor: bool, submission: Submission) -> list[Button]:
    if instructor:
        return [
            button(text.grade_item(submission.id), "grade", submission.id),
            button(phrases.BUTTONS["pending"], "pending"),
        ]
    return [button(text.HAND_IN_AGAIN, "submit", submission.assignment_id)]


def _text_receipt(words: str) -> str:
    content = words.encode()
    return text.receipt_line(str(text.THE_TEXT), len(content), hashlib.sha256(content).hexdigest())
