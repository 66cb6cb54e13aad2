"""A client between the bot and a classroom that lets happen what a network or a defect does now and then."""

from __future__ import annotations

import asyncio
import inspect
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bot.client.api import AssignmentRules, LatePolicy, LmsClient, LmsError
from bot.player import TranscriptFailed
from tests.world import sign_in

Act = Callable[[str], Awaitable[None]]

_UNKNOWN = LmsError("UNKNOWN", "OUTCOME_UNKNOWN", "The answer was lost.")
_NO_QUORUM = LmsError("UNAVAILABLE", "NO_QUORUM", "No leader.")


class Meddling:
    """Every method of the client, until an act says otherwise. A write is what takes a `request_id`."""

    def __init__(self, client: LmsClient) -> None:
        self._client = client
        self._answer_lost = False
        self._broken = False
        self.quorum = True
        """Whether calls get through at all."""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if not inspect.iscoroutinefunction(method):
            return method
        writes = "request_id" in inspect.signature(method).parameters

        async def call(*arguments: Any, **named: Any) -> Any:
            if self._broken:
                self._broken = False
                raise LmsError("INTERNAL", "", "broken by the transcript")
            if not self.quorum and name not in {"status", "close"}:
                raise _NO_QUORUM
            answer = await method(*arguments, **named)
            if self._answer_lost and writes:
                self._answer_lost = False
                raise _UNKNOWN
            return answer

        return call

    def acts(self, surroundings: Act) -> Act:
        """What `!` lines do, those that are not ours left to the surroundings."""

        async def act(words: str) -> None:
            match words:
                case "lose the next answer":
                    self._answer_lost = True
                case "break the next call":
                    self._broken = True
                case "let an assignment open":
                    await _let_one_open(self._client)
                case "let an assignment close":
                    await _let_one_be_due(self._client, closes=True)
                case "let an assignment fall due":
                    await _let_one_be_due(self._client, closes=False)
                case _:
                    await surroundings(words)

        return act


async def _let_one_be_due(client: LmsClient, *, closes: bool) -> None:
    """Grace sets the assignment "Yesterday", which is due when this returns: closed, or open to late work."""
    due = datetime.now(UTC) + timedelta(seconds=1)
    token = await sign_in(client, "grace")
    request_id = secrets.token_hex(16)
    late = LatePolicy(10, timedelta(days=1), minimum_percent=40)
    rules = AssignmentRules(cutoff=due) if closes else AssignmentRules(late=late)
    await client.add_assignment(token, request_id, "Yesterday", "What was it?", 10, due, rules)
    await _until(due)


async def _let_one_open(client: LmsClient) -> None:
    """Grace sets the assignment "Today", which opens later, but has opened when this returns."""
    opens = datetime.now(UTC) + timedelta(seconds=2)
    token = await sign_in(client, "grace")
    request_id = secrets.token_hex(16)
    due, rules = opens + timedelta(days=7), AssignmentRules(opens=opens)
    await client.add_assignment(token, request_id, "Today", "What is it?", 10, due, rules)
    await _until(opens)


async def _until(moment: datetime) -> None:
    while datetime.now(UTC) <= moment:  # noqa: ASYNC110 -- nothing but time will tell
        await asyncio.sleep(0.05)


def meddling(client: LmsClient) -> tuple[LmsClient, Meddling]:
    """The same object, as a client and for what it lets happen."""
    between = Meddling(client)
    return cast("LmsClient", between), between


def without_nodes(between: Meddling, set_tutor: Callable[[bool], None]) -> Act:
    """What the surroundings do where there are no nodes to be killed."""

    async def act(words: str) -> None:
        match words:
            case "kill leader":
                """There is none: the same conversation must hold all the same."""
            case "lose the quorum":
                between.quorum = False
            case "restore the quorum":
                between.quorum = True
            case "stop tutor":
                set_tutor(False)
            case "start tutor":
                set_tutor(True)
            case _:
                raise TranscriptFailed(f"nobody here can {words}")

    return act
