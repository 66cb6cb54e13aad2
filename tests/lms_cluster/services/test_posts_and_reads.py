"""Posting and reading through any node of a running cluster."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from protos.lms_pb2 import (
    CONSISTENCY_STALE,
    KIND_ANNOUNCEMENT,
    KIND_GRADE,
    KIND_MATERIAL,
    KIND_QUERY,
    KIND_SUBMISSION,
    KIND_USER,
    RECIPIENT_INSTRUCTOR,
    ROLE_STUDENT,
    Assignment,
    File,
    GetRequest,
    NewAnnouncement,
    NewAnswer,
    NewAssignment,
    NewGrade,
    NewMaterial,
    NewQuery,
    NewRelease,
    NewSubmission,
    NewUser,
    PostRequest,
    PostResponse,
)
from tests.lms_cluster import course_files
from tests.lms_cluster.services.cluster import NODES, Person, RunningCluster, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def assignment(grace: Person, points: int = 20) -> str:
    due = Timestamp(seconds=int(time.time()) + 86_400)
    return (await grace.post(assignment=NewAssignment(title="Clocks", points=points, due=due))).item.id


async def test_followers_take_writes_as_the_leader_does(cluster: RunningCluster, grace: Person) -> None:
    answers = [await grace.post(node_id, announcement=NewAnnouncement(text=node_id)) for node_id in NODES]
    assert all(answer.index and answer.term and answer.item.id for answer in answers)
    assert len({answer.item.id for answer in answers}) == len(NODES)


async def test_a_read_through_another_node_sees_the_write_before_it(
    cluster: RunningCluster, grace: Person
) -> None:
    for turn in range(200):
        text = f"turn {turn}"
        written, read = NODES[turn % 3], NODES[(turn + 1 + turn // 3 % 2) % 3]
        posted = await grace.post(written, announcement=NewAnnouncement(text=text))
        (item,) = (await grace.get(read, kind=KIND_ANNOUNCEMENT, id=posted.item.id)).items
        assert item.announcement.text == text


async def test_the_same_request_acts_once_through_whichever_nodes(
    cluster: RunningCluster, grace: Person
) -> None:
    request_id = uuid4().hex
    new = NewAnnouncement(text="once")
    tries = (grace.post(node_id, request_id=request_id, announcement=new) for node_id in (*NODES, *NODES))
    answers = await asyncio.gather(*tries)
    assert all(answer == answers[0] for answer in answers)


async def test_a_user_added_twice_by_one_request_is_one_user(cluster: RunningCluster, root: Person) -> None:
    request_id = uuid4().hex
    new = NewUser(username="edsger", display_name="Edsger", role=ROLE_STUDENT, password="password of edsger")
    first = await root.post("n1", request_id=request_id, user=new)
    assert await root.post("n2", request_id=request_id, user=new) == first
    assert (await cluster.login("edsger", "n3")).token


async def test_a_course_runs_from_assignment_to_released_grade(
    grace: Person, ada: Person, linus: Person
) -> None:
    assignment_id = await assignment(grace)
    submitted = await ada.post("n2", submission=NewSubmission(assignment_id=assignment_id, text="My answer"))
    work = submitted.item.id
    await grace.post("n3", grade=NewGrade(submission_id=work, points=18, feedback="Good"))
    assert (await refusal(ada.get("n1", kind=KIND_GRADE, id=work))).code == "NOT_FOUND"
    assert (await grace.post("n2", release=NewRelease(assignment_id=assignment_id))).released == 1
    (grade,) = (await ada.get("n3", kind=KIND_GRADE, id=work)).items
    assert (grade.grade.points, grade.grade.feedback) == (18, "Good")

    for kind in (KIND_GRADE, KIND_SUBMISSION):
        others = await refusal(linus.get("n1", kind=kind, id=work))
        nobodys = await refusal(linus.get("n1", kind=kind, id="S999"))
        assert others.code == nobodys.code == "NOT_FOUND"
        assert others.message.replace(work, "S999") == nobodys.message


async def test_a_question_to_an_instructor_is_answered_without_a_name(grace: Person, ada: Person) -> None:
    asked = await ada.post(query=NewQuery(text="Why a quorum?", recipient=RECIPIENT_INSTRUCTOR))
    (seen,) = (await grace.get("n2", kind=KIND_QUERY, id=asked.item.id)).items
    assert "ada" not in str(seen).lower()
    await grace.post("n3", answer=NewAnswer(query_id=asked.item.id, text="Two majorities meet."))
    (answered,) = (await ada.get("n1", kind=KIND_QUERY, id=asked.item.id)).items
    assert answered.query.answers[0].text == "Two majorities meet."


async def test_a_material_has_its_text_on_every_node(grace: Person, ada: Person) -> None:
    content = course_files.pdf(["Lamport clocks order events."], ["Vector clocks tell more."])
    file = await grace.upload(content, "n2", name="clocks.pdf")
    posted = await grace.post("n3", material=NewMaterial(title="Clocks", topic="time", file=file))
    for node_id in NODES:
        (item,) = (await ada.get(node_id, kind=KIND_MATERIAL, id=posted.item.id)).items
        assert "Vector clocks tell more." in item.material.text


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("photo.png", b"\x89PNG", "not a kind of file"),
        ("latin.md", b"caf\xe9", "not valid UTF-8"),
        ("broken.pdf", b"%PDF-1.4 rubbish", "broken PDF"),
        ("scan.pdf", course_files.pdf([]), "no text found"),
        ("bomb.docx", course_files.bomb(), "unpacks to more than"),
        ("laughs.docx", course_files.entity_bomb(), "declares XML entities"),
    ],
)
async def test_a_hostile_material_is_refused_and_changes_nothing(
    grace: Person, name: str, content: bytes, why: str
) -> None:
    before = (await grace.get(kind=KIND_MATERIAL, page_size=100)).items
    file = await grace.upload(content, name=name)
    refused = await refusal(grace.post(material=NewMaterial(title="Trap", file=file)))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert why in refused.violations["file"]
    assert (await grace.get(kind=KIND_MATERIAL, page_size=100)).items == before


async def test_a_material_without_its_file_is_refused(grace: Person) -> None:
    missing = NewMaterial(title="Ghost", file=File(name="a.md", sha256="0" * 64))
    assert "file" in (await refusal(grace.post(material=missing))).violations
    assert (await refusal(grace.post(material=NewMaterial(title="Ghost")))).code == "INVALID_ARGUMENT"


async def test_roles_are_enforced_on_every_kind(grace: Person, ada: Person, root: Person) -> None:
    new_user = NewUser(username="x1", display_name="X", role=ROLE_STUDENT, password="long enough")
    due = Timestamp(seconds=int(time.time()) + 60)
    refused = [
        await refusal(ada.post(user=new_user)),
        await refusal(grace.post(user=new_user)),
        await refusal(ada.post(material=NewMaterial(title="x"))),
        await refusal(ada.post(announcement=NewAnnouncement(text="x"))),
        await refusal(root.post(assignment=NewAssignment(title="x", points=1, due=due))),
        await refusal(grace.post(submission=NewSubmission(assignment_id="A1", text="x"))),
        await refusal(ada.get(kind=KIND_USER)),
    ]
    assert {(each.code, each.reason) for each in refused} == {("PERMISSION_DENIED", "WRONG_ROLE")}


async def test_bad_fields_are_named(grace: Person, root: Person) -> None:
    past = Timestamp(seconds=1)
    refused = await refusal(grace.post(assignment=NewAssignment(title="", points=5000, due=past)))
    assert refused.violations.keys() == {"title", "points", "due"}
    weak = NewUser(username="x2", display_name="X", role=ROLE_STUDENT, password="short")
    assert (await refusal(root.post(user=weak))).violations.keys() == {"password"}
    for request_id in ("short", "x" * 65):
        bad = await refusal(grace.post(request_id=request_id, announcement=NewAnnouncement(text="x")))
        assert bad.violations.keys() == {"request_id"}


async def test_a_post_of_no_known_kind_is_refused(cluster: RunningCluster, grace: Person) -> None:
    assert "data" in (await refusal(grace.post())).violations


async def test_fields_from_the_future_are_refused_however_deep(
    cluster: RunningCluster, grace: Person
) -> None:
    known = PostRequest(request_id=uuid4().hex, announcement=NewAnnouncement(text="hi"))
    strange = b"\x9a\x06\x03abc"  # field 99
    new_kind = PostRequest(request_id=uuid4().hex).SerializeToString() + strange
    assert await _violations(cluster, grace, "Post", new_kind) == {"field 99"}
    assert await _violations(cluster, grace, "Post", known.SerializeToString() + strange) == {"field 99"}
    nested = NewAnnouncement.FromString(NewAnnouncement(text="hi").SerializeToString() + strange)
    deep = PostRequest(request_id=uuid4().hex, announcement=nested).SerializeToString()
    assert await _violations(cluster, grace, "Post", deep) == {"announcement.field 99"}
    read = GetRequest(kind=KIND_ANNOUNCEMENT).SerializeToString()
    assert await _violations(cluster, grace, "Get", read + strange) == {"field 99"}


async def _violations(cluster: RunningCluster, person: Person, method: str, request: bytes) -> set[str]:
    """The fields that a raw request is refused for."""
    call = cluster.channel("n2").unary_unary(
        f"/lms.v1.LmsService/{method}",
        request_serializer=bytes,
        response_deserializer=PostResponse.FromString,
    )
    refused = await refusal(call(request, metadata=person.metadata))
    assert refused.code == "INVALID_ARGUMENT"
    return set(refused.violations)


async def test_an_unknown_kind_of_item_is_refused(grace: Person) -> None:
    for kind in (0, 77):
        assert (await refusal(grace.get(kind=kind))).code == "INVALID_ARGUMENT"


async def test_a_post_that_is_too_large_is_refused_before_the_log(grace: Person) -> None:
    refused = await refusal(grace.post(announcement=NewAnnouncement(text="x" * 700_000)))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "TOO_LARGE")
    assert "512 KiB" in refused.message


async def test_ten_thousand_character_lines_are_kept_whole(grace: Person) -> None:
    line = "é" * 10_000
    posted = await grace.post(announcement=NewAnnouncement(text=line))
    (item,) = (await grace.get("n2", kind=KIND_ANNOUNCEMENT, id=posted.item.id)).items
    assert item.announcement.text == line


async def test_a_stale_read_with_a_quorum_is_not_stale(grace: Person) -> None:
    answer = await grace.get(kind=KIND_ANNOUNCEMENT, consistency=CONSISTENCY_STALE)
    assert not answer.stale
    assert answer.applied_index


async def test_a_caller_out_of_time_is_answered_by_its_own_deadline(
    cluster: RunningCluster, grace: Person
) -> None:
    request = PostRequest(request_id=uuid4().hex, announcement=NewAnnouncement(text="quick"))
    with pytest.raises(grpc.aio.AioRpcError):
        await cluster.lms("n1").Post(request, timeout=1e-6, metadata=grace.metadata)


async def test_an_assignment_counts_its_submissions(grace: Person, ada: Person) -> None:
    assignment_id = await assignment(grace)
    await ada.post(submission=NewSubmission(assignment_id=assignment_id, text="x"))
    (item,) = (await grace.get("n3", kind=2, id=assignment_id)).items
    assert isinstance(item.assignment, Assignment)
    assert item.assignment.submissions == 1
