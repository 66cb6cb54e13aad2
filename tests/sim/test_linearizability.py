"""The checker finds an order where there is one, and says so where there is none."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import Any

import pytest

from tests.sim.linearizability import UNKNOWN, Operation, check
from tests.sim.registers import Add, CompareAndSet, Read, RegisterInput, RegisterModel, Write

MODEL = RegisterModel()


def operation(span: tuple[float, float | None], input: RegisterInput, output: Any = True) -> Operation:  # noqa: A002
    return Operation("client", span[0], span[1], input, UNKNOWN if span[1] is None else output)


def test_operations_one_after_another_must_read_the_last_write() -> None:
    write = operation((0, 1), Write("x", 1))
    assert check([write, operation((2, 3), Read("x"), 1)], MODEL) is None
    violation = check([write, operation((2, 3), Read("x"), 0)], MODEL)
    assert violation is not None
    assert violation.stuck.input == Read("x")
    assert violation.prefix == (write,)
    assert "key 'x'" in str(violation)


def test_a_read_beside_a_write_may_see_either_value() -> None:
    write = operation((0, 10), Write("x", 1))
    for seen in (0, 1):
        assert check([write, operation((4, 5), Read("x"), seen)], MODEL) is None


def test_a_value_once_seen_is_not_unseen_by_a_later_read() -> None:
    write = operation((0, 10), Write("x", 1))
    reads = [operation((1, 2), Read("x"), 1), operation((3, 4), Read("x"), 0)]
    assert check([write, *reads], MODEL) is not None


def test_a_stale_read_from_a_deposed_leader_is_found() -> None:
    history = [
        operation((0, 1), Write("x", 1)),
        operation((2, 3), Write("x", 2)),
        operation((4, 5), Read("x"), 2),
        operation((6, 7), Read("x"), 1),
    ]
    assert check(history, MODEL) is not None


def test_an_acknowledged_write_that_is_lost_is_found() -> None:
    history = [operation((0, 1), Add("n", 1), 1), operation((2, 3), Add("n", 1), 1)]
    assert check(history, MODEL) is not None


def test_a_command_applied_twice_is_found() -> None:
    history = [operation((0, 1), Add("n", 1), 1), operation((2, 3), Read("n"), 2)]
    assert check(history, MODEL) is not None


def test_only_one_of_two_compare_and_sets_from_the_same_value_may_win() -> None:
    both = [operation((0, 5), CompareAndSet("x", 0, 1)), operation((0, 5), CompareAndSet("x", 0, 2))]
    assert check(both, MODEL) is not None
    assert check([both[0], operation((0, 5), CompareAndSet("x", 0, 2), False)], MODEL) is None


def test_an_unknown_write_may_have_taken_effect_at_once_late_or_never() -> None:
    write = operation((0, None), Write("x", 1))
    for answers in ((0, 0), (0, 1), (1, 1)):
        reads = [operation((2 + i, 2.5 + i), Read("x"), seen) for i, seen in enumerate(answers)]
        assert check([write, *reads], MODEL) is None, answers
    taken_back = [operation((2, 3), Read("x"), 1), operation((4, 5), Read("x"), 0)]
    assert check([write, *taken_back], MODEL) is not None


def test_an_unknown_write_takes_effect_once_at_most() -> None:
    history = [operation((0, None), Add("n", 1)), operation((1, 2), Read("n"), 2)]
    assert check(history, MODEL) is not None


def test_an_unknown_write_takes_no_effect_before_it_was_invoked() -> None:
    assert check([operation((0, 1), Read("x"), 1), operation((2, None), Write("x", 1))], MODEL) is not None


def test_keys_are_judged_apart_and_the_guilty_one_is_named() -> None:
    history = [operation((0, 1), Write("x", 1)), operation((2, 3), Read("y"), 1)]
    violation = check(history, MODEL)
    assert violation is not None
    assert violation.key == "y"


def test_an_operation_that_returns_before_it_is_invoked_is_no_history() -> None:
    with pytest.raises(ValueError, match="before it was invoked"):
        check([operation((2, 1), Read("x"), 0)], MODEL)


def test_an_empty_history_is_linearizable() -> None:
    assert check([], MODEL) is None


def by_definition(history: list[Operation]) -> bool:
    """Whether any order that respects time explains what was seen: every order is tried."""
    endless = float("inf")
    for count in range(len(history) + 1):
        for order in permutations(history, count):
            left_out = [each for each in history if each not in order]
            if any(each.returned_at is not None for each in left_out):
                continue
            if any(
                (later.returned_at if later.returned_at is not None else endless) < earlier.invoked_at
                for place, earlier in enumerate(order)
                for later in order[place + 1 :]
            ):
                continue
            state = 0
            for each in order:
                state, output = MODEL.step(state, each.input)
                if each.output is not UNKNOWN and each.output != output:
                    break
            else:
                return True
    return False


def test_the_search_agrees_with_trying_every_order() -> None:
    draw = Random(4)
    verdicts = set()
    for _ in range(600):
        history: list[Operation] = []
        for number in range(draw.randint(1, 5)):
            invoked = draw.randint(0, 8)
            returned = None if draw.random() < 0.2 else invoked + draw.randint(1, 6) + 0.5
            chosen: tuple[RegisterInput, Any] = draw.choice(
                (
                    (Read("x"), draw.randint(0, 2)),
                    (Write("x", draw.randint(1, 2)), True),
                    (CompareAndSet("x", draw.randint(0, 2), draw.randint(1, 2)), draw.random() < 0.5),
                    (Add("x", 1), draw.randint(1, 3)),
                )
            )
            history.append(
                Operation(
                    f"c{number}", invoked, returned, chosen[0], UNKNOWN if returned is None else chosen[1]
                )
            )
        expected = by_definition(history)
        verdicts.add(expected)
        assert (check(history, MODEL) is None) is expected, history
    assert verdicts == {True, False}


def test_a_thousand_operations_of_ten_overlapping_clients_are_judged() -> None:
    draw = Random(1)
    state, history = 0, []
    for number in range(1000):
        asked: RegisterInput = draw.choice((Read("x"), Write("x", number), Add("x", 1)))
        state, output = MODEL.step(state, asked)
        # Each takes effect at its own number, within a window shared with its neighbours.
        history.append(Operation("c", number - draw.random() * 5, number + draw.random() * 5, asked, output))
    assert check(history, MODEL) is None
