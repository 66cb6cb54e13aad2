"""The parts of a snapshot's stream survive the wire; what no peer sends is refused."""

from typing import Any

import pytest

from protos import raft_pb2 as wire
from raft.membership import Membership
from raft.messages import InstallSnapshot, InstallSnapshotReply
from raft.runtime.codec import Malformed
from raft.runtime.snapshot_codec import decode_answer, decode_part, encode_answer, encode_part
from raft.runtime.snapshot_stream import (
    CHUNK_BYTES_MAX,
    ResumeAt,
    SnapshotAnswer,
    SnapshotChunk,
    SnapshotOffer,
    SnapshotPart,
)
from raft.types import Snapshot

MEMBERSHIP = Membership(("n1", "n2"), ("n1", "n3"), ("n4",), (("n4", "host:1"),))
OFFER = SnapshotOffer(InstallSnapshot("n1", "n2", 7, Snapshot(30, 6, MEMBERSHIP)), 1 << 40, bytes(range(32)))
CHUNK = SnapshotChunk(1 << 39, b"data", (1 << 32) - 1)


@pytest.mark.parametrize("part", [OFFER, CHUNK], ids=lambda part: type(part).__name__)
def test_a_part_comes_out_as_it_went_in(part: SnapshotPart) -> None:
    assert decode_part(wire.InstallSnapshotRequest.FromString(encode_part(part).SerializeToString())) == part


@pytest.mark.parametrize(
    "answer",
    [ResumeAt(0), ResumeAt(1 << 40), InstallSnapshotReply("n2", "n1", 7, 30)],
    ids=lambda answer: type(answer).__name__,
)
def test_an_answer_comes_out_as_it_went_in(answer: SnapshotAnswer) -> None:
    sent = encode_answer(answer).SerializeToString()
    assert decode_answer(wire.InstallSnapshotResponse.FromString(sent)) == answer


def offer(**changed: Any) -> wire.InstallSnapshotRequest:
    sent = encode_part(OFFER).offer
    fields = {field.name: value for field, value in sent.ListFields()}
    return wire.InstallSnapshotRequest(offer=wire.SnapshotOffer(**{**fields, **changed}))


@pytest.mark.parametrize(
    "received",
    [
        wire.InstallSnapshotRequest(),
        offer(sha256=b"short"),
        offer(size=1 << 63),
        offer(term=1 << 63),
        offer(to=""),
        offer(snapshot=wire.Snapshot(index=1 << 63, membership=MEMBERSHIP.encode())),
        offer(snapshot=wire.Snapshot(membership=b"no JSON")),
        offer(snapshot=wire.Snapshot(membership=b'{"voters":[1]}')),
        offer(snapshot=wire.Snapshot(membership=b"[" * 100_000)),
        wire.InstallSnapshotRequest(chunk=wire.SnapshotChunk(offset=1)),
        wire.InstallSnapshotRequest(chunk=wire.SnapshotChunk(offset=1 << 63, data=b"data")),
        wire.InstallSnapshotRequest(chunk=wire.SnapshotChunk(data=bytes(CHUNK_BYTES_MAX + 1))),
    ],
    ids=lambda received: received.WhichOneof("part"),
)
def test_a_part_that_no_peer_sends_is_malformed(received: wire.InstallSnapshotRequest) -> None:
    with pytest.raises(Malformed):
        decode_part(received)


@pytest.mark.parametrize(
    "received",
    [
        wire.InstallSnapshotResponse(),
        wire.InstallSnapshotResponse(resume_offset=1 << 63),
        wire.InstallSnapshotResponse(reply=wire.InstallSnapshotReply(to="n1")),
    ],
    ids=lambda received: received.WhichOneof("part"),
)
def test_an_answer_that_no_peer_sends_is_malformed(received: wire.InstallSnapshotResponse) -> None:
    with pytest.raises(Malformed):
        decode_answer(received)
