"""The days of a course, over real nodes of which one is killed every day, and what is found at its end."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import grpc

from bot.core.model import Role
from demo.accounts import Account
from demo.seed import add_first_administrator
from lms_cluster.local.cluster import LocalCluster
from tests.classday.arrival import arrive
from tests.classday.clock import SchoolClock
from tests.classday.cluster import CLOCK_FILE, SchoolCluster
from tests.classday.course import Course, until
from tests.classday.gradebook import differences
from tests.classday.notices import told
from tests.classday.person import Person, Unexpected
from tests.classday.place import Place
from tests.classday.plan import DAY, Habit, Plan, Task, drawn
from tests.classday.school_bot import ZONE, SchoolBot
from tests.classday.secrecy import breaches

NODES = 3
QUESTIONS_A_DAY = 5
QUIET_STUDENTS = 5
QUIET_HOURS = "13:00-14:30"
"""In India; in the course's zone that is when the day's announcement is made."""
KILL_AFTER_SECONDS = 0.3

Tell = Callable[[str], None]
Scene = tuple[timedelta, str, Callable[[], Coroutine[Any, Any, None]]]
"""At what time of day, what it is called, and how it is played."""


@dataclass(slots=True)
class Findings:
    """What the whole course came to; `wrong` has a sentence for everything that should not be."""

    submissions: int = 0
    grades: int = 0
    questions: int = 0
    notices: int = 0
    messages: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class ClassDays:
    """`students` and `days` are counts; the plan of the course is drawn from `seed`."""

    def __init__(self, folder: Path, seed: int, students: int, instructors: int, days: int) -> None:
        self._folder = folder
        self._random = Random(seed)
        self.place = Place()
        people = [
            *(Person(f"st-{n:03}", f"Zuri{n:03} Okafor", Role.STUDENT, self.place) for n in range(students)),
            *(Person(f"in-{n}", f"Noor{n} Haddad", Role.INSTRUCTOR, self.place) for n in range(instructors)),
            Person("root", "Root", Role.ADMINISTRATOR, self.place),
        ]
        self.people = {person.username: person for person in people}
        usernames = [person.username for person in people if person.role is Role.STUDENT]
        self.plan: Plan = drawn(self._random, usernames, days, QUESTIONS_A_DAY)
        self.findings = Findings()
        self._cluster: LocalCluster
        self._clock: SchoolClock
        self._bot: SchoolBot

    async def run(self, tell: Tell) -> Findings:
        """Raises Unexpected, ClusterError."""
        self._clock = SchoolClock(self._folder / CLOCK_FILE)
        now = self._clock().astimezone(ZONE)
        monday = datetime.combine(now.date() + DAY, datetime.min.time(), ZONE)
        self._clock.pass_until(monday + timedelta(hours=7))
        self._cluster = await asyncio.to_thread(SchoolCluster.create, self._folder, NODES)
        try:
            await asyncio.to_thread(self._cluster.start, with_tutor=False)
            await self._begin_bot()
            try:
                await self._live(Course(self.people, self._clock, monday), monday, tell)
            finally:
                await self._bot.stop()
        finally:
            await asyncio.to_thread(self._cluster.stop)
        return self.findings

    async def _live(self, course: Course, monday: datetime, tell: Tell) -> None:
        root = Account("root", "Root", "administrator", secrets.token_urlsafe())
        await until(lambda: self._founded(root), "the school has an administrator")
        await arrive(self.people, root.password)
        for student in sorted(course.students)[:QUIET_STUDENTS]:
            await self.people[student].do(f"/settings quiet={QUIET_HOURS} zone=Asia/Kolkata")
        for day in range(self.plan.days):
            for at, name, play in sorted(self._scenes(course, day), key=lambda scene: scene[0]):
                self._clock.pass_until(monday + day * DAY + at)
                await self._play(day, name, play)
            if day % 3 == 2:
                await self._restart_bot()
            tell(f"day {day + 1} of {self.plan.days}: {self._counted(course)}")
        self._clock.pass_until(monday + self.plan.days * DAY + timedelta(hours=12))
        await self._judge(course)

    async def _founded(self, root: Account) -> bool:
        try:
            await asyncio.to_thread(add_first_administrator, self._cluster, root)
        except grpc.RpcError as failure:
            if failure.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            return False
        return True

    # --- what happens on a day ---

    def _scenes(self, course: Course, day: int) -> Iterator[Scene]:
        yield _at(9), "announce", lambda: course.announce(day)
        if day % 2 == 0:
            yield _at(9, 10), "material", lambda: course.publish_material(day)
        for task in self.plan.tasks:
            yield from self._task_scenes(course, task, day - task.set_on)
        asking = self.plan.questions[day]
        yield _at(16), "ask", lambda: course.ask(asking)
        yield _at(17), "answer", course.answer

    def _task_scenes(self, course: Course, task: Task, age: int) -> Iterator[Scene]:
        """`age` in days since the task was set."""
        match age:
            case 0:
                yield _at(10), "set task", lambda: course.set_task(task)
                if task.opens_later:
                    yield _at(16, 30), "open", lambda: self._opened(course, task)
            case 1:
                yield _at(11), "extend", lambda: course.extend(task)
                yield _at(12), "hand in", lambda: course.hand_in(task, Habit.EARLY, Habit.TWICE)
                yield _at(18, 5), "remind", lambda: self._reminded(course, task, extended=False)
            case 2:
                yield _at(12), "hand in", lambda: course.hand_in(task, Habit.LAST_DAY, Habit.TWICE)
                yield _at(18, 5), "remind", lambda: self._reminded(course, task, extended=True)
                yield _at(23), "hand in", lambda: course.hand_in(task, Habit.LATE)
            case 3:
                yield _at(12), "hand in", lambda: course.hand_in(task, Habit.EXTENDED)
            case 4:
                yield _at(0), "hand in", lambda: course.hand_in(task, Habit.VERY_LATE)
                yield _at(19), "come too late", lambda: course.come_too_late(task)
            case 5:
                yield _at(10), "grade", lambda: course.grade(task)
                yield _at(11), "release", lambda: course.release(task)
                yield _at(15), "regrade", lambda: course.regrade(task)

    async def _opened(self, course: Course, task: Task) -> None:
        await course.see_it_open(task)
        await until(lambda: self._all_told(course, "opened"), f"everybody is told that {task.title} is open")

    async def _reminded(self, course: Course, task: Task, extended: bool) -> None:
        await course.be_reminded(task, extended)
        await until(lambda: self._all_told(course, "due"), f"everybody is reminded of {task.title}")

    async def _play(self, day: int, name: str, play: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """One node dies in the middle of the day's questions, and is back before the next scene."""
        if name != "ask":
            await play()
            return
        scene = asyncio.ensure_future(play())
        await asyncio.sleep(KILL_AFTER_SECONDS)
        victim = self.plan.killed[day]
        if victim == "leader":
            victim = await asyncio.to_thread(self._cluster.wait_for_leader)
        await asyncio.to_thread(self._cluster.node(victim).kill)
        self.findings.kills[self.plan.killed[day]] += 1
        await scene
        self._cluster.node(victim).start()
        await asyncio.to_thread(self._cluster.wait_caught_up, victim)

    async def _begin_bot(self) -> None:
        self._bot = SchoolBot(self._cluster.config.addresses, self._folder, self.place, self._clock)
        for person in self.people.values():
            person.bot = self._bot
        self._bot.start()

    async def _restart_bot(self) -> None:
        await self._bot.stop()
        await self._begin_bot()

    # --- what is found ---

    async def _judge(self, course: Course) -> None:
        wrong = self.findings.wrong
        wrong += await differences(course)
        await self._judge_notices(course)
        wrong += breaches(list(self.people.values()), self.place, course.asked_by, course.published)
        await asyncio.to_thread(self._cluster.wait_equal_state)
        self.findings.submissions = len(course.model.works)
        self.findings.grades = len(course.model.scores)
        self.findings.questions = len(course.asked_by)
        self.findings.notices = sum(map(len, self.place.notices.values()))
        self.findings.messages = sum(map(len, self.place.replies.values()))

    async def _judge_notices(self, course: Course) -> None:
        expected = course.model.expected
        try:
            await until(lambda: self._all_told(course), "everybody has been told of everything")
        except Unexpected as never:
            self.findings.wrong.append(str(never))
        for (username, notice), times in (expected - self._told(course)).items():
            self.findings.wrong.append(f"{username} was not told of {notice}, {times} times")
        for (username, notice), times in (self._told(course) - expected).items():
            self.findings.wrong.append(f"{username} was told of {notice} {times} times too often")

    async def _all_told(self, course: Course, kind: str = "") -> bool:
        missing = course.model.expected - self._told(course)
        return not any(kind in ("", notice[0]) for _, notice in missing)

    def _told(self, course: Course) -> Counter[tuple[str, tuple[str, str]]]:
        found: Counter[tuple[str, tuple[str, str]]] = Counter()
        for username, notices in self.place.notices.items():
            for notice, times in told(notices, course.model).items():
                found[username, notice] += times
        return found

    def _counted(self, course: Course) -> str:
        model = course.model
        return (
            f"{len(model.works)} submissions, {len(model.scores)} grades, {len(course.asked_by)} questions, "
            f"{sum(self.findings.kills.values())} nodes killed"
        )


def _at(hours: int, minutes: int = 0) -> timedelta:
    return timedelta(hours=hours, minutes=minutes)
