"""Lines from a person at a terminal: completion, hidden passwords, a history without logins."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import DummyHistory, FileHistory
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output
from prompt_toolkit.patch_stdout import patch_stdout

from bot.adapters.console.lines import EndOfInput

Completions = Callable[[str], Iterable[tuple[str, str]]]
"""What a line in this chat may begin with, and what each means."""


class PromptLines:
    """While it waits for a line, what is printed appears above the prompt."""

    interactive = True

    def __init__(
        self,
        history: Path,
        completions: Completions,
        terminal_input: Input | None = None,
        terminal_output: Output | None = None,
    ) -> None:
        history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(history, os.O_CREAT | os.O_RDWR, 0o600))
        self._completions = completions
        self._open: PromptSession[str] = PromptSession(
            history=_HistoryWithoutLogins(str(history)),
            complete_while_typing=True,
            input=terminal_input,
            output=terminal_output,
        )
        self._hidden: PromptSession[str] = PromptSession(
            history=DummyHistory(), is_password=True, input=terminal_input, output=terminal_output
        )

    async def read(self, chat: str, secret: bool) -> str:
        with patch_stdout(raw=True):
            while True:
                try:
                    if secret:
                        return await self._hidden.prompt_async("password: ")
                    return await self._open.prompt_async(
                        f"{chat}> ", completer=FirstWord(self._completions(chat))
                    )
                except KeyboardInterrupt:
                    # Ctrl-C drops the line, as in a shell; Ctrl-D leaves.
                    continue
                except EOFError:
                    raise EndOfInput from None


class FirstWord(Completer):
    """Completes the command or directive with which a line begins."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self._words = list(words)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        typed = document.text_before_cursor
        if typed[:1] not in {"/", ":"}:
            return
        for word, meaning in self._words:
            if word.startswith(typed):
                yield Completion(word, -len(typed), display_meta=meaning)


class _HistoryWithoutLogins(FileHistory):
    def append_string(self, string: str) -> None:
        if not string.lstrip().startswith("/login"):
            super().append_string(string)
