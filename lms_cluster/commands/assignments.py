"""Assignments are set."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.fields import POINTS_MAX, TEXT_MAX, TITLE_MAX, Fields
from lms_cluster.instants import instant_ms
from protos.lms_pb2 import EVENT_KIND_ASSIGNMENT_PUBLISHED, NewAssignment, PostResponse
from storage.events import Audience
from storage.models.coursework import Assignment


def create(data: NewAssignment, act: Act) -> PostResponse:
    fields = Fields()
    fields.line("title", data.title, TITLE_MAX)
    fields.text("instructions", data.instructions, TEXT_MAX, optional=True)
    fields.points("points", data.points, POINTS_MAX)
    fields.future("due", data.due, act.now_ms)
    fields.done()
    assignment = Assignment.create(
        title=data.title,
        instructions=data.instructions,
        points=data.points,
        due_ms=instant_ms(data.due),
        author=act.author.username,
        created_ms=act.now_ms,
    )
    id_ = ids.ASSIGNMENT.id(assignment.number)
    act.tell(EVENT_KIND_ASSIGNMENT_PUBLISHED, id_, Audience.STUDENTS, act.author.username)
    return act.accepted(items.assignment(assignment, submissions=0))


def existing(assignment_id: str) -> Assignment | None:
    number = ids.ASSIGNMENT.number(assignment_id)
    return None if number is None else Assignment.get_or_none(Assignment.number == number)
