"""From a reply to what Telegram shows: HTML that only our spans can make, and keyboards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.model import Button
from bot.core.richtext import Style, Text

log = logging.getLogger(__name__)

BUTTON_BYTES_MAX = 64

_TAGS = {
    Style.BOLD: "b",
    Style.ITALIC: "i",
    Style.CODE: "code",
    Style.QUOTE: "blockquote",
}


def html(text: Text) -> str:
    """Only a span's style becomes a tag; whatever was typed is escaped."""
    parts = []
    for span in text.spans:
        written = escape(sendable(span.text), quote=False)
        tag = _TAGS.get(span.style)
        parts.append(f"<{tag}>{written}</{tag}>" if tag and span.text.strip() else written)
    return "".join(parts)


def sendable(words: str) -> str:
    """A half of a character, which is no text in UTF-8, is shown as a question mark."""
    return words.encode("utf-8", "replace").decode()


def keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """Leaves out a button whose data does not fit: Telegram would refuse the whole message for it."""
    shown = []
    for row in rows:
        fitting = [button for button in row if _fits(button.data)]
        if len(fitting) < len(row):
            log.error("a button was left out: its data is not text of 1 to %d bytes", BUTTON_BYTES_MAX)
        if fitting:
            shown.append([_button(button) for button in fitting])
    return InlineKeyboardMarkup(shown) if shown else None


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(sendable(button.label).strip() or "…", callback_data=button.data)


def _fits(data: str) -> bool:
    return data == sendable(data) and 0 < len(data.encode()) <= BUTTON_BYTES_MAX
