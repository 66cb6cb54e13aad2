"""The parts of a snapshot's stream to and from their wire form, which is trusted no more than any other."""

from __future__ import annotations

from typing import Final

from protos import raft_pb2 as wire
from raft.membership import Membership
from raft.messages import InstallSnapshot, InstallSnapshotReply
from raft.runtime.codec import Malformed, header, number, sent_header
from raft.runtime.snapshot_stream import (
    CHUNK_BYTES_MAX,
    ResumeAt,
    SnapshotAnswer,
    SnapshotChunk,
    SnapshotOffer,
    SnapshotPart,
)
from raft.types import Snapshot

SHA256_BYTES: Final = 32


def encode_part(part: SnapshotPart) -> wire.InstallSnapshotRequest:
    match part:
        case SnapshotOffer(install=install):
            snapshot = install.snapshot
            return wire.InstallSnapshotRequest(
                offer=wire.SnapshotOffer(
                    **header(install),
                    snapshot=wire.Snapshot(
                        index=snapshot.index, term=snapshot.term, membership=snapshot.membership.encode()
                    ),
                    size=part.size,
                    sha256=part.sha256,
                )
            )
        case SnapshotChunk():
            return wire.InstallSnapshotRequest(
                chunk=wire.SnapshotChunk(offset=part.offset, data=part.data, crc32c=part.crc32c)
            )


def decode_part(received: wire.InstallSnapshotRequest) -> SnapshotPart:
    """Raises Malformed."""
    match received.WhichOneof("part"):
        case "offer":
            offer = received.offer
            if len(offer.sha256) != SHA256_BYTES:
                raise Malformed("a digest that is no SHA-256")
            install = InstallSnapshot(*sent_header(offer), _snapshot(offer.snapshot))
            return SnapshotOffer(install, number(offer.size), offer.sha256)
        case "chunk":
            chunk = received.chunk
            if not 0 < len(chunk.data) <= CHUNK_BYTES_MAX:
                raise Malformed("a chunk that is empty or too large")
            return SnapshotChunk(number(chunk.offset), chunk.data, chunk.crc32c)
        case _:
            raise Malformed("neither an offer nor a chunk")


def encode_answer(answer: SnapshotAnswer) -> wire.InstallSnapshotResponse:
    match answer:
        case ResumeAt():
            return wire.InstallSnapshotResponse(resume_offset=answer.offset)
        case InstallSnapshotReply():
            return wire.InstallSnapshotResponse(
                reply=wire.InstallSnapshotReply(**header(answer), match_index=answer.match_index)
            )


def decode_answer(received: wire.InstallSnapshotResponse) -> SnapshotAnswer:
    """Raises Malformed."""
    match received.WhichOneof("part"):
        case "resume_offset":
            return ResumeAt(number(received.resume_offset))
        case "reply":
            return InstallSnapshotReply(*sent_header(received.reply), number(received.reply.match_index))
        case _:
            raise Malformed("neither an offset nor a reply")


def _snapshot(received: wire.Snapshot) -> Snapshot:
    try:
        membership = Membership.decode(received.membership)
    except (ValueError, RecursionError):
        raise Malformed("a snapshot without a membership") from None
    return Snapshot(number(received.index), number(received.term), membership)
