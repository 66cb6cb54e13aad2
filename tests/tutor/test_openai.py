"""A model behind an OpenAI-compatible server, asked over gRPC: held to quotes, its failures told clearly."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from aiohttp import web
from google.rpc import error_details_pb2

from protos import tutor_pb2
from protos.tutor_pb2_grpc import TutorServiceStub
from tests.tutor.chat_server import (
    ChatServer,
    Play,
    cut_off,
    ended_early,
    endless,
    endless_comments,
    event,
    raw,
    silent,
)
from tests.tutor.conftest import CLOCKS, ELECTION, LEXICAL, always, request, serving, until
from tests.tutor.test_service import detail
from tutor.__main__ import main
from tutor.backends.openai import KEY_VARIABLE, MAX_REPLY_CHARS, OpenAIBackend, ServerUnusable, Timeouts
from tutor.holding import MARK
from tutor.service.server import Running
from tutor.written import WrittenPipeline

if TYPE_CHECKING:
    from protos.tutor_pb2_grpc import TutorServiceAsyncStub

QUERY = "What is a Lamport clock?"
KEY = "sk-secret"
LAMPORT = "A Lamport clock is a counter that orders events without a physical clock."
PATIENT = Timeouts()
SHORT = Timeouts(connect=2.0, read=0.5, reply=3.0)


@pytest.fixture
async def chat() -> AsyncIterator[ChatServer]:
    async with ChatServer() as server:
        yield server


def tutoring(
    url: str, timeouts: Timeouts = PATIENT
) -> AbstractAsyncContextManager[tuple["TutorServiceAsyncStub", Running]]:
    backend = OpenAIBackend(url, "large", KEY, timeouts)
    return serving(WrittenPipeline(backend, always(LEXICAL)))


async def answered(chat: ChatServer, asked: tutor_pb2.GetLLMAnswerRequest) -> tutor_pb2.GetLLMAnswerResponse:
    async with tutoring(chat.url) as (stub, _):
        return await stub.GetLLMAnswer(asked, timeout=30)


async def refused(chat: ChatServer, timeouts: Timeouts = SHORT) -> grpc.aio.AioRpcError:
    async with tutoring(chat.url, timeouts) as (stub, _):
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await stub.GetLLMAnswer(request(QUERY), timeout=30)
    assert KEY not in str(failed.value.details())
    return failed.value


async def test_a_reply_of_sentences_of_the_passages_is_quoted_with_their_sources(chat: ChatServer) -> None:
    chat.reply = f"“{LAMPORT}”"
    response = await answered(chat, request(QUERY))
    assert (response.mode, response.answer, response.model) == (
        tutor_pb2.ANSWER_MODE_QUOTED,
        LAMPORT,
        "large",
    )
    (source,) = response.sources
    assert (source.material_id, source.place, source.quote) == ("M2", "page 4", LAMPORT)
    assert CLOCKS.text[source.start : source.end] == LAMPORT
    assert response.confidence >= LEXICAL.threshold


async def test_what_it_adds_is_marked_and_the_answer_is_no_quotation(chat: ChatServer) -> None:
    chat.reply = f"{LAMPORT} <b>It was invented by Leslie Lamport.</b>"
    response = await answered(chat, request(QUERY))
    assert response.mode == tutor_pb2.ANSWER_MODE_FREE
    assert response.answer == f"{LAMPORT}\n\n<b>It was invented by Leslie Lamport.</b> {MARK}"
    assert [source.quote for source in response.sources] == [LAMPORT]
    assert response.confidence == 0.0


async def test_a_reply_with_nothing_of_the_passages_is_free_and_cites_nothing(chat: ChatServer) -> None:
    chat.reply = "The exam is cancelled."
    response = await answered(chat, request(QUERY))
    assert (response.mode, response.confidence) == (tutor_pb2.ANSWER_MODE_FREE, 0.0)
    assert response.answer == f"The exam is cancelled. {MARK}"
    assert not response.sources


@pytest.mark.parametrize("reply", ["NOT COVERED", "Not covered.", ""])
async def test_where_it_says_that_nothing_answers_the_tutor_abstains(chat: ChatServer, reply: str) -> None:
    chat.reply = reply
    response = await answered(chat, request(QUERY))
    assert response.mode == tutor_pb2.ANSWER_MODE_ABSTAINED
    assert [(source.heading, source.quote) for source in response.sources] == [("Logical clocks", "")]


@pytest.mark.parametrize(
    ("reply", "mode"),
    [
        (f"{LAMPORT} And more.", tutor_pb2.ANSWER_MODE_HINT),
        ("It is a kind of counter.", tutor_pb2.ANSWER_MODE_ABSTAINED),
    ],
)
async def test_where_only_hints_are_allowed_no_word_of_it_is_shown(
    chat: ChatServer, reply: str, mode: tutor_pb2.AnswerMode.ValueType
) -> None:
    chat.reply = reply
    asked = request(QUERY)
    asked.policy = tutor_pb2.POLICY_HINT
    response = await answered(chat, asked)
    assert response.mode == mode
    assert [(source.heading, source.quote) for source in response.sources] == [("Logical clocks", "")]
    assert "counter" not in response.answer


async def test_a_stream_sends_sources_then_text_then_the_whole(chat: ChatServer) -> None:
    chat.reply = LAMPORT
    asked = tutor_pb2.StreamLLMAnswerRequest(query_id="Q1", query=QUERY, context=request(QUERY).context)
    async with tutoring(chat.url) as (stub, _):
        parts = [part async for part in stub.StreamLLMAnswer(asked, timeout=30)]
    assert [part.WhichOneof("part") for part in parts][-3:] == ["sources", "text", "answer"]


async def test_it_is_sent_the_key_the_numbered_passages_and_the_question(chat: ChatServer) -> None:
    chat.reply = LAMPORT
    await answered(chat, request(QUERY))
    (asked,) = chat.asked
    assert chat.authorized == [f"Bearer {KEY}"]
    assert (asked["model"], asked["stream"], asked["temperature"]) == ("large", True, 0)
    said = asked["messages"][-1]["content"]
    assert said.index(f"[1] {ELECTION.heading}") < said.index("[2] Logical clocks") < said.index(QUERY)


UNAVAILABLE, INTERNAL = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL


@pytest.mark.parametrize(
    ("status", "code", "says", "attempts"),
    [
        (401, UNAVAILABLE, KEY_VARIABLE, 1),
        (404, UNAVAILABLE, "no model 'large'", 1),
        (302, UNAVAILABLE, "another address", 1),
        (429, UNAVAILABLE, "busy", 3),
        (503, UNAVAILABLE, "busy", 3),
        (400, INTERNAL, "HTTP 400", 1),
        (500, INTERNAL, "HTTP 500", 3),
    ],
)
async def test_a_refusal_of_the_server_is_told_as_what_it_is(
    chat: ChatServer, status: int, code: grpc.StatusCode, says: str, attempts: int
) -> None:
    chat.statuses = [(status, {})] * 9
    error = await refused(chat)
    assert error.code() is code
    assert says in str(error.details())
    assert len(chat.asked) == attempts


async def test_a_server_that_says_when_to_come_again_is_not_asked_before(chat: ChatServer) -> None:
    chat.statuses = [(429, {"Retry-After": "17"})] * 9
    error = await refused(chat)
    assert error.code() is UNAVAILABLE
    assert detail(error, error_details_pb2.RetryInfo()).retry_delay.seconds == 17
    assert len(chat.asked) == 1


@pytest.mark.parametrize(
    ("play", "code", "says", "attempts"),
    [
        (cut_off, UNAVAILABLE, "cannot be reached", 3),
        (ended_early, UNAVAILABLE, "broke off", 3),
        (silent, UNAVAILABLE, "does not answer", 1),
        (endless_comments, INTERNAL, "too long", 1),
        (raw(b"data: {not json}\n\n"), INTERNAL, "no chat completion", 1),
        (raw(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n'), INTERNAL, "no text", 1),
        (raw(b'data: {"choices": [[]]}\n\n'), INTERNAL, "no chat completion", 1),
        (raw(b"data: " + b"[" * 50_000 + b"\n\n"), INTERNAL, "no chat completion", 1),
        (raw(b'data: {"error": {"message": "sk-secret"}}\n\n'), INTERNAL, "an error", 1),
        (raw(b"data: " + b"a" * 200_000), INTERNAL, "a line is too long", 1),
    ],
)
async def test_a_stream_that_breaks_or_cannot_be_read_is_no_answer(
    chat: ChatServer, play: Play, code: grpc.StatusCode, says: str, attempts: int
) -> None:
    chat.plays = [play] * 9
    error = await refused(chat)
    assert error.code() is code
    assert says in str(error.details())
    assert len(chat.asked) == attempts


@pytest.mark.parametrize("play", [cut_off, ended_early])
async def test_a_stream_that_is_cut_once_is_asked_for_again(chat: ChatServer, play: Play) -> None:
    chat.plays, chat.reply = [play], LAMPORT
    assert (await answered(chat, request(QUERY))).answer == LAMPORT


async def test_an_endless_reply_is_cut_where_it_is_long_enough(chat: ChatServer) -> None:
    chat.plays = [endless]
    response = await answered(chat, request(QUERY))
    assert response.mode == tutor_pb2.ANSWER_MODE_FREE
    assert len(response.answer) < MAX_REPLY_CHARS
    async with asyncio.timeout(10):
        await chat.closed.wait()


async def test_half_a_character_in_a_reply_breaks_nothing(chat: ChatServer) -> None:
    whole = event({"content": "It is \ud83d half."}) + b"data: [DONE]\n\n"
    chat.plays = [raw(whole)]
    assert (await answered(chat, request(QUERY))).answer == f"It is ? half. {MARK}"


async def test_where_nothing_listens_the_tutor_says_so(chat: ChatServer) -> None:
    async with ChatServer() as gone:
        pass
    error = await refused(gone)
    assert error.code() is UNAVAILABLE
    assert "cannot be reached" in str(error.details())


async def test_several_questions_are_asked_of_the_server_at_once(chat: ChatServer) -> None:
    """The first is held until the others wait; of those none is answered before all have been asked."""
    asked, all_asked, others_wait = 0, asyncio.Event(), asyncio.Event()
    whole = event({"content": LAMPORT}) + b"data: [DONE]\n\n"

    async def first(response: web.StreamResponse) -> None:
        await others_wait.wait()
        await response.write(whole)

    async def together(response: web.StreamResponse) -> None:
        nonlocal asked
        asked += 1
        if asked == 4:
            all_asked.set()
        await all_asked.wait()
        await response.write(whole)

    chat.plays = [first, *[together] * 4]
    async with tutoring(chat.url) as (stub, running):
        answers = [asyncio.ensure_future(stub.GetLLMAnswer(request(QUERY, query_id="Q0"), timeout=30))]
        await until(lambda: len(chat.asked) == 1)
        for number in range(1, 5):
            asks = stub.GetLLMAnswer(request(QUERY, query_id=f"Q{number}"), timeout=30)
            answers.append(asyncio.ensure_future(asks))
        await until(lambda: running.queue.waiting == 4)
        others_wait.set()
        said = [(answer.query_id, answer.answer) for answer in await asyncio.gather(*answers)]
    assert said == [(f"Q{number}", LAMPORT) for number in range(5)]


async def test_who_leaves_closes_the_connection_to_the_server(chat: ChatServer) -> None:
    chat.plays = [silent]
    async with tutoring(chat.url) as (stub, _):
        call = stub.GetLLMAnswer(request(QUERY), timeout=30)
        async with asyncio.timeout(20):
            await until(lambda: len(chat.asked) == 1)
            call.cancel()
            await chat.closed.wait()


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8000", "ftp://here", "http://", "http://a:b", "http://me:sk-secret@here", "http://h/?q"],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ServerUnusable) as wrong:
        OpenAIBackend(url, "large")
    assert KEY not in str(wrong.value)


@pytest.mark.parametrize("key", ["sk secret", "sk-secret\n", "sk-sécret"])
def test_a_key_that_no_header_can_hold_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(ServerUnusable) as wrong:
        OpenAIBackend("http://127.0.0.1:1", "large", key)
    assert key not in str(wrong.value)


@pytest.mark.parametrize(
    "options",
    [
        ["--backend", "openai", "--model", "large"],
        ["--backend", "openai", "--base-url", "http://127.0.0.1:1"],
        ["--backend", "openai", "--base-url", "http://127.0.0.1:1", "--model", "large", "--mode", "free"],
        ["--base-url", "http://127.0.0.1:1"],
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(options: list[str]) -> None:
    with pytest.raises(SystemExit) as wrong:
        main(["serve", "--port=0", *options])
    assert wrong.value.code == 2


async def test_it_serves_once_the_server_answers_says_why_not_before_and_ends_on_sigterm(
    chat: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    chat.statuses = [(401, {})]
    chat.reply = LAMPORT
    options = ["--port", "0", "--backend", "openai", "--base-url", f"{chat.url}/v1", "--model", "large"]
    log = tmp_path / "log"
    with log.open("w") as stderr:
        tutor = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tutor", "serve", *options), stdout=subprocess.PIPE, stderr=stderr
        )
    try:
        assert tutor.stdout is not None
        ready = (await tutor.stdout.readline()).decode()
        address = ready.removeprefix("tutor ready on ").split(" ")[0]
        async with grpc.aio.insecure_channel(address) as channel:
            answer = await TutorServiceStub(channel).GetLLMAnswer(request(QUERY), timeout=30)
        tutor.send_signal(signal.SIGTERM)
        assert await tutor.wait() == 0
    finally:
        if tutor.returncode is None:
            tutor.kill()
            await tutor.wait()
    assert answer.answer == LAMPORT
    logged = log.read_text()
    assert f"is {KEY_VARIABLE} the right key?" in logged
    assert KEY not in logged
    assert "Lamport" not in logged


async def test_while_it_waits_for_the_server_a_sigterm_ends_it(chat: ChatServer, tmp_path: Path) -> None:
    chat.statuses = [(503, {})] * 1000
    options = ["--port", "0", "--backend", "openai", "--base-url", chat.url, "--model", "large"]
    with (tmp_path / "log").open("w") as stderr:
        tutor = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tutor", "serve", *options), stderr=stderr
        )
    try:
        async with asyncio.timeout(60):
            while not chat.authorized:  # noqa: ASYNC110  (what is waited for has no event)
                await asyncio.sleep(0.01)
        tutor.send_signal(signal.SIGTERM)
        assert await tutor.wait() == 0
    finally:
        if tutor.returncode is None:
            tutor.kill()
            await tutor.wait()
