"""The tutor over gRPC: answers, streams, refuses by name, bounds its queue, and stops when nobody waits."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from protos import tutor_pb2
from protos.tutor_pb2_grpc import TutorServiceStub
from tests.tutor.conftest import (
    COURSE,
    LEXICAL,
    HeldBackend,
    WordBackend,
    always,
    context_of,
    request,
    serving,
    until,
)
from tutor.pipeline import Pipeline
from tutor.reading import Asked, Likelihoods
from tutor.service.server import SERVICE, listen
from tutor.stop import Stop
from tutor.types import Mode

if TYPE_CHECKING:
    from protos.tutor_pb2_grpc import TutorServiceAsyncStub

QUERY = "What is a Lamport clock?"
Kind = TypeVar("Kind", bound=Message)


class FailingBackend(WordBackend):
    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Likelihoods]:
        raise RuntimeError(f"could not read {asked[0].query}")


@pytest.fixture
async def stub(pipeline: Pipeline) -> AsyncIterator["TutorServiceAsyncStub"]:
    async with serving(pipeline) as (stub, _):
        yield stub


def detail(error: grpc.aio.AioRpcError, into: Kind) -> Kind:
    """The first detail of `into`'s kind that the error carries."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            assert isinstance(value, bytes)
            if any(packed.Unpack(into) for packed in status_pb2.Status.FromString(value).details):
                return into
    raise AssertionError(f"no {type(into).__name__} in {error!r}")


async def test_an_answer_is_quoted_with_its_source_model_and_confidence(
    stub: "TutorServiceAsyncStub",
) -> None:
    response = await stub.GetLLMAnswer(request(QUERY, query_id="Q7"), timeout=10)
    assert response.query_id == "Q7"
    assert response.mode == tutor_pb2.ANSWER_MODE_QUOTED
    assert response.model == "words"
    assert LEXICAL.threshold <= response.confidence <= 1.0
    source = response.sources[0]
    assert (source.material_id, source.material_title, source.place) == ("M2", "Time", "page 4")
    assert source.quote in COURSE[1].text
    assert response.answer.startswith(source.quote)


async def test_a_stream_sends_sources_then_text_then_the_whole(stub: "TutorServiceAsyncStub") -> None:
    asked = tutor_pb2.StreamLLMAnswerRequest(query_id="Q1", query=QUERY, context=context_of(COURSE))
    parts = [part async for part in stub.StreamLLMAnswer(asked, timeout=10)]
    kinds = [part.WhichOneof("part") for part in parts]
    assert kinds[0] == "sources"
    assert set(kinds[1:-1]) == {"text"}
    assert kinds[-1] == "answer"
    whole = await stub.GetLLMAnswer(request(QUERY), timeout=10)
    assert parts[-1].answer == whole
    assert "".join(part.text for part in parts[1:-1]) == whole.answer
    assert list(parts[0].sources.sources) == list(whole.sources)


async def test_what_the_context_does_not_cover_is_abstained(stub: "TutorServiceAsyncStub") -> None:
    response = await stub.GetLLMAnswer(request("Which king reigned in medieval Hungary?"), timeout=10)
    assert response.mode == tutor_pb2.ANSWER_MODE_ABSTAINED
    (closest,) = response.sources
    assert (closest.material_id, closest.heading, closest.quote) == ("M1", "Leader election", "")


async def test_an_empty_context_is_abstained(stub: "TutorServiceAsyncStub") -> None:
    response = await stub.GetLLMAnswer(request(QUERY, ()), timeout=10)
    assert response.mode == tutor_pb2.ANSWER_MODE_ABSTAINED


async def test_free_mode_says_that_it_is_free(words: WordBackend) -> None:
    async with serving(Pipeline(words, always(LEXICAL), Mode.FREE)) as (stub, _):
        response = await stub.GetLLMAnswer(request(QUERY), timeout=10)
        status = await stub.GetTutorStatus(tutor_pb2.GetTutorStatusRequest(), timeout=10)
    assert (response.mode, response.answer) == (tutor_pb2.ANSWER_MODE_FREE, "Perhaps a leader.")
    assert response.confidence == 0.0
    assert not any(source.quote for source in response.sources)
    assert status.mode == tutor_pb2.ANSWER_MODE_FREE


