"""When something is due: read as people type it, shown so that nobody can misread it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.command import BadValue
from bot.core.reader import time_zone
from bot.core.text import dates as text

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})|\+(?P<days>\d{1,3})d|(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]*"
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_END_OF_DAY = time(23, 59)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The clock on the wall. `now` gives aware times; everything typed or shown is in the reader's zone."""

    now: Callable[[], datetime]
    course_zone: ZoneInfo

    @property
    def zone(self) -> ZoneInfo:
        """The reader's own; the course's where none is set."""
        return time_zone(self.course_zone)

    def parse(self, words: str) -> datetime:
        """DAY [HH:MM], where DAY is 2026-11-30, fri (the next one) or +7d; a day alone ends at 23:59.

        Returns the moment in UTC. Raises BadValue when it cannot be read or is past.
        """
        moment = self.parse_any(words)
        if moment <= self.now():
            raise BadValue(text.due_is_past(self.absolute(moment)))
        return moment

    def parse_any(self, words: str) -> datetime:
        """The same, of the past too."""
        day_word, _, time_word = words.strip().lower().partition(" ")
        day = _DAY.fullmatch(day_word)
        if day is None:
            raise BadValue(text.due_not_understood(words))
        at = _time_of(time_word.strip(), words)
        try:
            return self._moment(self._day(day, at, words), at)
        except OverflowError:
            raise BadValue(text.due_not_understood(words)) from None

    def canonical(self, moment: datetime) -> str:
        """Words that `parse` reads as this moment (to the minute), today and later."""
        return self._local(moment).strftime("%Y-%m-%d %H:%M")

    def absolute(self, moment: datetime) -> str:
        """ "Fri 6 Nov 2026 18:00 IST"."""
        local = self._local(moment)
        return text.moment(
            local.weekday(),
            local.day,
            local.month,
            local.year,
            f"{local:%H:%M}",
            _zone_name(local, self.zone),
        )

    def relative(self, moment: datetime) -> str:
        """ "in 3 days", "2 hours ago"."""
        seconds = (moment - self.now()).total_seconds()
        return text.from_now(abs(seconds), past=seconds <= 0)

    def due(self, moment: datetime) -> str:
        return text.with_distance(self.relative(moment), self.absolute(moment))

    def _day(self, day: re.Match[str], at: time, words: str) -> date:
        today = self.now().astimezone(self.zone).date()
        if day["date"]:
            try:
                return date.fromisoformat(day["date"])
            except ValueError:
                raise BadValue(text.due_not_understood(words)) from None
        if day["days"]:
            return today + timedelta(days=int(day["days"]))
        ahead = (_WEEKDAYS.index(day["weekday"]) - today.weekday()) % 7
        if ahead == 0 and self._moment(today, at) <= self.now():
            ahead = 7
        return today + timedelta(days=ahead)

    def _moment(self, day: date, at: time) -> datetime:
        """Raises OverflowError for one that not every zone's calendar can write."""
        moment = datetime.combine(day, at, self.zone).astimezone(UTC)
        _ = moment - timedelta(days=1), moment + timedelta(days=1)
        return moment

    def _local(self, moment: datetime) -> datetime:
        try:
            return moment.astimezone(self.zone)
        except OverflowError:
            # Whoever set it was nearer to the calendar's end than its reader.
            return moment.astimezone(UTC)


def _zone_name(local: datetime, zone: ZoneInfo) -> str:
    """ "CET"; where the tz database has but a number for a zone, its whole name with it."""
    name = local.tzname() or ""
    return f"{zone.key} ({name})" if name[:1] in {"+", "-"} else name


def _time_of(word: str, words: str) -> time:
    if not word:
        return _END_OF_DAY
    match = _TIME.fullmatch(word)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise BadValue(text.due_not_understood(words))
    return time(int(match[1]), int(match[2]))
