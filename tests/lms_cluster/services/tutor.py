"""A tutor server that speaks the protocol and answers from its first passage, without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc

from protos.tutor_pb2 import (
    ANSWER_MODE_ABSTAINED,
    ANSWER_MODE_FREE,
    ANSWER_MODE_HINT,
    ANSWER_MODE_QUOTED,
    POLICY_HINT,
    GetLLMAnswerRequest,
    GetLLMAnswerResponse,
    GetTutorStatusRequest,
    GetTutorStatusResponse,
    Source,
    StreamLLMAnswerRequest,
    StreamLLMAnswerResponse,
)
from protos.tutor_pb2_grpc import TutorServiceServicer, add_TutorServiceServicer_to_server

Context = grpc.aio.ServicerContext[Any, Any]


class SmallTutor(TutorServiceServicer):
    """`asked` lists query ids as they came. It refuses an "impossible" query; a "strange" one breaks it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[str] = []
        self.obeys = True
        """False: it quotes whatever the policy is, as one of an earlier release does."""
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        self._server = grpc.aio.server()
        add_TutorServiceServicer_to_server(self, self._server)
        self._server.add_insecure_port(self.address)
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    async def GetLLMAnswer(  # noqa: N802
        self, request: GetLLMAnswerRequest, context: Context
    ) -> GetLLMAnswerResponse:
        self.asked.append(request.query_id)
        if "impossible" in request.query:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no")
        if "strange" in request.query:
            raise RuntimeError(request.query)
        answer = GetLLMAnswerResponse(query_id=request.query_id, model="small", mode=ANSWER_MODE_ABSTAINED)
        for passage in request.context.passages[:1]:
            if request.policy == POLICY_HINT and self.obeys:
                answer.mode, answer.answer = ANSWER_MODE_HINT, f"See {passage.material_id}."
                answer.sources.append(Source(material_id=passage.material_id))
                continue
            answer.mode, answer.answer = ANSWER_MODE_QUOTED, passage.text
            answer.sources.append(
                Source(
                    material_id=passage.material_id,
                    material_title=passage.material_title,
                    place=passage.place,
                    quote=passage.text,
                    heading=passage.heading,
                    start=passage.offset,
                    end=passage.offset + len(passage.text),
                )
            )
        return answer

    async def StreamLLMAnswer(  # noqa: N802
        self, request: StreamLLMAnswerRequest, context: Context
    ) -> AsyncIterator[StreamLLMAnswerResponse]:
        whole = GetLLMAnswerRequest(query_id=request.query_id, query=request.query, context=request.context)
        yield StreamLLMAnswerResponse(answer=await self.GetLLMAnswer(whole, context))

    async def GetTutorStatus(  # noqa: N802
        self, request: GetTutorStatusRequest, context: Context
    ) -> GetTutorStatusResponse:
        return GetTutorStatusResponse(model="small", mode=ANSWER_MODE_FREE, queue_length=3, queue_limit=32)
