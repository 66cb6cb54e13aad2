"""What stands beside a grade's points: the rubric's scores, and the files with the feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protos import lms_pb2 as lms
from storage.models.coursework import FeedbackFile, GradeVersion, RubricLine, RubricScore, Submission
from storage.models.files import StoredFile


@dataclass(frozen=True, slots=True)
class GradeDetails:
    """In the order of the rubric, and in which the files were attached."""

    rubric: list[lms.RubricScore] = field(default_factory=list)
    files: list[lms.File] = field(default_factory=list)


def details_of(grades: Sequence[GradeVersion]) -> Mapping[int, GradeDetails]:
    """By submission number, of each of the grades. Precondition: one version of a submission at most."""
    versions = {row.submission_id: row.version for row in grades}
    details = {submission: GradeDetails() for submission in versions}
    for submission, version, criterion, points in (
        RubricScore.select(
            RubricScore.submission, RubricScore.version, RubricLine.criterion, RubricScore.points
        )
        .join(Submission, on=(RubricScore.submission == Submission.number))
        .join(
            RubricLine,
            on=(RubricLine.assignment == Submission.assignment) & (RubricLine.place == RubricScore.place),
        )
        .where(RubricScore.submission.in_(list(versions)))
        .order_by(RubricScore.submission, RubricScore.version, RubricScore.place)
        .tuples()
        .iterator()
    ):
        if versions[submission] == version:
            score = lms.RubricScore(criterion=criterion, points=points)
            details[submission].rubric.append(score)
    for row in (
        FeedbackFile.select(FeedbackFile, StoredFile)
        .join(StoredFile)
        .where(FeedbackFile.submission.in_(list(versions)))
        .order_by(FeedbackFile.submission, FeedbackFile.version, FeedbackFile.place)
    ):
        if versions[row.submission_id] == row.version:
            file = lms.File(sha256=row.file_id, name=row.name, media_type=row.media_type, size=row.file.size)
            details[row.submission_id].files.append(file)
    return details