async def test_a_source_says_where_in_the_material_its_quote_stands(stub: "TutorServiceAsyncStub") -> None:
    material = f"{'🎓 ' * 50}{COURSE[1].text}"
    passage = replace(COURSE[1], offset=100)
    (source, *_) = (await stub.GetLLMAnswer(request(QUERY, [passage]), timeout=10)).sources
    assert material[source.start : source.end] == source.quote
    assert source.heading == "Logical clocks"


async def test_where_only_hints_are_allowed_no_word_is_quoted_or_generated(words: WordBackend) -> None:
    asked = request(QUERY)
    asked.policy = tutor_pb2.POLICY_HINT
    for mode in (Mode.QUOTED, Mode.FREE):
        async with serving(Pipeline(words, always(LEXICAL), mode)) as (stub, _):
            response = await stub.GetLLMAnswer(asked, timeout=10)
        assert response.mode == tutor_pb2.ANSWER_MODE_HINT
        assert response.answer == "This is answered in “Logical clocks” (M2, page 4)."
        assert [(source.heading, source.quote) for source in response.sources] == [("Logical clocks", "")]


async def test_a_changed_policy_makes_another_answer_of_the_same_query(
    stub: "TutorServiceAsyncStub",
) -> None:
    quoted = await stub.GetLLMAnswer(request(QUERY), timeout=10)
    asked = request(QUERY)
    asked.policy = tutor_pb2.POLICY_HINT
    assert (await stub.GetLLMAnswer(asked, timeout=10)).mode == tutor_pb2.ANSWER_MODE_HINT
    asked.policy = tutor_pb2.POLICY_QUOTE
    assert await stub.GetLLMAnswer(asked, timeout=10) == quoted


