"""This node's line to the tutor: whether it answers, with which model, and what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import grpc
import structlog

from protos.tutor_pb2 import (
    Context,
    GetLLMAnswerRequest,
    GetLLMAnswerResponse,
    GetTutorStatusRequest,
    GetTutorStatusResponse,
    Passage,
    Policy,
)
from protos.tutor_pb2_grpc import TutorServiceStub

if TYPE_CHECKING:
    from protos.tutor_pb2_grpc import TutorServiceAsyncStub

ANSWER_SECONDS = 60.0
STATUS_SECONDS = 1.0
POLL_SECONDS = 1.0
CHANNEL_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.max_receive_message_length", 4 << 20),
)
REFUSALS = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.OUT_OF_RANGE,
    }
)
"""Codes after which asking the same again is in vain."""
STUMBLES = frozenset({grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DATA_LOSS})

_log = structlog.get_logger(__name__)


class TutorAway(Exception):
    """No answer now; the tutor may have one later."""


class TutorStumbled(TutorAway):
    """The tutor was there and failed over this question."""


class TutorRefused(Exception):
    """The tutor will not answer this question, however often it is asked."""


class TutorLink:
    """Opened on the running event loop; `close` when done."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
        self._stub: TutorServiceAsyncStub = TutorServiceStub(self._channel)
        self._reached = asyncio.Event()
        self.status = GetTutorStatusResponse()
        """As the tutor told it last."""

    @property
    def reachable(self) -> bool:
        """Whether the tutor answered when it was last asked how it is."""
        return self._reached.is_set()

    async def wait_reachable(self, seconds: float) -> None:
        """Returns when the tutor is reachable, or after `seconds` in any case."""
        try:
            async with asyncio.timeout(seconds):
                await self._reached.wait()
        except TimeoutError:
            return

    async def watch(self) -> None:
        """Ask the tutor how it is, again and again, until cancelled."""
        while True:
            try:
                status = await self._stub.GetTutorStatus(GetTutorStatusRequest(), timeout=STATUS_SECONDS)
            except grpc.aio.AioRpcError as error:
                if self.reachable:
                    _log.warning("tutor unreachable", code=error.code().name)
                self._reached.clear()
            else:
                if not self.reachable:
                    _log.info("tutor reachable", model=status.model)
                self.status = status
                self._reached.set()
            await asyncio.sleep(POLL_SECONDS)

    async def answer(
        self, query_id: str, query: str, passages: Sequence[Passage], policy: Policy.ValueType
    ) -> GetLLMAnswerResponse:
        """Raises TutorAway, TutorStumbled and TutorRefused."""
        request = GetLLMAnswerRequest(
            query_id=query_id, query=query, context=Context(passages=passages), policy=policy
        )
        try:
            return await self._stub.GetLLMAnswer(request, timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError as error:
            why = f"{error.code().name}: {error.details()}"
            if error.code() in REFUSALS:
                raise TutorRefused(why) from error
            raise (TutorStumbled if error.code() in STUMBLES else TutorAway)(why) from error

    async def close(self) -> None:
        await self._channel.close()
