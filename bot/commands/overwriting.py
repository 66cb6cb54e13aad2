"""Two graders, one grade: what the second one is told, and how they say that theirs is to stand."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.client.api import Grade, LmsClient, LmsError
from bot.commands.dates import Calendar
from bot.commands.results import points_of
from bot.commands.submissions import grade_of
from bot.core.command import Arg, BadValue, Choice, Conversation, Values
from bot.core.text import grading as text
from bot.core.text import phrases

Label = Callable[[Grade], str]


def overwrite(current: Grade) -> str:
    return text.overwrite(points_of(current), current.grader)


def replace_feedback(current: Grade) -> str:
    return text.replace_feedback(current.grader)


def replaces(client: LmsClient, label: Label) -> Arg:
    """The version that a change is made from, asked for when another one came between."""

    async def newest(conversation: Conversation, values: Values) -> list[Choice]:
        current = await grade_of(client, conversation, values["submission"])
        if current is None:
            return []
        return [Choice(f"v{current.version}", label(current))]

    return Arg("replaces", text.REPLACES_PROMPT, parse=_version, required=False, named=True, choices=newest)


async def conflict(
    error: LmsError, client: LmsClient, conversation: Conversation, submission_id: str, calendar: Calendar
) -> LmsError:
    """Names the argument `replaces`, so that the core asks for it and keeps all else that was typed."""
    current = await grade_of(client, conversation, submission_id)
    if error.code != "ABORTED" or current is None:
        return error
    message = text.changed_by(current.grader, calendar.absolute(current.graded_at), points_of(current))
    return LmsError("INVALID_ARGUMENT", "GRADE_CHANGED", message, {"replaces": message})


def has_feedback(error: LmsError, current: Grade, calendar: Calendar) -> LmsError:
    """The same where it is feedback that would be replaced."""
    message = text.feedback_by(current.grader, calendar.absolute(current.graded_at), current.feedback)
    return LmsError("INVALID_ARGUMENT", error.reason, message, {"replaces": message})


def _version(word: str) -> int:
    """Reads `v2`."""
    match = re.fullmatch(r"v([1-9]\d{0,5})", word.strip().lower(), re.ASCII)
    if match is None:
        raise BadValue(phrases.NOT_A_VERSION)
    return int(match[1])
