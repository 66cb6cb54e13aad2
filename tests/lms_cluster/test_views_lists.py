"""Pages, filters, and the event feed."""

from __future__ import annotations

import pytest

from lms_cluster import views
from lms_cluster.refusal import Refused
from protos.lms_pb2 import (
    EVENT_KIND_ANNOUNCEMENT,
    EVENT_KIND_ASSIGNMENT_PUBLISHED,
    EVENT_KIND_GRADE_RELEASED,
    EVENT_KIND_MATERIAL_PUBLISHED,
    EVENT_KIND_QUERY_ANSWERED,
    EVENT_KIND_QUERY_ASKED,
    EVENT_KIND_SUBMISSION_RECEIVED,
    KIND_ANNOUNCEMENT,
    KIND_ASSIGNMENT,
    KIND_GRADE,
    KIND_MATERIAL,
    KIND_QUERY,
    KIND_SUBMISSION,
    KIND_USER,
    NewAnnouncement,
    NewAnswer,
)
from tests.lms_cluster.course import INSTRUCTOR, PEOPLE, TUTOR, Course, at


def pages(course: Course, username: str, kind: int, size: int) -> list[list[str]]:
    found, token_ = [], ""
    while True:
        response = course.get(username, kind, page_size=size, page_token=token_)
        found.append([item.id for item in response.items])
        token_ = response.next_page_token
        if not token_:
            return found


def test_pages_join_to_the_whole_list(course: Course) -> None:
    for _ in range(7):
        course.announcement()
    assert pages(course, "ann", KIND_ANNOUNCEMENT, 3) == [["N1", "N2", "N3"], ["N4", "N5", "N6"], ["N7"]]
    assert pages(course, "ann", KIND_ANNOUNCEMENT, 7) == [[f"N{n}" for n in range(1, 8)]]
    assert [id_ for page in pages(course, "root", KIND_USER, 2) for id_ in page] == sorted(PEOPLE)


def test_what_is_added_while_paging_comes_on_a_later_page(course: Course) -> None:
    course.announcement()
    course.announcement()
    first = course.get("ann", KIND_ANNOUNCEMENT, page_size=1)
    course.announcement()
    rest = course.get("ann", KIND_ANNOUNCEMENT, page_size=5, page_token=first.next_page_token)
    assert [item.id for item in rest.items] == ["N2", "N3"]


def test_a_page_has_fifty_items_and_at_most_a_hundred(course: Course) -> None:
    course.apply(
        *(course.command("grace", f"note-{n:08}", announce=NewAnnouncement(text="x")) for n in range(101))
    )
    assert len(course.get("ann", KIND_ANNOUNCEMENT).items) == 50
    assert len(course.get("ann", KIND_ANNOUNCEMENT, page_size=100).items) == 100
    refusal = course.refusal("ann", KIND_ANNOUNCEMENT, page_size=500)
    assert refusal.message == "page_size: must be 0 to 100, you sent 500."


def test_a_page_of_long_texts_still_fits_one_message(course: Course) -> None:
    text = "\N{GRINNING FACE}" * 20_000
    course.apply(
        *(course.command("grace", f"note-{n:08}", announce=NewAnnouncement(text=text)) for n in range(60))
    )
    response = course.get("ann", KIND_ANNOUNCEMENT, page_size=100)
    assert response.ByteSize() < 4_000_000
    assert sum(len(page) for page in pages(course, "ann", KIND_ANNOUNCEMENT, 100)) == 60


@pytest.mark.parametrize("page_token", ["nonsense", "ÿ", "====", "bjU="])
def test_a_forged_page_token_is_refused(course: Course, page_token: str) -> None:
    assert course.refusal("ann", KIND_ANNOUNCEMENT, page_token=page_token).violations[0].field == "page_token"


def test_a_page_token_is_good_for_its_own_list_only(course: Course) -> None:
    course.announcement()
    course.announcement()
    token_ = course.get("ann", KIND_ANNOUNCEMENT, page_size=1).next_page_token
    assert course.refusal("ann", KIND_MATERIAL, page_token=token_).reason == "INVALID_FIELD"
    since = {"since": at(course.now_ms)}
    assert course.refusal("ann", KIND_ANNOUNCEMENT, page_token=token_, filter=since).reason == "INVALID_FIELD"


def test_a_filter_that_does_not_apply_is_refused_rather_than_ignored(course: Course) -> None:
    refusal = course.refusal("grace", KIND_QUERY, filter={"student": "ann"})
    assert refusal.message == "filter.student: does not apply to this kind."


def test_the_grading_queue_holds_newest_attempts_without_a_grade(course: Course) -> None:
    assignment, other = course.assignment(), course.assignment()
    course.submission("ann", assignment)
    second = course.submission("ann", assignment)
    third = course.submission("ann", other)
    graded = course.submission("bob", assignment)
    course.grade(graded)
    assert course.ids("grace", KIND_SUBMISSION, filter={"pending": True}) == [second, third]
    only = {"pending": True, "assignment_id": assignment}
    assert course.ids("grace", KIND_SUBMISSION, filter=only) == [second]
    # To Bob, whose grade is a draft, his work still waits.
    assert course.ids("bob", KIND_SUBMISSION, filter={"pending": True}) == [graded]


def test_the_inbox_holds_what_instructors_were_asked_and_have_not_answered(course: Course) -> None:
    first, second, to_tutor = course.question("ann"), course.question("bob"), course.question("ann", TUTOR)
    course.accepted("grace", answer=NewAnswer(query_id=first, text="To overlap."))
    assert course.ids("grace", KIND_QUERY, filter={"pending": True}) == [second]
    assert course.ids("ann", KIND_QUERY, filter={"pending": True}) == [to_tutor]


