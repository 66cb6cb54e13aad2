"""Where the console's lines come from."""

from __future__ import annotations

from typing import Protocol


class EndOfInput(Exception):
    """Nothing more will be said."""


class LineSource(Protocol):
    interactive: bool
    """Whether a person is looking: then there is a prompt, and an opening."""

    async def read(self, chat: str, secret: bool) -> str:
        """The next line, said in `chat`; a `secret` one is not shown and not remembered.

        Raises EndOfInput.
        """
        ...
