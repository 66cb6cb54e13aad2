"""Sentences with offsets: where a passage's quotable sentences begin and end.

A quote must be a verbatim piece of its passage, so nothing here rewrites text: every sentence is a pair of
character offsets. Course text arrives as Markdown, as text extracted from PDFs with lines broken anywhere,
and as whatever an uploader pasted; all scans are linear in the text's length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MIN_WORDS = 5
MAX_CHARS = 500
"""A longer "sentence" is a table, a dump or a listing, and would not fit an answer."""

_FENCE = re.compile(r"^\s{0,3}(```|~~~)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_LIST_MARKER = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_CODE_INDENT = re.compile(r"^(?: {4}|\t)")
_TABLE_OR_RULE = re.compile(r"^\s*(?:\||[-=*_]{3,}\s*$)")
_BOUNDARY = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]*_]{0,3}(?=\s)|[。！？]")
_LAST_WORD = re.compile(r"[\w.]{1,12}$")
_WORD = re.compile(r"[^\W\d_]{2,}|\w+")
_CLOSERS = "\"'”’)]*_`"
_ABBREVIATIONS = frozenset(
    {
        "al", "approx", "cf", "ch", "dr", "e.g", "eq", "eqs", "etc", "ex", "fig", "figs", "i.e", "inc",
        "jr", "mr", "mrs", "ms", "no", "nos", "p", "pp", "prof", "resp", "sec", "sr", "st", "u.k", "u.s",
        "viz", "vol", "vs",
    }
)  # fmt: skip
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Control characters but tabs and line breaks, and what is drawn as nothing or turns the direction of what is
around it. Joiners are spelling in many scripts, and are no part of it."""
_CODE_SIGNS = re.compile(r"[{};<>=|\\]|\w\(\)?|::|->|\$\w")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters `start` (inclusive) to `end` (exclusive) of a passage's text."""

    start: int
    end: int
    text: str
    in_list: bool = False


def sentences(text: str) -> tuple[Sentence, ...]:
    """Every sentence of `text`, in order, code blocks, headings and tables left out; never overlapping."""
    return tuple(
        sentence for start, end, in_list in _blocks(text) for sentence in _split(text, start, end, in_list)
    )


def quotable(sentence: Sentence) -> bool:
    """Whether a sentence can stand as (part of) an answer: no question, no code, no fragment, and nothing in
    it that cannot be seen: a quote is verbatim, so what would deceive cannot be taken out of it."""
    text = sentence.text
    if len(text) > MAX_CHARS or _HIDDEN.search(text):
        return False
    bare = text.rstrip(_CLOSERS)
    if bare.endswith(("?", ":", ",", "？")):
        return False
    if not sentence.in_list and not bare.endswith((".", "!", "…", "。", "！")):
        return False
    if text[0].islower() and not sentence.in_list:
        return False
    if len(_WORD.findall(text)) < MIN_WORDS:
        return False
    letters = sum(character.isalpha() or character.isspace() for character in text)
    return letters >= 0.75 * len(text) and 12 * len(_CODE_SIGNS.findall(text)) <= len(text)


def seen(text: str) -> str:
    """`text` without what cannot be seen."""
    return _HIDDEN.sub("", text)


def whole(text: str) -> Sentence | None:
    """All of `text` but the white space around it; None where nothing is left, too much for an answer, or
    something that cannot be seen."""
    found = next(_trimmed(text, 0, len(text), in_list=False), None)
    fits = found is not None and len(found.text) <= MAX_CHARS and not _HIDDEN.search(found.text)
    return found if fits else None


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Runs of lines that belong together: a paragraph or one list item, without its marker."""
    start: int | None = None
    end = 0
    in_list = in_fence = False
    offset = 0
    for line in text.splitlines(keepends=True):
        line_start, line_end = offset, offset + len(line)
        offset = line_end
        fence = _FENCE.match(line) is not None
        marker = _LIST_MARKER.match(line)
        prose = not (
            fence or in_fence or line.isspace() or _HEADING.match(line) or _TABLE_OR_RULE.match(line)
        )
        if prose and start is None and marker is None and _CODE_INDENT.match(line):
            prose = False
        if start is not None and (not prose or marker is not None):
            yield start, end, in_list
            start = None
        if fence:
            in_fence = not in_fence
        if not prose:
            continue
        if start is None:
            in_list = marker is not None
            start = line_start + (marker.end() if marker else 0)
        end = line_end
    if start is not None:
        yield start, end, in_list


def _split(text: str, start: int, end: int, in_list: bool) -> Iterator[Sentence]:
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        if _ends_sentence(text, begin, match, end):
            yield from _trimmed(text, begin, match.end(), in_list)
            begin = match.end()
    yield from _trimmed(text, begin, end, in_list)


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    following = text[match.end() : min(end, match.end() + 40)].lstrip()
    if following and following[0].islower():
        return False
    if match.group() != ".":
        return True
    last = _LAST_WORD.search(text, max(begin, match.start() - 12), match.start())
    if last is None:
        return True
    word = last.group().lower()
    return word not in _ABBREVIATIONS and not (len(word) == 1 and last.group().isupper())


def _trimmed(text: str, begin: int, end: int, in_list: bool) -> Iterator[Sentence]:
    while begin < end and text[begin].isspace():
        begin += 1
    while begin < end and text[end - 1].isspace():
        end -= 1
    if begin < end:
        yield Sentence(begin, end, text[begin:end], in_list)
