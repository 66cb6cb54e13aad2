"""Made-up questions: a few telling words of one piece of a sentence among others.

They teach in minutes to look for a question's words, and words related to them, long before real questions
would (the inverse cloze task of Lee, Chang and Toutanova, 2019, at the size of a sentence).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.training.exercise import LEAST, MOST, Exercise

OPENINGS = (
    "what is", "what are", "how does", "why is the", "which", "when did", "who", "how many", "what does the",
    "where is", "describe", "what happens when", "how do",
)  # fmt: skip
LENGTHS = (10, 16, 24)
RELATED_SHARE = 0.2
"""Of a question's words, replaced by related ones."""
NONE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Keywords:
    """What made-up questions are made of: of each token, whether it may be asked for, and some near it; and
    the ways to begin a question, in token ids."""

    telling: Sequence[bool]
    related: Sequence[Sequence[int]]
    openings: Sequence[Sequence[int]]


def keyword_exercise(
    pieces: Sequence[Sequence[int]], keywords: Keywords, chance: random.Random
) -> Exercise | None:
    """One exercise over the sentences `pieces`, as token ids; None where the one drawn says too little."""
    length = chance.choice(LENGTHS)
    count = min(chance.randint(LEAST, MOST), len(pieces))
    windows = [_window(piece, length, chance) for piece in chance.sample(pieces, count)]
    gold = chance.randrange(count)
    words = [token for token in windows[gold] if keywords.telling[token]]
    if len(words) < 2:
        return None
    kept = sorted(chance.sample(range(len(words)), min(len(words), chance.randint(2, 5))))
    asked = [_perhaps_related(words[at], keywords.related, chance) for at in kept]
    query = [*chance.choice(keywords.openings), *asked]
    if chance.random() < NONE_SHARE:
        del windows[gold]
        return Exercise(query, windows, frozenset())
    return Exercise(query, windows, frozenset({gold}))


def _window(piece: Sequence[int], length: int, chance: random.Random) -> Sequence[int]:
    first = chance.randrange(max(1, len(piece) - length))
    return piece[first : first + length]


def _perhaps_related(token: int, related: Sequence[Sequence[int]], chance: random.Random) -> int:
    return int(chance.choice(related[token])) if chance.random() < RELATED_SHARE else token
