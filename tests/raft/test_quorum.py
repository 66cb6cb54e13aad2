from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from raft.quorum import Majority


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=7))
def test_the_value_reached_is_the_largest_that_a_majority_has(values: list[int]) -> None:
    voters = tuple("abcdefg"[: len(values)])
    has = dict(zip(voters, values, strict=True))
    majority = Majority(voters)
    expected = max(value for value in values if majority.agrees({v for v in voters if has[v] >= value}))
    assert majority.reached(has) == expected


def test_any_two_majorities_share_a_voter() -> None:
    # §5.2, §5.4.3: every safety argument of the paper rests on this.
    for size in range(1, 8):
        majority = Majority(tuple("abcdefg"[:size]))
        groups = [set(g) for n in range(size + 1) for g in combinations(majority.voters, n)]
        agreeing = [group for group in groups if majority.agrees(group)]
        assert all(one & other for one in agreeing for other in agreeing)
        assert agreeing


def test_those_who_do_not_vote_count_nothing() -> None:
    assert not Majority(("a", "b", "c")).agrees({"a", "x", "y"})
