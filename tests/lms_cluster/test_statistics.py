"""What an assignment came to, checked against Python's own statistics and by hand."""

from __future__ import annotations

import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_cluster.views.statistics import mean, quantile
from protos.lms_pb2 import KIND_STATISTICS, LatePolicy, NewAssignment, Statistics
from tests.lms_cluster.course import Course, at

HOUR_MS = 3_600_000
scores = st.lists(st.integers(0, 100_000), min_size=1, max_size=30).map(sorted)


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


@given(scores)
def test_quartiles_are_those_of_a_spreadsheet(scores: list[int]) -> None:
    if len(scores) == 1:
        expected = [Fraction(scores[0])] * 3
    else:
        expected = statistics.quantiles([Fraction(s) for s in scores], n=4, method="inclusive")
    assert [quantile(scores, quarters) for quarters in (1, 2, 3)] == [half_up(value) for value in expected]


@given(scores)
def test_the_mean_is_exact_to_half_a_hundredth(scores: list[int]) -> None:
    assert mean(scores) == half_up(Fraction(sum(scores), len(scores)))


def seen(course: Course, assignment: str = "A1") -> Statistics:
    return course.one("grace", KIND_STATISTICS, assignment).statistics


def test_newest_attempts_count_with_what_lateness_took(course: Course) -> None:
    late = LatePolicy(percent=10, interval_seconds=3_600)
    new = NewAssignment(title="Elections", points=20, due=at(course.now_ms + HOUR_MS), late=late)
    course.accepted("grace", create_assignment=new)
    course.grade(course.submission("ann", "A1"), points=3)
    course.grade(course.submission("ann", "A1"), points=18)
    course.now_ms += HOUR_MS + 1
    course.grade(course.submission("bob", "A1"), points=15)
    found = seen(course)
    assert list(found.scores_hundredths) == [1_300, 1_800]
    assert (found.mean_hundredths, found.median_hundredths) == (1_550, 1_550)
    assert (found.lower_quartile_hundredths, found.upper_quartile_hundredths) == (1_425, 1_675)
    assert (found.students, found.submitted, found.late, found.missing) == (2, 2, 1, 0)
    assert (found.graded, found.released, found.points_max) == (2, 0, 20)
    course.release("A1")
    assert seen(course).released == 3 - 1


def test_a_grade_of_an_earlier_attempt_does_not_stand_for_the_newest(course: Course) -> None:
    assignment = course.assignment()
    course.grade(course.submission("ann", assignment))
    course.submission("ann", assignment)
    assert (seen(course).submitted, seen(course).graded) == (1, 0)


def test_work_is_missing_once_it_was_due(course: Course) -> None:
    course.assignment()
    assert (seen(course).students, seen(course).submitted, seen(course).missing) == (2, 0, 0)
    course.now_ms += HOUR_MS + 1
    assert seen(course).missing == 2


@pytest.mark.parametrize("username", ["ann", "root"])
def test_statistics_are_for_instructors(course: Course, username: str) -> None:
    course.assignment()
    assert course.refusal(username, KIND_STATISTICS).reason == "WRONG_ROLE"
    assert course.refusal(username, KIND_STATISTICS, id="A1").reason == "WRONG_ROLE"
