"""The same log gives the same state and the same answers, however it is cut into batches."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms_cluster.commands import apply_command
from protos.command_pb2 import (
    AddUser,
    AnnounceOpening,
    Command,
    CreateLinkCodes,
    CreateSession,
    EndSession,
    LinkCodeDigest,
    PublishMaterial,
    PutChunk,
    PutFile,
    RecordBackup,
    RecordTransfer,
    RecordTutorAnswer,
    ReportTutorDelay,
    ResetPassword,
    Section,
    SetPassword,
)
from protos.lms_pb2 import (
    Answer,
    File,
    ImportedGrade,
    LatePolicy,
    NewAnnouncement,
    NewAnswer,
    NewAssignment,
    NewCorrection,
    NewDisabling,
    NewEndorsement,
    NewExtension,
    NewFollowUp,
    NewGrade,
    NewGradeImport,
    NewMaterial,
    NewQuery,
    NewRating,
    NewReading,
    NewRegrade,
    NewRegradeReply,
    NewRelease,
    NewResolution,
    NewReveal,
    NewRoster,
    NewSubmission,
    NewTutoring,
    RosterRow,
    RubricLine,
)
from raft.types import Entry, EntryKind
from storage.classroom import Classroom
from tests.lms_cluster.course import HASH, PEOPLE, START_MS, Course, at, token

CONTENT = b"an essay"
SHA256 = hashlib.sha256(CONTENT)
FILE = File(sha256=SHA256.hexdigest(), name="essay.txt", media_type="text/plain")

words = st.text(max_size=12)
small = st.integers(0, 4)
people = st.sampled_from([*sorted(PEOPLE), "carol", "dan"])
moments = small.map(lambda seconds: at(START_MS + 1_000 * seconds))


def ids(letter: str) -> st.SearchStrategy[str]:
    return small.map(lambda number: f"{letter}{number}")


def link(username: str) -> LinkCodeDigest:
    return LinkCodeDigest(username=username, code_sha256=token(f"link of {username}"))


def command(kind: str, data: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return data.map(lambda data: {kind: data})


DATA = st.one_of(
    command("announce", st.builds(NewAnnouncement, text=words)),
    command("ask", st.builds(NewQuery, text=words, recipient=st.integers(0, 3), private=st.booleans())),
    command("answer", st.builds(NewAnswer, query_id=ids("Q"), text=words, publish=st.booleans())),
    command("follow_up", st.builds(NewFollowUp, query_id=ids("Q"), text=words)),
    command("resolve", st.builds(NewResolution, query_id=ids("Q"))),
    command("endorse", st.builds(NewEndorsement, query_id=ids("Q"))),
    command("correct", st.builds(NewCorrection, query_id=ids("Q"), text=words)),
    command("rate", st.builds(NewRating, query_id=ids("Q"), rating=st.integers(0, 3))),
    command("reveal", st.builds(NewReveal, query_id=ids("Q"), reason=words)),
    command(
        "record_tutor_answer",
        st.builds(RecordTutorAnswer, query_id=ids("Q"), answer=st.builds(Answer, text=words)),
    ),
    command("set_tutoring", st.builds(NewTutoring, policy=st.integers(0, 4))),
    command("announce_opening", st.builds(AnnounceOpening, assignment_id=ids("A"))),
    command("report_tutor_delay", st.builds(ReportTutorDelay, query_id=ids("Q"))),
    command(
        "create_assignment",
        st.builds(
            NewAssignment,
            title=words,
            points=small,
            due=moments,
            opens=st.none() | moments,
            cutoff=st.none() | moments,
            attempts_max=small,
            late=st.none() | st.builds(LatePolicy, percent=st.integers(0, 101), interval_seconds=st.just(60)),
            rubric=st.lists(st.builds(RubricLine, criterion=words, points=small), max_size=2),
            files=st.lists(st.just(FILE), max_size=1),
        ),
    ),
    command(
        "grant_extension",
        st.builds(
            NewExtension,
            assignment_id=ids("A"),
            student=st.sampled_from(["ann", "grace", "zoe"]),
            due=moments,
        ),
    ),
    command(
        "submit",
        st.builds(
            NewSubmission, assignment_id=ids("A"), text=words, files=st.lists(st.just(FILE), max_size=2)
        ),
    ),
    command(
        "grade",
        st.builds(
            NewGrade,
            submission_id=ids("S"),
            points=small,
            version=small,
            files=st.lists(st.just(FILE), max_size=1),
            feedback=words,
            feedback_only=st.booleans(),
            keep_feedback=st.booleans(),
            release=st.booleans(),
        ),
    ),
    command("release", st.builds(NewRelease, assignment_id=ids("A"))),
    command("release", st.builds(NewRelease, submission_id=ids("S"))),
    command(
        "import_grades",
        st.builds(
            NewGradeImport,
            grades=st.lists(
                st.builds(
                    ImportedGrade,
                    assignment_id=ids("A"),
                    student=st.sampled_from(["ann", "bob"]),
                    points=small,
                    version=small,
                ),
                max_size=3,
            ),
            dry_run=st.booleans(),
        ),
    ),
    command("request_regrade", st.builds(NewRegrade, assignment_id=ids("A"), reason=words)),
    command(
        "reply_regrade",
        st.builds(NewRegradeReply, regrade_id=ids("R"), text=words, resolve=st.booleans()),
    ),
    command("put_chunk", st.just(PutChunk(data=CONTENT))),
    command(
        "put_file",
        st.just(PutFile(sha256=SHA256.hexdigest(), size=len(CONTENT), chunk_sha256=[SHA256.digest()])),
    ),
    command(
        "publish_material",
        st.builds(
            PublishMaterial,
            material=st.builds(NewMaterial, title=words, file=st.just(FILE)),
            sections=st.lists(st.builds(Section, place=words, heading=words, text=words), max_size=2),
        ),
    ),
    command("read_material", st.builds(NewReading, material_id=ids("M"))),
    command(
        "add_user",
        st.builds(
            AddUser,
            username=st.sampled_from(["carol", "dan"]),
            display_name=words,
            password_hash=st.just(HASH),
        ),
    ),
    command(
        "create_session",
        st.sampled_from(sorted(PEOPLE)).map(lambda u: CreateSession(username=u, token_sha256=token(u))),
    ),
    command("end_session", st.just(EndSession())),
    command(
        "create_session",
        people.map(lambda u: CreateSession(link_code_sha256=token(f"link of {u}"), token_sha256=token(u))),
    ),
    command(
        "create_link_codes",
        st.builds(
            CreateLinkCodes,
            codes=st.lists(people.map(link), max_size=3),
            lifetime_ms=small.map(lambda s: 1_000 * s),
            newcomers=st.booleans(),
        ),
    ),
    command("set_password", st.builds(SetPassword, password_hash=st.sampled_from([HASH, HASH + "x"]))),
    command("reset_password", st.builds(ResetPassword, code=people.map(link), lifetime_ms=small)),
    command("reset_administrator", st.builds(ResetPassword, code=people.map(link), lifetime_ms=small)),
    command("set_disabled", st.builds(NewDisabling, username=people, disabled=st.booleans())),
    command(
        "import_roster",
        st.builds(
            NewRoster,
            rows=st.lists(
                st.builds(
                    RosterRow,
                    username=people,
                    display_name=words,
                    role=st.integers(0, 3),
                    sourced_id=st.sampled_from(["", "7"]),
                ),
                max_size=3,
            ),
            dry_run=st.booleans(),
        ),
    ),
    command("record_backup", st.just(RecordBackup(node_id="n1"))),
    command("record_transfer", st.just(RecordTransfer(node_id="n2"))),
)


@st.composite
def commands(draw: st.DrawFn) -> Command:
    username = draw(st.sampled_from([*PEOPLE, "grace", "ann", ""]))
    return Command(
        # Few ids, so that some are repeated and some reused.
        request_id=f"request-{draw(st.integers(0, 30))}",
        token_sha256=token(username) if username else b"",
        time_ms=START_MS + draw(st.integers(-5_000, 5_000)),
        version=draw(st.integers(0, 1)),
        **draw(DATA),
    )


blobs = st.one_of(commands().map(lambda command: command.SerializeToString()), st.binary(max_size=20))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(blobs, min_size=1, max_size=60), st.lists(st.integers(1, 20), min_size=1))
def test_two_nodes_agree_whatever_they_are_told(datas: list[bytes], cuts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder) / "one.db")
        other = Classroom(Path(folder) / "other.db", apply_command)
        first = len(course.log) + 1
        course.log += [Entry(1, first + place, EntryKind.COMMAND, blob) for place, blob in enumerate(datas)]
        one_by_one = [
            response for entry in course.log[first - 1 :] for response in course.classroom.apply([entry])
        ]
        in_batches: list[bytes] = []
        low, turn = 0, 0
        while low < len(course.log):
            high = low + cuts[turn % len(cuts)]
            in_batches += other.apply(course.log[low:high])
            low, turn = high, turn + 1
        assert in_batches[first - 1 :] == one_by_one
        assert other.state_hash() == course.classroom.state_hash()
        course.classroom.close()
        other.close()
