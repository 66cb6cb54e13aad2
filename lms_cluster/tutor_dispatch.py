"""The leader asks the tutor what students asked it, and has every answer recorded once.

The replicated state is the only queue: a query is pending until an answer to it is applied, so a new leader
finds what its predecessor left and needs no hand-over. Two leaders at once may ask the tutor twice; apply
records the first answer and refuses the second.
"""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from lms_cluster.deadline import Deadline
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import Refused
from lms_cluster.stamp import stamped
from lms_cluster.tutor_link import TutorAway, TutorLink, TutorRefused, TutorStumbled
from lms_cluster.tutor_policy import tutor_policy
from lms_cluster.views import PendingQuery, passages_for, pending_tutor_queries
from protos.command_pb2 import RecordTutorAnswer
from protos.lms_pb2 import TUTOR_POLICY_HINT, Answer, Citation, TutorPolicy
from protos.tutor_pb2 import (
    ANSWER_MODE_ABSTAINED,
    ANSWER_MODE_FREE,
    ANSWER_MODE_HINT,
    POLICY_HINT,
    POLICY_QUOTE,
    GetLLMAnswerResponse,
    Passage,
)
from raft.runtime.driver import Driver
from raft.types import Role

AT_ONCE = 8
RETRY_SECONDS_MIN = 0.25
RETRY_SECONDS_MAX = 5.0
LOOK_SECONDS = 1.0
"""Look for pending queries at least this often: leadership may have come without an applied entry."""
PAUSE_SECONDS = 0.05
PROPOSE_SECONDS = 10.0
STUMBLES_MAX = 5
"""A question over which the tutor fails so often is given up: a few such would keep all others waiting."""
GIVEN_UP_TEXT = "The tutor cannot answer this question. An instructor can: hand it to them."

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
        if len(self._asking) >= AT_ONCE:
            return
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
        """Ask until there is an answer, and record it; or until the question no longer waits for one."""
        pause = RETRY_SECONDS_MIN
        stumbles = 0
        answer = Answer(text=GIVEN_UP_TEXT, by_tutor=True, abstained=True)
        while stumbles < STUMBLES_MAX:
            try:
                answered = await self._ask(query)
                if answered is None:
                    return
                answer = answered
                break
            except TutorRefused as refused:
                _log.warning("tutor refused a question", query_id=query.query_id, why=str(refused))
                break
            except TutorAway as away:
                _log.info("tutor gave no answer", query_id=query.query_id, why=str(away))
                stumbles += isinstance(away, TutorStumbled)
            await self._pause_asking(pause)
            pause = min(2 * pause, RETRY_SECONDS_MAX)
        await self._record(query.query_id, answer)

    async def _ask(self, query: PendingQuery) -> Answer | None:
        """With the passages and the policy of now: while the tutor was away, both may have changed. None when
        an instructor has answered meanwhile: what the tutor says then would come as a second answer."""

        def view() -> tuple[bool, list[Passage], TutorPolicy.ValueType]:
            waits = any(each.query_id == query.query_id for each in pending_tutor_queries())
            passages = passages_for(query.text, self._reader.now_ms()) if waits else []
            return waits, passages, tutor_policy()

        waits, passages, policy = await self._reader.read(view)
        if not waits:
            return None
        hint = policy == TUTOR_POLICY_HINT
        allowed = POLICY_HINT if hint else POLICY_QUOTE
        response = await self._tutor.answer(query.query_id, query.text, passages, allowed)
        if hint and response.mode not in (ANSWER_MODE_HINT, ANSWER_MODE_ABSTAINED):
            raise TutorStumbled("it quoted where it may give hints only")
        return _answer(response)

    async def _pause_asking(self, seconds: float) -> None:
        """Cut short when a tutor that was away is back."""
        if self._tutor.reachable:
            await asyncio.sleep(seconds)
        else:
            await self._tutor.wait_reachable(seconds)

    async def _record(self, query_id: str, answer: Answer) -> None:
        command = stamped(f"tutor-answer-{query_id}", b"")
        command.record_tutor_answer.CopyFrom(RecordTutorAnswer(query_id=query_id, answer=answer))
        try:
            await self._proposer.propose(command, Deadline.after(PROPOSE_SECONDS))
        except Refused as refused:
            # Answered by somebody else meanwhile; or no quorum, and the query is found pending again.
            _log.info("tutor's answer not recorded", query_id=query_id, reason=refused.reason)
        else:
            _log.info("tutor answered", query_id=query_id, abstained=answer.abstained)


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
                heading=source.heading,
                start=source.start,
                end=source.end,
            )
            for source in response.sources
        ],
        model=response.model,
        abstained=response.mode == ANSWER_MODE_ABSTAINED,
        generated=response.mode == ANSWER_MODE_FREE,
        hint=response.mode == ANSWER_MODE_HINT,
    )
