"""Small classrooms to snapshot, install and damage."""

from __future__ import annotations

import hashlib
from pathlib import Path

from protos.command_pb2 import Command, Outcome
from protos.lms_pb2 import NewAnnouncement, PostResponse
from raft.membership import Membership
from raft.types import Entry, EntryKind
from storage import blobs
from storage.classroom import Classroom
from storage.known_answers import know
from storage.models.course import Material
from storage.models.people import User
from storage.models.questions import Query
from storage.passages import Section, add_passages

MEMBERS = Membership(voters=("n1", "n2", "n3"))


def add_user_with_file(command: Command, index: int, term: int) -> Outcome:
    """A user of the announced name, who publishes 3 KB of course text out of one file of 40 KB, and whose
    question has a known answer."""
    name = command.announce.text
    User.create(username=name, display_name=name, role=1, password_hash="", created_ms=command.time_ms)
    parts = [hashlib.sha512(b"%s %d" % (name.encode(), part)).digest() * 156 for part in range(4)]
    sha256 = hashlib.sha256(b"".join(parts)).hexdigest()
    blobs.put_file(sha256, 4 * 64 * 156, [blobs.put_chunk(part) for part in parts], name)
    material = Material.create(
        title=name,
        topic="t",
        file=sha256,
        file_name=f"{name}.txt",
        media_type="text/plain",
        author=name,
        passages=0,
        published_ms=command.time_ms,
    )
    text = " ".join(f"{name} says sentence {number}, which is about {number * 7}." for number in range(60))
    add_passages(material.number, [Section("page 1", "On numbers", text)])
    asked = Query.create(
        asker=name, text=f"What says {name}?", recipient=2, answered=True, delay_reported=False, asked_ms=1
    )
    know(asked.number, asked.text, text[:200], answer_place=0, published=True, known_ms=command.time_ms)
    return Outcome(accepted=PostResponse(index=index, term=term))


def joins(index: int, name: str, term: int = 2) -> Entry:
    command = Command(time_ms=1_000, announce=NewAnnouncement(text=name))
    return Entry(term, index, EntryKind.COMMAND, command.SerializeToString())


def opened(path: Path) -> Classroom:
    return Classroom(path, add_user_with_file)


def filled(path: Path, *names: str) -> Classroom:
    """The names are what entries 2 and on are about; entry 1 says who the members are."""
    classroom = opened(path)
    entries = [joins(index, name) for index, name in enumerate(names, start=2)]
    classroom.apply([Entry(1, 1, EntryKind.MEMBERSHIP, MEMBERS.encode()), *entries])
    return classroom


def names(classroom: Classroom) -> list[str]:
    with classroom.reading():
        return [user.username for user in User.select().order_by(User.username)]
