"""Two classrooms that differ only in who asked look the same, to the letter, to everybody but the askers.

Whatever the one shows and the other does not would tell something about who asked: there is nothing else to
know it from. New kinds of items, filters and commands are tried without being named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protos.command_pb2 import RecordTutorAnswer
from protos.lms_pb2 import (
    RATING_HELPFUL,
    RATING_WRONG,
    RECIPIENT_INSTRUCTOR,
    ROLE_ADMINISTRATOR,
    ROLE_STUDENT,
    Answer,
    Citation,
    NewAnswer,
    NewCorrection,
    NewEndorsement,
    NewFollowUp,
    NewQuery,
    NewRating,
    NewReading,
    NewResolution,
    NewReveal,
    NewSubmission,
)
from tests.anonymity.reachable import reached_by, tried_by
from tests.lms_cluster.course import INSTRUCTOR, TUTOR, Course

ASKERS = ("ann", "bob")
OBSERVERS = ("grace", "alan", "cid", "root", "dean")
"""Instructors, a classmate who asked one question of their own, administrators."""

ONE_OF_EACH_ROLE = ("grace", "cid", "root")

Step = Callable[[Course, str], object]
"""Something that the asker of its question does."""


def classroom(course: Course) -> None:
    """What both have in common."""
    course.add("cid", ROLE_STUDENT)
    course.add("dean", ROLE_ADMINISTRATOR)
    course.material("Raft", "A quorum is a majority. A leader is elected by a quorum.")
    assignment = course.assignment()
    for student in (*ASKERS, "cid"):
        course.accepted(student, read_material=NewReading(material_id="M1"))
        file = course.upload(student, student.encode())
        submission = NewSubmission(assignment_id=assignment, files=[file])
        course.grade(course.accepted(student, submit=submission).item.id)
    course.release(assignment)


def asks(text: str, recipient: int, private: bool = False) -> Step:
    return lambda course, asker: course.question(asker, recipient, text, private)


def follows_up(query_id: str, text: str = "And why?") -> Step:
    follow_up = NewFollowUp(query_id=query_id, text=text)
    return lambda course, asker: course.outcome(asker, follow_up=follow_up)


def rates(query_id: str, wrong: bool) -> Step:
    rating = NewRating(query_id=query_id, rating=RATING_WRONG if wrong else RATING_HELPFUL)
    return lambda course, asker: course.outcome(asker, rate=rating)


def resolves(query_id: str) -> Step:
    return lambda course, asker: course.outcome(asker, resolve=NewResolution(query_id=query_id))


def staff(course: Course) -> None:
    """What instructors, an administrator and the tutor do, whoever asked."""
    quote = "A quorum is a majority."
    citation = Citation(material_id="M1", material_title="Raft", place="page 1", quote=quote)
    for query_id in ("Q1", "Q2", "Q3"):
        answer = Answer(text=quote, citations=[citation], model="small")
        course.outcome("", record_tutor_answer=RecordTutorAnswer(query_id=query_id, answer=answer))
    course.outcome("grace", endorse=NewEndorsement(query_id="Q1"))
    course.outcome("alan", correct=NewCorrection(query_id="Q2", text="More than half."))
    course.outcome("grace", answer=NewAnswer(query_id="Q4", text="At noon.", publish=True))
    course.outcome("grace", answer=NewAnswer(query_id="Q5", text="Yes.", publish=True))
    course.outcome("root", reveal=NewReveal(query_id="Q1", reason="A test."))


@contextmanager
def opened(folder: Path, name: str) -> Iterator[Course]:
    course = Course(folder / f"{name}.db")
    try:
        classroom(course)
        yield course
    finally:
        course.classroom.close()


def play(course: Course, steps: Sequence[tuple[Step, int]], askers: Sequence[str]) -> None:
    """Each step is of the thread with that number; `askers` says whose the threads are."""
    for step, thread in steps:
        course.now_ms += 1_000
        step(course, askers[thread])


ASKED: tuple[tuple[Step, int], ...] = (
    (asks("What is a quorum?", TUTOR), 0),
    (asks("How is a leader elected?", TUTOR), 1),
    (asks("May I be late?", TUTOR, private=True), 2),
    (asks("When is lunch?", INSTRUCTOR), 3),
    (asks("Is lunch free?", INSTRUCTOR, private=True), 4),
)
SAID_LATER: tuple[tuple[Step, int], ...] = (
    (rates("Q1", wrong=False), 0),
    (rates("Q2", wrong=True), 1),
    (follows_up("Q3", ""), 2),
    (follows_up("Q4"), 3),
    (resolves("Q5"), 4),
    (follows_up("Q1"), 0),
    (resolves("Q2"), 1),
)
SWAPS = [("ann", "bob", "ann", "bob", "ann"), ("bob", "ann", "bob", "ann", "bob"), ("bob",) * 5]


def whole(folder: Path, askers: Sequence[str]) -> dict[str, dict[str, str]]:
    """By observer, everything reached before and after they tried everything."""
    with opened(folder, "-".join(askers)) as course:
        play(course, ASKED, askers)
        course.question("cid", INSTRUCTOR, "Who else asks?")
        staff(course)
        play(course, SAID_LATER, askers)
        course.now_ms += 1_000
        reached = {name: reached_by(course, name) for name in OBSERVERS}
        tried = {name: tried_by(course, name) for name in OBSERVERS}
        after = {name: reached_by(course, name) for name in OBSERVERS}
        return {
            name: {
                **reached[name],
                **{f"try: {what}": came for what, came in tried[name].items()},
                **{f"after: {what}": came for what, came in after[name].items()},
            }
            for name in OBSERVERS
        }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    return whole(tmp_path_factory.mktemp("first"), SWAPS[0])


@pytest.mark.parametrize("askers", SWAPS[1:], ids="-".join)
def test_nobody_can_tell_two_classrooms_apart_that_differ_in_who_asked(
    tmp_path: Path, first: dict[str, dict[str, str]], askers: Sequence[str]
) -> None:
    other = whole(tmp_path, askers)
    for name in OBSERVERS:
        assert other[name].keys() == first[name].keys()
        for what, came in first[name].items():
            assert other[name][what] == came, (name, what)


def test_what_was_compared_holds_all_that_there_is(first: dict[str, dict[str, str]]) -> None:
    """Or it would be no wonder that nothing was found."""
    of_instructor = "\n".join(first["grace"].values())
    for words in ("What is a quorum?", "May I be late?", "And why?", "RATING_WRONG", "QUERY_STATE_RESOLVED"):
        assert words in of_instructor, words
    of_classmate = "\n".join(first["cid"].values())
    assert "What is a quorum?" in of_classmate
    assert "More than half." in of_classmate
    assert "At noon." in of_classmate
    assert "learn who asked a question" in "\n".join(first["dean"].values())
    assert "EVENT_KIND_ANSWER_DOUBTED" in of_instructor


def test_what_was_asked_privately_reaches_no_classmate_in_any_way(first: dict[str, dict[str, str]]) -> None:
    of_classmate = "\n".join(first["cid"].values())
    for words in ("May I be late?", "Is lunch free?"):
        assert words not in of_classmate


def test_the_askers_themselves_see_the_difference(tmp_path: Path) -> None:
    """So the comparison can tell: what is one's own is seen by oneself."""
    seen = []
    for askers in SWAPS[:2]:
        with opened(tmp_path, "-".join(askers)) as course:
            play(course, ASKED, askers)
            seen.append(reached_by(course, "ann"))
    assert seen[0] != seen[1]


