"""A question is a thread: followed up, handed to the instructors, closed, opened again."""

from __future__ import annotations

import pytest

from lms_cluster.views import pending_tutor_queries
from protos.command_pb2 import RecordTutorAnswer, Refusal, ReportTutorDelay
from protos.lms_pb2 import (
    EVENT_KIND_ANSWER_DOUBTED,
    EVENT_KIND_QUERY_ANSWERED,
    EVENT_KIND_QUERY_ASKED,
    EVENT_KIND_QUERY_FOLLOWED_UP,
    KIND_QUERY,
    QUERY_STATE_ANSWERED,
    QUERY_STATE_PENDING,
    QUERY_STATE_RESOLVED,
    RATING_HELPFUL,
    RATING_WRONG,
    RECIPIENT_INSTRUCTOR,
    RECIPIENT_TUTOR,
    ROLE_STUDENT,
    Answer,
    NewAnswer,
    NewEndorsement,
    NewFollowUp,
    NewQuery,
    NewRating,
    NewResolution,
    NewReveal,
    Query,
)
from storage.models.people import Audit
from tests.lms_cluster.course import INSTRUCTOR, TUTOR, Course

HOUR_MS = 3_600_000


def thread(course: Course, query: str, username: str = "ann") -> Query:
    return course.one(username, KIND_QUERY, query).query


def inbox(course: Course) -> list[str]:
    return course.ids("grace", KIND_QUERY, filter={"pending": True})


def told(course: Course, username: str) -> list[int]:
    return [event.kind for event in course.events(username)]


def tutor_answers(course: Course, query: str, text: str = "By a majority.", abstained: bool = False) -> None:
    answer = Answer(text=text, model="small", abstained=abstained)
    course.accepted("", record_tutor_answer=RecordTutorAnswer(query_id=query, answer=answer))


def answer(course: Course, query: str, text: str = "To overlap.") -> None:
    course.accepted("grace", answer=NewAnswer(query_id=query, text=text))


def follow_up(course: Course, query: str, text: str = "But why?") -> None:
    course.accepted("ann", follow_up=NewFollowUp(query_id=query, text=text))


def rate(course: Course, query: str, rating: int) -> None:
    said = NewRating(query_id=query)
    said.rating = rating  # type: ignore[assignment]
    course.accepted("ann", rate=said)


# --- following up ---


def test_a_follow_up_opens_the_thread_and_puts_it_into_the_inbox(course: Course) -> None:
    query = course.question("ann")
    answer(course, query)
    assert inbox(course) == []
    follow_up(course, query)
    assert thread(course, query).state == QUERY_STATE_PENDING
    assert [(each.text, each.after_answers) for each in thread(course, query).follow_ups] == [("But why?", 1)]
    assert inbox(course) == [query]
    assert told(course, "grace") == [EVENT_KIND_QUERY_ASKED, EVENT_KIND_QUERY_FOLLOWED_UP]
    answer(course, query, "Because.")
    assert thread(course, query).state == QUERY_STATE_ANSWERED
    assert inbox(course) == []


def test_a_question_of_the_tutors_is_handed_to_the_instructors_without_a_word_once(course: Course) -> None:
    query = course.question("ann", TUTOR)
    tutor_answers(course, query)
    follow_up(course, query, "")
    assert inbox(course) == [query]
    assert told(course, "alan") == [EVENT_KIND_QUERY_FOLLOWED_UP]
    refusal = course.refused("ann", follow_up=NewFollowUp(query_id=query))
    assert (refusal.reason, "already" in refusal.message) == ("RULE", True)
    asked_of_them = course.question("ann", INSTRUCTOR)
    assert course.refused("ann", follow_up=NewFollowUp(query_id=asked_of_them)).reason == "RULE"


def test_a_late_answer_of_the_tutors_is_kept_and_does_not_speak_for_the_instructors(course: Course) -> None:
    query = course.question("ann", TUTOR)
    follow_up(course, query, "")
    with course.classroom.reading():
        (waiting,) = pending_tutor_queries()
    assert (waiting.query_id, waiting.delay_reported) == (query, True)
    assert course.refused("", report_tutor_delay=ReportTutorDelay(query_id=query)).reason == "RULE"
    tutor_answers(course, query)
    assert [each.by_tutor for each in thread(course, query).answers] == [True]
    assert thread(course, query).state == QUERY_STATE_PENDING
    assert inbox(course) == [query]
    assert told(course, "ann") == [EVENT_KIND_QUERY_ANSWERED]
    answer(course, query)
    assert [each.by_tutor for each in thread(course, query).answers] == [True, False]
    assert inbox(course) == []


