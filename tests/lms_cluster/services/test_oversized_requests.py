"""What is too much to look at is refused before it is looked at; what is refused can always be told."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from lms_cluster import unknown_fields
from lms_cluster.refusal import Refused
from protos.lms_pb2 import (
    KIND_SUBMISSION,
    BootstrapRequest,
    File,
    LoginRequest,
    NewSubmission,
    PostRequest,
    UploadHeader,
    UploadRequest,
)
from tests.lms_cluster.services.cluster import Person, RunningCluster, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")


def crowded(parts: int) -> PostRequest:
    """Two bytes a part on the wire, and each a message to look into."""
    return PostRequest(request_id="12345678", submission=NewSubmission(files=[File()] * parts))


async def test_a_request_of_any_kind_that_is_too_large_is_refused_even_to_strangers(
    cluster: RunningCluster,
) -> None:
    lms, admin = cluster.lms("n1"), cluster.admin("n1")
    for call in (
        lms.Post(crowded(300_000)),
        lms.Login(LoginRequest(username="ada", password="x" * 600_000)),
        admin.Bootstrap(BootstrapRequest(username="root", display_name="x" * 600_000)),
    ):
        refused = await refusal(call)
        assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "TOO_LARGE")
        assert "512 KiB" in refused.message


async def test_a_crowd_of_parts_is_refused_without_looking_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0

    def look(message: Message) -> UnknownFieldSet:
        nonlocal looked_at
        looked_at += 1
        return UnknownFieldSet(message)

    monkeypatch.setattr(unknown_fields, "UnknownFieldSet", look)
    with pytest.raises(Refused) as caught:
        unknown_fields.refuse_unknown_fields(crowded(100_000))
    assert caught.value.reason == "INVALID_FIELD"
    assert looked_at <= unknown_fields.PARTS_MAX


@pytest.mark.parametrize("sign", ["9", "é", "\U0001f600"])
async def test_a_refusal_that_quotes_a_long_request_still_says_why(ada: Person, sign: str) -> None:
    refused = await refusal(ada.get(kind=KIND_SUBMISSION, id="S" + sign * 20_000))
    assert (refused.code, refused.reason) == ("NOT_FOUND", "NO_SUCH_ITEM")
    assert refused.message.startswith("There is no submission S" + sign)


async def test_a_long_file_name_is_told_as_too_large_like_any_other(ada: Person) -> None:
    header = UploadHeader(name="x" * 20_000, size=21 << 20, sha256="0" * 64)
    refused = await refusal(ada.send([UploadRequest(header=header)]))
    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "TOO_LARGE")
    assert "20 MB" in refused.violations["file"]


async def test_many_wrong_fields_are_all_told_as_far_as_they_fit(ada: Person) -> None:
    files = [File(sha256="0" * 64, name="/" * 300, size=n) for n in range(10)]
    new = NewSubmission(assignment_id="A1", text="x" * 20_001, files=files)
    refused = await refusal(ada.post(submission=new))
    assert refused.code != grpc.StatusCode.RESOURCE_EXHAUSTED.name
    assert refused.reason
