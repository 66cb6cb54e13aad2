"""What a selector is trained on: a question and sentences in token ids, and which of them answer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

LEAST, MOST = 3, 12
DELETED_SHARE = 0.15
"""Of questions with an answer, those that lose it: the others then hold none."""
MOST_GOLD = 3
JUMBLE = 8.0
"""How far down a sentence may stand by its words and still be drawn as often as the first."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """`gold`: the numbers of the sentences that answer; none where none does."""

    query: Sequence[int]
    sentences: Sequence[Sequence[int]]
    gold: frozenset[int]


def draw(example: Exercise, chance: random.Random) -> Exercise:
    """Some of an example's sentences, which stand the likeliest first, in a new order: the answers, or in one
    of seven cases none of them, and of the others rather those that mislead."""
    count = chance.randint(LEAST, MOST)
    others = [number for number in range(len(example.sentences)) if number not in example.gold]
    others.sort(key=lambda number: number + chance.random() * JUMBLE)
    gold = sorted(example.gold)
    deleted = bool(gold) and chance.random() < DELETED_SHARE
    kept = [] if deleted else chance.sample(gold, min(len(gold), MOST_GOLD))
    chosen = kept + others[: max(0, count - len(kept))]
    chance.shuffle(chosen)
    answering = frozenset(place for place, number in enumerate(chosen) if number in example.gold)
    return Exercise(example.query, [example.sentences[number] for number in chosen], answering)
