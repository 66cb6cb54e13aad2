"""Selector examples: a question, some sentences, and which of them answers, drawn as serving would show them.

Each question of the data is put to three passages: its own, and the two that share most of its words among
others of the same document or, failing that, source. What the tutor's candidates are cut from those are the
sentences of the example; the hardest of them stay, and the order is shuffled anew each time.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutor.candidates import find_candidates
from tutor.terms import terms
from tutor.training.data import Item
from tutor.types import Passage

PASSAGES = 3
POOL = 60
"""The most passages that a question's neighbours are sought among."""
KEPT = 16
"""Sentences kept of an example, the likeliest by their words."""


@dataclass(frozen=True, slots=True)
class Example:
    """`sentences` as they read in context, the best by BM25 first; `gold` are the numbers that answer."""

    question: str
    sentences: tuple[str, ...]
    gold: frozenset[int]
    answerable: bool


def examples(items: Sequence[Item], seed: int) -> Iterator[Example]:
    """One per item that has a gold sentence or none to find; the same seed draws the same."""
    chance = random.Random(seed)  # noqa: S311
    by_document: dict[str, list[str]] = defaultdict(list)
    by_source: dict[str, list[str]] = defaultdict(list)
    for item in {item.context: item for item in items}.values():
        by_document[item.document].append(item.context)
        by_source[origin(item)].append(item.context)
    words: dict[str, frozenset[str]] = {}

    def shared(question: frozenset[str], text: str) -> float:
        there = words.get(text)
        if there is None:
            there = words[text] = frozenset(terms(text))
        return len(question & there) / (1.0 + 0.02 * len(there))

    for item in items:
        asked = frozenset(terms(item.question))
        texts = [item.context]
        for group in (by_document[item.document], by_source[origin(item)]):
            fresh = [text for text in _some(group, chance) if text not in texts]
            fresh.sort(key=lambda text: (-shared(asked, text), text))
            texts += fresh[: PASSAGES - len(texts)]
        made = _example(item, texts)
        if made is not None:
            yield made


def origin(item: Item) -> str:
    """The book or data set an item is of."""
    return item.source.removesuffix("-neg").split("#")[0]


def answers(item: Item, start: int, end: int) -> bool:
    """Whether characters `start` to `end` of the context hold an answer, or part of a longer one."""
    for answer in item.answers:
        first = item.context.find(answer)
        last = first + len(answer)
        if first >= 0 and (start <= first < end or first <= start < last):
            return True
    return False


def _some(group: Sequence[str], chance: random.Random) -> Sequence[str]:
    return group if len(group) <= POOL else chance.sample(group, POOL)


def _example(item: Item, texts: Sequence[str]) -> Example | None:
    passages = [Passage("", "", "", "", text, 0.0) for text in texts]
    found = sorted(find_candidates(item.question, passages), key=lambda candidate: -candidate.lexical)
    gold = [
        candidate.passage == 0 and answers(item, candidate.sentence.start, candidate.sentence.end)
        for candidate in found
    ]
    if not found or (item.answers and not any(gold)):
        return None
    kept = list(range(min(KEPT, len(found))))
    kept += [number for number in range(KEPT, len(found)) if gold[number]]
    return Example(
        item.question,
        tuple(found[number].in_context for number in kept),
        frozenset(place for place, number in enumerate(kept) if gold[number]),
        bool(item.answers),
    )
