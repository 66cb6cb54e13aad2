"""Buttons where there is nothing to tap: pressed by number or label, as the console and the script do."""

from __future__ import annotations

from bot.core.model import Button, Reply
from bot.core.text import NOTICE_MARK
from bot.transcript import Press

REMEMBERED_MAX = 50


class LocalButtons:
    """The buttons lately shown in one chat.

    A number means the last reply's; a notice, which may come between a reply and the press, does not change
    them, and its own are pressed by label.
    """

    def __init__(self) -> None:
        self._numbered: list[Button] = []
        self._lately: list[Button] = []
        """The newest last."""

    def show(self, reply: Reply) -> None:
        shown = [button for row in reply.buttons for button in row]
        if shown and not is_notice(reply):
            self._numbered = shown
        self._lately = [*self._lately, *shown][-REMEMBERED_MAX:]

    def pressed(self, press: Press) -> Button | None:
        labelled = next((one for one in reversed(self._lately) if one.label == press.button), None)
        if labelled is not None:
            return labelled
        index = press.chosen(button.label for button in self._numbered)
        return None if index is None else self._numbered[index]


def is_notice(reply: Reply) -> bool:
    return reply.text.plain.startswith(NOTICE_MARK)
