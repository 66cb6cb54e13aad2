"""The tutor as a function of the question and the passages that the LMS found for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bot.client.api import Answer
from lms_cluster.tutor_link import TutorAway, TutorLink
from protos.tutor_pb2 import (
    ANSWER_MODE_ABSTAINED,
    ANSWER_MODE_FREE,
    ANSWER_MODE_QUOTED,
    AnswerMode,
    GetLLMAnswerResponse,
    Passage,
    Source,
)

Tutor = Callable[[str, Sequence[Passage]], Answer]


class SoloTutor(TutorLink):
    """Takes the place of a TutorLink: in reach while there is a function."""

    def __init__(self, tutor: Tutor | None) -> None:
        self._reached = asyncio.Event()
        self.model = ""
        self.become(tutor)

    def become(self, tutor: Tutor | None) -> None:
        """None is away."""
        self._tutor = tutor
        if tutor is None:
            self._reached.clear()
        else:
            self.model = tutor.__name__
            self._reached.set()

    async def answer(self, query_id: str, query: str, passages: Sequence[Passage]) -> GetLLMAnswerResponse:
        if self._tutor is None:
            raise TutorAway("sent away")
        answer = self._tutor(query, passages)
        return GetLLMAnswerResponse(
            query_id=query_id,
            answer=answer.text,
            sources=[
                Source(
                    material_id=citation.material_id,
                    material_title=citation.material_title,
                    place=citation.place,
                    quote=citation.quote,
                )
                for citation in answer.citations
            ],
            model=answer.model,
            mode=_mode(answer),
        )


def _mode(answer: Answer) -> AnswerMode.ValueType:
    if answer.abstained:
        return ANSWER_MODE_ABSTAINED
    return ANSWER_MODE_FREE if answer.generated else ANSWER_MODE_QUOTED
