"""Who sees what: every kind, for every role, by list and by id."""

from __future__ import annotations

import pytest

from lms_cluster import views
from lms_cluster.refusal import Refused
from protos.command_pb2 import RecordTutorAnswer
from protos.lms_pb2 import (
    KIND_ACCOUNT,
    KIND_ANNOUNCEMENT,
    KIND_ASSIGNMENT,
    KIND_AUDIT,
    KIND_EXTENSION,
    KIND_FAQ,
    KIND_GRADE,
    KIND_MATERIAL,
    KIND_PROGRESS,
    KIND_QUERY,
    KIND_REGRADE,
    KIND_STATISTICS,
    KIND_SUBMISSION,
    KIND_TUTORING,
    KIND_USER,
    Answer,
    Kind,
    NewAnswer,
    NewExtension,
    NewReading,
    NewRegrade,
    NewSubmission,
)
from tests.lms_cluster.course import PEOPLE, TUTOR, Course, at, token

REFUSED = None
EVERYTHING: dict[int, list[str]] = {
    KIND_MATERIAL: ["M1"],
    KIND_ASSIGNMENT: ["A1"],
    KIND_ANNOUNCEMENT: ["N1"],
    KIND_SUBMISSION: ["S1", "S2"],
    KIND_EXTENSION: ["E1", "E2"],
    KIND_GRADE: ["S1", "S2"],
    KIND_QUERY: ["Q1", "Q2"],
    KIND_FAQ: ["Q1"],
    KIND_USER: sorted(PEOPLE),
    KIND_PROGRESS: ["ann", "bob"],
    KIND_REGRADE: ["R1"],
    KIND_STATISTICS: ["A1"],
    KIND_TUTORING: ["tutor"],
}
OPEN = (KIND_MATERIAL, KIND_ASSIGNMENT, KIND_ANNOUNCEMENT, KIND_FAQ, KIND_TUTORING)
SEEN: dict[str, dict[int, list[str] | None]] = {
    "grace": {**EVERYTHING, KIND_ACCOUNT: ["grace"]},
    # Bob's grade is still a draft.
    "ann": {
        **{kind: EVERYTHING[kind] for kind in OPEN},
        KIND_SUBMISSION: ["S1"],
        KIND_EXTENSION: ["E1"],
        KIND_GRADE: ["S1"],
        KIND_QUERY: ["Q1"],
        KIND_USER: REFUSED,
        KIND_PROGRESS: ["ann"],
        KIND_REGRADE: ["R1"],
        KIND_STATISTICS: REFUSED,
        KIND_ACCOUNT: ["ann"],
    },
    "bob": {
        **{kind: EVERYTHING[kind] for kind in OPEN},
        KIND_SUBMISSION: ["S2"],
        KIND_EXTENSION: ["E2"],
        KIND_GRADE: [],
        KIND_QUERY: ["Q2"],
        KIND_USER: REFUSED,
        KIND_PROGRESS: ["bob"],
        KIND_REGRADE: [],
        KIND_STATISTICS: REFUSED,
        KIND_ACCOUNT: ["bob"],
    },
    "root": {
        **{kind: EVERYTHING[kind] for kind in OPEN},
        KIND_SUBMISSION: REFUSED,
        KIND_EXTENSION: REFUSED,
        KIND_GRADE: REFUSED,
        KIND_QUERY: REFUSED,
        KIND_USER: EVERYTHING[KIND_USER],
        KIND_PROGRESS: REFUSED,
        KIND_REGRADE: REFUSED,
        KIND_STATISTICS: REFUSED,
        KIND_ACCOUNT: ["root"],
    },
}


