"""Moments, as when something is due: read as people type them, shown so that nobody can misread them."""

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
    r"(?P<date>\d{4}-\d{2}-\d{2})|(?P<days>[+-]\d{1,3})d|(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]*"
)
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_BEGINNING_OF_DAY, _END_OF_DAY = time(0, 0), time(23, 59)


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
        try:
            return self._read(words, _END_OF_DAY, back=False)
        except (ValueError, OverflowError):
            raise BadValue(text.due_not_understood(words)) from None

    def parse_since(self, words: str) -> datetime:
        """Likewise from when on something is looked for: fri is the last one, a day alone begins at 0:00, and
        -7d is a week ago. Raises BadValue when it cannot be read or is still to come."""
        try:
            moment = self._read(words, _BEGINNING_OF_DAY, back=True)
        except (ValueError, OverflowError):
            raise BadValue(text.since_not_understood(words)) from None
        if moment > self.now():
            raise BadValue(text.since_is_ahead(self.absolute(moment)))
        return moment

    def canonical(self, moment: datetime) -> str:
        """Words that all of these read as this moment (to the minute), today and later."""
        return self._local(moment).replace(tzinfo=None).isoformat(" ", "minutes")

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

    def until(self, moment: datetime) -> str:
        """As `due`, where a sentence needs the date itself: "Fri 6 Nov 2026 18:00 IST (in 3 days)"."""
        return text.with_distance(self.absolute(moment), self.relative(moment))

    def _read(self, words: str, alone: time, *, back: bool) -> datetime:
        """`alone` is the time of a day without one. Raises ValueError, OverflowError."""
        day_word, _, time_word = words.strip().lower().partition(" ")
        day = _DAY.fullmatch(day_word)
        if day is None:
            raise ValueError(day_word)
        at = _time_of(time_word.strip()) if time_word else alone
        return self._moment(self._day(day, at, back=back), at)

    def _day(self, day: re.Match[str], at: time, *, back: bool) -> date:
        """`back`: a weekday is the last one there was, and not the next."""
        today = self.now().astimezone(self.zone).date()
        if day["date"]:
            return date.fromisoformat(day["date"])
        if day["days"]:
            return today + timedelta(days=int(day["days"]))
        this_week = today + timedelta(days=_WEEKDAYS.index(day["weekday"]) - today.weekday())
        is_past = self._moment(this_week, at) <= self.now()
        if back:
            return this_week if is_past else this_week - timedelta(days=7)
        return this_week + timedelta(days=7) if is_past else this_week

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


def is_time(word: str) -> bool:
    """Whether it is one, said of the day before it. With a point it might be any number."""
    return ":" in word and _TIME.fullmatch(word) is not None


def _zone_name(local: datetime, zone: ZoneInfo) -> str:
    """ "CET"; where the tz database has but a number for a zone, its whole name with it."""
    name = local.tzname() or ""
    return f"{zone.key} ({name})" if name[:1] in {"+", "-"} else name


def _time_of(word: str) -> time:
    """Raises ValueError."""
    match = _TIME.fullmatch(word)
    if match is None:
        raise ValueError(word)
    return time(int(match[1]), int(match[2]))
