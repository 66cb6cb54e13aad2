"""Cases by the room, through Telegram: `python -m tests.fuzz --telegram`.

They are done in rounds: one thing in each chat, all at once, so that the bot works on all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

from bot.adapters.telegram import TelegramAdapter
from bot.core.model import Incoming
from tests.fuzz.campaign import FAILURES_MAX, Failure, Tally
from tests.fuzz.room import Commands
from tests.fuzz.telegram_people import TelegramPeople, message_in, tap_in
from tests.fuzz.telegram_room import CHATS, PLACES, Round, TelegramRoom
from tests.fuzz.telegram_watched import Heard

CASES_A_ROOM = 1_000
"""A room takes longer to open than others do."""


async def play_telegram_room(
    seed: int,
    number: int,
    cases: int,
    tally: Tally,
    tell: Callable[[str], None],
    commands: Commands = lambda registry: registry,
) -> None:
    """`cases` things are done in room `number` of the seed."""
    random = Random(f"telegram/{seed}/{number}")
    async with TelegramRoom(commands) as room:
        await furnish(room)
        people = TelegramPeople(random, room)
        for begun in range(0, cases, len(PLACES)):
            await room.see_signed_in()
            chats = random.sample(PLACES, min(len(PLACES), cases - begun))
            seen = await room.hear([await people.next(chat) for chat in chats])
            if again := [heard.updates for heard in seen.heard if random.random() < 0.03]:
                compare(seen, await room.hear(again, redelivered=True))
            for heard in seen.heard:
                _count(tally, heard)
            for updates, what in violations(seen):
                incoming = Incoming(TelegramAdapter.name, f"{len(updates)} updates", "", text=f"{updates}")
                failure = Failure(seed, number, begun, incoming, what)
                if tally.note(failure):
                    tell(str(failure))
            if len(tally.failures) >= FAILURES_MAX:
                return


def violations(seen: Round) -> Iterator[tuple[Sequence[object], str]]:
    """A sentence for each thing that does not hold, and after which updates."""
    for heard in seen.heard:
        yield from ((heard.updates, f"trouble: {trouble}") for trouble in heard.troubles)
        if heard.refused and heard.written:
            yield heard.updates, f"refused, and yet other rows in {', '.join(sorted(heard.written))}"
    everything = [update for heard in seen.heard for update in heard.updates]
    yield from ((everything, f"trouble: {trouble}") for trouble in seen.troubles)


def compare(seen: Round, again: Round) -> None:
    """What was done before is not done again when it comes again."""
    seen.troubles.extend(again.troubles)
    for heard in again.heard:
        seen.troubles.extend(heard.troubles)
        if heard.replies or heard.written:
            seen.troubles.append(f"heard twice: {heard.updates}")


def _count(tally: Tally, heard: Heard) -> None:
    tally.cases += 1
    tally.counts["replies"] += len(heard.replies)
    tally.counts["refused"] += heard.refused
    tally.counts["wrote"] += bool(heard.written)
    tally.counts["pressed"] += "callback_query" in heard.updates[0]
    tally.counts["with files"] += "file_id" in str(heard.updates[0])


async def furnish(room: TelegramRoom) -> None:
    """Something to hand in, to grade and to answer; whatever is asked is answered by the first button."""
    for username, line in (
        ("grace", "/newassignment Essay 20 +7d"),
        ("ada", "/submit A1 A quorum is a majority."),
        ("grace", "/grade S1 18 Clear."),
        ("edsger", "/ask instructor Is a term a period?"),
    ):
        chat = CHATS[username]
        (heard,) = (await room.hear([[message_in(room, chat, text=line)]])).heard
        for _ in range(5):
            if room.store.load(str(chat)).dialogue is None:
                break
            newest = [message for message in room.server.said if message.chat == chat and message.rows][-1]
            (heard,) = (await room.hear([[tap_in(chat, newest.rows[0][0][1])]])).heard
        if heard.refused:
            raise AssertionError(f"{line}: {[reply.text.plain for reply in heard.replies]}")
