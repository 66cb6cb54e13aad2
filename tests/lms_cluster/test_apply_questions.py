"""A question is answered by the tutor once, by instructors as often as they like, and never lost."""

from __future__ import annotations

from lms_cluster.views import pending_tutor_queries
from protos.command_pb2 import RecordTutorAnswer, ReportTutorDelay
from protos.lms_pb2 import (
    EVENT_KIND_QUERY_ANSWERED,
    EVENT_KIND_TUTOR_DELAYED,
    KIND_QUERY,
    QUERY_STATE_ANSWERED,
    QUERY_STATE_PENDING,
    Answer,
    Citation,
    NewAnswer,
)
from tests.lms_cluster.course import INSTRUCTOR, TUTOR, Course


def tutor_answer(query: str, text: str = "By a majority.") -> RecordTutorAnswer:
    citation = Citation(material_id="M1", material_title="Raft", place="page 1", quote="By a majority.")
    return RecordTutorAnswer(query_id=query, answer=Answer(text=text, citations=[citation], model="small"))


def pending(course: Course) -> list[tuple[str, bool]]:
    with course.classroom.reading():
        return [(query.query_id, query.delay_reported) for query in pending_tutor_queries()]


def test_what_waits_for_the_tutor_is_found_again_by_any_leader(course: Course) -> None:
    first, _, third = (course.question("ann", to) for to in (TUTOR, INSTRUCTOR, TUTOR))
    assert pending(course) == [(first, False), (third, False)]
    course.accepted("", record_tutor_answer=tutor_answer(first))
    assert pending(course) == [(third, False)]


def test_the_tutor_answers_a_question_once_however_many_leaders_ask(course: Course) -> None:
    query = course.question("ann", TUTOR)
    course.accepted("", record_tutor_answer=tutor_answer(query, "From the old leader."))
    refusal = course.refused("", record_tutor_answer=tutor_answer(query, "From the new leader."))
    assert (refusal.code, refusal.reason) == (6, "ALREADY_EXISTS")
    item = course.one("ann", KIND_QUERY, query).query
    assert item.state == QUERY_STATE_ANSWERED
    assert [answer.text for answer in item.answers] == ["From the old leader."]
    assert item.answers[0].by_tutor
    assert item.answers[0].citations[0].place == "page 1"


def test_an_instructor_may_answer_for_the_tutor_and_both_answers_stand(course: Course) -> None:
    query = course.question("ann", TUTOR)
    course.accepted("grace", answer=NewAnswer(query_id=query, text="By all of us."))
    assert pending(course) == []
    course.accepted("", record_tutor_answer=tutor_answer(query))
    course.accepted("alan", answer=NewAnswer(query_id=query, text="And by me."))
    answers = course.one("ann", KIND_QUERY, query).query.answers
    assert [answer.author for answer in answers] == ["Grace", "", "Alan"]
    kinds = [event.kind for event in course.events("ann")]
    assert kinds == [EVENT_KIND_QUERY_ANSWERED] * 3


def test_the_tutor_is_not_heard_on_what_the_instructors_were_asked(course: Course) -> None:
    query = course.question("ann", INSTRUCTOR)
    assert course.refused("", record_tutor_answer=tutor_answer(query)).reason == "RULE"


def test_an_overlong_answer_of_the_tutor_is_cut_not_lost(course: Course) -> None:
    query = course.question("ann", TUTOR)
    answer = Answer(text="x" * 50_000, citations=[Citation(quote="y" * 50_000)] * 100)
    course.accepted("", record_tutor_answer=RecordTutorAnswer(query_id=query, answer=answer))
    stored = course.one("ann", KIND_QUERY, query).query.answers[0]
    assert (len(stored.text), len(stored.citations), len(stored.citations[0].quote)) == (20_000, 20, 2_000)


def test_a_delay_is_reported_to_the_asker_once(course: Course) -> None:
    query = course.question("ann", TUTOR)
    course.accepted("", report_tutor_delay=ReportTutorDelay(query_id=query))
    assert course.refused("", report_tutor_delay=ReportTutorDelay(query_id=query)).reason == "RULE"
    assert pending(course) == [(query, True)]
    assert [event.kind for event in course.events("ann")] == [EVENT_KIND_TUTOR_DELAYED]
    assert course.events("bob") == []
    assert course.one("ann", KIND_QUERY, query).query.state == QUERY_STATE_PENDING


def test_no_delay_is_reported_for_an_answered_question(course: Course) -> None:
    query = course.question("ann", TUTOR)
    course.accepted("", record_tutor_answer=tutor_answer(query))
    assert course.refused("", report_tutor_delay=ReportTutorDelay(query_id=query)).reason == "RULE"


def test_a_thread_stays_within_one_message(course: Course) -> None:
    query = course.question("ann")
    for place in range(20):
        course.accepted("grace", answer=NewAnswer(query_id=query, text=f"Answer {place}."))
    refusal = course.refused("grace", answer=NewAnswer(query_id=query, text="One more."))
    assert refusal.reason == "RULE"
