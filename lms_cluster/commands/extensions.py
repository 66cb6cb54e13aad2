"""One student gets a later due date."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.assignments import existing_assignment
from lms_cluster.fields import Fields
from lms_cluster.instants import written
from lms_cluster.refusal import no_such_item
from protos.lms_pb2 import EVENT_KIND_EXTENSION_GRANTED, ROLE_STUDENT, NewExtension, PostResponse
from storage.events import Audience
from storage.models.coursework import Extension
from storage.models.people import User


def grant(data: NewExtension, act: Act) -> PostResponse:
    """It may lie in the past, to excuse work that came late, and be the assignment's own date, which takes an
    earlier extension back."""
    assignment = existing_assignment(data.assignment_id)
    student = User.get_or_none((User.username == data.student) & (User.role == ROLE_STUDENT))
    if student is None:
        raise no_such_item("student", data.student)
    fields = Fields()
    due_ms = fields.moment("due", data.due)
    if due_ms is not None and due_ms < assignment.due_ms:
        expected = f"must not be before everybody's date ({written(assignment.due_ms)})"
        fields.wrong("due", f"{expected}, you sent {written(due_ms)}")
    fields.done()
    extension = Extension.create(
        assignment=assignment,
        student=student,
        due_ms=due_ms,
        author=act.author.username,
        granted_ms=act.now_ms,
    )
    id_ = ids.EXTENSION.id(extension.number)
    act.detail = f"{ids.ASSIGNMENT.id(assignment.number)} for {student.username}"
    act.tell(EVENT_KIND_EXTENSION_GRANTED, id_, Audience.PERSON, student.username)
    return act.accepted(items.extension(extension, student.display_name, act.author.display_name))
