"""The questions of the data in token ids, made once and kept beside the checkpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from tutor.prompt import SPECIAL_TOKENS
from tutor.selector_prompt import MAX_QUERY_TOKENS, MAX_SENTENCE_TOKENS, SelectorLayout
from tutor.training import SEED, data
from tutor.training.corpus import Corpus
from tutor.training.data import Choice
from tutor.training.exercise import Exercise
from tutor.training.keywords import OPENINGS, Keywords
from tutor.training.selection import examples

NEIGHBOURS = 3
COMMONEST = 150
"""Tokens that no question is made of."""
RELATED = 4
_ROWS = 1_024


@dataclass(frozen=True, slots=True)
class Questions:
    examples: list[Exercise]
    choices: list[Choice]
    keywords: Keywords


def read_questions(folder: Path, work: Path, corpus: Corpus) -> Questions:
    items = list(data.items(folder, "train"))
    print(f"{len(items):,} questions", flush=True)
    choices = [found for item in items if (found := data.choice(item, NEIGHBOURS))]
    return Questions(_exercises(items, work, corpus), choices, _keywords(corpus))


def _exercises(items: list[data.Item], work: Path, corpus: Corpus) -> list[Exercise]:
    kept = work / "exercises.jsonl"
    if not kept.exists():
        layout = SelectorLayout(corpus.encode, corpus.token_id)
        partial = kept.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as lines:
            for number, example in enumerate(examples(items, SEED)):
                query = layout.words(example.question, MAX_QUERY_TOKENS)
                shown = [layout.words(sentence, MAX_SENTENCE_TOKENS) for sentence in example.sentences]
                lines.write(json.dumps([query, shown, sorted(example.gold)]) + "\n")
                if number % 5_000 == 4_999:
                    print(f"{number + 1:,} put to passages", flush=True)
        partial.replace(kept)
    with kept.open(encoding="utf-8") as lines:
        return [Exercise(query, shown, frozenset(gold)) for query, shown, gold in map(json.loads, lines)]


def _keywords(corpus: Corpus) -> Keywords:
    counts = np.bincount(corpus.tokens, minlength=corpus.vocabulary)
    telling = np.ones(corpus.vocabulary, bool)
    telling[np.argsort(-counts, kind="stable")[:COMMONEST]] = False
    telling[[corpus.token_id(marker) for marker in SPECIAL_TOKENS]] = False
    words = corpus.words
    rows = range(0, len(words), _ROWS)
    nearest = [(words[at : at + _ROWS] @ words.T).topk(RELATED + 1).indices[:, 1:] for at in rows]
    openings = [corpus.encode(f" {opening}") for opening in OPENINGS]
    return Keywords(telling.tolist(), torch.cat(nearest).tolist(), openings)
