"""What instructors stand by is shown to everybody without a name, and given to the tutor before the pages."""

from __future__ import annotations

import pytest

from lms_cluster.views import passages_for
from protos.command_pb2 import RecordTutorAnswer
from protos.lms_pb2 import (
    EVENT_KIND_ANSWER_REVIEWED,
    KIND_FAQ,
    KIND_QUERY,
    QUERY_STATE_ANSWERED,
    QUERY_STATE_PENDING,
    Answer,
    Citation,
    NewAnswer,
    NewCorrection,
    NewEndorsement,
    NewFollowUp,
    Query,
)
from protos.tutor_pb2 import Passage
from tests.lms_cluster.course import INSTRUCTOR, TUTOR, Course

QUESTION = "How is a leader elected?"
OF_TUTOR = "A leader is elected by a majority."


def asked_and_answered(course: Course, *, private: bool = False, abstained: bool = False) -> str:
    query = course.question("ann", TUTOR, QUESTION, private)
    citation = Citation(material_id="M1", material_title="Raft", place="page 1", quote=OF_TUTOR)
    answer = Answer(text=OF_TUTOR, citations=[citation], model="small", abstained=abstained)
    course.accepted("", record_tutor_answer=RecordTutorAnswer(query_id=query, answer=answer))
    return query


def publish(course: Course, text: str, question: str = QUESTION, private: bool = False) -> str:
    query = course.question("ann", INSTRUCTOR, question, private)
    course.accepted("grace", answer=NewAnswer(query_id=query, text=text, publish=True))
    return query


def faq(course: Course, words: str = "", username: str = "bob") -> list[str]:
    return course.ids(username, KIND_FAQ, filter={"words": words})


def entry(course: Course, query: str) -> Query:
    return course.one("bob", KIND_FAQ, query).query


def thread(course: Course, query: str) -> Query:
    return course.one("ann", KIND_QUERY, query).query


def retrieved(course: Course, question: str = QUESTION) -> list[Passage]:
    with course.classroom.reading():
        return passages_for(question, course.now_ms)


def test_an_endorsed_answer_is_known_to_everybody_with_who_vouches_for_it(course: Course) -> None:
    query = asked_and_answered(course)
    assert faq(course) == []
    course.accepted("grace", endorse=NewEndorsement(query_id=query))
    for username in ("bob", "alan", "root", "ann"):
        assert faq(course, username=username) == [query]
    (answer,) = entry(course, query).answers
    assert (answer.text, answer.by_tutor, answer.endorsed_by) == (OF_TUTOR, True, "Grace")
    assert answer.citations[0].material_id == "M1"
    assert thread(course, query).answers[0].endorsed_by == "Grace"
    assert course.events("ann")[-1].kind == EVENT_KIND_ANSWER_REVIEWED
    assert course.events("bob") == []


def test_a_correction_stands_beside_the_tutors_answer_and_is_the_known_one(course: Course) -> None:
    query = asked_and_answered(course)
    course.accepted("grace", endorse=NewEndorsement(query_id=query))
    course.accepted("alan", correct=NewCorrection(query_id=query, text="By a majority of the voters."))
    wrong, right = thread(course, query).answers
    assert (wrong.by_tutor, wrong.correction) == (True, False)
    assert (right.author, right.correction) == ("Alan", True)
    (answer,) = entry(course, query).answers
    assert (answer.text, answer.correction) == ("By a majority of the voters.", True)
    assert course.events("ann")[-1].kind == EVENT_KIND_ANSWER_REVIEWED


def test_an_entry_says_nothing_but_question_and_answer(course: Course) -> None:
    query = publish(course, "By a majority.")
    course.accepted("ann", follow_up=NewFollowUp(query_id=query, text="I, Ann, thank you."))
    shown = entry(course, query)
    assert {field.name for field, _ in shown.ListFields()} == {"text", "state", "answers", "published"}


def test_an_answer_is_published_with_its_question_at_once_or_later(course: Course) -> None:
    at_once = publish(course, "By a majority.")
    later = course.question("ann", INSTRUCTOR, "Why odd?")
    refused = course.refused("grace", answer=NewAnswer(query_id=later, publish=True))
    assert (refused.reason, "answer" in refused.message) == ("RULE", True)
    course.accepted("grace", answer=NewAnswer(query_id=later, text="To overlap."))
    assert faq(course) == [at_once]
    course.accepted("alan", answer=NewAnswer(query_id=later, publish=True))
    assert faq(course) == [at_once, later]
    assert len(thread(course, later).answers) == 1
    assert thread(course, later).published
    again = course.refused("grace", answer=NewAnswer(query_id=later, publish=True))
    assert again.reason == "ALREADY_EXISTS"


def test_the_newest_answer_that_was_published_is_the_known_one(course: Course) -> None:
    query = publish(course, "By a majority.")
    course.accepted("grace", answer=NewAnswer(query_id=query, text="By most voters.", publish=True))
    assert [answer.text for answer in entry(course, query).answers] == ["By most voters."]
    assert faq(course, "majority leader elected") == [query]
    assert faq(course, "majority") == []


def test_endorsing_the_tutor_does_not_put_an_instructors_words_aside(course: Course) -> None:
    query = asked_and_answered(course)
    course.accepted("grace", answer=NewAnswer(query_id=query, text="By most voters.", publish=True))
    course.accepted("alan", endorse=NewEndorsement(query_id=query))
    assert [answer.text for answer in entry(course, query).answers] == ["By most voters."]


