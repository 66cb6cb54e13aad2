"""Which version of a grade stands: versions are never changed, but followed by newer ones."""

from __future__ import annotations

from peewee import Expression, fn

from storage.models.coursework import GradeVersion


def is_newest(*, released: bool = False) -> Expression:
    """A condition on rows of GradeVersion: each is its submission's newest, or with `released` its newest
    released one."""
    version = GradeVersion.alias()
    newest = version.select(fn.MAX(version.version)).where(version.submission == GradeVersion.submission)
    if released:
        newest = newest.where(version.released_ms.is_null(False))
    condition: Expression = GradeVersion.version == newest
    return condition
