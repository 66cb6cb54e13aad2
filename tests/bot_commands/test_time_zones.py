"""Due dates around both switches of the clocks, and for readers in other zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.dates import Calendar
from bot.core.chat import Chat
from bot.core.reader import reading_as
from bot.core.settings import Settings
from tests.bot_commands.conftest import Clock

FORWARD = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
"""In Berlin 02:00 becomes 03:00."""
BACK = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
"""In Berlin 03:00 becomes 02:00."""


def living_in(zone: str) -> Chat:
    return Chat(settings=Settings(time_zone=zone))


@pytest.mark.parametrize(
    ("now", "words", "moment", "shown"),
    [
        (FORWARD, "2027-03-28 01:59", FORWARD - timedelta(minutes=1), "Sun 28 Mar 2027 01:59 CET"),
        (FORWARD, "2027-03-28 03:00", FORWARD, "Sun 28 Mar 2027 03:00 CEST"),
        (FORWARD, "2027-03-28 02:30", FORWARD + timedelta(minutes=30), "Sun 28 Mar 2027 03:30 CEST"),
        (FORWARD, "2027-03-28", FORWARD + timedelta(hours=20, minutes=59), "Sun 28 Mar 2027 23:59 CEST"),
        (BACK, "2026-10-25 01:59", BACK - timedelta(minutes=61), "Sun 25 Oct 2026 01:59 CEST"),
        (BACK, "2026-10-25 02:30", BACK - timedelta(minutes=30), "Sun 25 Oct 2026 02:30 CEST"),
        (BACK, "2026-10-25 03:00", BACK + timedelta(hours=1), "Sun 25 Oct 2026 03:00 CET"),
    ],
)
def test_a_due_date_on_the_day_of_a_switch_is_what_the_wall_says(
    calendar: Calendar, clock: Clock, now: datetime, words: str, moment: datetime, shown: str
) -> None:
    clock.time = now - timedelta(days=2)
    assert calendar.parse(words) == moment
    assert calendar.absolute(moment) == shown


def test_a_week_over_a_switch_is_a_week_on_the_wall(calendar: Calendar, clock: Clock) -> None:
    clock.time = BACK - timedelta(days=3)
    assert calendar.absolute(calendar.parse("+7d 18:00")).endswith("18:00 CET")
    assert calendar.parse("+7d 18:00") - calendar.parse("+1d 18:00") == timedelta(days=6, hours=1)


def test_both_hours_that_bear_one_name_are_told_apart(calendar: Calendar) -> None:
    assert calendar.absolute(BACK - timedelta(minutes=30)) == "Sun 25 Oct 2026 02:30 CEST"
    assert calendar.absolute(BACK + timedelta(minutes=30)) == "Sun 25 Oct 2026 02:30 CET"


def test_a_reader_elsewhere_types_and_reads_their_own_time(calendar: Calendar) -> None:
    in_berlin = calendar.parse("2026-11-06 18:00")
    with reading_as(living_in("Asia/Kolkata")):
        assert calendar.absolute(in_berlin) == "Fri 6 Nov 2026 22:30 IST"
        assert calendar.parse("2026-11-06 22:30") == in_berlin
    with reading_as(living_in("America/New_York")):
        assert calendar.absolute(in_berlin) == "Fri 6 Nov 2026 12:00 EST"
    assert calendar.absolute(in_berlin) == "Fri 6 Nov 2026 18:00 CET"


def test_a_zone_that_has_only_a_number_is_shown_with_its_name(calendar: Calendar) -> None:
    with reading_as(living_in("Asia/Dubai")):
        moment = datetime(2026, 11, 6, 12, 0, tzinfo=UTC)
        assert calendar.absolute(moment) == "Fri 6 Nov 2026 16:00 Asia/Dubai (+04)"


def test_friday_is_the_readers_friday(calendar: Calendar, clock: Clock) -> None:
    clock.time = datetime(2026, 11, 5, 23, 30, tzinfo=UTC)
    assert calendar.parse("fri 18:00") == datetime(2026, 11, 6, 17, 0, tzinfo=UTC)
    with reading_as(living_in("Pacific/Auckland")):
        assert calendar.parse("fri 18:00") == datetime(2026, 11, 6, 5, 0, tzinfo=UTC)


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC")


@given(
    st.datetimes(datetime(2026, 11, 4), datetime(2028, 12, 31)),
    st.sampled_from(ZONES),
)
def test_what_is_typed_is_kept_as_one_moment_whoever_reads_it(typed: datetime, zone: str) -> None:
    calendar = Calendar(Clock(), ZoneInfo("Europe/Berlin"))
    with reading_as(living_in(zone)):
        moment = calendar.parse(typed.strftime("%Y-%m-%d %H:%M"))
        assert calendar.parse(calendar.canonical(moment)) == moment
