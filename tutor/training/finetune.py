"""Fine-tuning: to select the sentence that answers, and, for models large enough to write, two other formats.

Every batch is a function of the seed and the step, so that a stopped run goes on exactly.
"""

import random
from collections.abc import Sequence
from typing import Any

import torch

from tutor.backends.selector import read
from tutor.selector_prompt import SelectorLayout, SelectorPrompt
from tutor.training.exercise import LEAST, Exercise, draw
from tutor.training.keywords import Keywords, keyword_exercise
from tutor.training.loop import BatchLoss

SORTED_BATCHES = 16
"""Batches drawn together and cut by length, so that little of one is padding."""
LONGEST_PROMPT = 500

Laid = tuple[Exercise, SelectorPrompt]
"""An exercise, and the prompt it is laid out in."""


class SelectorBatches:
    """Exercises by step: real ones, and a share made of keywords that falls to none."""

    def __init__(
        self,
        layout: SelectorLayout,
        examples: Sequence[Exercise],
        keywords: Keywords,
        size: int,
        made_up: tuple[float, int],
        seed: int,
    ) -> None:
        """`made_up`: the share of keywords at first, and the step by which it has fallen to none."""
        self._layout = layout
        self._examples = examples
        self._keywords = keywords
        self._size = size
        self._made_up = made_up
        self._seed = seed
        self._drawn: tuple[int, list[list[Laid]]] = (-1, [])

    def batch(self, step: int) -> list[Laid]:
        """`size` exercises of similar length."""
        group, within = divmod(step, SORTED_BATCHES)
        if self._drawn[0] != group:
            self._drawn = group, self._draw_group(group)
        return self._drawn[1][within]

    def _draw_group(self, group: int) -> list[list[Laid]]:
        chance = random.Random(f"{self._seed}:{group}")  # noqa: S311
        share, until = self._made_up
        made_up = share * max(0.0, 1.0 - group * SORTED_BATCHES / until) if until else 0.0
        drawn = [self._laid_out(self._draw(chance, made_up)) for _ in range(self._size * SORTED_BATCHES)]
        drawn.sort(key=lambda pair: len(pair[1].ids))
        batches = [drawn[first : first + self._size] for first in range(0, len(drawn), self._size)]
        chance.shuffle(batches)
        return batches

    def _draw(self, chance: random.Random, made_up: float) -> Exercise:
        while chance.random() < made_up:
            pieces = chance.choice(self._examples).sentences
            made = keyword_exercise(pieces, self._keywords, chance) if len(pieces) >= LEAST else None
            if made is not None:
                return made
        return draw(chance.choice(self._examples), chance)

    def _laid_out(self, exercise: Exercise) -> Laid:
        return exercise, self._layout.prompt(exercise.query, exercise.sentences, LONGEST_PROMPT)


def selector_loss(model: Any, layout: SelectorLayout, batches: SelectorBatches) -> BatchLoss:
    """The next marker at `<|answer|>`, and yes or no at each sentence's; in nats, both means."""
    device = next(model.parameters()).device

    def loss(step: int) -> tuple[torch.Tensor, int]:
        batch = batches.batch(step)
        views = read(model, layout, [prompt for _, prompt in batch])
        chosen: list[torch.Tensor] = []
        truths: list[float] = []
        for view, (exercise, _) in zip(views, batch, strict=True):
            shown = range(len(view.answers))
            gold = [number + 1 for number in shown if number in exercise.gold] or [0]
            chosen.append(-torch.logsumexp(view.chosen[gold], 0))
            truths += [float(number in exercise.gold) for number in shown]
        judged = torch.cat([view.answers for view in views])
        target = torch.tensor(truths, device=device)
        alone = torch.nn.functional.binary_cross_entropy_with_logits(judged, target)
        return torch.stack(chosen).mean() + alone, sum(len(prompt.ids) for _, prompt in batch)

    return loss


def alternate(select: BatchLoss, write: BatchLoss, every: int) -> BatchLoss:
    """Every `every`th step is one of writing."""

    def loss(step: int) -> tuple[torch.Tensor, int]:
        return write(step) if step % every == every - 1 else select(step)

    return loss
