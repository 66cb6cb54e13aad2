"""Stands in for the tutor: quotes the sentence that shares the most words with the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.client.api import Answer, Citation
from protos.tutor_pb2 import Passage

_SENTENCE = re.compile(r"[A-Z][^.!?]*[.!?]")
_WORD = re.compile(r"[a-z]{4,}")
WORDS_SHARED_MIN = 2


def quoting_tutor(question: str, passages: Sequence[Passage]) -> Answer:
    wanted = set(_WORD.findall(question.lower()))
    best, best_shared = None, WORDS_SHARED_MIN - 1
    for passage in passages:
        for sentence in _SENTENCE.findall(passage.text):
            shared = len(wanted & set(_WORD.findall(sentence.lower())))
            if shared > best_shared:
                best = Citation(passage.material_id, passage.material_title, passage.place, sentence)
                best_shared = shared
    if best is None:
        return Answer("The course materials do not answer this.", "", True, (), "quoting", True, False)
    return Answer(best.quote, "", True, (best,), "quoting", False, False)
