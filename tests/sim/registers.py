"""What clients do to registers, and what a register does: the sequential model that histories are checked
against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Read:
    """Answers the value: 0 before the first write."""

    key: str


@dataclass(frozen=True, slots=True)
class Write:
    """Answers True."""

    key: str
    value: int


@dataclass(frozen=True, slots=True)
class CompareAndSet:
    """Answers whether the value was `expected`, and is now `value`."""

    key: str
    expected: int
    value: int


@dataclass(frozen=True, slots=True)
class Add:
    """Answers the sum: a counter that counts twice is seen at once."""

    key: str
    amount: int


RegisterInput = Read | Write | CompareAndSet | Add


class RegisterModel:
    def key(self, input: RegisterInput) -> str:  # noqa: A002 - as in linearizability.Model
        return input.key

    def initial(self, key: str) -> int:
        return 0

    def step(self, state: int, input: RegisterInput) -> tuple[int, int | bool]:  # noqa: A002
        match input:
            case Read():
                return state, state
            case Write():
                return input.value, True
            case CompareAndSet():
                fits = state == input.expected
                return (input.value if fits else state), fits
            case Add():
                return state + input.amount, state + input.amount
