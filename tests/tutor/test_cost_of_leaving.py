"""Whoever leaves costs nothing more: what the processor does for them ends with the forward pass it is in."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tutor.conftest import COURSE, LEXICAL, always, request, serving, until
from tutor.backends.gpt2 import Gpt2Backend
from tutor.pipeline import Pipeline
from tutor.training.export import export, new_model
from tutor.training.sizes import Size
from tutor.training.tokenizer import train_tokenizer
from tutor.types import Mode

ASKERS = 8
LONG = replace(
    COURSE[1],
    text="\n\n".join(
        f"A clock of kind {number} {'is a counter that orders events without a physical clock and ' * 6}so."
        for number in range(12)
    ),
)


@pytest.fixture(scope="module")
def slow_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random, and large enough that eight long questions take seconds."""
    size = Size("slow", 320, 8, 5, 512, 512, 0, 0, 0, 0, 0, 0.0, 0.0)
    tokenizer = train_tokenizer([passage.text for passage in COURSE], size.vocabulary)
    folder = tmp_path_factory.mktemp("slow")
    export(new_model(size, tokenizer), tokenizer, size, folder)
    return folder


@pytest.mark.parametrize("mode", [Mode.QUOTED, Mode.FREE])
async def test_eight_cancelled_questions_cost_less_than_a_second_more(slow_model: Path, mode: Mode) -> None:
    async with serving(Pipeline(Gpt2Backend(slow_model), always(LEXICAL), mode), limit=16) as (stub, running):
        calls = [
            stub.GetLLMAnswer(request(f"What is clock {number}?", [LONG], f"Q{number}"), timeout=60)
            for number in range(ASKERS)
        ]
        await until(
            lambda: running.queue.in_work > 0 and running.queue.in_work + running.queue.waiting == ASKERS
        )
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        before = time.process_time()
        await until(lambda: running.queue.in_work + running.queue.waiting == 0)
        spent = time.process_time() - before
        assert running.queue.answered == 0
    assert spent < 1.0
