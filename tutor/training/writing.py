"""Two formats for models large enough to write, next-token losses on the target alone.

The question after its sentence, with the same question after a neighbouring sentence made unlikely (Welleck
et al., "Neural text generation with unlikelihood training", 2020, section 4.1): what query likelihood is read
from. And question, passage, quote: what free generation continues.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tutor.prompt import END_OF_TEXT, MARKED, evidence, free_prompt, query_tail
from tutor.training.data import Choice
from tutor.training.loop import BatchLoss

LONGEST = 384


@dataclass(frozen=True, slots=True)
class Written:
    """Token ids, those from `target` on to be made likely, or unlikely."""

    ids: list[int]
    target: int
    likely: bool


def writings(choice: Choice, encode: Callable[[str], list[int]]) -> list[Written]:
    """The question after its sentence, the same after a neighbour, the quote after question and passage."""
    gold, *others = choice.candidates
    tail = encode(query_tail(MARKED, choice.question))
    made = [_written(encode(evidence(MARKED, choice.title, gold)), tail, likely=True)]
    if others:
        made.append(_written(encode(evidence(MARKED, choice.title, others[0])), tail, likely=False))
    passage = " ".join(sorted(choice.candidates))
    quote = encode(f" {gold}{END_OF_TEXT}")
    made.append(_written(encode(free_prompt(MARKED, [passage], choice.question)), quote, likely=True))
    return made


def writing_loss(
    model: Any,
    choices: Sequence[Choice],
    encode: Callable[[str], list[int]],
    size: int,
    seed: int,
) -> BatchLoss:
    """Over `size` choices a step, drawn by `seed` and step; in nats per target token."""
    device = next(model.parameters()).device

    def loss(step: int) -> tuple[torch.Tensor, int]:
        chance = random.Random(f"{seed}:writing:{step}")  # noqa: S311
        rows = [row for choice in chance.choices(choices, k=size) for row in writings(choice, encode)]
        width = max(len(row.ids) for row in rows)
        ids = torch.tensor([row.ids + [0] * (width - len(row.ids)) for row in rows], device=device)
        place = torch.arange(1, width, device=device)
        first = torch.tensor([row.target for row in rows], device=device)[:, None]
        length = torch.tensor([len(row.ids) for row in rows], device=device)[:, None]
        targets = (place >= first) & (place < length)
        hidden = model.transformer(input_ids=ids).last_hidden_state[:, :-1]
        logits = model.lm_head(hidden[targets]).float()
        likelihood = -torch.nn.functional.cross_entropy(logits, ids[:, 1:][targets], reduction="none")
        likely = torch.tensor([row.likely for row in rows], device=device)[:, None].expand_as(targets)[
            targets
        ]
        unlikelihood = torch.log1p(-likelihood.exp().clamp(max=1.0 - 1e-6))
        return -torch.where(likely, likelihood, unlikelihood).mean(), int(length.sum())

    return loss


def _written(given: list[int], target: list[int], likely: bool) -> Written:
    kept = given[-(LONGEST - min(len(target), LONGEST // 2)) :]
    return Written([*kept, *target][:LONGEST], len(kept), likely)
