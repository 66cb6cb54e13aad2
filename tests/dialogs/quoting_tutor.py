"""Stands in for the tutor: quotes the sentence that shares the most words with the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.client.api import Answer, Citation, Material

_SENTENCE = re.compile(r"[A-Z][^.!?]*[.!?]")
_WORD = re.compile(r"[a-z]{4,}")
WORDS_SHARED_MIN = 2


def quoting_tutor(question: str, materials: Sequence[Material]) -> Answer:
    wanted = set(_WORD.findall(question.lower()))
    best, best_shared = None, WORDS_SHARED_MIN - 1
    for material in materials:
        for sentence in _SENTENCE.findall(material.text):
            shared = len(wanted & set(_WORD.findall(sentence.lower())))
            if shared > best_shared:
                best, best_shared = Citation(material.id, material.title, "section 1", sentence), shared
    if best is None:
        return Answer("The course materials do not answer this.", "", True, (), "quoting", True, False)
    return Answer(best.quote, "", True, (best,), "quoting", False, False)
