"""Grades: drafts until released, a new version with every change, guarded against two graders at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.files import FILES_MAX, all_attached
from lms_cluster.commands.grade_versions import (
    Grading,
    changed_meanwhile,
    demand_newest_attempt,
    newest_version,
    publish,
    write,
)
from lms_cluster.fields import FEEDBACK_MAX, Fields
from lms_cluster.grade_details import details_of
from lms_cluster.refusal import Violation, invalid, no_such_item, rule
from protos.lms_pb2 import File, NewGrade, PostResponse
from storage.models.coursework import GradeVersion, RubricLine, RubricScore, Submission


def grade(data: NewGrade, act: Act) -> PostResponse:
    submission = existing_submission(data.submission_id)
    assignment = submission.assignment
    fields = Fields()
    scores = _checked_points(data, submission, fields)
    if data.keep_feedback and not data.feedback_only:
        fields.wrong("keep_feedback", "goes with feedback_only")
    fields.text("feedback", data.feedback, FEEDBACK_MAX, optional=not data.feedback_only or bool(data.files))
    files = all_attached(data.files, act, fields)
    demand_newest_attempt(submission)
    newest = newest_version(submission)
    grading = Grading(data.points, data.feedback, scores, files)
    if data.feedback_only:
        grading = _with_feedback(submission, newest, data, grading)
    elif (0 if newest is None else newest.version) != data.version:
        raise changed_meanwhile(submission, newest, data.version)
    created = write(grading, submission, assignment, 1 if newest is None else newest.version + 1, act)
    if data.release:
        publish(created, submission, act)
    act.detail = f"{grading.points} of {assignment.points}{', released' if data.release else ''}"
    name = submission.student.display_name
    details = details_of([created])[submission.number]
    return act.accepted(items.grade(created, submission, assignment, name, act.author.display_name, details))


def existing_submission(submission_id: str) -> Submission:
    """Raises Refused NO_SUCH_ITEM."""
    number = ids.SUBMISSION.number(submission_id)
    submission: Submission | None = (
        None if number is None else Submission.get_or_none(Submission.number == number)
    )
    if submission is None:
        raise no_such_item(ids.SUBMISSION.noun, submission_id)
    return submission


def _checked_points(data: NewGrade, submission: Submission, fields: Fields) -> list[tuple[int, int]]:
    """The rubric's scores as (place, points); empty without."""
    if data.feedback_only:
        if data.points or data.rubric:
            fields.wrong("points", "must be left out when only the feedback changes")
        return []
    fields.points("points", data.points, submission.assignment.points)
    if not data.rubric:
        return []
    rubric = list(
        RubricLine.select()
        .where(RubricLine.assignment == submission.assignment_id)
        .order_by(RubricLine.place)
    )
    return _checked_scores(data, rubric, fields)


def _checked_scores(data: NewGrade, rubric: Sequence[RubricLine], fields: Fields) -> list[tuple[int, int]]:
    if not rubric:
        fields.wrong("rubric", "must be empty, since the assignment has none")
        return []
    criteria = [line.criterion for line in rubric]
    if sorted(score.criterion for score in data.rubric) != sorted(criteria):
        fields.wrong("rubric", f"must have one score for each of {', '.join(criteria)}")
        return []
    given = {score.criterion: score.points for score in data.rubric}
    for line in rubric:
        fields.points(f"rubric.{line.criterion}", given[line.criterion], line.points)
    total = sum(given.values())
    if data.points != total:
        fields.wrong("points", f"must be {total}, the sum of the rubric's scores, you sent {data.points}")
    return [(line.place, given[line.criterion]) for line in rubric]


def _with_feedback(
    submission: Submission, newest: GradeVersion | None, data: NewGrade, grading: Grading
) -> Grading:
    """The newest version's points with this feedback, which replaces what is there or joins it.

    Raises Refused: RULE where there is no grade, GRADE_CHANGED where feedback would be replaced unawares.
    """
    if newest is None:
        raise rule(f"{data.submission_id} has no grade yet. Feedback goes with a grade.")
    details = details_of([newest])[submission.number]
    if data.keep_feedback:
        replaces = bool(newest.feedback and data.feedback)
        grading = _joined(newest.feedback, details.files, grading)
    else:
        replaces = bool(newest.feedback or details.files)
    if data.version != newest.version and (data.version or replaces):
        raise changed_meanwhile(submission, newest, data.version)
    scores = (
        RubricScore.select(RubricScore.place, RubricScore.points)
        .where((RubricScore.submission == submission.number) & (RubricScore.version == newest.version))
        .order_by(RubricScore.place)
    )
    return Grading(newest.points, grading.feedback, list(scores.tuples().iterator()), grading.files)


def _joined(feedback: str, files: Sequence[File], grading: Grading) -> Grading:
    """Raises Refused INVALID_FIELD where there would be too many files."""
    known = {(file.sha256, file.name) for file in files}
    joined = [*files, *(file for file in grading.files if (file.sha256, file.name) not in known)]
    if len(joined) > FILES_MAX:
        expected = f"must be at most {FILES_MAX} with those there"
        raise invalid([Violation("files", f"{expected}, you sent {len(grading.files)}")])
    return replace(grading, feedback=grading.feedback or feedback, files=joined)