# --- private ---


def test_what_was_asked_privately_never_leaves_its_thread(course: Course) -> None:
    query = asked_and_answered(course, private=True)
    refused = course.refused("grace", answer=NewAnswer(query_id=query, text="Yes.", publish=True))
    assert (refused.reason, "privately" in refused.message) == ("RULE", True)
    assert len(thread(course, query).answers) == 1
    course.accepted("grace", endorse=NewEndorsement(query_id=query))
    course.accepted("grace", correct=NewCorrection(query_id=query, text="By most voters."))
    refused = course.refused("grace", answer=NewAnswer(query_id=query, publish=True))
    assert "privately" in refused.message
    assert faq(course) == []
    assert retrieved(course) == []
    assert course.refusal("bob", KIND_FAQ, id=query).reason == "NO_SUCH_ITEM"
    assert [answer.correction for answer in thread(course, query).answers] == [False, True]


# --- what may be said of the tutor's answer ---


def test_what_the_tutor_did_not_say_is_neither_endorsed_nor_corrected(course: Course) -> None:
    query = course.question("ann", TUTOR)
    assert course.refused("grace", endorse=NewEndorsement(query_id=query)).reason == "RULE"
    assert course.refused("grace", correct=NewCorrection(query_id=query, text="No.")).reason == "RULE"
    silent = asked_and_answered(course, abstained=True)
    assert course.refused("grace", endorse=NewEndorsement(query_id=silent)).reason == "RULE"
    course.accepted("grace", correct=NewCorrection(query_id=silent, text="By a majority."))


def test_an_answer_is_endorsed_once_and_not_after_it_was_corrected(course: Course) -> None:
    query = asked_and_answered(course)
    course.accepted("grace", endorse=NewEndorsement(query_id=query))
    again = course.refused("alan", endorse=NewEndorsement(query_id=query))
    assert (again.reason, "Grace" in again.message) == ("ALREADY_EXISTS", True)
    other = asked_and_answered(course)
    course.accepted("grace", correct=NewCorrection(query_id=other, text="No."))
    assert course.refused("alan", endorse=NewEndorsement(query_id=other)).reason == "RULE"


@pytest.mark.parametrize(
    ("follow_up", "state"), [("", QUERY_STATE_ANSWERED), ("And in Paxos?", QUERY_STATE_PENDING)]
)
def test_endorsing_answers_a_hand_over_and_not_a_further_question(
    course: Course, follow_up: str, state: int
) -> None:
    query = asked_and_answered(course)
    course.accepted("ann", follow_up=NewFollowUp(query_id=query, text=follow_up))
    course.accepted("grace", endorse=NewEndorsement(query_id=query))
    assert thread(course, query).state == state


# --- searching ---


def test_similar_questions_are_found_best_first_and_others_are_not(course: Course) -> None:
    quorum = publish(course, "So that two of them overlap.", "Why is a quorum more than half?")
    leader = publish(course, "By a majority of the voters.", "How is a leader elected?")
    terms = publish(course, "A period with one leader at most, elected once.", "What is a term?")
    assert faq(course, "When is the leader elected?") == [leader, terms]
    assert faq(course, "quorums") == [quorum]
    assert faq(course, "What is the weather like in Berlin?") == []
    assert faq(course, "Why?") == []


def test_what_was_found_comes_in_pages_without_loss(course: Course) -> None:
    for number in range(5):
        course.now_ms += 3_600_000
        publish(course, f"Leader {'leader ' * number}.", f"Leader number {number}?")
    whole = faq(course, "leader")
    assert len(whole) == 5
    paged, token = [], ""
    while True:
        page = course.get("bob", KIND_FAQ, filter={"words": "leader"}, page_size=2, page_token=token)
        paged += [item.id for item in page.items]
        token = page.next_page_token
        if not token:
            break
    assert paged == whole


# --- feeding the tutor ---


def test_an_endorsed_answer_is_given_to_the_tutor_before_the_pages(course: Course) -> None:
    course.material("Raft", "How a leader is elected: a leader is elected by a majority, elected each term.")
    query = asked_and_answered(course)
    course.accepted("grace", endorse=NewEndorsement(query_id=query))
    first, second = retrieved(course, "By whom is the leader elected?")
    assert (first.material_id, first.heading, first.text) == (query, QUESTION, OF_TUTOR)
    assert (second.material_id, second.place) == ("M1", "page 1")
    assert first.score >= second.score


def test_a_corrected_answer_of_the_tutors_is_never_given_to_it_again(course: Course) -> None:
    query = asked_and_answered(course)
    course.accepted("grace", endorse=NewEndorsement(query_id=query))
    course.accepted("grace", correct=NewCorrection(query_id=query, text="By most voters."))
    assert [passage.text for passage in retrieved(course)] == ["By most voters."]


def test_known_answers_to_other_questions_keep_no_page_away(course: Course) -> None:
    course.material("Raft", *(f"A leader of kind {number} is elected." for number in range(9)))
    publish(course, "On Friday, by the elected leader.", "When does the course end?")
    for number in range(4):
        course.now_ms += 3_600_000
        publish(course, f"By a majority, {number}.", f"How is a leader elected, {number}?")
    found = [passage.material_id for passage in retrieved(course)]
    assert found == [*found[:2], "M1", "M1", "M1"]
    assert {"M1", "Q1"}.isdisjoint(found[:2])