def test_lists_can_be_narrowed(course: Course) -> None:
    one, two = course.assignment(), course.assignment()
    ann, bob = course.submission("ann", one), course.submission("bob", two)
    assert course.ids("grace", KIND_SUBMISSION, filter={"student": "ann"}) == [ann]
    assert course.ids("grace", KIND_SUBMISSION, filter={"assignment_id": two}) == [bob]
    assert course.ids("grace", KIND_SUBMISSION, filter={"assignment_id": "nonsense"}) == []
    course.grade(ann)
    assert course.ids("grace", KIND_GRADE, filter={"student": "bob"}) == []
    course.now_ms += 1_000
    later = course.assignment()
    assert course.ids("ann", KIND_ASSIGNMENT, filter={"since": at(course.now_ms)}) == [later]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("raft", ["M1"]),
        ("elections", ["M1"]),
        ("clock skew", ["M2"]),
        ("the", []),
        ("100%", []),
        ('"leader OR (', ["M1"]),
        ("leader clock", []),
        ("①", []),
    ],
)
def test_materials_are_found_by_words_of_title_and_text(course: Course, words: str, found: list[str]) -> None:
    course.material("Raft", "Election of a leader.")
    course.material("Clocks", "A clock has skew.")
    assert course.ids("ann", KIND_MATERIAL, filter={"words": words}) == found


@pytest.mark.parametrize("words", ["x" * 60_000, "the " * 20_000])
def test_more_words_than_a_search_can_hold_are_refused(course: Course, words: str) -> None:
    course.material("Raft", "Election of a leader.")
    with pytest.raises(Refused) as caught:
        course.get("ann", KIND_MATERIAL, filter={"words": words})
    assert [violation.field for violation in caught.value.violations] == ["filter.words"]


def test_questions_that_wait_for_the_tutor_are_counted_as_they_are_listed(course: Course) -> None:
    course.question("ann", TUTOR)
    course.question("ann", INSTRUCTOR)
    answered = course.question("bob", TUTOR)
    course.accepted("grace", answer=NewAnswer(query_id=answered, text="One a term."))
    with course.classroom.reading():
        assert views.count_pending_tutor_queries() == len(views.pending_tutor_queries()) == 1


# --- the feed ---


def test_people_are_told_what_concerns_them(course: Course) -> None:
    course.material()
    assignment = course.assignment()
    course.announcement()
    course.grade(course.submission("ann", assignment))
    course.release(assignment)
    query = course.question("ann")
    course.accepted("alan", answer=NewAnswer(query_id=query, text="To overlap."))
    for_all = [EVENT_KIND_MATERIAL_PUBLISHED, EVENT_KIND_ASSIGNMENT_PUBLISHED, EVENT_KIND_ANNOUNCEMENT]
    told = {username: [event.kind for event in course.events(username)] for username in PEOPLE}
    assert told == {
        "ann": [*for_all, EVENT_KIND_GRADE_RELEASED, EVENT_KIND_QUERY_ANSWERED],
        "bob": for_all,
        "grace": [EVENT_KIND_SUBMISSION_RECEIVED, EVENT_KIND_QUERY_ASKED],
        "alan": [EVENT_KIND_ANNOUNCEMENT, EVENT_KIND_SUBMISSION_RECEIVED, EVENT_KIND_QUERY_ASKED],
        "root": [],
    }


def test_a_question_to_the_tutor_is_no_news_to_instructors(course: Course) -> None:
    course.question("ann", TUTOR)
    assert course.events("grace") == []


def test_a_cursor_continues_where_the_last_event_ended(course: Course) -> None:
    assignment = course.assignment()
    for student in ("ann", "bob", "ann"):
        course.announcement()
        course.grade(course.submission(student, assignment), version=0)
    course.release(assignment)
    whole = course.events("ann")
    for place, event in enumerate(whole, start=1):
        assert course.events("ann", event.cursor) == whole[place:]
        assert course.events("ann", limit=place) == whole[:place]


def test_a_fresh_watch_begins_with_what_is_to_come(course: Course) -> None:
    course.announcement()
    with course.classroom.reading():
        cursor = views.latest_cursor()
    assert course.events("ann", cursor) == []
    later = course.announcement()
    assert [event.item.id for event in course.events("ann", cursor)] == [later]


def test_an_event_shows_its_item_as_its_reader_may_see_it(course: Course) -> None:
    assignment = course.assignment()
    submission = course.submission("ann", assignment)
    course.grade(submission)
    course.release(assignment)
    course.grade(submission, points=1, version=1)
    (event,) = [event for event in course.events("ann") if event.kind == EVENT_KIND_GRADE_RELEASED]
    assert (event.item.id, event.item.grade.points) == (submission, 15)


@pytest.mark.parametrize("cursor", ["", "1", "1.", ".1", "-1.0", "1.0.0", "٣.0", f"{1 << 63}.0", "x" * 5_000])
def test_a_forged_cursor_is_refused(course: Course, cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        course.events("ann", cursor)
    assert refused.value.violations[0].field == "cursor"


def test_news_of_a_material_does_not_bring_its_whole_text(course: Course) -> None:
    course.material("Raft", "A long page.")
    (event,) = course.events("ann")
    assert (event.item.id, event.item.material.text) == ("M1", "")
