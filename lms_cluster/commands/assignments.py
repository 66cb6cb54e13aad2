"""Assignments are set."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.files import all_attached
from lms_cluster.fields import POINTS_MAX, TEXT_MAX, TITLE_MAX, Fields
from lms_cluster.instants import written
from lms_cluster.refusal import no_such_item
from protos.lms_pb2 import EVENT_KIND_ASSIGNMENT_PUBLISHED, LatePolicy, NewAssignment, PostResponse
from storage.events import Audience
from storage.models.coursework import Assignment, AssignmentFile, RubricLine

ATTEMPTS_MAX = 1_000
LATE_INTERVAL_SECONDS = (60, 366 * 24 * 3600)
RUBRIC_LINES_MAX = 20
CRITERION_MAX = 100
ANNOUNCED_WHEN_OPEN = 2
"""The version of the rules from which on students are told of an assignment when it opens. Before, they were
told when it was posted."""


def create(data: NewAssignment, act: Act) -> PostResponse:
    fields = Fields()
    fields.line("title", data.title, TITLE_MAX)
    fields.text("instructions", data.instructions, TEXT_MAX, optional=True)
    fields.points("points", data.points, POINTS_MAX)
    due_ms = fields.future("due", data.due, act.now_ms)
    opens_ms = fields.moment("opens", data.opens) if data.HasField("opens") else None
    cutoff_ms = fields.moment("cutoff", data.cutoff) if data.HasField("cutoff") else None
    if due_ms is not None and opens_ms is not None and opens_ms >= due_ms:
        fields.wrong("opens", f"must be before it is due ({written(due_ms)}), you sent {written(opens_ms)}")
    if due_ms is not None and cutoff_ms is not None and cutoff_ms < due_ms:
        expected = f"must not be before it is due ({written(due_ms)})"
        fields.wrong("cutoff", f"{expected}, you sent {written(cutoff_ms)}")
    if data.attempts_max > ATTEMPTS_MAX:
        fields.wrong("attempts_max", f"must be at most {ATTEMPTS_MAX:,}, you sent {data.attempts_max}")
    if data.HasField("late"):
        _check_late(data.late, fields)
    _check_rubric(data, fields)
    files = all_attached(data.files, act, fields)
    waits = act.version >= ANNOUNCED_WHEN_OPEN and opens_ms is not None and opens_ms > act.now_ms
    assignment = Assignment.create(
        title=data.title,
        instructions=data.instructions,
        points=data.points,
        due_ms=due_ms,
        author=act.author.username,
        created_ms=act.now_ms,
        opens_ms=opens_ms,
        cutoff_ms=cutoff_ms,
        attempts_max=data.attempts_max,
        late_percent=data.late.percent,
        late_interval_ms=data.late.interval_seconds * 1000,
        late_minimum_percent=data.late.minimum_percent,
        announced_ms=None if waits else act.now_ms,
    )
    for place, line in enumerate(data.rubric):
        RubricLine.create(assignment=assignment, place=place, criterion=line.criterion, points=line.points)
    for place, file in enumerate(files):
        AssignmentFile.create(
            assignment=assignment, place=place, file=file.sha256, name=file.name, media_type=file.media_type
        )
    id_ = ids.ASSIGNMENT.id(assignment.number)
    if not waits:
        act.tell(EVENT_KIND_ASSIGNMENT_PUBLISHED, id_, Audience.STUDENTS, act.author.username)
    item = items.assignment(assignment, submissions=0, rubric=data.rubric, files=files)
    return act.accepted(item)


def existing_assignment(assignment_id: str) -> Assignment:
    """Raises Refused NO_SUCH_ITEM."""
    number = ids.ASSIGNMENT.number(assignment_id)
    assignment: Assignment | None = (
        None if number is None else Assignment.get_or_none(Assignment.number == number)
    )
    if assignment is None:
        raise no_such_item(ids.ASSIGNMENT.noun, assignment_id)
    return assignment


def _check_late(late: LatePolicy, fields: Fields) -> None:
    least, most = LATE_INTERVAL_SECONDS
    if not 1 <= late.percent <= 100:
        fields.wrong("late.percent", f"must be 1 to 100, you sent {late.percent}")
    if not least <= late.interval_seconds <= most:
        expected = f"must be {least:,} to {most:,} seconds"
        fields.wrong("late.interval_seconds", f"{expected}, you sent {late.interval_seconds:,}")
    if late.minimum_percent > 100:
        fields.wrong("late.minimum_percent", f"must be 0 to 100, you sent {late.minimum_percent}")


def _check_rubric(data: NewAssignment, fields: Fields) -> None:
    """A criterion can be named as in `clarity:10,proof:10`."""
    if not data.rubric:
        return
    if len(data.rubric) > RUBRIC_LINES_MAX:
        fields.wrong("rubric", f"must be at most {RUBRIC_LINES_MAX} lines, you sent {len(data.rubric)}")
        return
    for line in data.rubric:
        fields.line("rubric", line.criterion, CRITERION_MAX)
        if ":" in line.criterion or "," in line.criterion:
            fields.wrong("rubric", "must name its criteria without colons and commas")
        if not 1 <= line.points <= POINTS_MAX:
            fields.wrong("rubric", f"must give each criterion 1 to {POINTS_MAX} points")
    if len({line.criterion for line in data.rubric}) < len(data.rubric):
        fields.wrong("rubric", "must name each criterion once")
    total = sum(line.points for line in data.rubric)
    if total != data.points:
        fields.wrong("rubric", f"must add up to {data.points} points, you sent {total}")
