"""Something more to say about a grade, or a file to go with it; the points stay."""

from __future__ import annotations

from bot.client.api import LmsClient, LmsError
from bot.commands import arguments, attachments
from bot.commands.card import saved_card
from bot.commands.dates import Calendar
from bot.commands.grading_queue import next_steps
from bot.commands.overwriting import conflict, has_feedback, replace_feedback, replaces
from bot.commands.results import grade_details
from bot.commands.submissions import SUBMISSION_ID, grade_of
from bot.core.command import INSTRUCTORS, Arg, BadFiles, Command, Conversation, Values
from bot.core.model import Reply
from bot.core.text import grading as text
from bot.core.text import work


class Feedback:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "feedback",
                text.FEEDBACK_SUMMARY,
                "/feedback S1 See my remarks on page 2.",
                self.give,
                INSTRUCTORS,
                (
                    Arg("submission", work.WHICH_SUBMISSION, parse=SUBMISSION_ID),
                    replaces(self._client, replace_feedback),
                    Arg(
                        "text",
                        work.FEEDBACK_PROMPT,
                        parse=arguments.bounded(arguments.FEEDBACK_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                    Arg("files", text.FEEDBACK_OR_FILES_PROMPT, required=False, files=True),
                ),
                lists=("submissions",),
            ),
        )

    async def give(self, conversation: Conversation, values: Values) -> Reply:
        if not values["text"] and not values["files"]:
            raise BadFiles(text.NO_FEEDBACK)
        files = await attachments.uploaded(self._client, conversation, values["files"])
        submission_id: str = values["submission"]
        try:
            receipt = await self._client.put_feedback(
                conversation.token,
                conversation.request_id,
                submission_id,
                values["text"] or "",
                files,
                values["replaces"] or 0,
            )
        except LmsError as error:
            raise await self._explained(error, conversation, submission_id) from error
        grade = receipt.item
        return saved_card(
            receipt,
            text.feedback_saved(grade.id, grade.student_name),
            *grade_details(grade),
            work.NOT_YET_RELEASED,
            buttons=await next_steps(self._client, conversation, grade),
        )

    async def _explained(self, error: LmsError, conversation: Conversation, submission_id: str) -> LmsError:
        if error.code != "ABORTED":
            return error
        current = await grade_of(self._client, conversation, submission_id)
        if current is not None and current.feedback:
            return has_feedback(error, current, self._calendar)
        return await conflict(error, self._client, conversation, submission_id, self._calendar)
