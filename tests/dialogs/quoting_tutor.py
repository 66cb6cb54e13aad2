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
        for match in _SENTENCE.finditer(passage.text):
            shared = len(wanted & set(_WORD.findall(match.group().lower())))
            if shared > best_shared:
                best, best_shared = _cited(passage, match), shared
    if best is None:
        return _abstention(passages)
    return Answer(best.quote, "", True, (best,), "quoting", False, False)


def _abstention(passages: Sequence[Passage]) -> Answer:
    """In the real one's words."""
    text = "The materials do not cover this."
    if not passages:
        return Answer(text, "", True, (), "quoting", True, False)
    closest = passages[0]
    text += f" The closest section is “{closest.heading}” ({closest.material_id}, {closest.place})."
    pointer = Citation(
        closest.material_id,
        closest.material_title,
        closest.place,
        "",
        closest.heading,
        closest.offset,
        closest.offset + len(closest.text),
    )
    return Answer(text, "", True, (pointer,), "quoting", True, False)


def _cited(passage: Passage, match: re.Match[str]) -> Citation:
    return Citation(
        passage.material_id,
        passage.material_title,
        passage.place,
        match.group(),
        passage.heading,
        passage.offset + match.start(),
        passage.offset + match.end(),
    )
