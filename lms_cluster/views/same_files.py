"""Which submissions hold one of the same files. What an assignment gives out is no sign of anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storage.models.coursework import AssignmentFile, Submission, SubmissionFile

SHOWN_MAX = 20


def same_files(submissions: Sequence[Submission], own: bool) -> Mapping[int, list[int]]:
    """By number, the numbers of others with one of its files: earlier ones of the same student, and unless
    `own` all of other students'; of each, the first SHOWN_MAX."""
    digests = _digests(submissions)
    holders = _holders({digest for held in digests.values() for digest in held})
    found = {}
    for submission in submissions:
        others = {
            number
            for digest in digests[submission.number]
            for number, student in holders[digest]
            if (number < submission.number if student == submission.student_id else not own)
        }
        found[submission.number] = sorted(others)[:SHOWN_MAX]
    return found


def _digests(submissions: Sequence[Submission]) -> dict[int, set[str]]:
    """Of the files that each of them added to what its assignment gave out."""
    assignments = {submission.number: submission.assignment_id for submission in submissions}
    held = SubmissionFile.select(SubmissionFile.submission, SubmissionFile.file)
    held = held.where(SubmissionFile.submission.in_(list(assignments)))
    given = AssignmentFile.select(AssignmentFile.assignment, AssignmentFile.file)
    given = given.where(AssignmentFile.assignment.in_(sorted(set(assignments.values()))))
    handed_out = set(given.tuples().iterator())
    digests: dict[int, set[str]] = {number: set() for number in assignments}
    for number, digest in held.tuples().iterator():
        if (assignments[number], digest) not in handed_out:
            digests[number].add(digest)
    return digests


def _holders(digests: set[str]) -> dict[str, list[tuple[int, str]]]:
    """By file: (submission, student)."""
    query = (
        SubmissionFile.select(SubmissionFile.file, Submission.number, Submission.student)
        .join(Submission)
        .where(SubmissionFile.file.in_(sorted(digests)))
    )
    holders: dict[str, list[tuple[int, str]]] = {digest: [] for digest in digests}
    for digest, number, student in query.tuples().iterator():
        holders[digest].append((number, student))
    return holders
