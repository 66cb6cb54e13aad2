"""A submission's grade as a register that is compared and set: what clients ask of it, what it must answer.

A change of a grade names the version that it was made from, and is refused when another came between.
"""

from __future__ import annotations

from dataclasses import dataclass

Grade = tuple[int, str]
"""Version and feedback; the version is 0 before the first grade."""
CHANGED = "changed"
"""The answer to a change that was made from another version than the newest."""


@dataclass(frozen=True, slots=True)
class Look:
    """Answers the Grade."""

    submission: str


@dataclass(frozen=True, slots=True)
class Change:
    """Answers the new Grade, or CHANGED."""

    submission: str
    version: int
    feedback: str


class GradeModel:
    """For tests.sim.linearizability."""

    def key(self, input: Look | Change) -> str:  # noqa: A002 - as in linearizability.Model
        return input.submission

    def initial(self, _: str) -> Grade:
        return 0, ""

    def step(self, state: Grade, input: Look | Change) -> tuple[Grade, Grade | str]:  # noqa: A002
        match input:
            case Look():
                return state, state
            case Change() if state[0] == input.version:
                after = (input.version + 1, input.feedback)
                return after, after
            case Change():
                return state, CHANGED
