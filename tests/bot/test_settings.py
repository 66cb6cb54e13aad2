"""When a chat is told of something: at once, after its quiet hours, or with its digest."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.core.settings import Settings

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Settings(quiet_from="22:00", quiet_until="07:00")


def told_at(
    settings: Settings, now: datetime, waits_for_digest: bool = True, happened_at: datetime | None = None
) -> str:
    """On Berlin's clock."""
    moment = settings.told_at(
        now.replace(tzinfo=BERLIN),
        BERLIN,
        waits_for_digest=waits_for_digest,
        happened_at=(happened_at or now).replace(tzinfo=BERLIN),
    )
    return moment.astimezone(BERLIN).strftime("%a %H:%M %Z")


def test_without_settings_everything_is_told_at_once() -> None:
    now = datetime(2026, 11, 3, 23, 30)
    assert told_at(Settings(), now) == "Tue 23:30 CET"


def test_quiet_hours_over_midnight_end_in_the_morning() -> None:
    assert told_at(NIGHT, datetime(2026, 11, 3, 21, 59)) == "Tue 21:59 CET"
    assert told_at(NIGHT, datetime(2026, 11, 3, 22, 0)) == "Wed 07:00 CET"
    assert told_at(NIGHT, datetime(2026, 11, 4, 6, 59)) == "Wed 07:00 CET"
    assert told_at(NIGHT, datetime(2026, 11, 4, 7, 0)) == "Wed 07:00 CET"


def test_quiet_hours_within_a_day_end_that_day() -> None:
    lecture = Settings(quiet_from="10:00", quiet_until="12:00")
    assert told_at(lecture, datetime(2026, 11, 3, 11, 0)) == "Tue 12:00 CET"
    assert told_at(lecture, datetime(2026, 11, 3, 12, 0)) == "Tue 12:00 CET"


def test_quiet_hours_are_those_of_the_clock_on_the_wall_when_it_is_changed() -> None:
    assert told_at(NIGHT, datetime(2026, 10, 24, 23, 0)) == "Sun 07:00 CET"
    assert told_at(NIGHT, datetime(2027, 3, 27, 23, 0)) == "Sun 07:00 CEST"


def test_a_digest_comes_at_its_time_and_a_reminder_does_not_wait_for_it() -> None:
    evening = Settings(digest_at="18:00")
    assert told_at(evening, datetime(2026, 11, 3, 9, 0)) == "Tue 18:00 CET"
    assert told_at(evening, datetime(2026, 11, 3, 18, 0)) == "Wed 18:00 CET"
    assert told_at(evening, datetime(2026, 11, 3, 9, 0), waits_for_digest=False) == "Tue 09:00 CET"


def test_what_a_digest_missed_is_told_when_it_is_heard_of_but_not_in_quiet_hours() -> None:
    evening = Settings(digest_at="18:00", quiet_from="22:00", quiet_until="07:00")
    morning = datetime(2026, 11, 3, 9, 0)
    assert told_at(evening, datetime(2026, 11, 3, 18, 1), happened_at=morning) == "Tue 18:01 CET"
    assert told_at(evening, datetime(2026, 11, 3, 23, 0), happened_at=morning) == "Wed 07:00 CET"


def test_the_hours_are_those_of_the_chats_own_zone() -> None:
    abroad = Settings(time_zone="Asia/Kolkata", quiet_from="22:00", quiet_until="07:00")
    now = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)
    told = abroad.told_at(now, BERLIN, waits_for_digest=True, happened_at=now)
    assert told == datetime(2026, 11, 4, 1, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.times().map(lambda at: at.strftime("%H:%M")),
    st.times().map(lambda at: at.strftime("%H:%M")),
)
def test_nothing_waits_longer_than_a_day_and_nothing_is_told_before_it_happens(
    now: datetime, begin: str, end: str
) -> None:
    settings = Settings(quiet_from=begin, quiet_until=end)
    told = settings.told_at(now, BERLIN, waits_for_digest=True, happened_at=now)
    assert 0 <= (told - now).total_seconds() <= 25 * 3600
