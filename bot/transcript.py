r"""Conversations written down, to be played through any adapter: the format and the matching, no I/O.

    # a comment
    @ada > /login ada            ada says a line; without a speaker, whoever spoke last does
    > :file essay.md caption     … sends a file, its path relative to the transcript
    > :file a.md :file b.md      … sends two files together
    > :press 2                   … presses the second button of the last reply, or `:press Confirm`
    > :reply Because.            … replies to the last message; `:reply "Q3" Because.` to one with Q3 in it
    < Send files…                the next reply; … stands for anything, line breaks too
    < Saved {S=S\d+}…            a regular expression, captured
    > /grade {S} 18              and used again
    << A question was answered   some later reply or notice contains this
    ! kill leader                an act on the surroundings, which the player knows how to do

What a reply shows is its text, then `[Label]` for each button and `(name)` for each file, with every run of
white space as one space. Notices begin with a bell and never count as "the next reply".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.text.notices import NOTICE_MARK

_LINE = re.compile(r"(?:@([\w.-]+)\s+)?(<<|<|>)(?:\s+(.*))?")
_VARIABLE = re.compile(r"\{([A-Za-z_]\w*)(=?)")
_QUOTED = re.compile(r'"([^"]+)"\s*')
_FILE = re.compile(r':file\s+(?:"([^"]+)"|(\S+))(?:\s+|$)')
_VARIABLE_USE = re.compile(r"\{([A-Za-z_]\w*)\}")


class TranscriptError(ValueError):
    """A transcript cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A typed line."""

    text: str


@dataclass(frozen=True, slots=True)
class SendFiles:
    """One or more files in one message."""

    paths: tuple[str, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """`button` is a label, or a number counted from 1."""

    button: str

    def chosen(self, labels: Iterable[str]) -> int | None:
        """The index of the button meant, among the labels shown; None when there is no such button."""
        shown = list(labels)
        if self.button in shown:
            return shown.index(self.button)
        if self.button.isascii() and self.button.isdigit() and 1 <= int(self.button) <= len(shown):
            return int(self.button) - 1
        return None


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """A reply to the newest message that has `words` in it; to the newest of all when they are empty."""

    words: str
    content: Line | SendFiles

    def meant(self, texts: Iterable[str]) -> int | None:
        """The index of the message meant, among those lately shown, the newest last; None when none is."""
        shown = list(texts)
        return next((at for at in reversed(range(len(shown))) if self.words in shown[at]), None)


Said = Line | SendFiles | Press | ReplyTo


@dataclass(frozen=True, slots=True)
class Step:
    """Where a step stands in its file, as "name:line", and whose it is."""

    place: str
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Say(Step):
    """`text` is what is said, variables not yet filled in."""


@dataclass(frozen=True, slots=True)
class Expect(Step):
    """`text` is the pattern; `later` for `<<`."""

    later: bool


@dataclass(frozen=True, slots=True)
class Do(Step):
    """`text` is the act."""


def parse(name: str, content: str) -> list[Step]:
    """Raises TranscriptError."""
    steps: list[Step] = []
    speaker = ""
    for number, raw in enumerate(content.splitlines(), start=1):
        line, place = raw.strip(), f"{name}:{number}"
        if not line or line.startswith("#"):
            continue
        if line.startswith("!"):
            steps.append(Do(place, speaker, line[1:].strip()))
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise TranscriptError(f"{place}: expected > or < or << or # or !, not: {line}")
        speaker = match[1] or speaker
        text = match[3] or ""
        if match[2] == ">":
            steps.append(Say(place, speaker, text))
        else:
            steps.append(Expect(place, speaker, text, later=match[2] == "<<"))
    return steps


def said(line: str) -> Said:
    """What a line says: `:file PATH caption`, `:press N`, `:reply words`, or itself.

    Quotes hold a path with spaces together, and say which message is replied to.
    """
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    if word == ":press" and rest:
        return Press(rest)
    if word == ":reply" and rest:
        quoted = _QUOTED.match(rest)
        if quoted is not None and rest[quoted.end() :]:
            return ReplyTo(quoted[1], _content(rest[quoted.end() :]))
        return ReplyTo("", _content(rest))
    return _content(line)


def _content(line: str) -> Line | SendFiles:
    paths: list[str] = []
    rest = line
    while (file := _FILE.match(rest)) is not None:
        paths.append(file[1] or file[2])
        rest = rest[file.end() :]
    return SendFiles(tuple(paths), rest.strip()) if paths else Line(line)


def shown(text: str, labels: Iterable[str] = (), files: Iterable[str] = ()) -> str:
    """A reply as expectations see it."""
    parts = (text, *(f"[{label}]" for label in labels), *(f"({name})" for name in files))
    return " ".join(" ".join(parts).split())


@dataclass(slots=True)
class Memory:
    """What was heard and captured so far, while a transcript is played."""

    variables: dict[str, str] = field(default_factory=dict)
    _unread: dict[str, list[str]] = field(default_factory=dict)

    def hear(self, speaker: str, reply: str) -> None:
        """`reply` as given by `shown`."""
        self._unread.setdefault(speaker, []).append(reply)

    def say(self, step: Say) -> tuple[Said, str]:
        """What to say, and the line that says it.

        Earlier replies that no step asked about are past from now on; notices may still be asked about.
        """
        kept = [reply for reply in self.unread(step.speaker) if _is_notice(reply)]
        self._unread[step.speaker] = kept
        line = _VARIABLE_USE.sub(lambda use: self.variables.get(use[1], use[0]), step.text)
        return said(line), line

    def met(self, step: Expect) -> bool | None:
        """Whether what was heard is as expected; None when it may still come.

        What matches is read, and its captures are remembered. Raises TranscriptError for a bad pattern.
        """
        unread = self._unread.setdefault(step.speaker, [])
        pattern = _pattern(step, self.variables)
        for at, reply in enumerate(unread):
            if not step.later and _is_notice(reply):
                continue
            match = pattern.search(reply) if step.later else pattern.fullmatch(reply)
            if match is not None:
                del unread[at]
                self.variables.update(match.groupdict())
                return True
            if not step.later:
                return False
        return None

    def unread(self, speaker: str) -> tuple[str, ...]:
        return tuple(self._unread.get(speaker, ()))


def _is_notice(reply: str) -> bool:
    return reply.startswith(NOTICE_MARK)


def _pattern(step: Expect, variables: Mapping[str, str]) -> re.Pattern[str]:
    """Raises TranscriptError for an unreadable capture."""
    text = " ".join(step.text.split())
    pattern, at = "", 0
    while at < len(text):
        variable = _VARIABLE.match(text, at)
        if text[at] == "…":
            pattern += ".*?"
            at += 1
        elif variable is not None and variable[2]:
            end = _closing_brace(step, text, variable.end())
            pattern += f"(?P<{variable[1]}>{text[variable.end() : end]})"
            at = end + 1
        elif variable is not None and text[variable.end() : variable.end() + 1] == "}":
            name = variable[1]
            if name not in variables:
                raise TranscriptError(f"{step.place}: nothing was captured as {name}")
            pattern += re.escape(variables[name])
            at = variable.end() + 1
        else:
            pattern += re.escape(text[at])
            at += 1
    # "Send files…" also stands for nothing more, and "… [Done]" for nothing before.
    pattern = pattern.replace(r"\ .*?", r"\ ?.*?")
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error as error:
        raise TranscriptError(f"{step.place}: {error} in {step.text}") from None


def _closing_brace(step: Expect, text: str, at: int) -> int:
    depth = 1
    for end in range(at, len(text)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0:
            return end
    raise TranscriptError(f"{step.place}: a {{ is never closed")
