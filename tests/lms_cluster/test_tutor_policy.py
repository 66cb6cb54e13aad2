"""The instructors say how the tutor may answer, and which materials it never sees."""

from __future__ import annotations

import pytest

from lms_cluster.views import passages_for, pending_tutor_queries
from protos.command_pb2 import PublishMaterial, RecordTutorAnswer, Refusal, Section
from protos.lms_pb2 import (
    EVENT_KIND_TUTOR_OFF,
    KIND_AUDIT,
    KIND_MATERIAL,
    KIND_QUERY,
    KIND_TUTORING,
    TUTOR_POLICY_HINT,
    TUTOR_POLICY_OFF,
    TUTOR_POLICY_QUOTE,
    Answer,
    Citation,
    File,
    NewAssignment,
    NewEndorsement,
    NewExtension,
    NewFollowUp,
    NewMaterial,
    NewQuery,
    NewTutoring,
    Tutoring,
)
from tests.lms_cluster.course import INSTRUCTOR, TUTOR, Course, at

TEXT = "A leader is elected by a majority."
QUESTION = "How is a leader elected?"
QUOTED = Answer(text=TEXT, citations=[Citation(material_id="M1", quote=TEXT)])
HINTED = Answer(text="This is answered in “Raft” (M1).", hint=True, citations=[Citation(material_id="M1")])
ABSTAINED = Answer(text="The materials do not cover this.", abstained=True)


def allow(course: Course, policy: int, username: str = "grace") -> Tutoring:
    new = NewTutoring()
    new.policy = policy  # type: ignore[assignment]
    return course.accepted(username, set_tutoring=new).item.tutoring


def pending(course: Course) -> list[str]:
    with course.classroom.reading():
        return [query.query_id for query in pending_tutor_queries()]


def recorded(query: str, answer: Answer) -> RecordTutorAnswer:
    return RecordTutorAnswer(query_id=query, answer=answer)


def ask_refused(course: Course) -> Refusal:
    return course.refused("ann", ask=NewQuery(text=QUESTION, recipient=TUTOR))  # type: ignore[arg-type]


def given_to_tutor(course: Course) -> list[str]:
    """Which materials' text it is given for the question."""
    with course.classroom.reading():
        return [passage.material_id for passage in passages_for(QUESTION, course.now_ms)]


def published(course: Course, file: File, *, unquotable: bool = False) -> str:
    new = NewMaterial(title="Raft", file=file, unquotable=unquotable)
    material = PublishMaterial(material=new, sections=[Section(place="page 1", text=TEXT)])
    return course.accepted("grace", publish_material=material).item.id


# --- the policy ---


def test_until_somebody_says_otherwise_the_tutor_quotes(course: Course) -> None:
    standing = course.one("ann", KIND_TUTORING, "tutor").tutoring
    assert (standing.policy, standing.author) == (TUTOR_POLICY_QUOTE, "")
    assert course.refusal("ann", KIND_TUTORING, id="other").reason == "NO_SUCH_ITEM"


@pytest.mark.parametrize("username", ["grace", "root"])
def test_instructors_and_administrators_set_it_and_everybody_sees_it(course: Course, username: str) -> None:
    allow(course, TUTOR_POLICY_HINT, "alan")
    allow(course, TUTOR_POLICY_OFF, username)
    for reader in ("ann", "grace", "root"):
        (item,) = course.get(reader, KIND_TUTORING).items
        assert (item.id, item.tutoring.policy) == ("tutor", TUTOR_POLICY_OFF)
        assert item.tutoring.author == username.title()
    audit = course.get("root", KIND_AUDIT, filter={"object": "tutor"}).items
    assert [(each.audit.username, each.audit.detail) for each in audit] == [
        (username, "off"),
        ("alan", "hint"),
    ]


def test_a_student_cannot_set_it_and_a_policy_that_there_is_not_is_refused(course: Course) -> None:
    off = NewTutoring(policy=TUTOR_POLICY_OFF)
    assert course.refused("ann", set_tutoring=off).reason == "WRONG_ROLE"
    for policy in (0, 4):
        wrong = NewTutoring()
        wrong.policy = policy  # type: ignore[assignment]
        (violation,) = course.refused("grace", set_tutoring=wrong).violations
        assert violation.field == "policy"


def test_a_tutor_that_is_off_takes_no_question_and_the_instructors_still_do(course: Course) -> None:
    allow(course, TUTOR_POLICY_OFF)
    refusal = ask_refused(course)
    assert (refusal.code, refusal.reason) == (9, "TUTOR_OFF")
    assert course.question("ann", INSTRUCTOR)
    allow(course, TUTOR_POLICY_QUOTE)
    assert pending(course) == []
    assert course.question("ann", TUTOR)


def test_whoever_waits_is_told_once_that_the_tutor_is_off_and_is_answered_when_it_is_on(
    course: Course,
) -> None:
    waiting, handed_over, answered = (course.question("ann", TUTOR) for _ in range(3))
    course.accepted("ann", follow_up=NewFollowUp(query_id=handed_over))
    course.accepted("", record_tutor_answer=recorded(answered, QUOTED))
    before = len(course.events("ann"))
    allow(course, TUTOR_POLICY_OFF)
    allow(course, TUTOR_POLICY_OFF)
    told = course.events("ann")[before:]
    assert [(event.kind, event.item.id) for event in told] == [(EVENT_KIND_TUTOR_OFF, waiting)]
    assert course.events("bob") == []
    assert pending(course) == [], "nobody asks the tutor"
    assert course.refused("", record_tutor_answer=recorded(waiting, QUOTED)).reason == "RULE"
    allow(course, TUTOR_POLICY_QUOTE)
    assert pending(course) == [waiting, handed_over]
    course.accepted("", record_tutor_answer=recorded(waiting, QUOTED))


