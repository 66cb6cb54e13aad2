"""Prometheus finds how the tutor's calls went, and what waits."""

import asyncio
import urllib.request

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.tutor.conftest import LEXICAL, HeldBackend, WordBackend, always, request, serving, until
from tutor.pipeline import Pipeline
from tutor.service.metrics import Metrics, MetricsEndpoint
from tutor.types import Mode


def scraped(endpoint: MetricsEndpoint) -> dict[str, float]:
    """Name, and outcome where there is one, to value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{endpoint.port}/metrics", timeout=10) as page:
        text = page.read().decode()
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def read(metrics: Metrics) -> dict[str, float]:
    endpoint = MetricsEndpoint("127.0.0.1:0", metrics)
    try:
        return await asyncio.to_thread(scraped, endpoint)
    finally:
        await asyncio.to_thread(endpoint.close)


async def test_calls_are_counted_by_how_they_ended_and_timed_to_their_first_text(words: WordBackend) -> None:
    async with serving(Pipeline(words, always(LEXICAL), Mode.QUOTED)) as (stub, running):
        for number, query in enumerate(("What is a Lamport clock?", "Which king reigned in Hungary?")):
            await stub.GetLLMAnswer(request(query, query_id=f"Q{number}"), timeout=60)
        await until(lambda: running.queue.answered == 2 and running.queue.in_work == 0)
        found = await read(running.queue.metrics)
    assert found["homeroom_tutor_questions_total quoted"] == 1
    assert found["homeroom_tutor_questions_total abstained"] == 1
    assert found["homeroom_tutor_first_token_seconds_count"] == 2
    assert found["homeroom_tutor_generated_tokens_total"] == 0
    assert found["homeroom_tutor_working_seconds_total"] > 0


async def test_what_is_written_freely_is_counted_in_tokens(words: WordBackend) -> None:
    async with serving(Pipeline(words, always(LEXICAL), Mode.FREE)) as (stub, running):
        await stub.GetLLMAnswer(request("What is a leader?"), timeout=60)
        await until(lambda: running.queue.answered == 1 and running.queue.in_work == 0)
        found = await read(running.queue.metrics)
    assert found["homeroom_tutor_questions_total free"] == 1
    assert found["homeroom_tutor_generated_tokens_total"] == 2


async def test_what_waits_is_shown_and_who_leaves_or_is_refused_is_counted(held: HeldBackend) -> None:
    async with serving(Pipeline(held, always(LEXICAL), Mode.QUOTED), limit=1) as (stub, running):
        working = stub.GetLLMAnswer(request("What is a leader?", query_id="Q1"), timeout=60)
        await until(lambda: held.asked == 1)
        left = stub.GetLLMAnswer(request("What is a leader?", query_id="Q2"), timeout=60)
        await until(lambda: running.queue.waiting == 1)
        with pytest.raises(grpc.aio.AioRpcError):
            await stub.GetLLMAnswer(request("What is a leader?", query_id="Q3"), timeout=60)
        assert (await read(running.queue.metrics))["homeroom_tutor_queue_length"] == 1
        left.cancel()
        await until(lambda: running.queue.waiting == 0)
        found = await read(running.queue.metrics)
        held.release.set()
        await working
    assert found["homeroom_tutor_queue_length"] == 0
    assert found["homeroom_tutor_questions_total overloaded"] == 1
    assert found["homeroom_tutor_questions_total cancelled"] == 1
