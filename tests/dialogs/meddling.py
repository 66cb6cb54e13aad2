"""A client between the bot and a classroom that lets happen what a network or a defect does now and then."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, cast

from bot.client.api import LmsClient, LmsError
from bot.player import TranscriptFailed

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
                case _:
                    await surroundings(words)

        return act


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
