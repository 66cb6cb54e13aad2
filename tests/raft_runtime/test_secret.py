"""Only nodes of the cluster are heard: they show its secret with every call."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from protos.raft_pb2_grpc import RaftServiceStub
from raft.messages import AppendEntries, RequestVote
from raft.runtime.codec import encode
from raft.runtime.secret import HEADER, ClusterSecret
from tests.raft_runtime.cluster import SECRET
from tests.raft_runtime.test_transport import Endpoint

WRONG = [
    (),
    ((HEADER, ""),),
    ((HEADER, "the-secret-of-some-other-cluster"),),
    (("authorization", *SECRET.metadata[0][1:]),),
]


@pytest.mark.parametrize("metadata", WRONG)
async def test_a_caller_without_the_secret_is_refused_and_not_heard(
    metadata: tuple[tuple[str, str], ...],
) -> None:
    n2 = Endpoint("n2")
    await n2.start(n1=n2, n2=n2)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{n2.port}") as channel:
        stub: Any = RaftServiceStub(channel)
        vote = encode(RequestVote("n1", "n2", 9, 0, 0))
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await stub.RequestVote(vote, metadata=metadata, timeout=5)
        assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED

        append = encode(AppendEntries("n1", "n2", 9, 0, 0, 0))
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            _ = [reply async for reply in stub.AppendEntries(iter([append]), metadata=metadata, timeout=5)]
        assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert n2.received == []
    await n2.stop()


def test_a_secret_is_long_printable_and_never_shown() -> None:
    for value in ("", "short", "x" * 31, "ü" * 40, "with a space " * 4):
        with pytest.raises(ValueError, match="printable") as refusal:
            ClusterSecret(value)
        assert not value or value not in str(refusal.value)
    assert SECRET.metadata[0][1] not in repr(SECRET)
