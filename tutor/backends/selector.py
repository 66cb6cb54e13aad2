"""A model fine-tuned to select: one prefill reads a question and all its sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tutor.backends.passes import passes, tokens_at_once
from tutor.reading import Asked, Selection
from tutor.selector_prompt import MAX_QUERY_TOKENS, MAX_SENTENCE_TOKENS, SelectorLayout, SelectorPrompt
from tutor.stop import Stop

BATCH = 8
"""Prompts a forward pass."""
UNREAD = -99.0
"""Of a sentence that there was no room for."""
DECIMALS = 4
"""Of a nat: what of a number is the same alone and in a batch."""


class Selector:
    """Reads each prompt's sentences forwards and backwards, for where a sentence stands should not matter."""

    def __init__(
        self, model: Any, encode: Callable[[str], list[int]], token_id: Callable[[str], int]
    ) -> None:
        """`model`: a GPT2LMHeadModel in evaluation mode."""
        self._model = model
        self._layout = SelectorLayout(encode, token_id)
        self._room = int(model.config.n_positions)
        self._at_once = tokens_at_once(model.num_parameters())

    def select(self, asked: Sequence[Asked], stop: Stop) -> list[Selection]:
        """Raises Stopped between two forward passes."""
        prompts = [prompt for each in asked for prompt in self._both_ways(each)]
        views: dict[int, View] = {}
        for batch in passes([len(prompt.ids) for prompt in prompts], BATCH, self._at_once):
            stop.check()
            views |= zip(batch, read(self._model, self._layout, [prompts[at] for at in batch]), strict=True)
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


@dataclass(frozen=True, slots=True)
class View:
    """What a model says of one prompt's sentences: `chosen` holds log P of none and of each, `answers` the
    log odds of each by itself; in nats, and in the prompt's order."""

    chosen: torch.Tensor
    answers: torch.Tensor


def read(model: Any, layout: SelectorLayout, prompts: Sequence[SelectorPrompt]) -> list[View]:
    """One forward pass of `model`, a GPT2LMHeadModel, in training and in serving alike."""
    width = max(len(prompt.ids) for prompt in prompts)
    ids, types = (
        torch.tensor([[*row, *[0] * (width - len(row))] for row in rows], device=model.device)
        for rows in ([prompt.ids for prompt in prompts], [prompt.types for prompt in prompts])
    )
    hidden = model.transformer(input_ids=ids, token_type_ids=types).last_hidden_state
    words = model.lm_head.weight
    markers = words[layout.markers]
    answers = words[layout.answer] - words[layout.none]
    views = []
    for row, prompt in zip(hidden, prompts, strict=True):
        asked = row[prompt.places]
        chosen = torch.log_softmax((asked[-1] @ markers[: len(asked)].T).float(), -1)
        views.append(View(chosen, (asked[:-1] @ answers).float()))
    return views


def _selection(forwards: View, backwards: View, sentences: int) -> Selection:
    """The mean of both views; rounded, so that what else was in the batch cannot show. Sentences that there
    was no room for are as unlikely as can be."""
    none, *chosen = _means(forwards.chosen, torch.cat([backwards.chosen[:1], backwards.chosen[1:].flip(0)]))
    answers = _means(forwards.answers, backwards.answers.flip(0))
    unread = (UNREAD,) * (sentences - len(chosen))
    return Selection((*chosen, *unread), none, (*answers, *unread))


def _means(some: torch.Tensor, others: torch.Tensor) -> list[float]:
    return [round(mean, DECIMALS) for mean in ((some.double() + others.double()) / 2.0).tolist()]
