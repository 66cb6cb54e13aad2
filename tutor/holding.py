"""Holds what a model wrote to the passages: what stands there becomes a quote, everything else is marked.

A sentence stands in a passage when a quotable sentence there is equal to it up to white space and the shape
of quotation marks. Then the passage's own words are shown, by their offsets; the model's are not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutor.candidates import quotable_sentences
from tutor.compose import quote
from tutor.ground import Span
from tutor.text import seen, sentences
from tutor.types import Answer, Mode, Passage

MARK = "(not from the course's materials)"

_SHAPES = str.maketrans({**dict.fromkeys("“”„‟«»", '"'), **dict.fromkeys("‘’‚‛‹›", "'")})
_NUMBERS = re.compile(r"^\[\d{1,2}\]|\s?\[\d{1,2}\](?=[.!?]?$)")
"""Of passages, as models like to add them."""
_LIST_MARKER = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence that a model wrote, and where it stands in a passage, if it does."""

    text: str
    span: Span | None


def hold(reply: str, passages: Sequence[Passage]) -> tuple[Piece, ...]:
    """All of `reply` but white space and list markers, in order; what comes again is left out."""
    known: dict[str, Span] = {}
    for number, passage in enumerate(passages):
        for sentence, _, _ in quotable_sentences(passage):
            span = Span(number, sentence.start, sentence.end)
            for key in (_key(sentence.text), _bare(sentence.text)):
                known.setdefault(key, span)
    pieces = (Piece(text, known.get(_key(text)) or known.get(_bare(text))) for text in _sentences(reply))
    return tuple({piece.span or piece.text: piece for piece in pieces}.values())


def marked(pieces: Sequence[Piece], passages: Sequence[Passage]) -> Answer:
    """Written by the model, with no claim to be right: quotes, each with its source, and the rest marked."""
    quotes = tuple(quote(passages, piece.span) for piece in pieces if piece.span is not None)
    own = iter(quotes)
    texts = [f"{piece.text} {MARK}" if piece.span is None else next(own).text for piece in pieces]
    return Answer(Mode.FREE, "\n\n".join(texts), quotes, 0.0)


def _sentences(reply: str) -> Iterator[str]:
    """On one line each, what cannot be seen left out. Headings, tables and code count as sentences here."""
    end = 0
    for sentence in sentences(reply):
        yield from _between(reply[end : sentence.start])
        yield from _between(sentence.text)
        end = sentence.end
    yield from _between(reply[end:])


def _between(text: str) -> Iterator[str]:
    line = " ".join(seen(text).split())
    if line and not _LIST_MARKER.fullmatch(line):
        yield line


def _key(text: str) -> str:
    return " ".join(text.translate(_SHAPES).split())


def _bare(text: str) -> str:
    """Without the quotation marks around it, and the number of a passage."""
    return _NUMBERS.sub("", _key(text).strip("\"' ")).strip("\"' ")
