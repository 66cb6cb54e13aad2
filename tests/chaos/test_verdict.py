"""A run that went wrong is told so: each kind of evidence, spoilt on purpose."""

from __future__ import annotations

from collections import Counter

from tests.chaos.grades import CHANGED, Change, Look
from tests.chaos.progress import Progress
from tests.chaos.record import Record
from tests.chaos.verdict import judge_grades, judge_texts
from tests.sim.linearizability import UNKNOWN, Operation

Q12, Q23 = frozenset({"n1", "n2"}), frozenset({"n2", "n3"})


def operation(begun: float, ended: float | None, asked: Look | Change, told: object) -> Operation:
    return Operation("client", begun, ended, asked, told)


FIRST = operation(0, 1, Change("S1", 0, "good"), (1, "good"))
SECOND = operation(2, 3, Change("S1", 1, "better"), (2, "better"))


def test_a_history_that_an_order_explains_is_no_violation() -> None:
    lost_race = operation(2, 4, Change("S1", 1, "worse"), CHANGED)
    history = [FIRST, SECOND, lost_race, operation(5, 6, Look("S1"), (2, "better"))]
    assert judge_grades(history) == []


def test_a_stale_read_is_reported() -> None:
    violations = judge_grades([FIRST, SECOND, operation(4, 5, Look("S1"), (1, "good"))])
    assert len(violations) == 1
    assert "S1" in violations[0]


def test_two_changes_of_one_version_are_reported() -> None:
    twice = operation(2, 4, Change("S1", 1, "worse"), (2, "worse"))
    assert len(judge_grades([FIRST, SECOND, twice])) == 1


def test_a_change_that_nobody_was_told_of_may_show_or_not_but_not_come_and_go() -> None:
    unknown = operation(2, None, Change("S1", 1, "better"), UNKNOWN)
    seen, unseen = (2, "better"), (1, "good")
    for first, then in ((unseen, unseen), (unseen, seen), (seen, seen)):
        looks = [operation(4, 5, Look("S1"), first), operation(6, 7, Look("S1"), then)]
        assert judge_grades([FIRST, unknown, *looks]) == []
    looks = [operation(4, 5, Look("S1"), seen), operation(6, 7, Look("S1"), unseen)]
    assert len(judge_grades([FIRST, unknown, *looks])) == 1


def test_a_change_said_not_to_be_saved_may_not_show() -> None:
    assert len(judge_grades([FIRST, operation(4, 5, Look("S1"), (2, "denied"))])) == 1


def test_each_submission_that_went_wrong_is_reported() -> None:
    history = [operation(0, 1, Look(submission), (3, "?")) for submission in ("S1", "S2")]
    assert len(judge_grades(history)) == 2


def test_texts_lost_repeated_denied_or_never_handed_in_are_reported() -> None:
    record = Record(
        acknowledged_texts={"kept": "S1", "lost": "S2", "doubled": "S3"},
        unknown_texts={"perhaps", "perhaps not"},
        denied_texts={"denied"},
    )
    found = Counter({"kept": 1, "doubled": 2, "perhaps": 1, "denied": 1, "from nowhere": 1})
    assert judge_texts(record, found) == [
        "acknowledged, and lost: lost",
        "applied twice: doubled",
        "denied, and applied: denied",
        "never handed in: from nowhere",
    ]


def test_a_standstill_counts_from_when_one_majority_is_whole_to_the_next_write() -> None:
    whole: list[frozenset[str]] = []
    written_at = 0.0
    progress = Progress(lambda: whole, lambda: written_at)
    for now, whole, written_at in (  # noqa: B007 -- seen by the two functions
        (10.0, [], 0.0),  # nothing can be asked of a broken cluster
        (20.0, [Q12], 0.0),
        (23.0, [Q12], 0.0),  # 3 s
        (24.0, [Q12], 24.0),
        (25.0, [Q23], 24.0),  # another majority begins anew
        (26.0, [Q23], 24.0),
        (26.5, [], 24.0),
        (90.0, [Q23], 24.0),
    ):
        progress.look(now)
    assert progress.longest == 3.0