@pytest.fixture
def busy(course: Course) -> Course:
    course.material("Raft", "A leader is elected by a majority.")
    assignment = course.assignment()
    course.announcement()
    course.grade(course.submission("ann", assignment))
    course.release(assignment)
    course.accepted("ann", request_regrade=NewRegrade(assignment_id=assignment, reason="Page 2."))
    course.grade(course.submission("bob", assignment))
    for student in ("ann", "bob"):
        extension = NewExtension(assignment_id=assignment, student=student, due=at(course.now_ms + 7_200_000))
        course.accepted("grace", grant_extension=extension)
    course.question("ann")
    course.question("bob")
    course.accepted("grace", answer=NewAnswer(query_id="Q1", text="To overlap.", publish=True))
    return course


@pytest.mark.parametrize("username", SEEN)
@pytest.mark.parametrize(
    "kind", [kind for kind in Kind.values() if kind not in (0, KIND_AUDIT)]
)  # test_audit
def test_lists_hold_what_the_role_may_see(busy: Course, username: str, kind: int) -> None:
    expected = SEEN[username][kind]
    if expected is REFUSED:
        refusal = busy.refusal(username, kind)
        assert (refusal.code, refusal.reason) == (7, "WRONG_ROLE")
    else:
        assert busy.ids(username, kind) == expected


@pytest.mark.parametrize("username", SEEN)
@pytest.mark.parametrize("kind", EVERYTHING)
def test_an_id_opens_exactly_what_the_list_holds(busy: Course, username: str, kind: int) -> None:
    for id_ in EVERYTHING[kind]:
        seen = SEEN[username][kind]
        if seen is REFUSED:
            assert busy.refusal(username, kind, id=id_).reason == "WRONG_ROLE"
        elif id_ in seen:
            assert busy.one(username, kind, id_).id == id_
        else:
            assert busy.refusal(username, kind, id=id_).reason == "NO_SUCH_ITEM"


@pytest.mark.parametrize("kind", [KIND_SUBMISSION, KIND_EXTENSION, KIND_GRADE, KIND_QUERY])
def test_anothers_item_is_refused_in_the_words_for_one_that_does_not_exist(busy: Course, kind: int) -> None:
    others = EVERYTHING[kind][1]
    missing = others[0] + "99"
    one, two = (busy.refusal("ann", kind, id=id_) for id_ in (others, missing))
    assert (one.code, one.reason, one.violations) == (two.code, two.reason, two.violations)
    assert one.message.replace(others, missing) == two.message


def test_a_filter_does_not_open_what_is_anothers(busy: Course) -> None:
    assert busy.ids("ann", KIND_SUBMISSION, filter={"student": "bob"}) == []
    assert busy.ids("ann", KIND_GRADE, filter={"student": "bob"}) == []
    assert busy.ids("ann", KIND_PROGRESS, filter={"student": "bob"}) == []


def test_an_unreleased_grade_shows_nowhere_to_its_student(busy: Course) -> None:
    assert not busy.one("bob", KIND_SUBMISSION, "S2").submission.graded
    assert busy.one("grace", KIND_SUBMISSION, "S2").submission.graded
    progress = busy.one("bob", KIND_PROGRESS, "bob").progress
    assert (progress.assignments_graded, progress.points, progress.points_max) == (0, 0, 0)
    assert [event.item.id for event in busy.events("bob") if event.item.HasField("grade")] == []


def test_while_a_grade_is_changed_its_student_sees_the_released_version(busy: Course) -> None:
    busy.grade("S1", points=3, version=1)
    seen = busy.one("ann", KIND_GRADE, "S1").grade
    assert (seen.points, seen.version, seen.released) == (15, 1, True)
    draft = busy.one("grace", KIND_GRADE, "S1").grade
    assert (draft.points, draft.version, draft.released) == (3, 2, False)
    busy.release("A1")
    seen = busy.one("ann", KIND_GRADE, "S1").grade
    assert (seen.points, seen.version, seen.released) == (3, 2, True)


