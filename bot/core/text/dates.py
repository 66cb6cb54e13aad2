"""Moments and spans of time in words."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn
from bot.core.text.phrases import shortened

WEEKDAYS = (
    Phrase("Mon"),
    Phrase("Tue"),
    Phrase("Wed"),
    Phrase("Thu"),
    Phrase("Fri"),
    Phrase("Sat"),
    Phrase("Sun"),
)
MONTHS = (
    Phrase("Jan"),
    Phrase("Feb"),
    Phrase("Mar"),
    Phrase("Apr"),
    Phrase("May"),
    Phrase("Jun"),
    Phrase("Jul"),
    Phrase("Aug"),
    Phrase("Sep"),
    Phrase("Oct"),
    Phrase("Nov"),
    Phrase("Dec"),
)


def moment(weekday: int, day: int, month: int, year: int, time: str, zone: str) -> str:
    """ "Fri 6 Nov 2026 18:00 IST"; `weekday` counts from 0 for Monday, `month` from 1."""
    return tr(
        "{weekday} {day} {month} {year} {time} {zone}",
        weekday=WEEKDAYS[weekday],
        day=day,
        month=MONTHS[month - 1],
        year=year,
        time=time,
        zone=zone,
    )


def with_distance(when: str, the_same: str) -> str:
    """ "in 3 days (Fri 6 Nov 2026 18:00 IST)", or the other way round."""
    return f"{when} ({the_same})"


def from_now(seconds: float, past: bool) -> str:
    """ "in 3 days", "2 hours ago"; `seconds` is not negative."""
    minutes = int(seconds // 60)
    return _ago(minutes) if past else _ahead(minutes)


def _ago(minutes: int) -> str:
    if minutes < 1:
        return tr("less than a minute ago")
    if minutes < 120:
        return trn(minutes, "{count} minute ago", "{count} minutes ago")
    if minutes < 48 * 60:
        return trn(minutes // 60, "{count} hour ago", "{count} hours ago")
    return trn(minutes // (24 * 60), "{count} day ago", "{count} days ago")


def _ahead(minutes: int) -> str:
    if minutes < 1:
        return tr("in less than a minute")
    if minutes < 120:
        return trn(minutes, "in {count} minute", "in {count} minutes")
    if minutes < 48 * 60:
        return trn(minutes // 60, "in {count} hour", "in {count} hours")
    return trn(minutes // (24 * 60), "in {count} day", "in {count} days")


def due_prompt(zone: object) -> Phrase:
    return Phrase("When is it due ({zone})? For example 2026-11-30 18:00, fri 18:00 or +7d.", zone=zone)


def due_not_understood(words: str) -> str:
    return tr(
        "I cannot read “{words}” as a date. Write 2026-11-30 18:00, fri 18:00 or +7d.",
        words=shortened(words),
    )


def since_not_understood(words: str) -> str:
    return tr(
        "I cannot read “{words}” as a date. Write 2026-11-30 18:00, fri 18:00 or -7d.",
        words=shortened(words),
    )


def since_is_ahead(when: str) -> str:
    return tr("{when} is still to come.", when=when)


def due_is_past(when: str) -> str:
    return tr("{when} is past already.", when=when)
