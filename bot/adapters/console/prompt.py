"""Lines from a person at a terminal: completion, hidden passwords, a history without logins."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import DummyHistory, FileHistory
from prompt_toolkit.input import Input
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.patch_stdout import patch_stdout

from bot.adapters.console import rendering
from bot.adapters.console.lines import Complete, EndOfInput
from bot.core.text import console as text

COMPLETION_ROWS_MAX = 8


class PromptLines:
    """While it waits for a line, what is printed appears above the prompt.

    `secretive` says of a line that it may hold a secret: then it is not remembered.
    """

    interactive = True

    def __init__(
        self,
        history: Path,
        secretive: Callable[[str], bool],
        styled: bool = True,
        terminal_input: Input | None = None,
        terminal_output: Output | None = None,
    ) -> None:
        history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(history, os.O_CREAT | os.O_RDWR, 0o600))
        history.chmod(0o600)
        color_depth = None if styled else ColorDepth.DEPTH_1_BIT
        self._open: PromptSession[str] = PromptSession(
            history=_HistoryWithoutSecrets(str(history), secretive),
            complete_while_typing=True,
            color_depth=color_depth,
            input=terminal_input,
            output=terminal_output,
        )
        self._hidden: PromptSession[str] = PromptSession(
            history=DummyHistory(),
            is_password=True,
            color_depth=color_depth,
            input=terminal_input,
            output=terminal_output,
        )

    async def read(self, chat: str, secret: bool, complete: Complete) -> str:
        """Ctrl-C drops the line, as in a shell, and leaves a question for a password; Ctrl-D leaves."""
        with patch_stdout(raw=True):
            while True:
                try:
                    # An interrupt that comes as a signal is for the whole program, not for a line.
                    if secret:
                        return await self._hidden.prompt_async(
                            f"{text.PASSWORD_PROMPT} ", handle_sigint=False
                        )
                    rows = self._open.output.get_size().rows
                    return await self._open.prompt_async(
                        f"{chat}> ",
                        completer=LineCompleter(complete),
                        # A low window has no room for a menu and a prompt; the menu then scrolls.
                        reserve_space_for_menu=max(0, min(COMPLETION_ROWS_MAX, rows - 2)),
                        handle_sigint=False,
                    )
                except KeyboardInterrupt:
                    if secret:
                        return "/cancel"
                except EOFError:
                    raise EndOfInput from None


class LineCompleter(Completer):
    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Values are looked up, which takes its time: see below."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        for found in await self._complete(document.text_before_cursor):
            yield Completion(
                rendering.tame(found.text), -found.replaces, display_meta=rendering.beginning(found.meaning)
            )


class _HistoryWithoutSecrets(FileHistory):
    def __init__(self, filename: str, secretive: Callable[[str], bool]) -> None:
        super().__init__(filename)
        self._secretive = secretive

    def append_string(self, string: str) -> None:
        if not self._secretive(string):
            super().append_string(string)
