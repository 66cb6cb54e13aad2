"""An LmsClient in memory: sessions, exactly-once writes, events, and a tutor that is a function."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from bot.client.api import (
    UPLOAD_BYTES_MAX,
    Announcement,
    Answer,
    Assignment,
    Event,
    EventKind,
    File,
    Grade,
    Item,
    LmsError,
    Material,
    NodeStatus,
    Page,
    Progress,
    Query,
    Receipt,
    Recipient,
    Session,
    Submission,
    User,
)
from bot.client.fake.classroom import Classroom
from bot.client.fake.feed import Feed, course_but, instructors, only, students
from bot.client.fake.outcomes import Outcomes
from bot.client.fake.pages import page_of
from bot.client.fake.questions import Questions
from bot.client.fake.refusals import invalid, session_ended, too_large

T = TypeVar("T")
ItemT = TypeVar("ItemT", bound=Item)
Tutor = Callable[[str, Sequence[Material]], Answer]
"""Answers a question from the materials."""


class FakeLmsClient:
    """Begins empty but for the people added with `seat`. `tutor` is None while the tutor is away."""

    def __init__(
        self, now: Callable[[], datetime] = lambda: datetime.now(UTC), tutor: Tutor | None = None
    ) -> None:
        self._classroom = Classroom(now)
        self._questions = Questions(now)
        self._passwords: dict[str, str] = {}
        self._sessions: dict[str, str] = {}
        self._outcomes = Outcomes()
        self._feed = Feed()
        self._tutor = tutor
        self._index = 0

    def seat(self, username: str, display_name: str, role: str, password: str) -> None:
        """Add a person without anybody's leave."""
        self._classroom.users[username] = User(username, display_name, role)
        self._passwords[username] = password

    def set_tutor(self, tutor: Tutor | None) -> None:
        """Send the tutor away, or let it return and answer what waited."""
        self._tutor = tutor
        for query in self._questions.waiting_for_tutor():
            self._ask_tutor(query)

    async def close(self) -> None:
        self._sessions.clear()
        self._feed.wake()

    # --- sessions ---

    async def login(self, username: str, password: str) -> Session:
        await _others_run()
        if self._passwords.get(username) != password:
            raise LmsError("UNAUTHENTICATED", "BAD_CREDENTIALS", "Wrong username or password.")
        token = secrets.token_urlsafe(32)
        self._sessions[token] = username
        return Session(token, self._classroom.users[username])

    async def logout(self, token: str) -> None:
        self._viewer(token)
        del self._sessions[token]
        self._feed.wake()

    async def account(self, token: str) -> User:
        return self._viewer(token)

    def _viewer(self, token: str) -> User:
        if token not in self._sessions:
            raise session_ended()
        return self._classroom.users[self._sessions[token]]

    # --- reading ---

    async def materials(self, token: str, words: str = "", page: str = "") -> Page[Material]:
        return page_of(self._classroom.list_materials(self._viewer(token), words), page)

    async def material(self, token: str, material_id: str) -> Material:
        return self._classroom.material(self._viewer(token), material_id)

    async def assignments(self, token: str, page: str = "") -> Page[Assignment]:
        return page_of(self._classroom.list_assignments(self._viewer(token)), page)

    async def assignment(self, token: str, assignment_id: str) -> Assignment:
        return self._classroom.assignment(self._viewer(token), assignment_id)

    async def submissions(
        self, token: str, assignment_id: str = "", pending: bool = False, page: str = ""
    ) -> Page[Submission]:
        found = self._classroom.list_submissions(self._viewer(token), assignment_id, pending)
        return page_of(found, page)

    async def submission(self, token: str, submission_id: str) -> Submission:
        return self._classroom.submission(self._viewer(token), submission_id)

    async def grades(self, token: str, assignment_id: str = "", page: str = "") -> Page[Grade]:
        return page_of(self._classroom.list_grades(self._viewer(token), assignment_id), page)

    async def grade(self, token: str, submission_id: str) -> Grade:
        return self._classroom.grade(self._viewer(token), submission_id)

    async def queries(self, token: str, pending: bool = False, page: str = "") -> Page[Query]:
        return page_of(self._questions.list_queries(self._viewer(token), pending), page)

    async def query(self, token: str, query_id: str) -> Query:
        return self._questions.query(self._viewer(token), query_id)

    async def announcements(self, token: str, page: str = "") -> Page[Announcement]:
        self._viewer(token)
        return page_of(self._questions.list_announcements(), page)

    async def users(self, token: str, page: str = "") -> Page[User]:
        return page_of(self._classroom.list_users(self._viewer(token)), page)

    async def progress(self, token: str, page: str = "") -> Page[Progress]:
        return page_of(self._classroom.list_progress(self._viewer(token)), page)

    # --- files ---

    async def upload(self, token: str, name: str, media_type: str, content: bytes) -> File:
        viewer = self._viewer(token)
        if not content:
            raise invalid("file", "must not be empty")
        if len(content) > UPLOAD_BYTES_MAX:
            raise too_large(name)
        file = File(hashlib.sha256(content).hexdigest(), name, media_type, len(content))
        self._classroom.keep(viewer, file, content)
        return file

    async def download(self, token: str, item_id: str, sha256: str = "") -> tuple[File, bytes]:
        file = self._classroom.file_of(self._viewer(token), item_id, sha256)
        return file, self._classroom.contents[file.sha256]

    # --- writing ---

    async def add_material(
        self, token: str, request_id: str, title: str, topic: str, file: File
    ) -> Receipt[Material]:
        def act(actor: User) -> Receipt[Material]:
            item = self._classroom.add_material(actor, title, topic, file)
            self._feed.add(EventKind.MATERIAL_PUBLISHED, item, students)
            return self._receipt(item)

        return await self._once(token, request_id, ("add_material", title, topic, file), act)

    async def add_assignment(
        self, token: str, request_id: str, title: str, instructions: str, points: int, due: datetime
    ) -> Receipt[Assignment]:
        def act(actor: User) -> Receipt[Assignment]:
            item = self._classroom.add_assignment(actor, title, instructions, points, due)
            self._feed.add(EventKind.ASSIGNMENT_PUBLISHED, item, students)
            return self._receipt(item)

        return await self._once(token, request_id, ("add_assignment", title, instructions, points, due), act)

    async def submit(
        self, token: str, request_id: str, assignment_id: str, text: str, files: tuple[File, ...]
    ) -> Receipt[Submission]:
        def act(actor: User) -> Receipt[Submission]:
            item = self._classroom.submit(actor, assignment_id, text, files)
            self._feed.add(EventKind.SUBMISSION_RECEIVED, item, instructors)
            return self._receipt(item)

        return await self._once(token, request_id, ("submit", assignment_id, text, files), act)

    async def put_grade(
        self, token: str, request_id: str, submission_id: str, points: int, feedback: str, version: int
    ) -> Receipt[Grade]:
        def act(actor: User) -> Receipt[Grade]:
            return self._receipt(self._classroom.put_grade(actor, submission_id, points, feedback, version))

        return await self._once(
            token, request_id, ("put_grade", submission_id, points, feedback, version), act
        )

    async def release(self, token: str, request_id: str, assignment_id: str) -> Receipt[int]:
        def act(actor: User) -> Receipt[int]:
            published = self._classroom.release(actor, assignment_id)
            for grade in published:
                self._feed.add(EventKind.GRADE_RELEASED, grade, only(grade.student))
            return self._receipt(len(published))

        return await self._once(token, request_id, ("release", assignment_id), act)

    async def ask(self, token: str, request_id: str, text: str, recipient: Recipient) -> Receipt[Query]:
        def act(actor: User) -> Receipt[Query]:
            item = self._questions.ask(actor, text, recipient)
            receipt = self._receipt(item)
            if recipient is Recipient.INSTRUCTOR:
                self._feed.add(EventKind.QUERY_ASKED, item, instructors)
            else:
                self._ask_tutor(item)
            return receipt

        return await self._once(token, request_id, ("ask", text, recipient), act)

    async def answer(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]:
        def act(actor: User) -> Receipt[Query]:
            item = self._questions.answer(actor, query_id, text)
            self._feed.add(EventKind.QUERY_ANSWERED, item, only(self._questions.asker_of(query_id)))
            return self._receipt(item)

        return await self._once(token, request_id, ("answer", query_id, text), act)

    async def announce(self, token: str, request_id: str, text: str) -> Receipt[Announcement]:
        def act(actor: User) -> Receipt[Announcement]:
            item = self._questions.announce(actor, text)
            self._feed.add(EventKind.ANNOUNCEMENT, item, course_but(actor))
            return self._receipt(item)

        return await self._once(token, request_id, ("announce", text), act)

    async def add_user(
        self, token: str, request_id: str, username: str, display_name: str, role: str, password: str
    ) -> Receipt[User]:
        def act(actor: User) -> Receipt[User]:
            item = self._classroom.add_user(actor, username, display_name, role)
            self._passwords[username] = password
            return self._receipt(item)

        return await self._once(token, request_id, ("add_user", username, display_name, role), act)

    async def mark_read(self, token: str, request_id: str, material_id: str) -> None:
        await self._once(
            token,
            request_id,
            ("mark_read", material_id),
            lambda actor: self._classroom.mark_read(actor, material_id),
        )

    # --- watching ---

    def watch(self, token: str, cursor: str) -> AsyncIterator[Event]:
        return self._feed.follow(lambda: self._viewer(token), cursor)

    async def status(self) -> tuple[NodeStatus, ...]:
        return (
            NodeStatus(
                node_id="n1",
                address="memory",
                role="leader",
                term=1,
                leader_id="n1",
                commit_index=self._index,
                applied_index=self._index,
                tutor_reachable=self._tutor is not None,
                tutor_model="fake" if self._tutor else "",
                pending_queries=len(self._questions.waiting_for_tutor()),
            ),
        )

    async def _once(
        self, token: str, request_id: str, asked: tuple[object, ...], act: Callable[[User], T]
    ) -> T:
        await _others_run()
        actor = self._viewer(token)
        return self._outcomes.once(actor.username, request_id, asked, lambda: act(actor))

    def _receipt(self, item: T) -> Receipt[T]:
        self._index += 1
        return Receipt(item, self._index, 1)

    def _ask_tutor(self, query: Query) -> None:
        asker = self._questions.asker_of(query.id)
        if self._tutor is None:
            self._feed.add(EventKind.TUTOR_DELAYED, query, only(asker))
            return
        viewer = self._classroom.users[asker]
        listed = self._classroom.list_materials(viewer, "")
        answer = self._tutor(query.text, [self._classroom.material(viewer, item.id) for item in listed])
        answered = self._questions.record_answer(query.id, answer)
        self._feed.add(EventKind.QUERY_ANSWERED, answered, only(asker))


async def _others_run() -> None:
    """A call over a network lets others run meanwhile; so does this one."""
    await asyncio.sleep(0)
