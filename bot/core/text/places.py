"""What the places where people chat say about files."""

from __future__ import annotations

from bot.core.language import tr
from bot.core.text.dialogue import megabytes


def cannot_read(name: str, reason: str) -> str:
    return tr("I cannot read {name}: {reason}.", name=name, reason=reason)


def not_a_file(name: str) -> str:
    return tr("{name} is not a file.", name=name)


def has_grown(name: str, bytes_max: int) -> str:
    return tr(
        "{name} has grown since you sent it: a file may have at most {size}.",
        name=name,
        size=megabytes(bytes_max),
    )


def lost(name: str) -> str:
    return tr("I could not get {name} from Telegram. Please send it again.", name=name)
