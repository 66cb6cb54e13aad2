"""A model fine-tuned to select: one prefill reads a question and all its sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tutor.reading import Asked, Selection
from tutor.selector_prompt import MAX_QUERY_TOKENS, MAX_SENTENCE_TOKENS, SelectorLayout, SelectorPrompt
from tutor.stop import Stop

BATCH = 8
"""Prompts a forward pass."""
UNREAD = -99.0
"""Of a sentence that there was no room for."""
DECIMALS = 4
"""Of a nat: what of a number is the same alone and in a batch."""


@dataclass(frozen=True, slots=True)
class _View:
    """What one prompt says of its sentences, in its own order."""

    chosen: tuple[float, ...]
    none: float
    answers: tuple[float, ...]


class Selector:
    """Reads each prompt's sentences forwards and backwards, for where a sentence stands should not matter."""

    def __init__(
        self, model: Any, encode: Callable[[str], list[int]], token_id: Callable[[str], int]
    ) -> None:
        """`model`: a GPT2LMHeadModel in evaluation mode."""
        self._model = model
        self._layout = SelectorLayout(encode, token_id)
        self._room = int(model.config.n_positions)

    def select(self, asked: Sequence[Asked], stop: Stop) -> list[Selection]:
        """Raises Stopped between two forward passes."""
        prompts = [prompt for each in asked for prompt in self._both_ways(each)]
        views: list[_View] = [_View((), 0.0, ())] * len(prompts)
        by_length = sorted(range(len(prompts)), key=lambda at: (len(prompts[at].ids), at))
        for first in range(0, len(by_length), BATCH):
            stop.check()
            batch = by_length[first : first + BATCH]
            for at, view in zip(batch, self._views([prompts[at] for at in batch]), strict=True):
                views[at] = view
        return [
            _selection(views[2 * number], views[2 * number + 1], len(each.evidence))
            for number, each in enumerate(asked)
        ]

    def _both_ways(self, asked: Asked) -> tuple[SelectorPrompt, SelectorPrompt]:
        query = self._layout.words(asked.query, MAX_QUERY_TOKENS)
        sentences = [self._layout.words(sentence, MAX_SENTENCE_TOKENS) for _, sentence in asked.evidence]
        forwards = self._layout.prompt(query, sentences, self._room)
        shown = sentences[: len(forwards.places) - 1]
        return forwards, self._layout.prompt(query, shown[::-1], self._room)

    def _views(self, prompts: Sequence[SelectorPrompt]) -> list[_View]:
        width = max(len(prompt.ids) for prompt in prompts)
        ids = self._padded([prompt.ids for prompt in prompts], width)
        types = self._padded([prompt.types for prompt in prompts], width)
        hidden = self._model.transformer(input_ids=ids, token_type_ids=types).last_hidden_state
        words = self._model.lm_head.weight
        markers = words[self._layout.markers]
        answers = words[self._layout.answer] - words[self._layout.none]
        views = []
        for row, prompt in zip(hidden, prompts, strict=True):
            read = row[prompt.places]
            none, *chosen = torch.log_softmax(read[-1] @ markers[: len(read)].T, -1).tolist()
            views.append(_View(tuple(chosen), none, tuple((read[:-1] @ answers).tolist())))
        return views

    def _padded(self, rows: Sequence[Sequence[int]], width: int) -> torch.Tensor:
        return torch.tensor([[*row, *[0] * (width - len(row))] for row in rows], device=self._model.device)


def _selection(forwards: _View, backwards: _View, sentences: int) -> Selection:
    """The mean of both views; rounded, so that what else was in the batch cannot show. Sentences that there
    was no room for are as unlikely as can be."""
    missing = sentences - len(forwards.chosen)
    return Selection(
        _means(forwards.chosen, backwards.chosen[::-1]) + (UNREAD,) * missing,
        _mean(forwards.none, backwards.none),
        _means(forwards.answers, backwards.answers[::-1]) + (UNREAD,) * missing,
    )


def _means(some: Sequence[float], others: Sequence[float]) -> tuple[float, ...]:
    return tuple(_mean(one, other) for one, other in zip(some, others, strict=True))


def _mean(one: float, other: float) -> float:
    return round((one + other) / 2.0, DECIMALS)
