"""What late work loses, to the hundredth of a point."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_cluster.late_policy import LatePolicy

DAY_MS = 24 * 3_600_000
TENTH_A_DAY = LatePolicy(10, DAY_MS)


@pytest.mark.parametrize(
    ("late_ms", "percent"),
    [(-1, 0), (0, 0), (1, 10), (DAY_MS, 10), (DAY_MS + 1, 20), (9 * DAY_MS + 1, 100), (400 * DAY_MS, 100)],
)
def test_every_interval_that_has_begun_counts(late_ms: int, percent: int) -> None:
    assert TENTH_A_DAY.percent_lost(1_000 + late_ms, 1_000) == percent


def test_without_a_policy_late_work_loses_nothing() -> None:
    assert LatePolicy(0, 0).percent_lost(DAY_MS, 0) == 0


def test_a_percentage_of_odd_points_is_exact() -> None:
    assert LatePolicy(7, DAY_MS).deducted_hundredths(13, 13, 7) == 91


def test_a_grade_never_falls_below_the_minimum() -> None:
    policy = LatePolicy(10, DAY_MS, minimum_percent=50)
    assert policy.deducted_hundredths(18, 20, 100) == 800


def test_what_earned_less_than_the_minimum_keeps_all_of_it() -> None:
    policy = LatePolicy(10, DAY_MS, minimum_percent=50)
    assert policy.deducted_hundredths(9, 20, 30) == 0


@given(st.integers(0, 1_000), st.integers(0, 1_000), st.integers(0, 100), st.integers(0, 100))
def test_a_score_is_never_negative_nor_above_what_was_earned(
    points: int, points_max: int, percent: int, minimum: int
) -> None:
    deducted = LatePolicy(10, DAY_MS, minimum).deducted_hundredths(points, points_max, percent)
    assert 0 <= deducted <= 100 * points


@given(st.integers(0, 60), st.integers(0, 100), st.integers(0, 100), st.integers(0, 6_100))
def test_a_score_leads_back_to_the_fewest_points_that_leave_it(
    points_max: int, percent: int, minimum: int, score: int
) -> None:
    policy = LatePolicy(10, DAY_MS, minimum)
    leaving = [
        points
        for points in range(points_max + 1)
        if 100 * points - policy.deducted_hundredths(points, points_max, percent) == score
    ]
    assert policy.points_for_score(score, points_max, percent) == (leaving[0] if leaving else None)
