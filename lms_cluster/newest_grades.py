"""Which version of a grade stands: versions are never changed, but followed by newer ones, of a later attempt
as well."""

from __future__ import annotations

from peewee import Expression, Function, fn

from storage.models.coursework import GradeVersion, Submission


def is_newest(*, released: bool = False) -> Expression:
    """A condition on rows of GradeVersion: each is its submission's newest, or with `released` its newest
    released one."""
    version = GradeVersion.alias()
    newest = version.select(fn.MAX(version.version)).where(version.submission == GradeVersion.submission)
    if released:
        newest = newest.where(version.released_ms.is_null(False))
    condition: Expression = GradeVersion.version == newest
    return condition


def is_superseded() -> Function:
    """A condition on rows of GradeVersion with their Submission: a later attempt has a grade too."""
    later, graded = Submission.alias(), GradeVersion.alias()
    of_later = later.select(later.number).join(graded, on=(graded.submission == later.number))
    of_later = of_later.where(
        (later.assignment == Submission.assignment)
        & (later.student == Submission.student)
        & (later.number > Submission.number)
    )
    return fn.EXISTS(of_later)
