"""The tutor as a function of the question and the passages that the LMS found for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bot.client.api import Answer
from lms_cluster.tutor_link import TutorAway, TutorLink
from protos.tutor_pb2 import (
    ANSWER_MODE_ABSTAINED,
    ANSWER_MODE_FREE,
    ANSWER_MODE_HINT,
    ANSWER_MODE_QUOTED,
    POLICY_HINT,
    AnswerMode,
    GetLLMAnswerResponse,
    GetTutorStatusResponse,
    Passage,
    Policy,
    Source,
)

QUEUE_LIMIT = 32

Tutor = Callable[[str, Sequence[Passage]], Answer]


class SoloTutor(TutorLink):
    """Takes the place of a TutorLink: in reach while there is a function."""

    def __init__(self, tutor: Tutor | None) -> None:
        self._reached = asyncio.Event()
        self.status = GetTutorStatusResponse()
        self.become(tutor)

    def become(self, tutor: Tutor | None) -> None:
        """None is away."""
        self._tutor = tutor
        if tutor is None:
            self._reached.clear()
        else:
            self.status = GetTutorStatusResponse(
                model=tutor.__name__, mode=ANSWER_MODE_QUOTED, queue_length=0, queue_limit=QUEUE_LIMIT
            )
            self._reached.set()

    async def answer(
        self, query_id: str, query: str, passages: Sequence[Passage], policy: Policy.ValueType
    ) -> GetLLMAnswerResponse:
        if self._tutor is None:
            raise TutorAway("sent away")
        answer = self._tutor(query, passages)
        if policy == POLICY_HINT and not answer.abstained:
            return _hint(query_id, answer, passages)
        return GetLLMAnswerResponse(
            query_id=query_id,
            answer=answer.text,
            sources=[
                Source(
                    material_id=citation.material_id,
                    material_title=citation.material_title,
                    place=citation.place,
                    quote=citation.quote,
                    heading=citation.heading,
                    start=citation.start,
                    end=citation.end,
                )
                for citation in answer.citations
            ],
            model=answer.model,
            mode=_mode(answer),
        )


def _hint(query_id: str, answer: Answer, passages: Sequence[Passage]) -> GetLLMAnswerResponse:
    """To the passages that the answer quotes."""
    cited = [
        Source(
            material_id=passage.material_id,
            material_title=passage.material_title,
            place=passage.place,
            heading=passage.heading,
            start=passage.offset,
            end=passage.offset + len(passage.text),
        )
        for passage in passages
        if any(
            passage.material_id == citation.material_id
            and passage.offset <= citation.start < passage.offset + len(passage.text)
            for citation in answer.citations
        )
    ]
    return GetLLMAnswerResponse(
        query_id=query_id,
        answer=f"This is answered in “{cited[0].heading}”.",
        sources=cited,
        model=answer.model,
        mode=ANSWER_MODE_HINT,
    )


def _mode(answer: Answer) -> AnswerMode.ValueType:
    if answer.abstained:
        return ANSWER_MODE_ABSTAINED
    return ANSWER_MODE_FREE if answer.generated else ANSWER_MODE_QUOTED
