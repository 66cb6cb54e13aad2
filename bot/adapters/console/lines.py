"""Where the console's lines come from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.core.completion import Suggestion

Complete = Callable[[str], Awaitable[Sequence[Suggestion]]]
"""How a line that is typed so far may go on."""


class EndOfInput(Exception):
    """Nothing more will be said."""


class LineSource(Protocol):
    interactive: bool
    """Whether a person is looking: then there is a prompt, and an opening."""

    async def read(self, chat: str, secret: bool, complete: Complete) -> str:
        """The next line, said in `chat`; a `secret` one is not shown and not remembered.

        Raises EndOfInput.
        """
        ...
