"""Course text as passages: cut on paragraph borders, found again by the words of a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from peewee import SQL, ModelSelect

from storage.models.course import Material, MaterialText, Passage, PassageIndex

PASSAGE_WORDS = 120
"""What paragraphs are gathered up to, and cut down to where one alone has more than half as many again."""
PASSAGE_CHARACTERS_MAX = 2_000
"""Holds also where the text has no borders at all."""
QUESTION_TERMS_MAX = 32
HEADING_WEIGHT = 2.0
"""A word in a passage's heading counts as much as two in its text."""

_SECTION_BORDER = "\n\n"
_PARAGRAPH_BORDER = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_SENTENCE_BORDER = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"\w+")

# Question words and glue: they say how something is asked, not what about.
_STOP_WORDS = frozenset(
    _WORD.findall("""
    a about after all also am an and any are as at be because been before being between both but by can
    could d did do does doing done explain for from give had has have he her his how i if in into is it
    its just like ll m may me more most much must my need needed no nor not of on one or other our out
    please re s she should so some such t tell than that the their them then there these they this those
    to too us ve very was we were what when where which while who whom whose why will with would you your
    """)
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a material as it was extracted."""

    place: str
    """"page 2", "slide 4"."""
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    material: int
    material_title: str
    place: str
    heading: str
    text: str
    offset: int
    """Of `text` in the material's text, in characters."""
    score: float
    """BM25; higher is better, comparable within one question only."""


def add_passages(material: int, sections: Sequence[Section]) -> int:
    """Store the text of the material, cut and indexed; returns the number of passages."""
    rows = []
    start = 0
    for section in sections:
        for offset, passage in cut(section.text):
            rows.append((material, section.place, section.heading, start + offset, passage))
        start += len(section.text) + len(_SECTION_BORDER)
    MaterialText.create(material=material, text=_SECTION_BORDER.join(section.text for section in sections))
    fields = [Passage.material, Passage.place, Passage.heading, Passage.offset, Passage.text]
    for at in range(0, len(rows), 1_000):
        Passage.insert_many(rows[at : at + 1_000], fields=fields).execute()
    stored = Passage.select(Passage.number, Passage.heading, Passage.text).where(Passage.material == material)
    indexed = [PassageIndex.rowid, PassageIndex.heading, PassageIndex.text]
    PassageIndex.insert_from(stored, fields=indexed).execute()
    return len(rows)


def cut(text: str) -> Iterator[tuple[int, str]]:
    """(offset, passage) pairs, each passage a slice of `text`, none empty, in order.

    Paragraphs are gathered while they stay within PASSAGE_WORDS; one that is much longer is cut between
    sentences, and where there are none, between words.
    """
    start, end, words = 0, 0, 0
    for low, high in _pieces(text):
        count = len(_WORD.findall(text, low, high))
        if words and (words + count > PASSAGE_WORDS or high - start > PASSAGE_CHARACTERS_MAX):
            yield start, text[start:end]
            words = 0
        if not words:
            start = low
        # A piece without a word (a ruler, a formula) still counts, or nothing would ever end its passage.
        end, words = high, words + max(count, 1)
    if words:
        yield start, text[start:end]


def search(question: str, limit: int, without: ModelSelect[Material] | None = None) -> list[Found]:
    """The passages that best match the words of `question`, best first; none where it has no telling word.
    Those of materials whose numbers `without` selects are left out.

    Any text may be asked: its words are quoted one by one, so that nothing in it is taken for query syntax.
    """
    terms = question_terms(question)
    if not terms:
        return []
    rank = PassageIndex.bm25(HEADING_WEIGHT, 1.0).alias("badness")
    hits = (
        PassageIndex.select(PassageIndex.rowid, rank)
        .where(PassageIndex.match(any_of(terms)))
        .order_by(SQL("badness"), PassageIndex.rowid)
        .limit(limit)
    )
    if without is not None:
        left_out = Passage.select(Passage.number).where(Passage.material.in_(without))
        hits = hits.where(PassageIndex.rowid.not_in(left_out))
    badness: dict[int, float] = dict(hits.tuples().iterator())
    rows = Passage.select(Passage, Material).join(Material).where(Passage.number.in_(list(badness)))
    passages = {row.number: row for row in rows}
    return [_found(passages[number], -bad) for number, bad in badness.items()]


def _found(row: Passage, score: float) -> Found:
    return Found(row.material_id, row.material.title, row.place, row.heading, row.text, row.offset, score)


def materials_with(terms: Sequence[str]) -> ModelSelect[Passage]:
    """Selects the numbers of the materials that have all the words in one passage."""
    return (
        Passage.select(Passage.material)
        .join(PassageIndex, on=(Passage.number == PassageIndex.rowid))
        .where(PassageIndex.match(" ".join(_quoted(terms))))
    )


def question_terms(question: str) -> list[str]:
    """The telling words of a question, each once, at most QUESTION_TERMS_MAX."""
    return list(dict.fromkeys(word for word in words(question) if word not in _STOP_WORDS))[
        :QUESTION_TERMS_MAX
    ]


def words(text: str) -> Iterator[str]:
    """In lower case."""
    return (word.lower() for word in _WORD.findall(text))


def any_of(terms: Sequence[str]) -> str:
    """An FTS5 query for what has at least one of the words."""
    return " OR ".join(_quoted(terms))


def _quoted(terms: Sequence[str]) -> list[str]:
    """Words as FTS5 takes them literally. They are made of word characters, so they hold no quote."""
    return [f'"{term}"' for term in terms]


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Bounds of the paragraphs, without surrounding white space; long ones in parts."""
    for low, high in _between(_PARAGRAPH_BORDER, text, 0, len(text)):
        if _fits(text, low, high, PASSAGE_WORDS * 3 // 2):
            yield low, high
            continue
        for sentence_low, sentence_high in _between(_SENTENCE_BORDER, text, low, high):
            yield from _cut_hard(text, sentence_low, sentence_high)


def _between(border: re.Pattern[str], text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    starts = [low]
    ends = []
    for match in border.finditer(text, low, high):
        ends.append(match.start())
        starts.append(match.end())
    for start, end in zip(starts, [*ends, high], strict=True):
        kept = text[start:end]
        if kept.strip():
            yield start + len(kept) - len(kept.lstrip()), end - len(kept) + len(kept.rstrip())


def _cut_hard(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    while low < high and not _fits(text, low, high, PASSAGE_WORDS):
        end = min(low + PASSAGE_CHARACTERS_MAX, high)
        for count, word in enumerate(_WORD.finditer(text, low, end)):
            if count == PASSAGE_WORDS:
                end = word.start()
                break
        kept = text[low:end].rstrip()
        if kept:
            yield low, low + len(kept)
        low = end
    if low < high:
        yield low, high


def _fits(text: str, low: int, high: int, words_max: int) -> bool:
    return high - low <= PASSAGE_CHARACTERS_MAX and len(_WORD.findall(text, low, high)) <= words_max
