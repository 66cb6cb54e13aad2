"""Development questions put to passages, as a course would put them: what a calibration is fitted to."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tutor.bm25 import Bm25
from tutor.candidates import Candidate, find_candidates
from tutor.features import Features, measure
from tutor.terms import terms
from tutor.training.data import Item
from tutor.training.selection import answers, origin
from tutor.types import Passage, Question

PASSAGES = 5
POOL = 60
"""The most passages that a question's neighbours are retrieved from."""
OUTSIDE_SHARE = 0.2
"""Of the questions, those put to passages of other documents: what a course says of something else."""
ANSWERABLE, NEAR_MISS, OUTSIDE = "answerable", "near_miss", "outside"


@dataclass(frozen=True, slots=True)
class Case:
    """A question's candidates as measured by their words; `gold` marks those that answer it.

    `kind`: ANSWERABLE, NEAR_MISS (its passages are about the matter, but hold no answer) or OUTSIDE (they are
    about something else).
    """

    question: Question
    candidates: tuple[Candidate, ...]
    features: tuple[Features, ...]
    gold: tuple[bool, ...]
    kind: str
    document: str


def dev_cases(items: Sequence[Item], each: int, seed: int) -> Iterator[Case]:
    """Of every source and kind at most `each` questions, so that no data set outweighs the others."""
    chance = random.Random(seed)  # noqa: S311
    by_document: dict[str, set[str]] = defaultdict(set)
    by_source: dict[str, set[str]] = defaultdict(set)
    for item in items:
        by_document[item.document].add(item.context)
        by_source[origin(item)].add(item.context)
    for item in _balanced(items, each, chance):
        if chance.random() < OUTSIDE_SHARE:
            pool = chance.sample(items, min(POOL, len(items)))
            others = {other.context for other in pool if other.document != item.document}
            yield _case(item, _nearest(item.question, others, PASSAGES), OUTSIDE)
            continue
        texts = [item.context]
        for group in (by_document[item.document], by_source[origin(item)]):
            fresh = sorted(group.difference(texts))
            near = chance.sample(fresh, min(POOL, len(fresh)))
            texts += _nearest(item.question, near, PASSAGES - len(texts))
        yield _case(item, texts, ANSWERABLE if item.answers else NEAR_MISS)


def _balanced(items: Sequence[Item], each: int, chance: random.Random) -> list[Item]:
    groups: dict[tuple[str, bool], list[Item]] = defaultdict(list)
    for item in items:
        book = origin(item)
        groups["book" if book.startswith(("osx-", "cnx-")) else book, bool(item.answers)].append(item)
    kept = [
        item for _, group in sorted(groups.items()) for item in chance.sample(group, min(each, len(group)))
    ]
    chance.shuffle(kept)
    return kept


def _case(item: Item, texts: Sequence[str], kind: str) -> Case:
    scores = _scores(item.question, texts)
    passages = [Passage("", "", "", "", text, score) for text, score in zip(texts, scores, strict=True)]
    question = Question(item.question, tuple(sorted(passages, key=lambda passage: -passage.score)))
    candidates = find_candidates(question.query, question.passages)
    gold = tuple(
        kind == ANSWERABLE
        and question.passages[each.passage].text == item.context
        and answers(item, each.sentence.start, each.sentence.end)
        for each in candidates
    )
    return Case(question, candidates, measure(question, candidates), gold, kind, item.document)


def _nearest(question: str, texts: Collection[str], count: int) -> list[str]:
    """The best `count` by BM25, equals in alphabetical order."""
    ordered = sorted(texts)
    scores = _scores(question, ordered)
    return [ordered[at] for at in sorted(range(len(ordered)), key=lambda at: -scores[at])[:count]]


def _scores(question: str, texts: Sequence[str]) -> list[float]:
    return Bm25([terms(text) for text in texts]).scores(terms(question))
