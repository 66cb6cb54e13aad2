"""Fine-tuning: to select the sentence that answers, and, for models large enough to write, two other formats.

Every batch is a function of the seed and the step, so that a stopped run goes on exactly.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tutor.selector_prompt import SelectorLayout, SelectorPrompt
from tutor.training.exercise import Exercise, draw
from tutor.training.keywords import keyword_exercise
from tutor.training.loop import BatchLoss

SORTED_BATCHES = 16
"""Batches drawn together and cut by length, so that little of one is padding."""
LONGEST_PROMPT = 500


@dataclass(frozen=True, slots=True)
class Keywords:
    """What made-up questions are made of: as `keyword_exercise` takes it."""

    telling: Sequence[bool]
    related: Sequence[Sequence[int]]
    openings: Sequence[Sequence[int]]


class SelectorBatches:
    """Exercises by step: real ones, and a share made of keywords that falls to none."""

    def __init__(
        self, layout: SelectorLayout, examples: Sequence[Exercise], keywords: Keywords, size: int, seed: int
    ) -> None:
        self._layout = layout
        self._examples = examples
        self._keywords = keywords
        self._size = size
        self._seed = seed

    def batch(self, step: int, made_up: float) -> list[tuple[Exercise, SelectorPrompt]]:
        """`size` exercises of similar length, about `made_up` of them of keywords, with their prompts."""
        group, within = divmod(step, SORTED_BATCHES)
        chance = random.Random(f"{self._seed}:{group}")  # noqa: S311
        drawn = [self._laid_out(self._draw(chance, made_up)) for _ in range(self._size * SORTED_BATCHES)]
        drawn.sort(key=lambda pair: len(pair[1].ids))
        order = list(range(SORTED_BATCHES))
        chance.shuffle(order)
        first = order[within] * self._size
        return drawn[first : first + self._size]

    def _draw(self, chance: random.Random, made_up: float) -> Exercise:
        while chance.random() < made_up:
            pieces = chance.choice(self._examples).sentences
            keywords = self._keywords
            if len(pieces) > 2 and (
                made := keyword_exercise(
                    pieces, keywords.telling, keywords.related, keywords.openings, chance
                )
            ):
                return made
        return draw(chance.choice(self._examples), chance)

    def _laid_out(self, exercise: Exercise) -> tuple[Exercise, SelectorPrompt]:
        return exercise, self._layout.prompt(exercise.query, exercise.sentences, LONGEST_PROMPT)


def selector_loss(
    model: Any, layout: SelectorLayout, batches: SelectorBatches, made_up: tuple[float, int]
) -> BatchLoss:
    """The next marker at `<|answer|>`, and yes or no at each sentence's; in nats, both means.

    `made_up`: the share of keywords at first, and the step by which it has fallen to none.
    """
    device = next(model.parameters()).device
    share, until = made_up

    def loss(step: int) -> tuple[torch.Tensor, int]:
        pairs = batches.batch(step, share * max(0.0, 1.0 - step / until) if until else 0.0)
        width = max(len(prompt.ids) for _, prompt in pairs)
        ids = torch.tensor([_padded(prompt.ids, width) for _, prompt in pairs], device=device)
        types = torch.tensor([_padded(prompt.types, width) for _, prompt in pairs], device=device)
        hidden = model.transformer(input_ids=ids, token_type_ids=types).last_hidden_state
        words = model.lm_head.weight
        markers = words[layout.markers]
        answers = words[layout.answer] - words[layout.none]
        chosen: list[torch.Tensor] = []
        judged: list[torch.Tensor] = []
        truths: list[float] = []
        for row, (exercise, prompt) in zip(hidden, pairs, strict=True):
            read = row[prompt.places]
            shown = len(prompt.places) - 1
            gold = [number + 1 for number in sorted(exercise.gold) if number < shown] or [0]
            scores = torch.log_softmax((read[-1] @ markers[: shown + 1].T).float(), -1)
            chosen.append(-torch.logsumexp(scores[gold], 0))
            judged.append((read[:-1] @ answers).float())
            truths += [float(number in exercise.gold) for number in range(shown)]
        target = torch.tensor(truths, device=device)
        alone = torch.nn.functional.binary_cross_entropy_with_logits(torch.cat(judged), target)
        return torch.stack(chosen).mean() + alone, sum(len(prompt.ids) for _, prompt in pairs)

    return loss


def alternate(select: BatchLoss, write: BatchLoss, every: int) -> BatchLoss:
    """Every `every`th step is one of writing."""

    def loss(step: int) -> tuple[torch.Tensor, int]:
        return write(step) if step % every == every - 1 else select(step)

    return loss


def _padded(ids: Sequence[int], width: int) -> list[int]:
    return [*ids, *[0] * (width - len(ids))]
