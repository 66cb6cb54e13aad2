"""Every sentence that the console itself says."""

from __future__ import annotations

from pathlib import Path

from bot.core.language import Phrase, tr
from bot.core.text.phrases import size as in_bytes

DIRECTIVES = (
    (":as", Phrase(":as NAME speaks as somebody else, in a chat of their own")),
    (":file", Phrase(":file PATH [:file PATH…] [TEXT] sends files, with a text or command")),
    (":press", Phrase(":press N presses a button, by number or label")),
    (
        ":reply",
        Phrase(':reply ["WORDS"] TEXT replies to the last message, or to the last with these words in it'),
    ),
    (":help", Phrase("shows these lines")),
    (":quit", Phrase("leaves")),
)

PASSWORD_PROMPT = Phrase("password:")
STOPPED_WAITING = Phrase(
    "I stopped waiting. What you said last may have been done or not: please look before you repeat it."
)


def directives_help() -> str:
    return "\n".join(f"{name:7} {meaning}" for name, meaning in DIRECTIVES)


def speaking_as(name: str) -> str:
    return tr("You speak as {name} now.", name=name)


def unknown_directive(word: str) -> str:
    return tr("I cannot do {word} like that; :help says what there is.", word=word)


def no_button(button: str) -> str:
    return tr("There is no button {button}.", button=button)


def no_message(words: str) -> str:
    if not words:
        return tr("There is no message yet that you could reply to.")
    return tr("No message that I showed lately has “{words}” in it.", words=words)


def replying_to(beginning: str) -> str:
    return tr("(in reply to: {beginning})", beginning=beginning)


def file_saved(path: Path, size: int) -> str:
    return "  " + tr("saved {path} ({size})", path=path, size=in_bytes(size))


def picture_saved(path: Path, size: int) -> str:
    return "  " + tr("(picture: {path}, {size})", path=path, size=in_bytes(size))


def not_saved(name: str, why: str) -> str:
    return "  " + tr("I could not save {name}: {reason}.", name=name, reason=why)


def elsewhere(chat: str, words: str) -> str:
    """What is said in another chat than the one in front."""
    return f"({chat}) {words}"
