"""Homework is handed in: every attempt is kept, and late ones are marked, not refused."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.assignments import existing
from lms_cluster.commands.files import attached
from lms_cluster.fields import TEXT_MAX, Fields
from lms_cluster.refusal import no_such_item
from protos.lms_pb2 import EVENT_KIND_SUBMISSION_RECEIVED, NewSubmission, PostResponse
from storage.events import Audience
from storage.models.coursework import Submission, SubmissionFile

FILES_MAX = 10


def submit(data: NewSubmission, act: Act) -> PostResponse:
    assignment = existing(data.assignment_id)
    if assignment is None:
        raise no_such_item(ids.ASSIGNMENT.noun, data.assignment_id)
    fields = Fields()
    fields.text("text", data.text, TEXT_MAX, optional=bool(data.files))
    if len(data.files) > FILES_MAX:
        fields.wrong("files", f"must be at most {FILES_MAX}, you sent {len(data.files)}")
    fields.done()
    files = [attached(f"files[{place}]", file, act, fields) for place, file in enumerate(data.files)]
    fields.done()
    student = act.author.username
    earlier = (
        Submission.select()
        .where((Submission.assignment == assignment) & (Submission.student == student))
        .count()
    )
    submission = Submission.create(
        assignment=assignment,
        student=student,
        attempt=earlier + 1,
        text=data.text,
        late=act.now_ms > assignment.due_ms,
        submitted_ms=act.now_ms,
    )
    for place, file in enumerate(files):
        SubmissionFile.create(
            submission=submission, place=place, file=file.sha256, name=file.name, media_type=file.media_type
        )
    id_ = ids.SUBMISSION.id(submission.number)
    act.tell(EVENT_KIND_SUBMISSION_RECEIVED, id_, Audience.INSTRUCTORS, student)
    return act.accepted(items.submission(submission, act.author.display_name, files, graded=False))
