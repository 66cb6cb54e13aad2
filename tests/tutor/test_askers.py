"""Many askers at once: answered together, oldest first, each told its place, none in another's way."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import grpc
import pytest

from protos import tutor_pb2
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
from tutor.service.batch import answer_together
from tutor.service.job import Job
from tutor.service.server import Running
from tutor.stop import Stop, StopOfAll, Stopped
from tutor.types import Mode, Question

if TYPE_CHECKING:
    from protos.tutor_pb2_grpc import TutorServiceAsyncStub

QUERIES = (
    "What is a Lamport clock?",
    "What is a leader?",
    "Which king reigned in medieval Hungary?",
    "When does a follower become a candidate?",
    "Which clocks tell concurrent events apart?",
    "Who votes for a candidate in a term?",
    "To whom does the leader send heartbeats?",
    "What handles client requests?",
)


class NotedBackend(HeldBackend):
    """Holds the first questions it is asked; notes which it is asked together."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Likelihoods]:
        self.batches.append([each.query for each in asked])
        return super().read(asked, stop)


class PickyBackend(WordBackend):
    """Fails over any batch that has a question about clocks."""

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Likelihoods]:
        if any("clock" in each.query for each in asked):
            raise RuntimeError("cannot read")
        return super().read(asked, stop)


def quoting(backend: WordBackend) -> Pipeline:
    return Pipeline(backend, always(LEXICAL), Mode.QUOTED)


def asked(number: int) -> tutor_pb2.StreamLLMAnswerRequest:
    return tutor_pb2.StreamLLMAnswerRequest(
        query_id=f"Q{number}", query=QUERIES[number % len(QUERIES)], context=context_of(COURSE)
    )


async def streamed(
    stub: "TutorServiceAsyncStub", number: int, seconds: float = 60
) -> list[tutor_pb2.StreamLLMAnswerResponse]:
    return [part async for part in stub.StreamLLMAnswer(asked(number), timeout=seconds)]


def places(parts: Sequence[tutor_pb2.StreamLLMAnswerResponse]) -> list[int]:
    return [part.waiting.position for part in parts if part.WhichOneof("part") == "waiting"]


def reached(running: Running, waiting: int) -> bool:
    return running.queue.waiting == waiting


async def test_what_waits_is_read_together_and_answered_as_if_alone() -> None:
    backend = NotedBackend()
    async with serving(quoting(backend), limit=32) as (stub, running):
        first = asyncio.create_task(streamed(stub, 0))
        await until(lambda: len(backend.batches) == 1)
        rest = []
        for number in range(1, 12):  # one after another, so that it is known who is older
            rest.append(asyncio.create_task(streamed(stub, number)))
            await until(partial(reached, running, number))
        backend.release.set()
        answers = [parts[-1].answer for parts in await asyncio.gather(first, *rest)]
    assert backend.batches == [
        [QUERIES[0]],
        [QUERIES[number % 8] for number in range(1, 9)],
        [QUERIES[number % 8] for number in range(9, 12)],
    ]
    alone = quoting(WordBackend())
    for number, answer in enumerate(answers):
        expected = alone.answer(Question(QUERIES[number % 8], COURSE), Stop())
        assert (answer.query_id, answer.answer) == (f"Q{number}", expected.text)


async def test_who_waits_is_told_the_place_first_and_when_it_changes(held: HeldBackend) -> None:
    async with serving(quoting(held), limit=4) as (stub, running):
        first = asyncio.create_task(streamed(stub, 0))
        await until(lambda: held.asked == 1)
        second = stub.StreamLLMAnswer(asked(1), timeout=60)
        await until(lambda: running.queue.waiting == 1)
        third = aiter(stub.StreamLLMAnswer(asked(2), timeout=60))
        told = [await anext(third)]
        second.cancel()
        told.append(await anext(third))
        held.release.set()
        told += [part async for part in third]
        parts = await first
    assert places(parts) == []
    assert places(told) == [2, 1, 0]
    assert [part.WhichOneof("part") for part in told[3:]] == ["sources", "text", "answer"]
    assert told[0].waiting.seconds > told[1].waiting.seconds > 0.0


