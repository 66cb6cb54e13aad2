"""The statistics, against cases worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.evaluation.metrics import (
    McNemar,
    Risk,
    auroc,
    bootstrap,
    mcnemar,
    percentile,
    risk_at,
    risk_coverage,
    risk_coverage_area,
    share,
    token_f1,
)

SCORES = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12)


def test_auroc_counts_the_pairs_in_order() -> None:
    assert auroc([0.9, 0.4], [0.5, 0.1]) == 3 / 4


def test_a_tie_between_a_positive_and_a_negative_counts_half() -> None:
    assert auroc([2.0, 1.0], [1.0, 1.0, 0.0]) == (3 + 0.5 + 0.5 + 1) / 6


def test_scores_that_are_all_alike_tell_nothing_apart() -> None:
    assert auroc([0.0] * 3, [0.0] * 5) == 0.5


@given(SCORES, SCORES)
def test_auroc_is_what_counting_every_pair_gives(positives: list[float], negatives: list[float]) -> None:
    pairs = [(high > low) + 0.5 * (high == low) for high in positives for low in negatives]
    assert auroc(positives, negatives) == pytest.approx(sum(pairs) / len(pairs))


def test_the_risk_at_each_coverage_is_the_share_of_wrong_among_the_answered() -> None:
    curve = risk_coverage([0.9, 0.8, 0.7, 0.6], [True, False, True, False])
    assert curve == [Risk(0.25, 0.0), Risk(0.5, 1 / 2), Risk(0.75, 1 / 3), Risk(1.0, 1 / 2)]
    assert risk_at(curve, 0.6) == Risk(0.75, 1 / 3)
    assert risk_coverage_area([0.9, 0.8, 0.7, 0.6], [True, False, True, False]) == pytest.approx(
        (0 + 1 / 2 + 1 / 3 + 1 / 2) / 4
    )


def test_questions_of_one_confidence_are_answered_together_and_their_order_does_not_matter() -> None:
    for right in ([True, False, True], [False, True, True]):
        assert risk_coverage([0.5, 0.5, 0.1], right) == [Risk(2 / 3, 1 / 2), Risk(1.0, 1 / 3)]
        assert risk_coverage_area([0.5, 0.5, 0.1], right) == pytest.approx((1 / 2 + 1 / 2 + 1 / 3) / 3)


def test_mcnemar_is_the_sign_test_of_the_questions_on_which_two_differ() -> None:
    first = [True] * 6 + [False] * 2 + [True] * 5
    second = [False] * 6 + [True] * 2 + [True] * 5
    # of 8 differences 2 or fewer one way: (1 + 8 + 28) / 256, and as much the other way
    assert mcnemar(first, second) == McNemar(6, 2, 2 * 37 / 256)
    assert mcnemar(second, first).p == mcnemar(first, second).p


def test_two_that_never_differ_or_differ_evenly_have_a_p_value_of_one() -> None:
    assert mcnemar([True, False], [True, False]) == McNemar(0, 0, 1.0)
    assert mcnemar([True, False], [False, True]) == McNemar(1, 1, 1.0)


def test_a_bootstrap_gives_the_same_interval_each_time_and_it_holds_the_value() -> None:
    flags = [True] * 70 + [False] * 30
    interval = bootstrap(flags, share)
    assert interval == bootstrap(flags, share)
    assert interval is not None
    low, high = interval
    # 0.70 plus or minus 1.96 * sqrt(0.7 * 0.3 / 100), which is 0.09
    assert low == pytest.approx(0.61, abs=0.03)
    assert high == pytest.approx(0.79, abs=0.03)


def test_what_never_varies_has_an_interval_of_one_point() -> None:
    assert bootstrap([True] * 9, share) == (1.0, 1.0)


def test_a_percentile_is_the_nearest_rank() -> None:
    samples = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [percentile(samples, percent) for percent in (0, 20, 21, 50, 95, 100)] == [1, 1, 2, 3, 5, 5]


def test_token_f1_counts_words_in_common_without_case_and_articles() -> None:
    # {leader, sends, heartbeats} of {leader, sends, log}: precision and recall are both 2/3
    assert token_f1("The leader sends heartbeats.", "A LEADER sends the log") == pytest.approx(2 / 3)
    assert token_f1("log log log", "log") == pytest.approx(2 * 1 / 4)
    assert token_f1("", "log") == token_f1("the", "a") == 0.0


def test_nothing_has_no_statistics() -> None:
    assert auroc([], [1.0]) is auroc([1.0], []) is percentile([], 50) is share([]) is None
    assert risk_coverage_area([], []) is None
    assert bootstrap([], share) is None
    assert risk_at([], 0.5) is None