def test_a_classmate_learns_nothing_from_the_limit_of_another(tmp_path: Path) -> None:
    """Twenty an hour are one's own: nobody is turned away, or let in, because of who else asked."""
    came = []
    for askers in (("ann",) * 19, ("bob",) * 19):
        with opened(tmp_path, askers[0]) as course:
            for asker in askers:
                course.question(asker)
            own = [
                course.outcome("cid", ask=NewQuery(text="Mine?", recipient=RECIPIENT_INSTRUCTOR))
                for _ in range(21)
            ]
            came.append(([str(outcome) for outcome in own], reached_by(course, "cid")))
    assert came[0] == came[1]


TEXTS = st.sampled_from(["What is a quorum?", "When is lunch?"])
steps = st.lists(
    st.tuples(
        st.one_of(
            st.builds(asks, TEXTS, st.sampled_from([TUTOR, INSTRUCTOR]), st.booleans()),
            st.builds(follows_up, st.sampled_from(["Q1", "Q2", "Q3"]), st.sampled_from(["", "More?"])),
            st.builds(rates, st.sampled_from(["Q1", "Q2"]), st.booleans()),
            st.builds(resolves, st.sampled_from(["Q1", "Q2", "Q3"])),
            st.just(lambda course, asker: staff(course)),
        ),
        st.integers(0, 1),
    ),
    max_size=10,
)


@pytest.mark.timeout(300)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_any_course_of_things_looks_the_same_with_the_askers_swapped(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[Step, int]]
) -> None:
    seen = []
    for askers in (ASKERS, ASKERS[::-1]):
        with opened(tmp_path_factory.mktemp("any"), "course") as course:
            play(course, said, askers)
            seen.append({name: reached_by(course, name) for name in ONE_OF_EACH_ROLE})
    assert seen[0] == seen[1]