async def test_of_a_hundred_askers_each_is_answered_told_its_place_or_refused(held: HeldBackend) -> None:
    async with serving(quoting(held), limit=31) as (stub, running):
        first = asyncio.create_task(streamed(stub, 0))
        await until(lambda: held.asked == 1)
        rest = [asyncio.create_task(streamed(stub, number)) for number in range(1, 100)]
        await until(lambda: sum(each.done() for each in rest) == 68)
        assert running.queue.waiting == 31
        held.release.set()
        ended = await asyncio.gather(first, *rest, return_exceptions=True)
    refused = [each for each in ended if isinstance(each, grpc.aio.AioRpcError)]
    assert {each.code() for each in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert all("in about" in str(each.details()) for each in refused)
    answered = [each for each in ended[1:] if isinstance(each, list)]
    assert len(answered) == 31
    assert sorted(places(each)[0] for each in answered) == list(range(1, 32))


async def run_together(
    pipeline: Pipeline, queries: Sequence[str], left: Sequence[int] = ()
) -> list[str | type[Exception]]:
    """What each question came to in one batch; of those numbered in `left` the readers have left."""
    loop = asyncio.get_running_loop()
    jobs = [Job(Question(query, COURSE), loop) for query in queries]
    for number in left:
        jobs[number].stop.tell()
    await asyncio.to_thread(answer_together, pipeline, jobs)
    await until(lambda: all(job.finished for job in jobs))
    return [type(job.failure) if job.failure else job.answer.text if job.answer else "" for job in jobs]


async def test_a_question_that_fails_fails_alone() -> None:
    clock, leader, king = QUERIES[:3]
    ends = await run_together(quoting(PickyBackend()), [leader, clock, king])
    alone = quoting(WordBackend())
    assert ends == [
        alone.answer(Question(leader, COURSE), Stop()).text,
        RuntimeError,
        alone.answer(Question(king, COURSE), Stop()).text,
    ]


async def test_a_question_whose_readers_left_is_read_no_more(words: WordBackend) -> None:
    ends = await run_together(quoting(words), QUERIES[:3], left=[1])
    assert ends[1] is Stopped
    assert words.asked == 2
    assert await run_together(quoting(words), QUERIES[:3], left=[0, 1, 2]) == [Stopped] * 3
    assert words.asked == 2


def test_work_for_several_stops_when_the_last_of_them_leaves() -> None:
    stops = [Stop(), Stop()]
    together = StopOfAll(stops)
    stops[0].tell()
    together.check()
    stops[1].tell()
    with pytest.raises(Stopped):
        together.check()


@pytest.mark.parametrize("query", [QUERIES[0], QUERIES[2]])
async def test_when_the_deadline_comes_the_words_answer_and_the_work_stops(
    held: HeldBackend, query: str
) -> None:
    async with serving(quoting(held)) as (stub, _):
        answer = await stub.GetLLMAnswer(request(query), timeout=3)
        await until(held.stopped.is_set)
        held.release.set()
        later = await stub.GetLLMAnswer(request(query), timeout=60)
    assert (answer.model, later.model) == ("words alone", "words")
    assert answer.mode == later.mode
    assert 0.0 < answer.confidence < 1.0
    assert [source.quote for source in answer.sources] == [source.quote for source in later.sources]


class SlowWriter(WordBackend):
    """Writes one word, and no other until it is stopped."""

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        yield "Perhaps"
        while True:
            stop.check()


async def test_what_was_written_until_the_deadline_is_the_answer() -> None:
    async with serving(Pipeline(SlowWriter(), always(LEXICAL), Mode.FREE)) as (stub, running):
        answer = await stub.GetLLMAnswer(request(QUERIES[0]), timeout=3)
        await until(lambda: running.queue.in_work == 0)
    assert (answer.answer, answer.mode) == ("Perhaps", tutor_pb2.ANSWER_MODE_FREE)
    assert answer.model == "words"