def test_nothing_an_instructor_can_read_says_who_asked(course: Course) -> None:
    """Two classrooms that differ only in who asked look the same to instructors and administrators."""
    course.question("ann", text="Why a quorum?")
    course.question("bob", TUTOR, text="And why odd?")
    course.accepted(
        "", record_tutor_answer=RecordTutorAnswer(query_id="Q2", answer=Answer(text="It is not."))
    )
    answered = course.accepted("grace", answer=NewAnswer(query_id="Q1", text="To overlap."))
    seen = [answered.item]
    for username in ("grace", "alan", "root"):
        for kind in Kind.values():
            try:
                seen += course.get(username, kind).items
            except Refused:
                continue
        seen += [event.item for event in course.events(username)]
    about_questions = [item for item in seen if item.HasField("query")]
    assert len(about_questions) >= 5
    for item in about_questions:
        assert "ann" not in str(item).lower()
        assert "bob" not in str(item).lower()


def test_a_pseudonym_is_the_threads_own(course: Course) -> None:
    for student in ("ann", "ann", "bob"):
        course.question(student)
    names = [item.query.pseudonym for item in course.get("grace", KIND_QUERY).items]
    assert len(set(names)) == 3
    course.accepted("grace", answer=NewAnswer(query_id="Q1", text="To overlap."))
    assert course.one("alan", KIND_QUERY, "Q1").query.pseudonym == names[0]
    assert course.one("ann", KIND_QUERY, "Q1").query.pseudonym == names[0]


def test_files_open_with_their_items(course: Course) -> None:
    material, assignment = course.material(), course.assignment()
    files = [course.upload("ann", b"one", "1.txt"), course.upload("ann", b"two", "2.txt")]
    submission = course.accepted("ann", submit=NewSubmission(assignment_id=assignment, files=files)).item.id

    def opened(username: str, item: str, sha256: str = "") -> str:
        with course.classroom.reading():
            return views.file_of(views.viewer_of(token(username)), item, sha256, course.now_ms).name

    assert opened("bob", material) == "pages.txt"
    assert opened("grace", submission, files[1].sha256) == "2.txt"
    assert opened("ann", submission, files[0].sha256) == "1.txt"
    for username, item, sha256, reason in (
        ("bob", submission, files[0].sha256, "NO_SUCH_ITEM"),
        ("root", submission, files[0].sha256, "WRONG_ROLE"),
        ("ann", submission, "", "INVALID_FIELD"),
        ("ann", material, files[0].sha256, "NO_SUCH_ITEM"),
        ("ann", "M9", "", "NO_SUCH_ITEM"),
        ("ann", "Q1", "", "NO_SUCH_ITEM"),
    ):
        with pytest.raises(Refused) as refused:
            opened(username, item, sha256)
        assert refused.value.reason == reason


def test_progress_counts_what_was_read_handed_in_and_graded(busy: Course) -> None:
    busy.material("Clocks")
    busy.assignment(points=10)
    busy.accepted("ann", read_material=NewReading(material_id="M1"))
    busy.accepted("ann", read_material=NewReading(material_id="M1"))
    progress = busy.one("grace", KIND_PROGRESS, "ann").progress
    assert (progress.materials_read, progress.materials) == (1, 2)
    assert (progress.assignments_submitted, progress.assignments) == (1, 2)
    assert (progress.assignments_graded, progress.points, progress.points_max) == (1, 15, 20)


def test_an_assignment_counts_ones_own_attempts_or_the_students(busy: Course) -> None:
    busy.submission("ann", "A1")
    assert busy.one("ann", KIND_ASSIGNMENT, "A1").assignment.submissions == 2
    assert busy.one("grace", KIND_ASSIGNMENT, "A1").assignment.submissions == 2
    assert busy.one("bob", KIND_ASSIGNMENT, "A1").assignment.submissions == 1


def test_a_material_comes_with_its_text_only_when_asked_for_by_id(busy: Course) -> None:
    assert busy.one("ann", KIND_MATERIAL, "m1").material.text == "A leader is elected by a majority."
    assert busy.get("ann", KIND_MATERIAL).items[0].material.text == ""


def test_an_unknown_kind_is_refused(course: Course) -> None:
    for kind in (0, 99):
        assert course.refusal("ann", kind).reason == "UNKNOWN_KIND"
