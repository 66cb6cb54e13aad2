"""How this chat wants to be told of things: kept by the bot, for each chat by itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from zoneinfo import available_timezones

from bot.commands.card import button, card
from bot.commands.dates import Calendar
from bot.core.command import EVERYONE, Arg, BadValue, Command, Conversation, Values
from bot.core.language import LANGUAGES, Words, spoken
from bot.core.model import Button, Reply
from bot.core.settings import Settings
from bot.core.text import settings as text

_TIME = re.compile(r"([01]?\d|2[0-3])(?:[:.]?([0-5]\d))?")


class ChatSettings:
    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "settings",
                text.SUMMARY,
                "/settings quiet=22:00-07:00 zone=Europe/Berlin",
                self.settings,
                EVERYONE,
                (
                    Arg("mute", text.MUTE_PROMPT, parse=_topics, required=False),
                    Arg("quiet", text.QUIET_PROMPT, parse=_hours, required=False),
                    Arg("zone", text.ZONE_PROMPT, parse=_zone, required=False),
                    Arg("language", text.LANGUAGE_PROMPT, parse=_language, required=False),
                    Arg("digest", text.DIGEST_PROMPT, parse=_digest, required=False),
                ),
            ),
        )

    async def settings(self, conversation: Conversation, values: Values) -> Reply:
        changed = _changed(conversation.settings, values)
        headline = text.HEADLINE if changed == conversation.settings else text.CHANGED
        conversation.change_settings(changed)
        return card(headline, *self._lines(changed), buttons=_next_steps(changed))

    def _lines(self, settings: Settings) -> list[Words]:
        zone = self._calendar.zone
        now = self._calendar.absolute(self._calendar.now())
        return [
            text.language(LANGUAGES[spoken()], bool(settings.language)),
            text.zone(zone.key, now, bool(settings.time_zone)),
            text.muted(settings.muted) if settings.muted else text.NOTHING_MUTED,
            text.quiet(settings.quiet_from, settings.quiet_until)
            if settings.quiet_from
            else text.NO_QUIET_HOURS,
            text.digest(settings.digest_at) if settings.digest_at else text.NO_DIGEST,
            *([text.DUE_SOON_COMES] if settings.digest_at else []),
        ]


def _changed(settings: Settings, values: Values) -> Settings:
    """With what was given; None is what was not."""
    if values["mute"] is not None:
        settings = replace(settings, muted=values["mute"])
    if values["quiet"] is not None:
        begin, end = values["quiet"]
        settings = replace(settings, quiet_from=begin, quiet_until=end)
    if values["zone"] is not None:
        settings = replace(settings, time_zone=values["zone"])
    if values["language"] is not None:
        settings = replace(settings, language=values["language"])
    if values["digest"] is not None:
        settings = replace(settings, digest_at=values["digest"])
    return settings


def _next_steps(settings: Settings) -> Sequence[Button]:
    other = next(tag for tag in LANGUAGES if tag != spoken())
    return (
        button(LANGUAGES[other], "settings", f"language={other}"),
        _switch(bool(settings.muted), text.MUTE_ALL, "mute=all", text.UNMUTE, "mute=none"),
        _switch(bool(settings.quiet_from), text.BE_QUIET, "quiet=22-7", text.NOT_QUIET, "quiet=off"),
        _switch(bool(settings.digest_at), text.GATHER, "digest=18", text.NOT_GATHER, "digest=off"),
    )


def _switch(is_on: bool, on: Words, to_on: str, off: Words, to_off: str) -> Button:
    return button(off, "settings", to_off) if is_on else button(on, "settings", to_on)


def _topics(word: str) -> tuple[str, ...]:
    found = [topic.strip().lower() for topic in word.split(",") if topic.strip()]
    if len(found) == 1 and found[0] in text.ALL_WORDS:
        return tuple(text.TOPICS)
    if len(found) == 1 and found[0] in text.NONE_WORDS:
        return ()
    known = {word: topic for topic, words in text.TOPIC_WORDS.items() for word in words}
    for name in found:
        if name not in known:
            raise BadValue(text.not_a_topic(name))
    meant = {known[name] for name in found}
    return tuple(topic for topic in text.TOPICS if topic in meant)


def _hours(word: str) -> tuple[str, str]:
    """Reads `22:00-07:00` and `22-7`; two empty ones for off."""
    if word.strip().lower() in text.OFF_WORDS:
        return "", ""
    begin, _, end = word.strip().partition("-")
    found = _time_of_day(begin), _time_of_day(end)
    if not all(found) or found[0] == found[1]:
        raise BadValue(text.not_hours(word))
    return found


def _digest(word: str) -> str:
    if word.strip().lower() in text.OFF_WORDS:
        return ""
    at = _time_of_day(word)
    if not at:
        raise BadValue(text.not_a_time(word))
    return at


def _time_of_day(word: str) -> str:
    """As "HH:MM"; empty when it is none."""
    match = _TIME.fullmatch(word.strip())
    return f"{int(match[1]):02}:{match[2] or '00'}" if match else ""


def _zone(word: str) -> str:
    """A name of the tz database; empty for the course's."""
    wanted = word.strip().replace(" ", "_")
    if wanted.lower() in text.COURSE_WORDS:
        return ""
    known = _zones()
    if wanted.lower() in known:
        return known[wanted.lower()]
    ends = [name for name in known if name.rpartition("/")[2] == wanted.lower()]
    closest = ends or difflib.get_close_matches(wanted.lower(), known, n=3)
    raise BadValue(text.not_a_zone(word, sorted(known[name] for name in closest)))


@cache
def _zones() -> dict[str, str]:
    """By their names in small letters. They are files, hundreds of them; one is the machine's own, and on
    the bot's next machine another, or none."""
    return {name.lower(): name for name in available_timezones() - {"localtime"}}


def _language(word: str) -> str:
    """A tag that is spoken; empty for the one that the place knows."""
    tag = word.strip().lower()
    if tag in text.AUTO_WORDS:
        return ""
    if tag not in LANGUAGES:
        raise BadValue(text.not_a_language(word, LANGUAGES))
    return tag
