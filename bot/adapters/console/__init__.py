"""The terminal as a place to chat: with a prompt for a person, plain lines for a pipe."""

from bot.adapters.console.adapter import ConsoleAdapter
from bot.adapters.console.lines import EndOfInput, LineSource
from bot.adapters.console.piped import PipedLines
from bot.adapters.console.prompt import Completions, PromptLines

__all__ = ["Completions", "ConsoleAdapter", "EndOfInput", "LineSource", "PipedLines", "PromptLines"]
