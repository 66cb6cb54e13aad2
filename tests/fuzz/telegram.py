"""Cases by the room, through Telegram: `python -m tests.fuzz --telegram`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from tests.fuzz.campaign import FAILURES_MAX, Failure, Tally
from tests.fuzz.room import Seen
from tests.fuzz.telegram_people import TelegramPeople, message_in, tap_in
from tests.fuzz.telegram_room import CHATS, GROUP, TelegramRoom


async def play_telegram_room(
    seed: int, number: int, cases: int, tally: Tally, tell: Callable[[str], None]
) -> None:
    """`cases` things are done in room `number` of the seed."""
    random = Random(f"telegram/{seed}/{number}")
    async with TelegramRoom() as room:
        await furnish(room)
        people = TelegramPeople(random, room)
        for case in range(cases):
            for chat in (*CHATS.values(), GROUP):
                await room.sign_in(chat)
            updates = await people.next()
            seen = await room.hear(updates)
            if random.random() < 0.03:
                again = await room.hear(updates, redelivered=True)
                seen.troubles += again.troubles
                if again.replies:
                    seen.troubles.append("heard twice")
            _count(tally, seen, updates[0])
            for what in violations(seen):
                failure = Failure(seed, number, case, seen.incoming, what)
                if tally.note(failure):
                    tell(str(failure))
            if len(tally.failures) >= FAILURES_MAX:
                return


def violations(seen: Seen) -> Iterator[str]:
    """A sentence for each thing that does not hold."""
    yield from (f"trouble: {trouble}" for trouble in seen.troubles)
    if any(reply.refused for reply in seen.replies) and seen.before.own == seen.after.own:
        tables = seen.after.differs_from(seen.before)
        if tables:
            yield f"refused, and yet other rows in {', '.join(tables)}"


def _count(tally: Tally, seen: Seen, update: object) -> None:
    tally.cases += 1
    tally.counts["replies"] += len(seen.replies)
    tally.counts["refused"] += any(reply.refused for reply in seen.replies)
    tally.counts["wrote"] += bool(seen.after.differs_from(seen.before))
    tally.counts["pressed"] += "callback_query" in str(update)
    tally.counts["with files"] += "file_id" in str(update)


async def furnish(room: TelegramRoom) -> None:
    """Something to hand in, to grade and to answer; whatever is asked is answered by the first button."""
    for username, line in (
        ("grace", "/newassignment Essay 20 +7d"),
        ("ada", "/submit A1 A quorum is a majority."),
        ("grace", "/grade S1 18 Clear."),
        ("edsger", "/ask instructor Is a term a period?"),
    ):
        chat = CHATS[username]
        seen = await room.hear([message_in(room, chat, text=line)])
        for _ in range(5):
            if room.store.load(str(chat)).dialogue is None:
                break
            newest = [message for message in room.server.said if message.chat == chat and message.rows][-1]
            seen = await room.hear([tap_in(chat, newest.rows[0][0][1])])
        if any(reply.refused for reply in seen.replies):
            raise AssertionError(f"{line}: {[reply.text.plain for reply in seen.replies]}")
