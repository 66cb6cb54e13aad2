"""What is said about how a chat wants to be told of things."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.language import Phrase, in_every_language, tr
from bot.core.text.phrases import shortened

SUMMARY = Phrase("mute, quiet hours, time zone and language of this chat")
MUTE_PROMPT = Phrase("What shall I not tell you of? all, none, or topics with commas between them.")
QUIET_PROMPT = Phrase("When shall I be quiet? For example 22:00-07:00, or off.")
ZONE_PROMPT = Phrase("Which time zone? For example Europe/Berlin, or course.")
LANGUAGE_PROMPT = Phrase("Which language? en, de, or auto.")
DIGEST_PROMPT = Phrase("When shall I tell everything together, once a day? For example 18:00, or off.")

HEADLINE = Phrase("Settings of this chat")
CHANGED = Phrase("Changed the settings of this chat")
NOTHING_MUTED = Phrase("I tell you of everything.")
NO_QUIET_HOURS = Phrase("No quiet hours.")
NO_DIGEST = Phrase("Each thing by itself, when it happens.")
DUE_SOON_COMES = Phrase("What is due within a day comes by itself all the same.")

MUTE_ALL = Phrase("Mute")
UNMUTE = Phrase("Unmute")
BE_QUIET = Phrase("Quiet from 22:00 to 7:00")
NOT_QUIET = Phrase("No quiet hours")
GATHER = Phrase("A digest at 18:00")
NOT_GATHER = Phrase("No digest")

TOPICS = {
    "materials": Phrase("new materials"),
    "assignments": Phrase("new assignments and extensions"),
    "grades": Phrase("grades and regrades"),
    "answers": Phrase("answers to my questions"),
    "announcements": Phrase("announcements to everyone"),
    "reminders": Phrase("what is due soon"),
    "submissions": Phrase("work handed in and requests for a regrade"),
    "questions": Phrase("questions to instructors"),
}

TOPIC_NAMES = {
    "materials": Phrase("materials"),
    "assignments": Phrase("assignments"),
    "grades": Phrase("grades"),
    "answers": Phrase("answers"),
    "announcements": Phrase("announcements"),
    "reminders": Phrase("reminders"),
    "submissions": Phrase("submissions"),
    "questions": Phrase("questions"),
}
"""As they are typed: single words."""
TOPIC_WORDS = {topic: in_every_language(name) for topic, name in TOPIC_NAMES.items()}

# What may be typed instead of a value.
ALL_WORDS = in_every_language(Phrase("all"))
NONE_WORDS = in_every_language(Phrase("none"))
OFF_WORDS = in_every_language(Phrase("off"))
COURSE_WORDS = in_every_language(Phrase("course"))
AUTO_WORDS = in_every_language(Phrase("auto"))


def language(name: str, chosen: bool) -> str:
    return tr("Language: {name}", name=name) if chosen else tr("Language: {name}, as you use here", name=name)


def zone(name: str, now: str, chosen: bool) -> str:
    if chosen:
        return tr("Time zone: {name}, where it is {now}", name=name, now=now)
    return tr("Time zone: the course's, {name}, where it is {now}", name=name, now=now)


def muted(topics: Iterable[str]) -> str:
    return tr("Muted: {topics}.", topics=", ".join(str(TOPICS[topic]) for topic in topics))


def quiet(begin: str, end: str) -> str:
    return tr("Quiet from {begin} to {end}; what happens meanwhile is told afterwards.", begin=begin, end=end)


def digest(at: str) -> str:
    return tr("Told together, every day at {at}.", at=at)


def not_a_topic(word: str) -> str:
    return tr(
        "There is no topic “{word}”. There are: {topics}; or all, or none.",
        word=shortened(word),
        topics=", ".join(str(name) for name in TOPIC_NAMES.values()),
    )


def not_hours(word: str) -> str:
    return tr("I cannot read “{word}” as hours. Write 22:00-07:00, or off.", word=shortened(word))


def not_a_time(word: str) -> str:
    return tr("I cannot read “{word}” as a time of day. Write 18:00, or off.", word=shortened(word))


def not_a_zone(word: str, closest: Iterable[str]) -> str:
    near = ", ".join(closest)
    if near:
        return tr("I know no time zone “{word}”. Do you mean {near}?", word=shortened(word), near=near)
    return tr("I know no time zone “{word}”. One looks like Europe/Berlin.", word=shortened(word))


def not_a_language(word: str, known: Iterable[str]) -> str:
    return tr(
        "I do not speak “{word}”; choose {known}, or auto.", word=shortened(word), known=", ".join(known)
    )
