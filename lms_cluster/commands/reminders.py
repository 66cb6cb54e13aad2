"""Who has not handed in is told a day before the assignment is due, once for each date."""

from __future__ import annotations

from collections.abc import Sequence

from lms_cluster.commands.act import Act
from lms_cluster.commands.assignments import existing_assignment
from lms_cluster.due_dates import due_ms_for
from lms_cluster.refusal import rule
from lms_cluster.views.reminders import AHEAD_MS, is_reminded
from protos.command_pb2 import RemindOfDue
from protos.lms_pb2 import EVENT_KIND_DUE_SOON, ROLE_STUDENT, PostResponse
from storage.events import Audience
from storage.models.coursework import Assignment, Extension, Reminder, Submission
from storage.models.people import User


def remind_of_due(data: RemindOfDue, act: Act) -> PostResponse:
    """Tells each of those concerned by themselves, since who has handed in is different for each."""
    assignment = existing_assignment(data.assignment_id)
    due_ms = due_ms_for(assignment, data.student)
    soon = act.now_ms < due_ms <= act.now_ms + AHEAD_MS
    if not soon or is_reminded(assignment.number, data.student, due_ms):
        raise rule(f"There is nothing to remind of for {data.assignment_id}.")
    Reminder.create(assignment=assignment, student=data.student, due_ms=due_ms, reminded_ms=act.now_ms)
    for student in _to_be_told(assignment, data.student):
        act.tell(EVENT_KIND_DUE_SOON, data.assignment_id, Audience.PERSON, student)
    return act.accepted()


def _to_be_told(assignment: Assignment, student: str) -> Sequence[str]:
    """Usernames, in order."""
    handed_in = Submission.select(Submission.student).where(Submission.assignment == assignment)
    students = (
        User.select(User.username)
        .where((User.role == ROLE_STUDENT) & (User.disabled == 0) & User.username.not_in(handed_in))
        .order_by(User.username)
    )
    if student:
        students = students.where(User.username == student)
    else:
        extended = Extension.select(Extension.student).where(Extension.assignment == assignment)
        students = students.where(User.username.not_in(extended))
    return [username for (username,) in students.tuples().iterator()]
