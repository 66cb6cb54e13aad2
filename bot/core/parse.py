"""From a line to a call: `/grade S17 18 "well done"`, and from a button's data to the same line.

Words are separated by white space. A double quote, straight or curly, at the start of a word holds words
together; `\\"` stands for itself in there. An apostrophe never does: `/ask What's a term?` is an ordinary
line. Positional words come first, then `name=value`; the argument that takes the rest of the line takes it
as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.core.command import Arg, BadValue
from bot.core.model import FileRef
from bot.core.richtext import turns
from bot.core.text import dialogue as text

LINE_CHARACTERS_MAX = 8000
NAME_BYTES_MAX = 200
MEDIA_TYPE_CHARACTERS_MAX = 127
UNKNOWN_TYPE = "application/octet-stream"

_CALL = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+|$)")
_KEY = re.compile(r"([a-z_]+)=")
_CLOSING = {'"': '"', "“": "”", "„": "“", "”": "”"}


class BadLine(ValueError):
    """A line cannot be read at all; the message says why, in a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Call:
    """A command's name in lower case, and what followed it on the line."""

    name: str
    body: str


def readable(line: str) -> str:
    """The line with its ends trimmed. Raises BadLine when it is too long or holds what is not text."""
    if len(line) > LINE_CHARACTERS_MAX:
        raise BadLine(text.line_too_long(len(line), LINE_CHARACTERS_MAX))
    line = line.replace("\r\n", "\n")
    for character in line:
        category = unicodedata.category(character)
        # Cs: a lone surrogate, which is what undecodable bytes became.
        if category == "Cs":
            raise BadLine(text.NOT_UTF8)
        if category == "Cc" and character not in "\n\t":
            raise BadLine(text.control_character(ord(character)))
    return line.strip()


def tidy(file: FileRef) -> FileRef:
    """The file under a name that can be shown on a line and kept: of one part, never empty, never long, no
    folder's; and of no type where that is longer than any."""
    name = "".join("_" if _unfit_for_a_name(character) else character for character in file.name)
    name = name.encode()[:NAME_BYTES_MAX].decode(errors="ignore").strip()
    media_type = file.media_type if len(file.media_type) <= MEDIA_TYPE_CHARACTERS_MAX else UNKNOWN_TYPE
    return replace(file, name=name if name.strip(".") else "file", media_type=media_type)


def _unfit_for_a_name(character: str) -> bool:
    # What turns the writing round would have "essay[RLO]dm.exe" read as "essayexe.md".
    return character in "/\\" or turns(character) or unicodedata.category(character) in {"Cc", "Zl", "Zp"}


def call(line: str) -> Call | None:
    """The call that a line makes; None when it makes none."""
    match = _CALL.match(line)
    if match is None:
        return None
    return Call(match[1].lower(), line[match.end() :])


def pressed(data: str, names: Collection[str] = ()) -> Call:
    """The call that a button's data makes: `grade:S17` is `/grade "S17"`, and `x:page=2` is `/x page="2"`
    where an argument is named so (`names`), else `/x "page=2"`."""
    name, *words = data.split(":")
    return Call(name.lower(), " ".join(_pressed_word(word, names) for word in words))


def _pressed_word(word: str, names: Collection[str]) -> str:
    key = _KEY.match(word)
    if key is None or key[1] not in names:
        return quoted(word)
    return key[0] + quoted(word[key.end() :])


def replied(data: str, words: str, names: Collection[str] = ()) -> Call:
    """The call that a reply makes to a message whose `on_reply` is `data`."""
    called = pressed(data, names)
    return Call(called.name, f"{called.body} {quoted(words)}")


def quoted(word: str) -> str:
    """The word written so that it is read back as one."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True, slots=True)
class Given:
    """What a call gave: words by argument, and whether any were left over."""

    words: dict[str, str]
    surplus: str = ""


def arguments(body: str, args: Sequence[Arg]) -> Given:
    """Share the words of a call among the arguments that are made of words.

    Files, and secrets that are not meant to stand there, are never taken from the line. Raises BadLine when
    a quote is not closed.
    """
    places = [arg for arg in args if not arg.files and (arg.inline or not arg.secret)]
    names = {arg.name for arg in places}
    words: dict[str, str] = {}
    at = _skip(body, 0)
    while at < len(body):
        key = _KEY.match(body, at)
        if key is not None and key[1] in names:
            arg = next(arg for arg in places if arg.name == key[1])
            at = key.end()
        else:
            free = [
                arg
                for arg in places
                if not arg.named and arg.name not in words and not _yields(arg, body, at)
            ]
            if not free:
                return Given(words, body[at:])
            arg = free[0]
        if arg.rest:
            words[arg.name] = _unquoted(body[at:])
            break
        words[arg.name], at = _whole_word(arg, body, at)
        at = _skip(body, at)
    return Given(words)


def _yields(arg: Arg, body: str, at: int) -> bool:
    """Whether the word that starts at `at` is one that `arg` leaves to the next argument."""
    if not arg.yields:
        return False
    try:
        arg.parse(_word(body, at)[0])
    except BadValue:
        return True
    return False


def _whole_word(arg: Arg, body: str, at: int) -> tuple[str, int]:
    """What `arg` is given at `at`: a word, or without quotes also the one in which it goes on."""
    quotation = body[at : at + 1] in _CLOSING
    word, end = _word(body, at)
    behind = _skip(body, end)
    if quotation or arg.goes_on is None or body[behind : behind + 1] in _CLOSING:
        return word, end
    more, more_end = _word(body, behind)
    return (f"{word} {more}", more_end) if arg.goes_on(more) else (word, end)


def _skip(body: str, at: int) -> int:
    while at < len(body) and body[at].isspace():
        at += 1
    return at


def _word(body: str, at: int) -> tuple[str, int]:
    """The word that starts at `at`, and where it ends."""
    if at < len(body) and body[at] in _CLOSING:
        return _quotation(body, at)
    end = at
    while end < len(body) and not body[end].isspace():
        end += 1
    return body[at:end], end


def _quotation(body: str, at: int) -> tuple[str, int]:
    closing = _CLOSING[body[at]]
    word: list[str] = []
    at += 1
    while at < len(body):
        if body[at] == "\\" and body[at + 1 : at + 2] in {"\\", closing}:
            word.append(body[at + 1])
            at += 2
        elif body[at] == closing:
            return "".join(word), at + 1
        else:
            word.append(body[at])
            at += 1
    raise BadLine(text.QUOTE_NOT_CLOSED)


def _unquoted(rest: str) -> str:
    """The rest of a line as typed; without its quotes when it is one quotation from end to end."""
    if rest[:1] in _CLOSING:
        try:
            word, end = _quotation(rest, 0)
        except BadLine:
            return rest
        if end == len(rest):
            return word
    return rest
