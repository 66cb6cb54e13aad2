"""What waits: newest attempts without a grade, and grades that are not released."""

from __future__ import annotations

import logging
from collections import Counter

from bot.client.api import Grade, LmsClient, LmsError, Submission
from bot.commands.arguments import number_of
from bot.commands.card import all_of, button, go
from bot.core.command import Conversation
from bot.core.model import Button
from bot.core.text import grading as text
from bot.core.text import work

log = logging.getLogger(__name__)


async def ungraded(
    client: LmsClient, conversation: Conversation, assignment_id: str = ""
) -> list[Submission]:
    """Newest attempts without a grade, those that waited longest first."""
    waiting = await all_of(
        lambda page: client.submissions(conversation.token, assignment_id, pending=True, page=page)
    )
    return sorted(waiting, key=lambda each: each.submitted_at)


async def drafts(client: LmsClient, conversation: Conversation, assignment_id: str = "") -> dict[str, int]:
    """How many grades there are to release, by assignment, in the order of these."""
    grades = await all_of(lambda page: client.grades(conversation.token, assignment_id, page=page))
    # Of every student the newest attempt that was graded; the list comes in the order of attempts.
    standing = {(grade.student, grade.assignment_id): grade for grade in grades}
    unreleased = (grade.assignment_id for grade in standing.values() if not grade.released)
    return dict(Counter(sorted(unreleased, key=number_of)))


async def next_steps(client: LmsClient, conversation: Conversation, grade: Grade) -> list[Button]:
    """After a grade was saved. What cannot be looked up is left out: the grade is saved already."""
    steps = [] if grade.released else [button(text.release_to(grade.student_name), "release", grade.id)]
    if not (grade.feedback or grade.files):
        steps.append(button(text.ADD_FEEDBACK, "feedback", grade.id))
    try:
        queue = await ungraded(client, conversation)
        # Who grades one assignment goes on with it.
        waiting = [each for each in queue if each.assignment_id == grade.assignment_id] or queue
        unreleased = (await drafts(client, conversation, grade.assignment_id)).get(grade.assignment_id, 0)
    except LmsError as error:
        log.info("cannot look at what waits: %s %s", error.code, error.reason)
    else:
        if waiting:
            steps.append(button(text.next_to_grade(waiting[0].id), "submissions", waiting[0].id))
        if unreleased > 1:
            steps.append(release_button(grade.assignment_id, unreleased))
    return [*steps, go("pending")]


def release_button(assignment_id: str, count: int) -> Button:
    """Carries the number that it shows: if that has changed when it is pressed, a card says so first."""
    return button(work.release_item(count, assignment_id), "release", assignment_id, f"count={count}")
