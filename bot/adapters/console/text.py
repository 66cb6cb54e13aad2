"""Every sentence that the console itself says."""

from __future__ import annotations

from pathlib import Path

DIRECTIVES = (
    (":as", ":as NAME speaks as somebody else, in a chat of their own"),
    (":file", ":file PATH [:file PATH…] [TEXT] sends files, with a text or command"),
    (":press", ":press N presses a button, by number or label"),
    (":reply", ':reply ["WORDS"] TEXT replies to the last message, or to the last with these words in it'),
    (":help", "shows these lines"),
    (":quit", "leaves"),
)

DIRECTIVES_HELP = "\n".join(f"{name:7} {meaning}" for name, meaning in DIRECTIVES)
PASSWORD_PROMPT = "password: "  # noqa: S105 -- a question, not an answer
STOPPED_WAITING = (
    "I stopped waiting. What you said last may have been done or not: please look before you repeat it."
)


def speaking_as(name: str) -> str:
    return f"You speak as {name} now."


def unknown_directive(word: str) -> str:
    return f"I cannot do {word} like that; :help says what there is."


def no_button(button: str) -> str:
    return f"There is no button {button}."


def no_message(words: str) -> str:
    if not words:
        return "There is no message yet that you could reply to."
    return f"No message that I showed lately has “{words}” in it."


def replying_to(beginning: str) -> str:
    return f"(in reply to: {beginning})"


def file_saved(path: Path, size: int) -> str:
    return f"  saved {path} ({size:,} bytes)"


def picture_saved(path: Path, size: int) -> str:
    return f"  (picture: {path}, {size:,} bytes)"


def not_saved(name: str, why: str) -> str:
    return f"  I could not save {name}: {why}."


def elsewhere(chat: str, words: str) -> str:
    """What is said in another chat than the one in front."""
    return f"({chat}) {words}"
