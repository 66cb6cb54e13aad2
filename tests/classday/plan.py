"""What is to happen in the course: drawn from a seed before it begins, so that a run can be had again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from random import Random

DAY = timedelta(days=1)
POINTS = 20
PERCENT_A_DAY = 10
MINIMUM_PERCENT = 50


class Habit(Enum):
    """When a student hands in, from the time on when an assignment is set."""

    EARLY = "early"
    TWICE = "early, and once more on the last day"
    LAST_DAY = "on the last day"
    LATE = "five hours late"
    VERY_LATE = "thirty hours late"
    TOO_LATE = "after the cut-off"
    EXTENDED = "with an extension of a day"
    NEVER = "never"


_SHARES = {
    Habit.EARLY: 20,
    Habit.TWICE: 10,
    Habit.LAST_DAY: 35,
    Habit.LATE: 10,
    Habit.VERY_LATE: 8,
    Habit.TOO_LATE: 4,
    Habit.EXTENDED: 5,
    Habit.NEVER: 8,
}


@dataclass(frozen=True, slots=True)
class Task:
    """One assignment of the course. `set_on` counts days from 0."""

    number: int
    set_on: int
    habits: dict[str, Habit]
    points: dict[str, int]
    """What the graders give to each student, before lateness."""
    regrades: Sequence[str]
    """Who is not content."""

    @property
    def title(self) -> str:
        return f"task-{self.number}"

    @property
    def opens_later(self) -> bool:
        """It opens on the afternoon of the day on which it is set."""
        return self.number % 2 == 1

    def with_habit(self, *habits: Habit) -> list[str]:
        return [student for student, habit in self.habits.items() if habit in habits]


@dataclass(frozen=True, slots=True)
class Plan:
    days: int
    tasks: Sequence[Task]
    questions: Sequence[Sequence[str]]
    """By day: who asks an instructor."""
    killed: Sequence[str] = field(default_factory=tuple)
    """By day: which node is killed; "leader" for whichever leads then."""


TASK_DAYS = 6
"""From the setting of a task to the release of its grades."""


def drawn(random: Random, students: Sequence[str], days: int, questions_a_day: int) -> Plan:
    """A new task every second day, as long as there is time to grade it."""
    tasks = [
        _task(random, number, set_on, students)
        for number, set_on in enumerate(range(0, days - TASK_DAYS + 1, 2), start=1)
    ]
    asking = min(questions_a_day, len(students))
    questions = [random.sample(list(students), asking) for _ in range(days)]
    killed = [random.choice(("leader", "leader", "n1", "n2", "n3")) for _ in range(days)]
    return Plan(days, tasks, questions, killed)


def _task(random: Random, number: int, set_on: int, students: Sequence[str]) -> Task:
    habits = random.choices(list(_SHARES), list(_SHARES.values()), k=len(students))
    by_student = dict(zip(students, habits, strict=True))
    graded = [student for student, habit in by_student.items() if habit in _GRADED]
    return Task(
        number,
        set_on,
        by_student,
        {student: random.randint(0, POINTS) for student in students},
        random.sample(graded, min(2, len(graded))),
    )


_GRADED = frozenset(Habit) - {Habit.NEVER, Habit.TOO_LATE}
