"""The messages lately shown where there is nothing to tap or swipe: in the console and in a script.

Buttons are pressed by number or label; a message is replied to by words in it.
"""

from __future__ import annotations

from collections import deque

from bot.core.model import Button, Reply
from bot.core.text.notices import NOTICE_MARK
from bot.transcript import Press, ReplyTo

REMEMBERED_MAX = 50


class LocalMessages:
    """What was shown in one chat, as far back as somebody may look.

    A number means the last reply's button; a notice, which may come between a reply and the press, does not
    change them, and its own are pressed by label.
    """

    def __init__(self) -> None:
        self._numbered: list[Button] = []
        self._buttons: deque[Button] = deque(maxlen=REMEMBERED_MAX)
        """The newest last, as below."""
        self._messages: deque[tuple[str, str]] = deque(maxlen=REMEMBERED_MAX)
        """Ids and texts."""

    def show(self, message: str, reply: Reply) -> None:
        """`message` is the id under which the bot knows what it says with `reply`."""
        shown = [button for row in reply.buttons for button in row]
        if shown and not is_notice(reply):
            self._numbered = shown
        self._buttons.extend(shown)
        self._messages.append((message, reply.text.plain))

    def pressed(self, press: Press) -> Button | None:
        labelled = next((one for one in reversed(self._buttons) if one.label == press.button), None)
        if labelled is not None:
            return labelled
        index = press.chosen(button.label for button in self._numbered)
        return None if index is None else self._numbered[index]

    def replied_to(self, reply: ReplyTo) -> tuple[str, str] | None:
        """The id and the text of the message meant."""
        index = reply.meant(text for _, text in self._messages)
        return None if index is None else self._messages[index]

    def labels(self) -> list[str]:
        """Of the buttons that can be pressed by label, the newest first, each once."""
        return list(dict.fromkeys(button.label for button in reversed(self._buttons)))


def is_notice(reply: Reply) -> bool:
    return reply.text.plain.startswith(NOTICE_MARK)