def of_a_later_release() -> tutor_pb2.GetLLMAnswerRequest:
    """A request with a policy that is not in the protocol yet."""
    return tutor_pb2.GetLLMAnswerRequest.FromString(request(QUERY).SerializeToString() + b"\x20\x63")


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (request(QUERY, query_id=""), "query_id"),
        (request(QUERY, query_id="Q" * 129), "query_id"),
        (request("  \n"), "query"),
        (request("why " * 501), "query"),
        (request(QUERY, [replace(COURSE[0], text="log " * 300_000)]), "context"),
        (request(QUERY, COURSE * 33), "context.passages"),
        (request(QUERY, [replace(COURSE[0], score=float("nan"))]), "context.passages.score"),
        (request(QUERY, [replace(COURSE[0], offset=2**31)]), "context.passages.offset"),
        (of_a_later_release(), "policy"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_bad_field_is_refused_by_name(
    stub: "TutorServiceAsyncStub", bad: tutor_pb2.GetLLMAnswerRequest, field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.GetLLMAnswer(bad, timeout=10)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    found = detail(refused.value, error_details_pb2.BadRequest())
    assert [violation.field for violation in found.field_violations] == [field]
    info = detail(refused.value, error_details_pb2.ErrorInfo())
    assert (info.reason, info.domain) == ("INVALID_FIELD", "homeroom")


async def test_the_same_query_is_answered_from_memory(
    stub: "TutorServiceAsyncStub", words: WordBackend
) -> None:
    first = await stub.GetLLMAnswer(request(QUERY), timeout=10)
    paid = words.asked
    assert await stub.GetLLMAnswer(request(QUERY), timeout=10) == first
    assert words.asked == paid
    await stub.GetLLMAnswer(request("What is a vector clock?"), timeout=10)
    assert words.asked == paid + 1


async def test_two_callers_with_the_same_query_share_one_answer(held: HeldBackend) -> None:
    async with serving(Pipeline(held, always(LEXICAL), Mode.QUOTED)) as (stub, _):
        calls = [asyncio.ensure_future(stub.GetLLMAnswer(request(QUERY), timeout=10)) for _ in range(2)]
        await until(lambda: held.asked > 0)
        held.release.set()
        first, second = await asyncio.gather(*calls)
    assert first == second
    assert held.asked == 2  # once by the holder, once by the words it then counts


async def test_a_full_queue_refuses_and_says_when_to_try_again(held: HeldBackend) -> None:
    async with serving(Pipeline(held, always(LEXICAL), Mode.QUOTED), limit=1) as (stub, running):
        working = stub.GetLLMAnswer(request(QUERY, query_id="Q1"), timeout=10)
        await until(lambda: held.asked == 1)
        waiting = stub.GetLLMAnswer(request(QUERY, query_id="Q2"), timeout=10)
        await until(lambda: running.queue.waiting == 1)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.GetLLMAnswer(request(QUERY, query_id="Q3"), timeout=10)
        status = await stub.GetTutorStatus(tutor_pb2.GetTutorStatusRequest(), timeout=10)
        assert (status.queue_length, status.queue_limit, status.answered) == (1, 1, 0)
        held.release.set()
        await asyncio.gather(working, waiting)
        await until(lambda: running.queue.answered == 2)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert detail(refused.value, error_details_pb2.RetryInfo()).retry_delay.ToMilliseconds() > 0


async def test_a_disconnected_caller_stops_the_work(held: HeldBackend) -> None:
    async with serving(Pipeline(held, always(LEXICAL), Mode.QUOTED)) as (stub, running):
        call = stub.GetLLMAnswer(request(QUERY), timeout=10)
        await until(lambda: held.asked == 1)
        call.cancel()
        await until(held.stopped.is_set)
        held.release.set()
        assert (await stub.GetLLMAnswer(request(QUERY), timeout=10)).sources
        await until(lambda: running.queue.answered == 1)


async def test_a_caller_that_leaves_the_queue_frees_its_place(held: HeldBackend) -> None:
    async with serving(Pipeline(held, always(LEXICAL), Mode.QUOTED), limit=1) as (stub, running):
        working = stub.GetLLMAnswer(request(QUERY, query_id="Q1"), timeout=10)
        await until(lambda: held.asked == 1)
        left = stub.GetLLMAnswer(request(QUERY, query_id="Q2"), timeout=10)
        await until(lambda: running.queue.waiting == 1)
        left.cancel()
        await until(lambda: running.queue.waiting == 0)
        held.release.set()
        await working
        await until(lambda: running.queue.answered == 1)


async def test_a_failure_is_internal_and_shows_nothing_of_the_question(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with serving(Pipeline(FailingBackend(), always(LEXICAL), Mode.QUOTED)) as (stub, _):
        for _ in range(2):
            with pytest.raises(grpc.aio.AioRpcError) as failed:
                await stub.GetLLMAnswer(request(QUERY), timeout=10)
            assert failed.value.code() is grpc.StatusCode.INTERNAL
            assert "Lamport" not in str(failed.value.details())
    logged = "".join(capsys.readouterr())
    assert "answer failed" in logged
    assert "Lamport" not in logged


async def test_health_is_serving_only_once_the_model_is_loaded(pipeline: Pipeline) -> None:
    loading = threading.Event()

    def load() -> Pipeline:
        loading.wait(10)
        return pipeline

    running = await listen("127.0.0.1", 0, 4)
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel:
            health = health_pb2_grpc.HealthStub(channel)
            stub = TutorServiceStub(channel)
            asked = health_pb2.HealthCheckRequest(service=SERVICE)
            task = asyncio.create_task(running.load(load))
            before = await health.Check(asked, timeout=10)
            with pytest.raises(grpc.aio.AioRpcError) as early:
                await stub.GetLLMAnswer(request(QUERY), timeout=10)
            loading.set()
            await task
            after = await health.Check(asked, timeout=10)
    finally:
        loading.set()
        await running.stop()
    assert before.status == health_pb2.HealthCheckResponse.NOT_SERVING
    assert early.value.code() is grpc.StatusCode.UNAVAILABLE
    assert after.status == health_pb2.HealthCheckResponse.SERVING


async def test_reflection_lists_the_service(pipeline: Pipeline) -> None:
    async with (
        serving(pipeline) as (_, running),
        grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel,
    ):
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        call = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(
            iter([asked]), timeout=10
        )
        names = {service.name async for reply in call for service in reply.list_services_response.service}
    assert SERVICE in names


async def test_stopping_refuses_who_waits_and_ends(held: HeldBackend) -> None:
    running = await listen("127.0.0.1", 0, 4)
    await running.load(lambda: Pipeline(held, always(LEXICAL), Mode.QUOTED))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel:
        call = TutorServiceStub(channel).GetLLMAnswer(request(QUERY), timeout=30)
        await until(lambda: held.asked == 1)
        await running.queue.close()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    await running.stop()
