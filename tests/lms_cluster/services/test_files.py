"""Uploading and downloading through any node."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from lms_cluster import rpc_status
from lms_cluster.services.files import UPLOADS_MAX, UPLOADS_OF_ONE_MAX
from protos.lms_pb2 import NewAssignment, NewSubmission, UploadHeader, UploadRequest
from tests.lms_cluster.services.cluster import CHUNK, NODES, Person, Refusal, RunningCluster, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMIT = 20 * 1024 * 1024


def noise(size: int, seed: int = 0) -> bytes:
    """Incompressible, and no chunk like another."""
    return hashlib.shake_256(seed.to_bytes(4)).digest(size)


def header(content: bytes, **changed: object) -> UploadRequest:
    fields = {"name": "x.bin", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} | changed
    return UploadRequest(header=UploadHeader(**fields))  # type: ignore[arg-type]


async def submitted(grace: Person, ada: Person, *contents: bytes) -> str:
    """The id of a submission with files of these contents."""
    due = Timestamp(seconds=int(time.time()) + 86_400)
    assigned = await grace.post(assignment=NewAssignment(title="Files", points=1, due=due))
    files = [await ada.upload(content, name=f"{n}.bin") for n, content in enumerate(contents)]
    posted = await ada.post(submission=NewSubmission(assignment_id=assigned.item.id, files=files))
    return posted.item.id


async def test_twenty_megabytes_come_back_byte_for_byte_from_another_node(grace: Person, ada: Person) -> None:
    content = noise(LIMIT)
    work = await submitted(grace, ada, content)
    for node_id in NODES:
        file, downloaded = await grace.download(work, node_id)
        assert (file.size, downloaded == content) == (LIMIT, True)


async def test_one_byte_more_is_refused_with_the_limit_named(ada: Person) -> None:
    refused = await refusal(ada.upload(b"x" * (LIMIT + 1), "n2"))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "TOO_LARGE")
    assert "20 MB" in refused.message
    assert "20 MB" in refused.violations["file"]


async def test_an_empty_file_is_refused(ada: Person) -> None:
    assert (await refusal(ada.upload(b""))).violations == {"file": "must not be empty"}


async def test_a_file_cut_fine_is_stored_all_the_same(grace: Person, ada: Person) -> None:
    content = noise(CHUNK + 1234, seed=1)
    await ada.upload(content, "n3", cut=1000)
    work = await submitted(grace, ada, content)
    assert (await ada.download(work, "n2"))[1] == content


async def test_several_files_are_told_apart_by_their_digest(grace: Person, ada: Person) -> None:
    work = await submitted(grace, ada, b"one", b"two")
    assert (await ada.download(work, sha256=hashlib.sha256(b"two").hexdigest()))[1] == b"two"
    assert (await refusal(ada.download(work))).code == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ([], "header"),
        ([UploadRequest(chunk=b"abc")], "header"),
        ([UploadRequest()], "header"),
        ([header(b"abc"), header(b"abc")], "part"),
        ([header(b"abc"), UploadRequest(chunk=b"abcd")], "size"),
        ([header(b"abc"), UploadRequest(chunk=b"ab")], "size"),
        ([header(b"abc"), UploadRequest(chunk=b"xyz")], "sha256"),
        ([header(b"abc", sha256="ABC"), UploadRequest(chunk=b"abc")], "sha256"),
        ([header(bytes(CHUNK + 1)), UploadRequest(chunk=bytes(CHUNK + 1))], "chunk"),
        ([UploadRequest.FromString(header(b"abc").SerializeToString() + b"\x9a\x06\x03abc")], "field 99"),
    ],
)
async def test_an_upload_that_is_not_what_it_says_is_refused(
    ada: Person, parts: list[UploadRequest], field: str
) -> None:
    refused = await refusal(ada.send(parts, "n2"))
    assert (refused.code, list(refused.violations)) == ("INVALID_ARGUMENT", [field])


async def test_who_stalls_keeps_nobody_else_from_handing_in(
    cluster: RunningCluster, grace: Person, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc_status, "HEAR_OUT_SECONDS", 0.1)
    told = asyncio.Event()

    async def stalled() -> AsyncIterator[UploadRequest]:
        yield header(b"words")
        await told.wait()

    async def upload() -> Refusal:
        return await refusal(cluster.lms("n1").Upload(stalled(), timeout=60, metadata=ada.metadata))

    stalling = {asyncio.create_task(upload()) for _ in range(UPLOADS_MAX)}
    turned_away: set[asyncio.Task[Refusal]] = set()
    while len(turned_away) < UPLOADS_MAX - UPLOADS_OF_ONE_MAX:
        done, _ = await asyncio.wait(stalling - turned_away, return_when=asyncio.FIRST_COMPLETED)
        turned_away |= done
    assert {task.result().reason for task in turned_away} == {"OVERLOADED"}
    assert (await grace.upload(b"words")).size == 5
    told.set()
    assert {(await task).reason for task in stalling - turned_away} == {"INVALID_FIELD"}
    assert (await ada.upload(b"words")).size == 5


async def test_a_stranger_uploads_nothing(cluster: RunningCluster) -> None:
    stranger = Person(cluster, "nobody", "forged")
    assert (await refusal(stranger.upload(b"abc"))).reason == "SESSION_ENDED"


async def test_a_file_of_somebody_else_is_as_one_that_is_not_there(
    grace: Person, ada: Person, linus: Person
) -> None:
    work = await submitted(grace, ada, b"private")
    others, nobodys = await refusal(linus.download(work)), await refusal(linus.download("S999"))
    assert (others.code, others.message.replace(work, "S999")) == ("NOT_FOUND", nobodys.message)


async def test_knowing_a_digest_is_not_owning_the_file(grace: Person, ada: Person, linus: Person) -> None:
    due = Timestamp(seconds=int(time.time()) + 86_400)
    assigned = await grace.post(assignment=NewAssignment(title="Steal", points=1, due=due))
    file = await ada.upload(b"ada's own work")
    stolen = NewSubmission(assignment_id=assigned.item.id, files=[file])
    assert (await refusal(linus.post(submission=stolen))).code == "INVALID_ARGUMENT"
