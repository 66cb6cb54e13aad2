"""How the tutor may answer in this course, and which materials it is never given."""

from __future__ import annotations

from peewee import ModelSelect, fn

from protos.lms_pb2 import TUTOR_POLICY_QUOTE, TutorPolicy
from storage.models.course import Material, Tutoring
from storage.models.coursework import Assignment, AssignmentFile, Extension


def tutor_policy() -> TutorPolicy.ValueType:
    """The one that stands."""
    policy = Tutoring.select(Tutoring.policy).scalar()
    return TUTOR_POLICY_QUOTE if policy is None else TutorPolicy.ValueType(policy)


def unquotable_materials(now_ms: int) -> ModelSelect[Material]:
    """Selects the numbers of those whose file is marked so, in whichever upload, or is given out with an
    assignment that somebody may still be at work on."""
    ends_ms = fn.COALESCE(Assignment.cutoff_ms, Assignment.due_ms)
    extended = Extension.select(Extension.assignment).where(Extension.due_ms >= now_ms)
    given_out = (
        AssignmentFile.select(AssignmentFile.file)
        .join(Assignment)
        .where((ends_ms >= now_ms) | Assignment.number.in_(extended))
    )
    marked = Material.select(Material.file).where(Material.unquotable)
    return Material.select(Material.number).where(Material.file.in_(given_out) | Material.file.in_(marked))
