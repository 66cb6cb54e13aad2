"""From the queue of ungraded work to a draft grade."""

from __future__ import annotations

from dataclasses import replace

from bot.client.api import Assignment, LmsClient, LmsError, RubricScore
from bot.commands import arguments, attachments, marks
from bot.commands.assignments import ASSIGNMENT, find_assignment
from bot.commands.card import button, card, go, saved_card
from bot.commands.dates import Calendar
from bot.commands.grading_queue import drafts, next_steps, release_button, ungraded
from bot.commands.listing import PAGE, listing
from bot.commands.marks import Marks
from bot.commands.overwriting import conflict, overwrite, replaces
from bot.commands.results import grade_details, points_of
from bot.commands.submissions import SUBMISSION_ID, submission_headline, submission_line
from bot.core.command import INSTRUCTORS, Arg, BadValue, Choice, Command, Conversation, Part, Values
from bot.core.model import Reply
from bot.core.text import grading as text
from bot.core.text import phrases, work


class Grading:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "pending",
                work.PENDING_SUMMARY,
                "/pending A1",
                self.pending,
                INSTRUCTORS,
                (replace(ASSIGNMENT, required=False), PAGE),
            ),
            Command(
                "grade",
                work.GRADE_SUMMARY,
                "/grade S1 18 Clear and complete.",
                self.grade,
                INSTRUCTORS,
                (
                    Arg("submission", work.WHICH_SUBMISSION, parse=SUBMISSION_ID, choices=self._ungraded),
                    Arg("points", work.POINTS_PROMPT, parse=marks.parse, parts=self._next_question),
                    replaces(self._client, overwrite),
                    Arg(
                        "feedback",
                        work.FEEDBACK_PROMPT,
                        parse=arguments.bounded(arguments.FEEDBACK_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                    Arg("files", text.FEEDBACK_OR_FILES_PROMPT, required=False, files=True, unasked=True),
                ),
                lists=("pending",),
            ),
        )

    async def pending(self, conversation: Conversation, values: Values) -> Reply:
        wanted = values["assignment"] or ""
        if wanted:
            await find_assignment(self._client, self._calendar, conversation, wanted)
        waiting = await ungraded(self._client, conversation, wanted)
        unreleased = await drafts(self._client, conversation, wanted)
        releases = [release_button(each, count) for each, count in unreleased.items()]
        if not waiting:
            submissions = go("submissions")
            return card(
                work.NOTHING_TO_GRADE, *work.drafts_waiting(unreleased), buttons=releases or [submissions]
            )
        shown = listing(waiting, values["page"], "pending", *([wanted] if wanted else []))
        return card(
            work.submissions_to_grade(len(waiting)),
            *(submission_line(each, self._calendar, instructor=True) for each in shown.items),
            *shown.place,
            *work.drafts_waiting(unreleased),
            buttons=[
                *(button(phrases.open_item(each.id), "submissions", each.id) for each in shown.items),
                *releases,
            ],
            pager=shown.pager,
        )

    async def grade(self, conversation: Conversation, values: Values) -> Reply:
        submission_id: str = values["submission"]
        points, scores = await self._scored(conversation, submission_id, values["points"])
        files = await attachments.uploaded(self._client, conversation, values["files"])
        # Made of what was typed alone: repeated with its request id, the act must be the same to the letter.
        version = values["replaces"] or 0
        try:
            receipt = await self._client.put_grade(
                conversation.token,
                conversation.request_id,
                submission_id,
                points,
                values["feedback"] or "",
                version,
                rubric=scores,
                files=files,
            )
        except LmsError as error:
            if error.code != "ABORTED":
                raise
            raise await conflict(error, self._client, conversation, submission_id, self._calendar) from error
        grade = receipt.item
        return saved_card(
            receipt,
            work.grade_saved(grade.id, grade.student_name, points_of(grade)),
            *grade_details(grade),
            work.NOT_YET_RELEASED,
            buttons=await next_steps(self._client, conversation, grade),
        )

    async def _scored(
        self, conversation: Conversation, submission_id: str, given: Marks
    ) -> tuple[int, tuple[RubricScore, ...]]:
        """Raises LmsError that names `points` as the fault where the scores do not fit the rubric."""
        if given.points is not None:
            return given.points, ()
        assignment = await self._assignment(conversation, submission_id)
        try:
            return marks.scored(given, assignment)
        except BadValue as bad:
            raise LmsError("INVALID_ARGUMENT", "INVALID_FIELD", str(bad), {"points": str(bad)}) from bad

    async def _next_question(self, conversation: Conversation, values: Values) -> Part | None:
        given: Marks | None = values["points"]
        if given is not None and given.points is not None:
            return None
        assignment = await self._assignment(conversation, values["submission"])
        rubric = assignment.rules.rubric
        if given is None and not rubric:
            return Part(text.points_prompt(assignment.points), str, whole=True)
        return marks.next_line(given, rubric)

    async def _assignment(self, conversation: Conversation, submission_id: str) -> Assignment:
        submission = await self._client.submission(conversation.token, submission_id)
        return await self._client.assignment(conversation.token, submission.assignment_id)

    async def _ungraded(self, conversation: Conversation, values: Values) -> list[Choice]:
        waiting = await ungraded(self._client, conversation)
        if not waiting:
            raise BadValue(work.NOTHING_TO_GRADE)
        return [
            Choice(each.id, phrases.shortened(submission_headline(each, instructor=False)))
            for each in waiting
        ]