def test_the_tutor_is_not_asked_again_because_of_a_follow_up(course: Course) -> None:
    query = course.question("ann", TUTOR)
    tutor_answers(course, query)
    follow_up(course, query)
    with course.classroom.reading():
        assert pending_tutor_queries() == []


def test_an_instructors_answer_stands_when_the_tutors_comes_after_it(course: Course) -> None:
    query = course.question("ann", TUTOR)
    follow_up(course, query, "")
    answer(course, query)
    tutor_answers(course, query)
    assert thread(course, query).state == QUERY_STATE_ANSWERED
    assert inbox(course) == []


def test_a_thread_takes_so_many_follow_ups(course: Course) -> None:
    query = course.question("ann")
    for _ in range(20):
        course.now_ms += HOUR_MS
        follow_up(course, query)
    course.now_ms += HOUR_MS
    assert course.refused("ann", follow_up=NewFollowUp(query_id=query, text="More?")).reason == "RULE"


# --- closing ---


def test_a_resolved_thread_leaves_the_inbox_and_a_follow_up_opens_it_again(course: Course) -> None:
    query = course.question("ann")
    course.accepted("ann", resolve=NewResolution(query_id=query))
    assert thread(course, query).state == QUERY_STATE_RESOLVED
    assert inbox(course) == []
    assert course.refused("ann", resolve=NewResolution(query_id=query)).reason == "RULE"
    follow_up(course, query)
    assert thread(course, query).state == QUERY_STATE_PENDING
    assert inbox(course) == [query]


def test_an_instructor_closes_what_has_an_answer(course: Course) -> None:
    query = course.question("ann")
    assert course.refused("grace", resolve=NewResolution(query_id=query)).reason == "RULE"
    answer(course, query)
    follow_up(course, query, "Thank you.")
    course.accepted("grace", resolve=NewResolution(query_id=query))
    assert inbox(course) == []


def test_the_tutor_is_not_asked_what_was_withdrawn(course: Course) -> None:
    query = course.question("ann", TUTOR)
    course.accepted("ann", resolve=NewResolution(query_id=query))
    with course.classroom.reading():
        assert pending_tutor_queries() == []
    assert course.refused("", report_tutor_delay=ReportTutorDelay(query_id=query)).reason == "RULE"


# --- doubting ---


def test_doubt_about_the_tutors_answer_is_told_and_waits_in_the_inbox(course: Course) -> None:
    query = course.question("ann", TUTOR)
    tutor_answers(course, query)
    rate(course, query, RATING_HELPFUL)
    assert (inbox(course), told(course, "grace")) == ([], [])
    for rating in (RATING_WRONG, RATING_WRONG, RATING_HELPFUL, RATING_WRONG):
        rate(course, query, rating)
    assert inbox(course) == [query]
    assert told(course, "grace") == [EVENT_KIND_ANSWER_DOUBTED]
    assert thread(course, query, "grace").rating == RATING_WRONG
    course.now_ms += 1
    answer(course, query)
    assert inbox(course) == []


def test_an_instructor_who_endorses_what_was_doubted_has_said_their_word(course: Course) -> None:
    query = course.question("ann", TUTOR)
    tutor_answers(course, query)
    rate(course, query, RATING_WRONG)
    course.accepted("grace", endorse=NewEndorsement(query_id=query))
    assert inbox(course) == []
    course.now_ms += 1
    rate(course, query, RATING_HELPFUL)
    rate(course, query, RATING_WRONG)
    assert inbox(course) == [query]


def test_doubt_opens_what_was_resolved(course: Course) -> None:
    query = course.question("ann", TUTOR)
    tutor_answers(course, query)
    course.accepted("ann", resolve=NewResolution(query_id=query))
    rate(course, query, RATING_WRONG)
    assert inbox(course) == [query]


def test_only_an_answer_of_the_tutors_is_rated_and_with_a_known_word(course: Course) -> None:
    query = course.question("ann", TUTOR)
    said = NewRating(query_id=query, rating=RATING_WRONG)
    assert course.refused("ann", rate=said).reason == "RULE"
    tutor_answers(course, query)
    assert course.refused("ann", rate=NewRating(query_id=query)).violations[0].field == "rating"


# --- whose it is ---


