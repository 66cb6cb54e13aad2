"""A gate is a figure and its limit."""

import pytest

from tutor.evaluation.gates import Gate

AT_LEAST = Gate("sentence_at_1", 0.65)
AT_MOST = Gate("wrong_unanswerable", 0.2, at_most=True)


@pytest.mark.parametrize(
    ("gate", "value", "passed"),
    [
        (AT_LEAST, 0.65, True),
        (AT_LEAST, 0.649, False),
        (AT_LEAST, None, False),
        (AT_MOST, 0.2, True),
        (AT_MOST, 0.201, False),
        (AT_MOST, 0.0, True),
    ],
)
def test_a_limit_is_reached_when_it_is_met_and_never_by_nothing(
    gate: Gate, value: float | None, passed: bool
) -> None:
    assert gate.passed({gate.figure: value}) is passed


def test_a_gate_is_named_as_it_is_read() -> None:
    assert (str(AT_LEAST), str(AT_MOST)) == ("sentence_at_1 >= 0.65", "wrong_unanswerable <= 0.2")
