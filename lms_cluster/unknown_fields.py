"""A field this release does not know is refused, not dropped: its sender meant something by it."""

from __future__ import annotations

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from lms_cluster.refusal import Violation, invalid

NUMBERS_NAMED_MAX = 5
PARTS_MAX = 2_000
"""Repeated messages in one field: more than any request has, and few enough to look at each."""


def refuse_unknown_fields(request: Message) -> None:
    """Raises Refused INVALID_FIELD naming the unknown numbers, however deep they stand, or the field with too
    many parts to look for them."""
    violations: list[Violation] = []
    _collect(request, "", violations)
    if violations:
        raise invalid(violations[:NUMBERS_NAMED_MAX])


def _collect(message: Message, path: str, violations: list[Violation]) -> None:
    found = UnknownFieldSet(message)
    for unknown in (found[place] for place in range(len(found))):
        place = f"{path}field {unknown.field_number}"
        violations.append(Violation(place, f"is unknown in {message.DESCRIPTOR.name}"))
        if len(violations) >= NUMBERS_NAMED_MAX:
            return
    for field, value in message.ListFields():
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        if field.is_repeated and len(value) > PARTS_MAX:
            violations.append(Violation(f"{path}{field.name}", f"must be at most {PARTS_MAX} parts"))
            return
        if field.message_type and field.message_type.GetOptions().map_entry:
            continue  # of plain values: those of the requests here have no fields that could be unknown
        for each in value if field.is_repeated else (value,):
            _collect(each, f"{path}{field.name}.", violations)
