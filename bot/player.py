"""Plays a transcript on a stage: says its lines, waits for what it expects, tells how it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from bot.transcript import Do, Expect, Memory, Said, Say, Step

PATIENCE_SECONDS = 60.0


class Stage(Protocol):
    """Where a transcript is played. What is answered goes to `Player.hear`."""

    async def say(self, speaker: str, said: Said) -> None:
        """Deliver what somebody says. Raises TranscriptFailed when it cannot be said."""
        ...

    async def act(self, act: str) -> None:
        """Do something to the surroundings, as "kill leader". Raises TranscriptFailed."""
        ...


class TranscriptFailed(Exception):
    """The conversation did not go as written; the message says where, and what came instead."""


class Player:
    """`tell` gets one line for everything said and answered."""

    def __init__(
        self, stage: Stage, tell: Callable[[str], None], patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._stage = stage
        self._tell = tell
        self._patience_seconds = patience_seconds
        self._memory = Memory()
        self._heard = asyncio.Event()
        self._secret_next: set[str] = set()
        self._last_said: dict[str, str] = {}

    def hear(self, speaker: str, reply: str, secret_next: bool = False) -> None:
        """The bot said `reply`, as `transcript.shown` gives it, in the chat with `speaker`."""
        self._tell(f"{speaker} < {reply}")
        if secret_next:
            self._secret_next.add(speaker)
        self._memory.hear(speaker, reply)
        self._heard.set()

    async def play(self, steps: Sequence[Step]) -> None:
        """Raises TranscriptFailed at the first step that does not hold, TranscriptError for a bad pattern."""
        for step in steps:
            match step:
                case Say():
                    await self._say(step)
                case Expect():
                    await self._expect(step)
                case Do():
                    await self._do(step)

    async def _say(self, step: Say) -> None:
        said, words = self._memory.say(step)
        if step.speaker in self._secret_next:
            self._secret_next.discard(step.speaker)
            words = "•••"
        self._last_said[step.speaker] = words
        self._tell(f"{step.speaker} > {words}")
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._stage.say(step.speaker, said)
        except TimeoutError:
            raise TranscriptFailed(self._report(step, "no end to answering it")) from None
        except TranscriptFailed as failure:
            raise TranscriptFailed(self._report(step, str(failure))) from None

    async def _do(self, step: Do) -> None:
        self._tell(f"! {step.text}")
        try:
            await self._stage.act(step.text)
        except TranscriptFailed as failure:
            raise TranscriptFailed(f"{step.place}: {failure}") from None

    async def _expect(self, step: Expect) -> None:
        try:
            async with asyncio.timeout(self._patience_seconds):
                while (met := self._memory.met(step)) is None:
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            met = False
        if not met:
            raise TranscriptFailed(self._report(step, "not as expected"))

    def _report(self, step: Step, what: str) -> str:
        lines = [f"{step.place}: {what}", f"  said      {self._last_said.get(step.speaker, '')}"]
        if isinstance(step, Expect):
            came = self._memory.unread(step.speaker) or ("nothing",)
            lines.append(f"  expected  {'<<' if step.later else '<'} {step.text}")
            lines.extend(f"  came      {reply}" for reply in came)
        return "\n".join(lines)
