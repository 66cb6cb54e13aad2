"""The terminal as a place to chat: with a prompt for a person, plain lines for a pipe, JSON for a program."""

from bot.adapters.console.adapter import ConsoleAdapter
from bot.adapters.console.lines import EndOfInput, LineSource
from bot.adapters.console.piped import PipedLines
from bot.adapters.console.printing import JsonPrinter, Output, Printer, TextPrinter
from bot.adapters.console.prompt import PromptLines

__all__ = [
    "ConsoleAdapter",
    "EndOfInput",
    "JsonPrinter",
    "LineSource",
    "Output",
    "PipedLines",
    "Printer",
    "PromptLines",
    "TextPrinter",
]
