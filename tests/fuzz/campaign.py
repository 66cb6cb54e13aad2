"""Cases by the room: each says something, and what must hold is looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from bot.core.model import Incoming
from tests.fuzz.oracle import violations
from tests.fuzz.people import People, furnish
from tests.fuzz.room import CHATS, Commands, Room

CASES_A_ROOM = 250
FAILURES_MAX = 25


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that did not hold. `python -m tests.fuzz --seed SEED --room ROOM` comes to it again."""

    seed: int
    room: int
    case: int
    incoming: Incoming
    what: str

    def __str__(self) -> str:
        said = f"{self.incoming.text!r:.1500}"
        more = "".join(
            f"\n  {name:9} {value!r:.600}"
            for name, value in (
                ("pressed", self.incoming.press),
                ("files", self.incoming.files),
                ("reply to", self.incoming.reply_to),
            )
            if value
        )
        return (
            f"seed {self.seed}, room {self.room}, case {self.case}: {self.what:.3000}\n"
            f"  in        {self.incoming.chat}\n  said      {said}{more}"
        )

    @property
    def kind(self) -> str:
        """The same for failures that are alike."""
        return re.sub(r"[0-9a-f]{4,}|\d+|'.*'|\".*\"", "", self.what.splitlines()[-1])[:120]


@dataclass(slots=True)
class Tally:
    cases: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """Of messages that were refused, that changed the state, that pressed, that brought files; of replies."""
    failures: list[Failure] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def note(self, failure: Failure) -> bool:
        """Whether it is the first of its kind."""
        self.kinds[failure.kind] += 1
        if self.kinds[failure.kind] > 1:
            return False
        self.failures.append(failure)
        return True


async def play_room(
    seed: int,
    number: int,
    cases: int,
    tally: Tally,
    tell: Callable[[str], None],
    commands: Commands = lambda registry: registry,
) -> None:
    """`cases` things are said in room `number` of the seed."""
    random = Random(f"{seed}/{number}")
    async with Room(commands) as room:
        await furnish(room)
        people = People(random, room)
        for case in range(cases):
            room.pass_time(random.choice((1, 5, 30, 30, 120, 700)))
            for chat in CHATS:
                await room.sign_in(chat)
            incoming = await people.next()
            seen = await room.hear(incoming)
            people.learn(seen)
            tally.cases += 1
            tally.counts["replies"] += len(seen.replies)
            tally.counts["refused"] += any(reply.refused for reply in seen.replies)
            tally.counts["wrote"] += bool(seen.after.differs_from(seen.before))
            tally.counts["pressed"] += bool(incoming.press)
            tally.counts["with files"] += bool(incoming.files)
            for what in violations(seen):
                failure = Failure(seed, number, case, incoming, what)
                if tally.note(failure):
                    tell(str(failure))
            if len(tally.failures) >= FAILURES_MAX:
                return


def rooms(cases: int, size: int) -> Iterator[tuple[int, int]]:
    """The rooms that make up so many cases, `size` in each, and how many are in each."""
    for number, begun in enumerate(range(0, cases, size)):
        yield number, min(size, cases - begun)
