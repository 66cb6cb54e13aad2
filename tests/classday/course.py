"""The course as it goes: every scene is people chatting, several at a time, and the model that watches."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.core.model import Reply, Role
from tests.classday.model import Assignment, Model
from tests.classday.person import Person, Unexpected
from tests.classday.plan import DAY, MINIMUM_PERCENT, PERCENT_A_DAY, POINTS, Habit, Task
from tests.classday.school_bot import ZONE
from tests.classday.secrecy import mark, question_mark

AT_ONCE = 8
WAIT_SECONDS = 60.0
POLL_SECONDS = 0.05
OPENS_AT = timedelta(hours=16)
"""When a node is killed (ClassDays), often the leader that is about to tell of it."""

_SUBMISSION = re.compile(r"\b(S\d+)\b")
_QUESTION = re.compile(r"\b(Q\d+)\b")


class Course:
    """`now` is the school's clock; `monday` the first day's midnight."""

    def __init__(self, people: dict[str, Person], now: Callable[[], datetime], monday: datetime) -> None:
        self.people = people
        self.students = {name for name, person in people.items() if person.role is Role.STUDENT}
        self.graders = [person for person in people.values() if person.role is Role.INSTRUCTOR]
        self.model = Model(self.students, {grader.username for grader in self.graders})
        self.asked_by: dict[str, str] = {}
        """Who asked, by the number in a question's mark."""
        self.published: set[str] = set()
        """The numbers of the questions that are in the FAQ."""
        self.ids: dict[int, str] = {}
        """Assignment ids by the task's number."""
        self._now = now
        self._monday = monday
        self._notes = count(1)
        self._questions = count(1)
        self._number_of: dict[str, str] = {}
        """By question id, the number in its mark."""
        self._waiting: list[str] = []
        """Questions that no instructor has answered, by id."""

    # --- what instructors publish ---

    async def announce(self, day: int) -> None:
        grader, number = self.graders[day % len(self.graders)], next(self._notes)
        await grader.do(f"/announce Today is day {day}. note-{number}")
        everyone = self.students | self.model.instructors
        self.model.tell(everyone - {grader.username}, ("announcement", f"note-{number}"))

    async def publish_material(self, day: int) -> None:
        page = f"# Day {day}\n\nA quorum on day {day} is a majority of the voters.\n".encode()
        grader = self.graders[day % len(self.graders)]
        reply = await grader.do(f'/upload "Day {day}" topic=Quorums notify=yes', (f"day-{day}.md", page))
        self.model.tell(self.students, ("material", _found(re.compile(r"\b(M\d+)\b"), reply)))

    async def set_task(self, task: Task) -> None:
        due = self._monday + (task.set_on + 2) * DAY + timedelta(hours=18)
        cutoff = due + 2 * DAY
        opens = f'opens="{_typed(self._monday + task.set_on * DAY + OPENS_AT)}" ' if task.opens_later else ""
        reply = await self.graders[0].do(
            f'/newassignment "{task.title}" {POINTS} "{_typed(due)}" cutoff="{_typed(cutoff)}" attempts=2 '
            f"{opens}"
            f"late={PERCENT_A_DAY}%/day min={MINIMUM_PERCENT}% Say what a quorum is."
        )
        id_ = self.ids[task.number] = _found(re.compile(r"\b(A\d+)\b"), reply)
        self.model.assignments[id_] = Assignment(
            task.title, POINTS, due, cutoff, PERCENT_A_DAY, MINIMUM_PERCENT
        )
        if not task.opens_later:
            self.model.tell(self.students, ("assignment", id_))

    async def see_it_open(self, task: Task) -> None:
        """The cluster tells of it; wait until it is done."""
        self.model.tell(self.students, ("opened", self.ids[task.number]))

    async def extend(self, task: Task) -> None:
        id_ = self.ids[task.number]
        due = self.model.assignments[id_].due + DAY
        for student in task.with_habit(Habit.EXTENDED):
            await self.graders[1].do(f'/extend {id_} {student} "{_typed(due)}"')
            self.model.extensions[id_, student] = due
            self.model.tell({student}, ("extension", id_))

    # --- what students hand in ---

    async def hand_in(self, task: Task, *habits: Habit) -> None:
        await several(self._submit(self.people[student], task) for student in task.with_habit(*habits))

    async def _submit(self, student: Person, task: Task) -> None:
        id_ = self.ids[task.number]
        words = f"{mark('work', student.username)} {task.title} {self._now():%d %H:%M}"
        reply = await student.do(f"/submit {id_} Mine:", ("work.txt", words.encode()))
        self.model.handed_in(_found(_SUBMISSION, reply), id_, student.username, self._now())

    async def come_too_late(self, task: Task) -> None:
        for student in task.with_habit(Habit.TOO_LATE):
            try:
                await self._submit(self.people[student], task)
            except Unexpected as refused:
                if "closed" not in str(refused):
                    raise
            else:
                raise Unexpected(f"{student} handed in {task.title} after its cut-off")

    async def be_reminded(self, task: Task, extended: bool) -> None:
        """The cluster does it, a day ahead; wait until it is done."""
        id_ = self.ids[task.number]
        away = set(task.with_habit(Habit.EXTENDED))
        concerned = away if extended else self.students - away
        handed_in = {work.student for work in self.model.works.values() if work.assignment == id_}
        self.model.tell(concerned - handed_in, ("due", id_))

    # --- grading ---

    async def grade(self, task: Task) -> None:
        """Three graders at once, each from an end of the queue of their own, until nothing waits."""
        id_ = self.ids[task.number]
        waiting = self.model.waiting_for_grade(id_)
        orders = (waiting, waiting[::-1], waiting[len(waiting) // 2 :] + waiting[: len(waiting) // 2])
        shared = zip(self.graders, orders, strict=True)
        await several(self._grade_all(grader, task, order) for grader, order in shared)

    async def _grade_all(self, grader: Person, task: Task, order: list[str]) -> None:
        for submission_id in order:
            work = self.model.works[submission_id]
            if (work.assignment, work.student) in self.model.scores:
                continue
            points = task.points[work.student]
            feedback = f"{mark('feedback', work.student)} by {grader.name}"
            reply = await grader.say(f"/grade {submission_id} {points} {feedback}")
            if reply.refused:
                # Another grader was faster; theirs stands.
                await grader.say("/cancel")
            else:
                self.model.graded(submission_id, points)

    async def release(self, task: Task) -> None:
        id_ = self.ids[task.number]
        await self.graders[2].do(f"/release {id_}")
        self.model.released(id_)

    async def regrade(self, task: Task) -> None:
        id_ = self.ids[task.number]
        for student in task.regrades:
            reply = await self.people[student].do(
                f"/regrade {id_} {mark('regrade', student)} Please look again."
            )
            regrade_id = _found(re.compile(r"\b(R\d+)\b"), reply)
            self.model.tell(self.model.instructors, ("regrade wanted", id_))
            await self._answer_regrade(task, student, regrade_id)

    async def _answer_regrade(self, task: Task, student: str, regrade_id: str) -> None:
        id_, grader = self.ids[task.number], self.graders[1]
        submission_id = next(
            key
            for key, work in reversed(self.model.works.items())
            if (work.assignment, work.student) == (id_, student)
        )
        points = POINTS - task.points[student]
        await grader.do(
            f"/grade {submission_id} {points} replaces=v1 {mark('feedback', student)} looked at again"
        )
        self.model.graded(submission_id, points)
        await grader.do(f"/release {id_}")
        self.model.released(id_)
        await grader.do(f"/resolve {regrade_id} Done.")
        self.model.tell({student}, ("regrade closed", regrade_id))

    # --- questions ---

    async def ask(self, students: Iterable[str]) -> None:
        await several(self._ask(self.people[student]) for student in students)

    async def _ask(self, student: Person) -> None:
        number = next(self._questions)
        self.asked_by[str(number)] = student.username
        reply = await student.do(f"/ask instructor What is a quorum? {question_mark(number)}")
        question_id = _found(_QUESTION, reply)
        self.model.askers[question_id] = student.username
        self._number_of[question_id] = str(number)
        self.model.tell(self.model.instructors, ("asked", question_id))
        self._waiting.append(question_id)

    async def answer(self) -> None:
        """All that wait; the first for the FAQ, so that it is shown to whoever asks the like later."""
        waiting, self._waiting = self._waiting, []
        await several(
            self._answer(self.graders[place % len(self.graders)], question_id, "yes" if place == 0 else "no")
            for place, question_id in enumerate(waiting)
        )
        if waiting:
            self.published.add(self._number_of[waiting[0]])

    async def _answer(self, grader: Person, question_id: str, faq: str) -> None:
        await grader.do(f"/answer {question_id} faq={faq} A majority of the voters.")
        self.model.tell({self.model.askers[question_id]}, ("answered", question_id))


async def several(acts: Iterable[Coroutine[Any, Any, None]]) -> None:
    """A few of them at a time. Raises the first failure, once the others have ended."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(act: Coroutine[Any, Any, None]) -> None:
        async with room:
            await act

    outcomes = await asyncio.gather(*map(one, acts), return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Raises Unexpected when it does not come about in time."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while not await condition():  # noqa: ASYNC110 -- what is waited for has no event
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise Unexpected(f"it never came about that {what}") from None


def _typed(moment: datetime) -> str:
    """As somebody in the course's zone types it."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


def _found(pattern: re.Pattern[str], reply: Reply) -> str:
    match = pattern.search(reply.text.plain)
    if match is None:
        raise Unexpected(f"no {pattern.pattern} in: {reply.text.plain}")
    return match[1]
