"""How a call finds a node that answers, and what the caller learns when none does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio

from bot.client import rotation, watching
from bot.client.api import EventKind, LmsError
from bot.client.calls import base
from bot.client.grpc_client import GrpcLmsClient
from protos import lms_pb2
from tests.bot_client.scripted_node import (
    ScriptedNode,
    broken_off,
    no_quorum,
    refused,
    silent,
    well,
)

ID = "request-1"


@pytest_asyncio.fixture
async def nodes() -> AsyncIterator[list[ScriptedNode]]:
    nodes = [ScriptedNode() for _ in range(3)]
    for node in nodes:
        await node.start()
    yield nodes
    for node in nodes:
        await node.stop()


@pytest_asyncio.fixture
async def client(nodes: list[ScriptedNode]) -> AsyncIterator[GrpcLmsClient]:
    client = GrpcLmsClient({f"n{number}": node.address for number, node in enumerate(nodes)})
    yield client
    await client.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortens every wait; the rules stay."""
    monkeypatch.setattr(rotation, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(rotation, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(base, "WRITE_SECONDS", 0.3)
    monkeypatch.setattr(base, "READ_SECONDS", 0.3)


def requests(nodes: list[ScriptedNode]) -> list[object]:
    return [request for node in nodes for request in node.requests]


async def refusal_of_a_write(client: GrpcLmsClient) -> LmsError:
    with pytest.raises(LmsError) as caught:
        await client.announce("token", ID, "Hello.")
    return caught.value


async def test_a_write_goes_on_to_the_next_node_with_the_same_request(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    for node in nodes[:2]:
        node.script = [broken_off]
    nodes[2].script = [broken_off, well]
    receipt = await client.announce("token", ID, "Hello.")
    assert (receipt.item.id, receipt.index, receipt.term) == ("N1", 7, 2)
    made = requests(nodes)
    assert len(made) >= 2
    assert all(request == made[0] for request in made)


async def test_a_dead_node_is_passed_over(nodes: list[ScriptedNode], client: GrpcLmsClient) -> None:
    await nodes[0].stop()
    await nodes[1].stop()
    for _ in range(3):
        assert (await client.announce("token", ID, "Hello.")).index == 7


async def test_the_node_that_answered_last_is_asked_first(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    nodes[0].script = nodes[1].script = [no_quorum]
    for _ in range(5):
        await client.announce("token", ID, "Hello.")
    assert len(nodes[2].requests) == 5
    assert len(nodes[0].requests) <= 1
    assert len(nodes[1].requests) <= 1


async def test_a_node_that_came_back_is_found_again(
    nodes: list[ScriptedNode], client: GrpcLmsClient, impatient: None
) -> None:
    await client.announce("token", ID, "Hello.")
    for node in nodes:
        await node.stop()
    await refusal_of_a_write(client)
    await nodes[1].start(nodes[1].port)
    async with asyncio.timeout(30):
        while True:
            try:
                await client.announce("token", ID, "Hello.")
            except LmsError:
                continue
            break


async def test_without_any_node_it_is_known_that_nothing_was_saved(
    nodes: list[ScriptedNode], client: GrpcLmsClient, impatient: None
) -> None:
    for node in nodes:
        await node.stop()
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason) == ("UNAVAILABLE", "NO_QUORUM")


async def test_without_a_quorum_it_is_known_that_nothing_was_saved(
    nodes: list[ScriptedNode], client: GrpcLmsClient, impatient: None
) -> None:
    for node in nodes:
        node.script = [no_quorum]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason) == ("UNAVAILABLE", "NO_QUORUM")
    assert len(requests(nodes)) > 3


@pytest.mark.parametrize("trouble", [silent, broken_off], ids=["silence", "a connection cut"])
async def test_a_write_that_was_sent_and_not_answered_may_have_happened(
    nodes: list[ScriptedNode], client: GrpcLmsClient, impatient: None, trouble: object
) -> None:
    for node in nodes:
        node.script = [trouble]  # type: ignore[list-item]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason) == ("UNKNOWN", "OUTCOME_UNKNOWN")


async def test_one_maybe_stays_a_maybe_whatever_later_tries_say(
    nodes: list[ScriptedNode], client: GrpcLmsClient, impatient: None
) -> None:
    for node in nodes:
        node.script = [broken_off, no_quorum]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason) == ("UNKNOWN", "OUTCOME_UNKNOWN")


async def test_a_maybe_is_not_made_a_no_by_a_node_that_breaks(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    for node in nodes:
        node.script = [broken_off, refused(grpc.StatusCode.INTERNAL, "INTERNAL", "Something broke.")]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason) == ("UNKNOWN", "OUTCOME_UNKNOWN")


async def test_a_maybe_is_not_made_a_no_by_a_session_that_ended_since(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    for node in nodes:
        node.script = [broken_off, refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED", "Log in.")]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason) == ("UNKNOWN", "OUTCOME_UNKNOWN")


async def test_a_logout_whose_answer_was_lost_is_found_done_by_the_next_try(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    ended = refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED", "Log in.")
    for node in nodes:
        node.script = [broken_off, ended]
    await client.logout("token")
    for node in nodes:
        node.script = [ended]
    with pytest.raises(LmsError):
        await client.logout("token")


async def test_a_read_that_was_not_answered_did_no_harm(
    nodes: list[ScriptedNode], client: GrpcLmsClient, impatient: None
) -> None:
    for node in nodes:
        node.script = [silent]
    with pytest.raises(LmsError) as caught:
        await client.materials("token")
    assert (caught.value.code, caught.value.reason) == ("UNAVAILABLE", "NO_QUORUM")


async def test_a_refusal_comes_at_once_with_its_details(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    for node in nodes:
        node.script = [
            refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", "text: is rude.", {"text": "is rude"})
        ]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason, error.message) == (
        "INVALID_ARGUMENT",
        "INVALID_FIELD",
        "text: is rude.",
    )
    assert error.violations == {"text": "is rude"}
    assert len(requests(nodes)) == 1


async def test_a_short_wait_asked_for_is_waited_and_a_long_one_reported(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    exhausted = grpc.StatusCode.RESOURCE_EXHAUSTED
    for node in nodes:
        node.script = [refused(exhausted, "OVERLOADED", "Busy.", retry_seconds=0.05), well]
    assert (await client.announce("token", ID, "Hello.")).index == 7
    for node in nodes:
        node.script = [refused(exhausted, "LOCKED", "Locked.", retry_seconds=360.5)]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason, error.retry_after) == ("RESOURCE_EXHAUSTED", "LOCKED", 360.5)


async def test_too_many_questions_is_an_outcome_that_no_other_try_changes(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    exhausted = grpc.StatusCode.RESOURCE_EXHAUSTED
    for node in nodes:
        many = refused(exhausted, "TOO_MANY_QUESTIONS", "Too many questions", retry_seconds=0.05)
        node.script = [broken_off, many, well]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason) == ("RESOURCE_EXHAUSTED", "TOO_MANY_QUESTIONS")


@pytest.mark.usefixtures("impatient")
async def test_a_node_without_room_is_left_for_one_that_has_some(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    full = refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "DISK_ALMOST_FULL", "Full.", retry_seconds=0.9)
    nodes[0].script = nodes[1].script = [full]
    assert (await client.announce("token", ID, "Hello.")).index == 7
    nodes[2].script = [full]
    error = await refusal_of_a_write(client)
    assert (error.code, error.reason) == ("RESOURCE_EXHAUSTED", "DISK_ALMOST_FULL")


async def test_every_call_carries_a_deadline(nodes: list[ScriptedNode], client: GrpcLmsClient) -> None:
    await client.announce("token", ID, "Hello.")
    await client.materials("token")
    write_seconds, read_seconds = [timeout for node in nodes for timeout in node.timeouts]
    assert 0 < read_seconds < write_seconds
    # gRPC rounds what it sends.
    assert write_seconds < base.WRITE_SECONDS + 1


async def test_a_watch_goes_on_from_its_cursor_on_whichever_node_answers(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    def announced(cursor: str) -> lms_pb2.WatchResponse:
        item = lms_pb2.Item(id=f"N{cursor}", announcement=lms_pb2.Announcement(text="Hello."))
        return lms_pb2.WatchResponse(cursor=cursor, kind=lms_pb2.EVENT_KIND_ANNOUNCEMENT, item=item)

    remaining = [
        [lms_pb2.WatchResponse(cursor="1"), announced("2")],
        [lms_pb2.WatchResponse(cursor="2"), announced("3")],
        [],
        [lms_pb2.WatchResponse(cursor="3"), announced("4")],
    ]
    for node in nodes:
        node.watches = remaining
    seen = []
    async for event in client.watch("token", ""):
        seen.append((event.cursor, event.kind))
        if event.cursor == "4":
            break
    announcement = EventKind.ANNOUNCEMENT
    assert seen == [("1", None), ("2", announcement), ("3", announcement), ("4", announcement)]
    asked_from = sorted(cursor for node in nodes for cursor in node.watched)
    assert asked_from == ["", "2", "3", "3"]


async def test_a_quiet_watch_is_opened_anew_before_long(
    nodes: list[ScriptedNode], client: GrpcLmsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "STREAM_SECONDS", 0.2)

    class Quiet(ScriptedNode):
        async def Watch(  # noqa: N802
            self, request: lms_pb2.WatchRequest, context: grpc.aio.ServicerContext[object, object]
        ) -> AsyncIterator[lms_pb2.WatchResponse]:
            self.watched.append(request.cursor)
            yield lms_pb2.WatchResponse(cursor=f"{len(self.watched)}")
            await asyncio.Event().wait()

    node = Quiet()
    await node.start()
    client = GrpcLmsClient({"n1": node.address})
    cursors = []
    async for event in client.watch("token", ""):
        cursors.append(event.cursor)
        if len(cursors) == 3:
            break
    assert node.watched == ["", "1", "2"]
    await client.close()
    await node.stop()


async def test_a_download_that_arrives_damaged_is_not_kept(
    nodes: list[ScriptedNode], client: GrpcLmsClient
) -> None:
    described = lms_pb2.File(sha256="0" * 64, name="a.md", size=3)
    for node in nodes:
        node.download = [lms_pb2.DownloadResponse(file=described), lms_pb2.DownloadResponse(chunk=b"abc")]
    with pytest.raises(LmsError) as caught:
        await client.download("token", "M1")
    assert caught.value.code == "DATA_LOSS"


async def test_the_status_reports_the_nodes_that_do_not_answer(nodes: list[ScriptedNode]) -> None:
    await nodes[0].stop()
    client = GrpcLmsClient({"n0": nodes[0].address})
    (status,) = await client.status()
    assert (status.node_id, status.address, status.error) == ("n0", nodes[0].address, "does not answer")
    await client.close()
