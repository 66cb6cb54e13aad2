"""Whether a text speaks of what a question asks: for search results that share a word and nothing else."""

from __future__ import annotations

from storage.passages import question_terms, words

SIMILAR_SHARE = 0.5
"""Of a question's telling words, in a text that is taken to be about the same."""

_ENDINGS = ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ed", "es", "s", "e", "y")
_STEM_CHARACTERS_MIN = 4


def coverage(question: str, text: str) -> float:
    """The share of the question's telling words, in any of their forms, that `text` has; 0 without one."""
    asked = {_stem(term) for term in question_terms(question)}
    if not asked:
        return 0.0
    # Every word counts here, not the first few as of a question.
    there = {_stem(word) for word in words(text)}
    return len(asked & there) / len(asked)


def is_similar(question: str, text: str) -> bool:
    return coverage(question, text) >= SIMILAR_SHARE


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_CHARACTERS_MIN:
            return word.removesuffix(ending)
    return word
