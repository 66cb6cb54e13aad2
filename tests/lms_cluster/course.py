"""A classroom with people in it, for tests that apply commands and look at what came of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from lms_cluster import views
from lms_cluster.commands import apply_command
from lms_cluster.refusal import Refused
from lms_cluster.stamp import VERSION
from protos.command_pb2 import (
    AddFirstAdministrator,
    AddUser,
    Command,
    CreateSession,
    Outcome,
    PublishMaterial,
    PutChunk,
    PutFile,
    Refusal,
    Section,
)
from protos.lms_pb2 import (
    ROLE_ADMINISTRATOR,
    ROLE_INSTRUCTOR,
    ROLE_STUDENT,
    File,
    GetRequest,
    GetResponse,
    Item,
    NewAnnouncement,
    NewAssignment,
    NewGrade,
    NewMaterial,
    NewQuery,
    NewRelease,
    NewSubmission,
    PostResponse,
    WatchResponse,
)
from raft.types import Entry, EntryKind
from storage.classroom import Classroom

START_MS = 1_800_000_000_000
HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"
TUTOR, INSTRUCTOR = 1, 2


def token(username: str) -> bytes:
    return hashlib.sha256(f"token of {username}".encode()).digest()


def at(ms: int) -> Timestamp:
    return Timestamp(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)


class Course:
    """One classroom and its log; `people` are signed in: root, grace and alan (instructors), ann and bob."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.classroom = Classroom(path, apply_command)
        self.now_ms = START_MS
        self.log: list[Entry] = []
        self.accepted(
            "",
            add_first_administrator=AddFirstAdministrator(
                username="root", display_name="Root", password_hash=HASH
            ),
        )
        self.sign_in("root")
        self.add("grace", ROLE_INSTRUCTOR)
        self.add("alan", ROLE_INSTRUCTOR)
        self.add("ann", ROLE_STUDENT)
        self.add("bob", ROLE_STUDENT)

    # --- writing ---

    def command(self, username: str, request_id: str | None = None, **data: Any) -> Command:
        """A command of `username`, or of the cluster itself for "", as this release stamps it."""
        if request_id is None:
            request_id = f"request-{len(self.log):08}"
        token_sha256 = token(username) if username else b""
        stamp = {"request_id": request_id, "token_sha256": token_sha256, "time_ms": self.now_ms}
        return Command(**{**stamp, "version": VERSION, **data})

    def apply(self, *commands: Command) -> list[Outcome]:
        """In one batch."""
        first = len(self.log) + 1
        entries = [
            Entry(1, first + place, EntryKind.COMMAND, command.SerializeToString())
            for place, command in enumerate(commands)
        ]
        self.log.extend(entries)
        return [Outcome.FromString(response) for response in self.classroom.apply(entries)]

    def outcome(self, username: str, request_id: str | None = None, **data: Any) -> Outcome:
        return self.apply(self.command(username, request_id, **data))[0]

    def accepted(self, username: str, request_id: str | None = None, **data: Any) -> PostResponse:
        outcome = self.outcome(username, request_id, **data)
        assert outcome.HasField("accepted"), outcome
        return outcome.accepted

    def refused(self, username: str, request_id: str | None = None, **data: Any) -> Refusal:
        outcome = self.outcome(username, request_id, **data)
        assert outcome.HasField("refused"), outcome
        return outcome.refused

    def sign_in(self, username: str) -> None:
        self.accepted("", create_session=CreateSession(username=username, token_sha256=token(username)))

    def add(self, username: str, role: int) -> None:
        user = AddUser(username=username, display_name=username.title(), password_hash=HASH)
        user.role = role  # type: ignore[assignment]
        self.accepted("root", add_user=user)
        self.sign_in(username)

    def upload(self, username: str, data: bytes, name: str = "essay.txt") -> File:
        digest = hashlib.sha256(data)
        self.accepted("", put_chunk=PutChunk(data=data))
        file = PutFile(sha256=digest.hexdigest(), size=len(data), chunk_sha256=[digest.digest()])
        self.accepted(username, put_file=file)
        return File(sha256=digest.hexdigest(), name=name, media_type="text/plain", size=len(data))

    def material(self, title: str = "Raft", *texts: str) -> str:
        file = self.upload("grace", f"{title}{texts}".encode(), "pages.txt")
        sections = [
            Section(place=f"page {page}", heading=f"{title} {page}", text=text)
            for page, text in enumerate(texts, start=1)
        ]
        material = PublishMaterial(material=NewMaterial(title=title, file=file), sections=sections)
        return self.accepted("grace", publish_material=material).item.id

    def assignment(self, points: int = 20, due_ms: int | None = None) -> str:
        due = at(self.now_ms + 3_600_000 if due_ms is None else due_ms)
        new = NewAssignment(title="Elections", instructions="Why odd?", points=points, due=due)
        return self.accepted("grace", create_assignment=new).item.id

    def submission(self, student: str, assignment: str, text: str = "Because.") -> str:
        return self.accepted(student, submit=NewSubmission(assignment_id=assignment, text=text)).item.id

    def grade(
        self, submission: str, points: int = 15, version: int = 0, grader: str = "grace"
    ) -> PostResponse:
        new = NewGrade(submission_id=submission, points=points, feedback="Well argued.", version=version)
        return self.accepted(grader, grade=new)

    def release(self, assignment: str) -> PostResponse:
        return self.accepted("grace", release=NewRelease(assignment_id=assignment))

    def question(
        self, student: str, recipient: int = INSTRUCTOR, text: str = "Why a quorum?", private: bool = False
    ) -> str:
        ask = NewQuery(text=text, private=private)
        ask.recipient = recipient  # type: ignore[assignment]
        return self.accepted(student, ask=ask).item.id

    def announcement(self, text: str = "No class on Friday.") -> str:
        return self.accepted("grace", announce=NewAnnouncement(text=text)).item.id

    # --- reading ---

    def get(self, username: str, kind: int, **request: Any) -> GetResponse:
        """Raises Refused."""
        asked = GetRequest(**request)
        asked.kind = kind  # type: ignore[assignment]
        with self.classroom.reading():
            return views.get(asked, views.viewer_of(token(username)), self.now_ms)

    def ids(self, username: str, kind: int, **request: Any) -> list[str]:
        return [item.id for item in self.get(username, kind, **request).items]

    def one(self, username: str, kind: int, id_: str) -> Item:
        return self.get(username, kind, id=id_).items[0]

    def refusal(self, username: str, kind: int, **request: Any) -> Refused:
        try:
            response = self.get(username, kind, **request)
        except Refused as refusal:
            return refusal
        raise AssertionError(f"not refused: {response}")

    def events(self, username: str, cursor: str = "0.0", limit: int = 1_000) -> list[WatchResponse]:
        with self.classroom.reading():
            return views.events_after(views.viewer_of(token(username)), cursor, limit, self.now_ms)


PEOPLE = {
    "root": ROLE_ADMINISTRATOR,
    "grace": ROLE_INSTRUCTOR,
    "alan": ROLE_INSTRUCTOR,
    "ann": ROLE_STUDENT,
    "bob": ROLE_STUDENT,
}
