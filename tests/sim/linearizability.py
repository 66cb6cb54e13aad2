"""Is there an order in which these operations could have happened one at a time?

Linearizability (Herlihy and Wing): every operation seems to take effect at one instant between its invocation
and its return. The search is Wing and Gong's with Lowe's memory of the places it has been: an operation may
come next if nothing that is still to come had returned before it was invoked. Objects that do not touch each
other are checked apart, which is enough (a history is linearizable when its restriction to each object is).

It knows nothing of how a history came about: simulated clusters and real ones are checked alike.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol, TypeVar

Input_contra = TypeVar("Input_contra", contravariant=True)
State = TypeVar("State", bound=Hashable)


class Outcome(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = Outcome.UNKNOWN
"""The output of an operation whose client never learned it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What one client asked and was told. Times are of any unit, on one clock; operations of which one
    returns when another is invoked count as concurrent.

    `returned_at` is None, and `output` UNKNOWN, when the outcome was never learned: it may have taken effect
    at any time since, or never. Leave out reads without an answer, and writes known to have been refused.
    """

    client: str
    invoked_at: float
    returned_at: float | None
    input: Any
    output: Any = UNKNOWN


class Model(Protocol[Input_contra, State]):
    """What one object does when it is used by one client at a time."""

    def key(self, input: Input_contra) -> Hashable:  # noqa: A002 - the field of Operation
        """Which object the operation is on."""
        ...

    def initial(self, key: Any) -> State: ...

    def step(self, state: State, input: Input_contra) -> tuple[State, object]:  # noqa: A002
        """The state afterwards, and the output."""
        ...


@dataclass(frozen=True, slots=True)
class Violation:
    """No order explains what the clients of `key` saw. `prefix` is the longest explained beginning, in its
    order; `stuck` is the operation that could not follow."""

    key: Hashable
    operations: tuple[Operation, ...]
    prefix: tuple[Operation, ...]
    stuck: Operation

    def __str__(self) -> str:
        lines = [f"not linearizable: key {self.key!r}, {len(self.operations)} operations"]
        lines += [f"  ok     {_told(operation)}" for operation in self.prefix[-12:]]
        lines.append(f"  stuck  {_told(self.stuck)}")
        return "\n".join(lines)


def check(history: Sequence[Operation], model: Model[Any, Any]) -> Violation | None:
    """The first object whose operations no order explains; None when the history is linearizable.

    Exponential in the number of operations that overlap on one object, at worst.
    """
    by_key: dict[Hashable, list[Operation]] = {}
    for operation in history:
        by_key.setdefault(model.key(operation.input), []).append(operation)
    for key, operations in by_key.items():
        if (violation := _check_one(key, operations, model)) is not None:
            return violation
    return None


class _Event:
    """An invocation or a return, in a doubly linked list that operations are lifted out of and put back."""

    __slots__ = ("bit", "following", "operation", "previous", "return_")

    def __init__(self, operation: Operation, bit: int) -> None:
        self.operation = operation
        self.bit = bit
        self.return_: _Event | None = None
        """Of an invocation that returned; None marks a return, or an invocation that never did."""
        self.previous: _Event | None = None
        self.following: _Event | None = None


def _check_one(key: Hashable, operations: Sequence[Operation], model: Model[Any, Any]) -> Violation | None:
    head, invocations = _events(operations)
    to_explain = sum(operation.returned_at is not None for operation in operations)
    state = model.initial(key)
    done = 0
    been: set[tuple[int, Hashable]] = set()
    path: list[tuple[_Event, Any]] = []
    best: tuple[Operation, ...] = ()
    stuck = operations[0]
    event = head.following
    while to_explain:
        assert event is not None, "a completed operation has a return in the list"
        if event in invocations:
            operation = event.operation
            after, output = model.step(state, operation.input)
            # An operation without an outcome, and without an effect here, explains nothing now.
            fits = after != state if operation.output is UNKNOWN else output == operation.output
            if fits and (place := (done | event.bit, after)) not in been:
                been.add(place)
                path.append((event, state))
                done, state = place
                to_explain -= operation.returned_at is not None
                _lift(event)
                event = head.following
            else:
                event = event.following
            continue
        if len(path) >= len(best):
            best, stuck = tuple(step.operation for step, _ in path), event.operation
        if not path:
            return Violation(key, tuple(operations), best, stuck)
        event, state = path.pop()
        done ^= event.bit
        to_explain += event.operation.returned_at is not None
        _put_back(event)
        event = event.following
    return None


def _events(operations: Sequence[Operation]) -> tuple[_Event, set[_Event]]:
    """The head of the list in order of time, and the events that are invocations."""
    timed: list[tuple[float, bool, int, _Event]] = []
    invocations: set[_Event] = set()
    for number, operation in enumerate(operations):
        invocation = _Event(operation, 1 << number)
        invocations.add(invocation)
        timed.append((operation.invoked_at, False, number, invocation))
        if operation.returned_at is not None:
            if operation.returned_at < operation.invoked_at:
                raise ValueError(f"returned before it was invoked: {operation}")
            invocation.return_ = _Event(operation, 0)
            timed.append((operation.returned_at, True, number, invocation.return_))
    timed.sort(key=lambda each: each[:3])
    head = last = _Event(operations[0], 0)
    for *_, event in timed:
        last.following, event.previous = event, last
        last = event
    return head, invocations


def _lift(invocation: _Event) -> None:
    for event in (invocation, invocation.return_):
        if event is not None:
            assert event.previous is not None
            event.previous.following = event.following
            if event.following is not None:
                event.following.previous = event.previous


def _put_back(invocation: _Event) -> None:
    """In the opposite order of `_lift`, so that neighbours are found as they were left."""
    for event in (invocation.return_, invocation):
        if event is not None:
            assert event.previous is not None
            event.previous.following = event
            if event.following is not None:
                event.following.previous = event


def _told(operation: Operation) -> str:
    until = "…" if operation.returned_at is None else f"{operation.returned_at:.6g}"
    output = "?" if operation.output is UNKNOWN else repr(operation.output)
    return f"{operation.invoked_at:.6g}-{until} {operation.client}: {operation.input!r} → {output}"