def refusals(course: Course, query: str) -> list[Refusal]:
    """What a classmate is told who tries everything."""
    return [
        course.refused("bob", follow_up=NewFollowUp(query_id=query, text="Mine?")),
        course.refused("bob", resolve=NewResolution(query_id=query)),
        course.refused("bob", rate=NewRating(query_id=query, rating=RATING_WRONG)),
    ]


def test_anothers_thread_is_refused_in_the_words_for_one_that_does_not_exist(course: Course) -> None:
    query = course.question("ann", TUTOR)
    tutor_answers(course, query)
    others, missing = refusals(course, query), refusals(course, "Q99")
    assert [(each.reason, each.message.replace(query, "Q99")) for each in others] == [
        (each.reason, each.message) for each in missing
    ]
    assert {each.reason for each in others} == {"NO_SUCH_ITEM"}


def test_a_thread_is_its_askers_own_and_nobody_elses(course: Course) -> None:
    query = course.question("ann")
    assert thread(course, query, "ann").own
    assert not thread(course, query, "grace").own


def test_no_record_of_a_question_says_whose_it_is(course: Course) -> None:
    query = course.question("ann", TUTOR)
    tutor_answers(course, query)
    rate(course, query, RATING_WRONG)
    follow_up(course, query)
    course.accepted("ann", resolve=NewResolution(query_id=query))
    with course.classroom.reading():
        records = [(row.deed, row.object, row.username) for row in Audit.select() if row.object == query]
    assert [deed for deed, _, _ in records] == [
        "ask questions",
        "rate answers",
        "follow up on questions",
        "resolve questions",
    ]
    assert {username for _, _, username in records} == {""}


def test_an_administrator_learns_who_asked_and_the_record_says_why_and_not_who(course: Course) -> None:
    query = course.question("ann")
    assert course.refused("root", reveal=NewReveal(query_id=query)).violations[0].field == "reason"
    revealed = course.accepted("root", reveal=NewReveal(query_id=query, reason="A threat in the question."))
    assert revealed.item.user.username == "ann"
    with course.classroom.reading():
        record = Audit.get(Audit.log_index == revealed.index)
    assert (record.username, record.deed) == ("root", "learn who asked a question")
    assert (record.object, record.detail) == (query, "A threat in the question.")
    for username in ("grace", "ann"):
        refused = course.refused(username, reveal=NewReveal(query_id=query, reason="Curious."))
        assert refused.reason == "WRONG_ROLE"
    assert course.refused("root", reveal=NewReveal(query_id="Q99", reason="A typo.")).reason == "NO_SUCH_ITEM"


# --- how often ---


def test_twenty_questions_an_hour_are_enough_and_the_refusal_says_when_to_come_back(course: Course) -> None:
    query = course.question("ann")
    course.now_ms += 6 * 60_000
    for _ in range(18):
        course.question("ann")
    follow_up(course, query)
    course.now_ms += 48 * 60_000
    for refusal in (
        course.refused("ann", ask=NewQuery(text="And?", recipient=RECIPIENT_INSTRUCTOR)),
        course.refused("ann", follow_up=NewFollowUp(query_id=query, text="And?")),
    ):
        assert (refusal.code, refusal.reason) == (8, "TOO_MANY_QUESTIONS")
        assert refusal.retry_after_ms == 6 * 60_000
    course.question("bob")
    course.now_ms += 6 * 60_000
    course.question("ann")
    assert (
        course.refused("ann", ask=NewQuery(text="And?", recipient=RECIPIENT_INSTRUCTOR)).retry_after_ms
        == 6 * 60_000
    )


def test_an_old_log_knows_no_limit(course: Course) -> None:
    for _ in range(25):
        course.accepted("ann", version=0, ask=NewQuery(text="And?", recipient=RECIPIENT_INSTRUCTOR))


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2_001, "a\x00b"])
def test_what_cannot_be_asked_is_refused_and_costs_nothing(course: Course, text: str) -> None:
    assert course.refused("ann", ask=NewQuery(text=text, recipient=RECIPIENT_TUTOR)).reason == "INVALID_FIELD"
    assert course.ids("ann", KIND_QUERY) == []


def test_ones_own_questions_are_found_again_by_their_words(course: Course) -> None:
    course.add("cid", ROLE_STUDENT)
    course.question("ann", text="How is a leader elected?")
    course.question("ann", text="Why is a quorum odd?")
    course.question("cid", text="Leaders?")
    assert course.ids("ann", KIND_QUERY, filter={"words": "Who elects the leader?"}) == ["Q1"]
    assert course.ids("grace", KIND_QUERY, filter={"words": "leaders"}) == ["Q1", "Q3"]
