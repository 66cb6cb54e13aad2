"""Everything that somebody can reach of a classroom: each list with each filter, each item by its id, each
file, each event, and what they are told who try what they may not."""

from __future__ import annotations

from itertools import product

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from lms_cluster import views
from lms_cluster.authority import COMMANDS
from lms_cluster.refusal import Refused
from lms_cluster.views.get import SHELVES
from protos.command_pb2 import Command
from protos.lms_pb2 import Filter, GetRequest, Kind
from tests.lms_cluster.course import Course, at, token

NUMBERS_MAX = 12
"""Ids are tried up to this number, beyond the last there is."""
WORDS = ("quorum", "leader elected", "lunch")


def reached_by(course: Course, username: str) -> dict[str, str]:
    """What was asked for, and what came, to the letter."""
    reached: dict[str, str] = {}
    for kind in (kind for kind in Kind.values() if kind):
        for wanted in _filters(course, kind):
            reached |= _list(course, username, kind, wanted)
        for id_ in _ids(course, kind):
            reached[f"item {Kind.Name(kind)} {id_}"] = _got(course, username, GetRequest(kind=kind, id=id_))
    for number, event in enumerate(course.events(username)):
        reached[f"event {number}"] = str(event)
    for letter, number in product("MASQNER", range(1, NUMBERS_MAX)):
        reached[f"file of {letter}{number}"] = _file(course, username, f"{letter}{number}")
    return reached


def tried_by(course: Course, username: str) -> dict[str, str]:
    """What comes of every command about a question, for every question there may be."""
    tried = {}
    for number in range(1, NUMBERS_MAX):
        for kind in sorted(COMMANDS):
            data = _about_question(kind, f"Q{number}")
            if data is not None and kind != "reveal":
                outcome = course.apply(course.command(username, None, **{kind: data}))[0]
                tried[f"{kind} Q{number}"] = str(outcome)
    return tried


def _about_question(kind: str, query_id: str) -> Message | None:
    """A command of this kind that names the question and is otherwise in order; None if it names none."""
    command = Command()
    data: Message = getattr(command, kind)
    fields = data.DESCRIPTOR.fields_by_name
    if "query_id" not in fields or kind in {"record_tutor_answer", "report_tutor_delay"}:
        return None
    values: dict[str, object] = {"query_id": query_id, "text": "Well.", "reason": "Why not.", "rating": 1}
    return type(data)(**{name: value for name, value in values.items() if name in fields})


def _filters(course: Course, kind: int) -> list[Filter]:
    """None, each that the kind knows with each of some values, and one that it does not know."""
    known = SHELVES[Kind.ValueType(kind)].filters
    values: dict[str, list[object]] = {
        "words": list(WORDS),
        "pending": [True],
        "since": [at(course.now_ms - 10_000), at(course.now_ms + 1)],
        "student": ["ann", "bob", "cid"],
        "person": ["ann", "bob", "grace", ""],
        "object": ["Q1", "Q2", "ann", "bob"],
        "operator": [True],
        "assignment_id": ["A1", "A9"],
    }
    assert known <= set(values), "a filter that nobody tries"
    one = [_filter(name, value) for name in values for value in values[name]]
    return [Filter(), *one]


def _filter(name: str, value: object) -> Filter:
    wanted = Filter()
    if isinstance(value, Timestamp):
        wanted.since.CopyFrom(value)
    else:
        setattr(wanted, name, value)
    return wanted


def _list(course: Course, username: str, kind: int, wanted: Filter) -> dict[str, str]:
    """Page by page, one item each, and all at once."""
    name = f"list {Kind.Name(Kind.ValueType(kind))} {wanted}"
    reached = {name: _got(course, username, GetRequest(kind=Kind.ValueType(kind), filter=wanted))}
    page_token, page = "", 0
    while page == 0 or page_token:
        request = GetRequest(kind=Kind.ValueType(kind), filter=wanted, page_size=1, page_token=page_token)
        page += 1
        try:
            with course.classroom.reading():
                response = views.get(request, views.viewer_of(token(username)), course.now_ms)
        except Refused:
            break
        page_token = response.next_page_token
        reached[f"{name} page {page}"] = str(response)
    return reached


def _ids(course: Course, kind: int) -> list[str]:
    shelf = SHELVES[Kind.ValueType(kind)]
    if shelf.ids is None:
        return ["ann", "bob", "cid", "grace", "root", "nobody"]
    return [
        shelf.ids.id(number) for number in range(1, max(NUMBERS_MAX, len(course.log) if kind == 13 else 0))
    ]


def _got(course: Course, username: str, request: GetRequest) -> str:
    try:
        with course.classroom.reading():
            return str(views.get(request, views.viewer_of(token(username)), course.now_ms))
    except Refused as refusal:
        return str(refusal.as_message())


def _file(course: Course, username: str, item_id: str) -> str:
    try:
        with course.classroom.reading():
            return str(views.file_of(views.viewer_of(token(username)), item_id, "", course.now_ms))
    except Refused as refusal:
        return str(refusal.as_message())