def test_where_only_hints_are_allowed_no_quote_is_recorded_that_was_on_its_way(course: Course) -> None:
    first, second = (course.question("ann", TUTOR) for _ in range(2))
    allow(course, TUTOR_POLICY_HINT)
    assert course.refused("", record_tutor_answer=recorded(first, QUOTED)).reason == "RULE"
    assert pending(course) == [first, second], "asked again, for a hint"
    course.accepted("", record_tutor_answer=recorded(first, HINTED))
    course.accepted("", record_tutor_answer=recorded(second, ABSTAINED))
    (answer,) = course.one("ann", KIND_QUERY, first).query.answers
    assert (answer.hint, answer.abstained, answer.text) == (True, False, HINTED.text)


def test_a_hint_is_no_answer_to_stand_by(course: Course) -> None:
    query = course.question("ann", TUTOR)
    course.accepted("", record_tutor_answer=recorded(query, HINTED))
    assert course.refused("grace", endorse=NewEndorsement(query_id=query)).reason == "RULE"


def test_where_a_quote_stands_is_kept_with_the_answer_and_may_be_unknown(course: Course) -> None:
    exact = Citation(material_id="M1", place="page 1", quote=TEXT, heading="Raft 1", start=70, end=104)
    old = Citation(material_id="M2", place="page 2", quote="So it is.")
    query = course.question("ann", TUTOR)
    given = Answer(text=TEXT, citations=[exact, old])
    course.accepted("", record_tutor_answer=recorded(query, given))
    (answer,) = course.one("ann", KIND_QUERY, query).query.answers
    assert list(answer.citations) == [exact, old]


# --- what it never sees ---


def test_a_passage_stands_at_its_offset_in_the_text_that_people_read(course: Course) -> None:
    material = course.material("Raft", "One page.", "🎓 Zwölf.", TEXT)
    with course.classroom.reading():
        (passage,) = passages_for(QUESTION, course.now_ms)
    text = course.one("ann", KIND_MATERIAL, material).material.text
    assert text[passage.offset :][: len(passage.text)] == passage.text == TEXT
    assert not passage.endorsed


def test_a_material_that_is_marked_is_open_to_students_and_never_given_to_the_tutor(course: Course) -> None:
    solution = published(course, course.upload("grace", b"solution"), unquotable=True)
    assert given_to_tutor(course) == []
    assert TEXT in course.one("ann", KIND_MATERIAL, solution).material.text
    assert course.one("grace", KIND_MATERIAL, solution).material.unquotable
    page = published(course, course.upload("grace", b"page"))
    assert given_to_tutor(course) == [page], "what is not marked is given as before"
    assert not course.one("grace", KIND_MATERIAL, page).material.unquotable


def test_a_file_once_marked_is_kept_from_the_tutor_in_every_upload_of_it(course: Course) -> None:
    file = course.upload("grace", b"solution")
    forgotten = published(course, file)
    assert given_to_tutor(course) == [forgotten]
    published(course, file, unquotable=True)
    assert given_to_tutor(course) == []


def test_the_text_of_an_assignment_is_given_to_nobody_by_the_tutor(course: Course) -> None:
    new = NewAssignment(title=QUESTION, instructions=TEXT, points=20, due=at(course.now_ms + 1_000))
    course.accepted("grace", create_assignment=new)
    course.accepted("ann", ask=NewQuery(text=QUESTION, recipient=TUTOR))  # type: ignore[arg-type]
    assert given_to_tutor(course) == []


def test_a_page_that_is_given_out_with_an_assignment_is_kept_from_the_tutor_until_it_closes(
    course: Course,
) -> None:
    file = course.upload("grace", b"sheet")
    sheet = published(course, file)
    new = NewAssignment(
        title="Sheet", points=20, due=at(course.now_ms + 1_000), cutoff=at(course.now_ms + 5_000)
    )
    new.files.append(file)
    assert given_to_tutor(course) == [sheet]
    assignment = course.accepted("grace", create_assignment=new).item.id
    assert given_to_tutor(course) == []
    course.now_ms += 4_000
    assert given_to_tutor(course) == [], "late work is still taken"
    extended = NewExtension(assignment_id=assignment, student="bob", due=at(course.now_ms + 9_000))
    course.accepted("grace", grant_extension=extended)
    course.now_ms += 5_000
    assert given_to_tutor(course) == [], "one student is still at it"
    course.now_ms += 5_000
    assert given_to_tutor(course) == [sheet]


def test_without_a_cut_off_a_sheet_is_kept_from_the_tutor_until_it_is_due(course: Course) -> None:
    file = course.upload("grace", b"sheet")
    sheet = published(course, file)
    new = NewAssignment(title="Sheet", points=20, due=at(course.now_ms + 1_000))
    new.files.append(file)
    course.accepted("grace", create_assignment=new)
    assert given_to_tutor(course) == []
    course.now_ms += 1_001
    assert given_to_tutor(course) == [sheet]


def test_what_is_left_out_leaves_its_place_to_the_next_best(course: Course) -> None:
    for number in range(6):
        published(course, course.upload("grace", f"solution {number}".encode()), unquotable=True)
    page = published(course, course.upload("grace", b"page"))
    assert given_to_tutor(course) == [page]
