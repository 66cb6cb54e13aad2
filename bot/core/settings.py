"""How a chat wants to be told of things: in which language and time zone, when, and what not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Settings:
    """Times of day are "HH:MM" in the chat's time zone; what is empty is not set."""

    language: str = ""
    """A tag of bot.core.language; else the language that the place knows."""
    time_zone: str = ""
    """A name of the tz database; else the course's."""
    muted: tuple[str, ...] = ()
    """The topics of which nothing is told."""
    quiet_from: str = ""
    quiet_until: str = ""
    """Nothing is told between the two; it waits until the end."""
    digest_at: str = ""
    """Once a day everything is told together; what is due within a day comes by itself all the same."""

    def told_at(
        self, now: datetime, course_zone: ZoneInfo, *, waits_for_digest: bool, happened_at: datetime
    ) -> datetime:
        """When something that is heard of `now` (an aware time) is to be told: `now` itself when at once.

        It belongs to the first digest after it happened: one that was missed is not put off by a day.
        """
        zone = ZoneInfo(self.time_zone) if self.time_zone else course_zone
        local = now.astimezone(zone)
        if self.digest_at and waits_for_digest:
            digest = _next(min(happened_at, now).astimezone(zone), time.fromisoformat(self.digest_at))
            if digest > now:
                return digest
        if self.quiet_from and self._is_quiet(local.time()):
            return _next(local, time.fromisoformat(self.quiet_until))
        return now

    def _is_quiet(self, at: time) -> bool:
        begin, end = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)
        if begin <= end:
            return begin <= at < end
        return at >= begin or at < end


def _next(local: datetime, at: time) -> datetime:
    """The next time that a clock on the wall of `local`'s zone shows `at`."""
    today = datetime.combine(local.date(), at, local.tzinfo)
    if today > local:
        return today
    return datetime.combine(local.date() + timedelta(days=1), at, local.tzinfo)
