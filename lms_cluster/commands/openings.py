"""Students are told of an assignment that was posted before it opens when it opens, once."""

from __future__ import annotations

from lms_cluster.commands.act import Act
from lms_cluster.commands.assignments import existing_assignment
from lms_cluster.refusal import rule
from lms_cluster.views.openings import openings_wanted
from protos.command_pb2 import AnnounceOpening
from protos.lms_pb2 import EVENT_KIND_ASSIGNMENT_OPENED, PostResponse
from storage.events import Audience
from storage.models.coursework import Assignment


def announce_opening(data: AnnounceOpening, act: Act) -> PostResponse:
    assignment = existing_assignment(data.assignment_id)
    if data.assignment_id not in openings_wanted(act.now_ms):
        raise rule(f"There is no opening of {data.assignment_id} to tell of.")
    Assignment.update(announced_ms=act.now_ms).where(Assignment.number == assignment.number).execute()
    act.tell(EVENT_KIND_ASSIGNMENT_OPENED, data.assignment_id, Audience.STUDENTS, "")
    return act.accepted()
