"""Due dates: read as typed, never ambiguous when shown. The course is in Berlin, on a Tuesday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.commands import Calendar
from bot.commands.dates import is_time
from bot.core.command import BadValue
from tests.bot_commands.conftest import Clock


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2026-11-30 18:00", datetime(2026, 11, 30, 17, 0, tzinfo=UTC)),
        ("2026-11-30", datetime(2026, 11, 30, 22, 59, tzinfo=UTC)),
        ("fri 18:00", datetime(2026, 11, 6, 17, 0, tzinfo=UTC)),
        ("Friday", datetime(2026, 11, 6, 22, 59, tzinfo=UTC)),
        ("tue 18:00", datetime(2026, 11, 3, 17, 0, tzinfo=UTC)),
        ("tue 9:30", datetime(2026, 11, 10, 8, 30, tzinfo=UTC)),
        ("+7d", datetime(2026, 11, 10, 22, 59, tzinfo=UTC)),
        ("+0d 23:00", datetime(2026, 11, 3, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_due_date_is_read_in_the_course_s_zone(calendar: Calendar, words: str, moment: datetime) -> None:
    assert calendar.parse(words) == moment


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "2026-13-01",
        "2026-02-30",
        "fri 25:00",
        "fri 18",
        "+d",
        "18:00",
        "2026-11-30T18:00",
        "0001-01-01 00:00",
        "9999-12-31 23:59",
    ],
)
def test_what_is_no_date_is_refused_with_examples(calendar: Calendar, words: str) -> None:
    with pytest.raises(BadValue, match="fri 18:00"):
        calendar.parse(words)


@pytest.mark.parametrize(
    ("word", "is_one"), [("18:00", True), ("9:30", True), ("3.14", False), ("18", False)]
)
def test_a_time_behind_a_day_is_known_by_its_colon(word: str, is_one: bool) -> None:
    assert is_time(word) == is_one


@pytest.mark.parametrize("words", ["2026-11-03 12:59", "2001-01-01", "+0d 00:01"])
def test_a_past_date_is_refused_and_named(calendar: Calendar, words: str) -> None:
    with pytest.raises(BadValue, match=r"is past already"):
        calendar.parse(words)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2026-11-01", datetime(2026, 10, 31, 23, 0, tzinfo=UTC)),
        ("2026-11-01 18:00", datetime(2026, 11, 1, 17, 0, tzinfo=UTC)),
        ("2026-11-01 18.00", datetime(2026, 11, 1, 17, 0, tzinfo=UTC)),
        ("fri 18:00", datetime(2026, 10, 30, 17, 0, tzinfo=UTC)),
        ("tue", datetime(2026, 11, 2, 23, 0, tzinfo=UTC)),
        ("tue 12:59", datetime(2026, 11, 3, 11, 59, tzinfo=UTC)),
        ("tue 13:01", datetime(2026, 10, 27, 12, 1, tzinfo=UTC)),
        ("-7d", datetime(2026, 10, 26, 23, 0, tzinfo=UTC)),
        ("+0d", datetime(2026, 11, 2, 23, 0, tzinfo=UTC)),
        ("0999-05-01", datetime(999, 4, 30, 23, 6, 32, tzinfo=UTC)),
    ],
)
def test_since_when_is_read_backwards(calendar: Calendar, words: str, moment: datetime) -> None:
    assert calendar.parse_since(words) == moment
    to_the_minute = calendar.parse_since(calendar.canonical(moment))
    assert to_the_minute == moment


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("lately", "-7d"),
        ("", "-7d"),
        ("2026-02-30", "-7d"),
        ("0001-01-01", "-7d"),
        ("fri 25:00", "-7d"),
        ("2026-11-04", "is still to come"),
        ("+1d", "is still to come"),
    ],
)
def test_since_when_is_no_moment_to_come(calendar: Calendar, words: str, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        calendar.parse_since(words)


@pytest.mark.parametrize("words", ["fri 18:00", "+7d", "2027-03-28 02:30", "2027-10-31 02:30"])
def test_the_canonical_words_mean_the_same_moment_tomorrow(
    calendar: Calendar, clock: Clock, words: str
) -> None:
    moment = calendar.parse(words)
    clock.pass_by(timedelta(days=1))
    assert calendar.parse(calendar.canonical(moment)) == moment


def test_the_calendar_s_last_moment_can_be_shown_everywhere(calendar: Calendar) -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert calendar.absolute(last) == "Fri 31 Dec 9999 23:59 UTC"
    assert calendar.due(last).endswith("(Fri 31 Dec 9999 23:59 UTC)")


def test_a_moment_is_shown_with_its_zone(calendar: Calendar) -> None:
    assert calendar.absolute(datetime(2026, 11, 6, 17, 0, tzinfo=UTC)) == "Fri 6 Nov 2026 18:00 CET"
    assert calendar.absolute(datetime(2026, 7, 6, 16, 0, tzinfo=UTC)) == "Mon 6 Jul 2026 18:00 CEST"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=30), "in less than a minute"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=119), "in 119 minutes"),
        (timedelta(hours=47, minutes=59), "in 47 hours"),
        (timedelta(days=2), "in 2 days"),
        (-timedelta(days=3), "3 days ago"),
    ],
)
def test_how_long_it_is_until_then(calendar: Calendar, clock: Clock, span: timedelta, words: str) -> None:
    assert calendar.relative(clock() + span) == words
