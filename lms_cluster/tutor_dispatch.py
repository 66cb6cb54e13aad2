"""The leader asks the tutor what students asked it, and has every answer recorded once.

The replicated state is the only queue: a query is pending until an answer to it is applied, so a new leader
finds what its predecessor left and needs no hand-over. Two leaders at once may ask the tutor twice; apply
records the first answer and refuses the second.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial

import structlog

from lms_cluster.deadline import Deadline
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import Refused
from lms_cluster.stamp import stamped
from lms_cluster.tutor_link import TutorAway, TutorLink, TutorRefused
from lms_cluster.views import PendingQuery, passages_for, pending_tutor_queries
from protos.command_pb2 import Command, RecordTutorAnswer, ReportTutorDelay
from protos.lms_pb2 import Answer, Citation
from protos.tutor_pb2 import ANSWER_MODE_ABSTAINED, ANSWER_MODE_FREE, GetLLMAnswerResponse
from raft.runtime.driver import Driver
from raft.types import Role

AT_ONCE = 8
DELAY_SECONDS = 30.0
"""A query that has waited so long for an absent tutor is reported to its asker."""
RETRY_SECONDS_MIN = 0.25
RETRY_SECONDS_MAX = 5.0
LOOK_SECONDS = 1.0
"""Look for pending queries at least this often: leadership may have come without an applied entry."""
PAUSE_SECONDS = 0.05
PROPOSE_SECONDS = 10.0
REFUSED_TEXT = "The tutor cannot answer this question. An instructor can: ask again, to the instructor."

_log = structlog.get_logger(__name__)


class TutorDispatch:
    def __init__(self, driver: Driver, reader: Reader, proposer: Proposer, tutor: TutorLink) -> None:
        self._driver = driver
        self._reader = reader
        self._proposer = proposer
        self._tutor = tutor
        self._look = asyncio.Event()
        self._asking: dict[str, asyncio.Task[None]] = {}

    def notify(self) -> None:
        """Entries were applied. Called on the event loop."""
        self._look.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                if self._leads():
                    await self._begin_pending()
                else:
                    self._drop_all()
                await self._pause()
        finally:
            self._drop_all()

    def _leads(self) -> bool:
        return self._driver.status().role is Role.LEADER

    async def _pause(self) -> None:
        await asyncio.sleep(PAUSE_SECONDS)  # under load, one look for many entries
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._look.wait()
        except TimeoutError:
            return
        self._look.clear()

    async def _begin_pending(self) -> None:
        pending = await self._reader.read(pending_tutor_queries)
        waiting = (query for query in pending if query.query_id not in self._asking)
        for query, _ in zip(waiting, range(AT_ONCE - len(self._asking)), strict=False):
            task = asyncio.create_task(self._serve(query), name=f"tutor {query.query_id}")
            self._asking[query.query_id] = task
            task.add_done_callback(partial(self._done, query.query_id))

    def _done(self, query_id: str, task: asyncio.Task[None]) -> None:
        if self._asking.get(query_id) is task:
            del self._asking[query_id]
        self._look.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("asking the tutor failed", query_id=query_id, exc_info=error)

    def _drop_all(self) -> None:
        for task in self._asking.values():
            task.cancel()
        self._asking.clear()

    async def _serve(self, query: PendingQuery) -> None:
        """Ask until there is an answer, report when that takes long, record it."""
        passages = await self._reader.read(lambda: passages_for(query.text))
        pause = RETRY_SECONDS_MIN
        reported = query.delay_reported
        while True:
            try:
                answer = _answer(await self._tutor.answer(query.query_id, query.text, passages))
                break
            except TutorRefused as refused:
                _log.warning("tutor refused a question", query_id=query.query_id, why=str(refused))
                answer = Answer(text=REFUSED_TEXT, by_tutor=True, abstained=True)
                break
            except TutorAway as away:
                _log.info("tutor away", query_id=query.query_id, why=str(away))
            waited = time.time() - query.asked_ms / 1000
            if not reported and waited > DELAY_SECONDS:
                reported = await self._report_delay(query.query_id)
            await self._pause_asking(pause)
            pause = min(2 * pause, RETRY_SECONDS_MAX)
        command = stamped(f"tutor-answer-{query.query_id}", b"")
        command.record_tutor_answer.CopyFrom(RecordTutorAnswer(query_id=query.query_id, answer=answer))
        await self._propose(command)
        _log.info("tutor answered", query_id=query.query_id, abstained=answer.abstained)

    async def _pause_asking(self, seconds: float) -> None:
        """Cut short when a tutor that was away is back."""
        if self._tutor.reachable:
            await asyncio.sleep(seconds)
        else:
            await self._tutor.wait_reachable(seconds)

    async def _report_delay(self, query_id: str) -> bool:
        """Whether it is known to the cluster now."""
        command = stamped(f"tutor-delay-{query_id}", b"")
        command.report_tutor_delay.CopyFrom(ReportTutorDelay(query_id=query_id))
        return await self._propose(command)

    async def _propose(self, command: Command) -> bool:
        """Whether it was applied, now or before. Without a quorum the query stays pending."""
        try:
            await self._proposer.propose(command, Deadline.after(PROPOSE_SECONDS))
        except Refused as refused:
            if refused.reason in ("NO_QUORUM", "OUTCOME_UNKNOWN", "OVERLOADED"):
                return False
            _log.info("recorded already", request_id=command.request_id, reason=refused.reason)
        return True


def _answer(response: GetLLMAnswerResponse) -> Answer:
    return Answer(
        text=response.answer,
        by_tutor=True,
        citations=[
            Citation(
                material_id=source.material_id,
                material_title=source.material_title,
                place=source.place,
                quote=source.quote,
            )
            for source in response.sources
        ],
        model=response.model,
        abstained=response.mode == ANSWER_MODE_ABSTAINED,
        generated=response.mode == ANSWER_MODE_FREE,
    )
