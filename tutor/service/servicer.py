"""TutorService: checks what comes in, asks the queue, and says how it went."""

import asyncio
import time
import traceback
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import grpc
import structlog
from google.rpc import code_pb2

from protos import tutor_pb2
from protos.tutor_pb2_grpc import TutorServiceServicer
from tutor.backends.failure import ServerAway, ServerStumbled
from tutor.pipeline import Part, Pipeline, Sources, Text
from tutor.service import codec
from tutor.service.hurry import within
from tutor.service.job import Waiting
from tutor.service.queue import AnswerQueue, QueueFull
from tutor.service.refusal import Context, refuse, refuse_fields, refuse_for_now
from tutor.stop import Stopped
from tutor.types import Answer

MAX_SECONDS = 60.0
"""The longest a call may take, for callers that set no deadline."""
_LOADING_RETRY_SECONDS = 2.0

log = structlog.get_logger("tutor")


class TutorServicer(TutorServiceServicer):
    """Logs how each question went, never what it said."""

    def __init__(self, queue: AnswerQueue) -> None:
        self._queue = queue

    async def GetLLMAnswer(  # noqa: N802
        self,
        request: tutor_pb2.GetLLMAnswerRequest,
        context: Context,
    ) -> tutor_pb2.GetLLMAnswerResponse:
        pipeline = await self._checked(request, context)
        async with aclosing(self._parts(request, context, pipeline)) as parts:
            async for part in parts:
                if isinstance(part, Answer):
                    return codec.response(request.query_id, part, codec.question(request), pipeline.model)
        raise RuntimeError("a pipeline ended without its answer")

    async def StreamLLMAnswer(  # noqa: N802
        self,
        request: tutor_pb2.StreamLLMAnswerRequest,
        context: Context,
    ) -> AsyncIterator[tutor_pb2.StreamLLMAnswerResponse]:
        pipeline = await self._checked(request, context)
        question = codec.question(request)
        async with aclosing(self._parts(request, context, pipeline)) as parts:
            async for part in parts:
                match part:
                    case Waiting(position, seconds):
                        place = tutor_pb2.Waiting(position=position, seconds=seconds)
                        yield tutor_pb2.StreamLLMAnswerResponse(waiting=place)
                    case Sources(quotes):
                        named = tutor_pb2.Sources(sources=codec.sources(quotes, question))
                        yield tutor_pb2.StreamLLMAnswerResponse(sources=named)
                    case Text(text):
                        yield tutor_pb2.StreamLLMAnswerResponse(text=text)
                    case Answer():
                        whole = codec.response(request.query_id, part, question, pipeline.model)
                        yield tutor_pb2.StreamLLMAnswerResponse(answer=whole)

    async def GetTutorStatus(  # noqa: N802
        self,
        request: tutor_pb2.GetTutorStatusRequest,
        context: Context,
    ) -> tutor_pb2.GetTutorStatusResponse:
        pipeline = await self._loaded(context)
        return tutor_pb2.GetTutorStatusResponse(
            model=pipeline.model,
            mode=codec.MODES[pipeline.mode],
            queue_length=self._queue.waiting,
            queue_limit=self._queue.limit,
            answered=self._queue.answered,
        )

    async def _loaded(self, context: Context) -> Pipeline:
        pipeline = self._queue.pipeline
        if pipeline is None:
            await refuse_for_now(
                context, code_pb2.UNAVAILABLE, "LOADING", "the model is still loading", _LOADING_RETRY_SECONDS
            )
        return pipeline

    async def _checked(self, request: codec.Request, context: Context) -> Pipeline:
        if found := codec.violations(request):
            await refuse_fields(context, found)
        return await self._loaded(context)

    async def _parts(
        self, request: codec.Request, context: Context, pipeline: Pipeline
    ) -> AsyncGenerator[Part | Waiting]:
        """The answer's parts, within the caller's deadline; refusals end the call."""
        started = time.monotonic()
        seconds = min(context.time_remaining() or MAX_SECONDS, MAX_SECONDS)
        question = codec.question(request)
        outcome = "cancelled"
        written = False
        metrics = self._queue.metrics
        try:
            asked = self._queue.ask(codec.key(request), question)
            async with aclosing(within(seconds, asked, pipeline, question)) as parts:
                async for part in parts:
                    match part:
                        case Text() if not written:
                            written = True
                            metrics.first_text_seconds.observe(time.monotonic() - started)
                        case Answer(mode=mode):
                            outcome = mode.value
                    yield part
        except QueueFull as full:
            outcome = "overloaded"
            await refuse_for_now(
                context, code_pb2.RESOURCE_EXHAUSTED, "OVERLOADED", str(full), full.retry_seconds
            )
        except TimeoutError:
            outcome = "late"
            await refuse(context, code_pb2.DEADLINE_EXCEEDED, "TOO_SLOW", "no answer within the deadline")
        except Stopped:
            outcome = "stopping"
            await refuse_for_now(
                context,
                code_pb2.UNAVAILABLE,
                "STOPPING",
                "the tutor is shutting down",
                _LOADING_RETRY_SECONDS,
            )
        except ServerAway as away:
            outcome = "model away"
            log.warning(outcome, query_id=request.query_id, why=str(away))
            await refuse_for_now(context, code_pb2.UNAVAILABLE, "MODEL_AWAY", str(away), away.retry_seconds)
        except ServerStumbled as stumbled:
            outcome = "model stumbled"
            log.warning(outcome, query_id=request.query_id, why=str(stumbled))
            await refuse(context, code_pb2.INTERNAL, "MODEL_STUMBLED", str(stumbled))
        except (asyncio.CancelledError, GeneratorExit, grpc.aio.AbortError):
            raise
        except Exception as error:
            outcome = "failed"
            # An exception's message and locals may hold the question: only its kind and frames are logged.
            frames = traceback.format_tb(error.__traceback__)
            log.error("answer failed", query_id=request.query_id, error=type(error).__name__, frames=frames)
            await refuse(context, code_pb2.INTERNAL, "INTERNAL", "the tutor failed on this question")
        finally:
            metrics.questions.labels(outcome).inc()
            log.info(
                "question",
                query_id=request.query_id,
                outcome=outcome,
                passages=len(request.context.passages),
                seconds=round(time.monotonic() - started, 3),
                waiting=self._queue.waiting,
            )
