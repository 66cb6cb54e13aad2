"""The best answer there is when a caller's deadline comes near."""

import asyncio
from collections.abc import AsyncGenerator

from tutor.pipeline import Part, Pipeline, Sources, Text, whole
from tutor.service.job import Waiting
from tutor.types import Answer, Mode, Question, Quote

MARGIN_SECONDS = 0.5
"""Kept for judging by words and for the way back; at most half of what the caller gives."""


async def within(
    seconds: float, parts: AsyncGenerator[Part | Waiting], pipeline: Pipeline, question: Question
) -> AsyncGenerator[Part | Waiting]:
    """`parts`, and where they are not whole shortly before `seconds` are over, what can be said until then:
    the text generated so far, or else what the question's words alone find. Closes `parts`.

    Raises TimeoutError when there is not even time for that, and as `parts` does.
    """
    now = asyncio.get_running_loop().time
    end = now() + seconds
    sources: tuple[Quote, ...] = ()
    pieces: list[str] = []
    try:
        while True:
            async with asyncio.timeout_at(end - min(MARGIN_SECONDS, seconds / 2)):
                part = await anext(parts, None)
            if part is None:
                return
            yield part
            match part:
                case Sources(quotes):
                    sources = quotes
                case Text(text):
                    pieces.append(text)
                case Answer():
                    return
    except TimeoutError:
        pass
    finally:
        await parts.aclose()
    if pieces:
        yield Answer(Mode.FREE, "".join(pieces).strip(), sources, 0.0)
        return
    async with asyncio.timeout_at(end):
        answer = await asyncio.to_thread(pipeline.by_words, question)
    for said in whole(answer):
        yield said
