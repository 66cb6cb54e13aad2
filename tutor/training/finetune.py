"""Fine-tuning for query likelihood: which sentence would have made someone ask this question?

About half of the questions are real, the others are made of a sentence's own words. Each comes with the
sentence that answers it and up to three neighbours that do not. The loss is next-token prediction of the
question (and of a short answer) after the gold sentence, plus the cross entropy of choosing the gold
sentence among the candidates by the question's log-likelihood, which is what serving will use it for.
"""

from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer

from tutor.prompt import END_OF_TEXT, MARKED, evidence, query_tail
from tutor.training.data import Choice
from tutor.training.loop import BatchLoss
from tutor.training.tokenizer import token_id

CHOICES_PER_STEP = 8
POOL_STEPS = 32
TITLED_SHARE = 0.7
MAX_EVIDENCE, MAX_QUERY, MAX_ANSWER = 96, 48, 32


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of a choice: the candidates' evidence, gold first; the question; the answer."""

    evidence: tuple[list[int], ...]
    query: list[int]
    answer: list[int]

    @property
    def length(self) -> int:
        return max(len(ids) for ids in self.evidence) + len(self.query)


def encode_choices(tokenizer: Tokenizer, choices: list[Choice], seed: int) -> list[Encoded]:
    """`choices` as token ids, cut to their limits; three in ten lose their title, lest it be relied on."""
    titled = np.random.default_rng((seed, 1)).random(len(choices)) < TITLED_SHARE
    end = token_id(tokenizer, END_OF_TEXT)
    encoded = []
    for choice, keep in zip(choices, titled, strict=True):
        title = choice.title if keep else ""
        shown = tuple(_evidence_ids(tokenizer, title, sentence) for sentence in choice.candidates)
        query = tokenizer.encode(query_tail(MARKED, choice.question)).ids[-MAX_QUERY:]
        answer = [*tokenizer.encode(f" {choice.answer}").ids, end][:MAX_ANSWER]
        encoded.append(Encoded(shown, query, answer))
    return encoded


def _evidence_ids(tokenizer: Tokenizer, title: str, sentence: str) -> list[int]:
    ids = tokenizer.encode(evidence(MARKED, title, sentence)).ids
    return [*ids[: MAX_EVIDENCE - 1], ids[-1]]


def choice_loss(model: torch.nn.Module, choices: list[Encoded], seed: int, pad: int) -> BatchLoss:
    """Loss over choices of similar length, every choice once an epoch, in an order fixed by `seed`."""
    per_epoch = max(1, len(choices) // CHOICES_PER_STEP)
    device = next(model.parameters()).device

    def loss(step: int) -> tuple[torch.Tensor, int]:
        epoch, number = divmod(step, per_epoch)
        order = np.random.default_rng((seed, 2, epoch)).permutation(len(choices))[
            : per_epoch * CHOICES_PER_STEP
        ]
        pool, within = divmod(number, POOL_STEPS)
        pooled = order[pool * POOL_STEPS * CHOICES_PER_STEP : (pool + 1) * POOL_STEPS * CHOICES_PER_STEP]
        by_length = sorted(pooled.tolist(), key=lambda index: choices[index].length)
        steps_here = len(by_length) // CHOICES_PER_STEP
        turn = int(np.random.default_rng((seed, 3, epoch, pool)).permutation(steps_here)[within])
        batch = [
            choices[index] for index in by_length[turn * CHOICES_PER_STEP : (turn + 1) * CHOICES_PER_STEP]
        ]
        return _batch_loss(model, batch, pad, device)

    return loss


def _batch_loss(
    model: torch.nn.Module, batch: list[Encoded], pad: int, device: torch.device
) -> tuple[torch.Tensor, int]:
    rows: list[list[int]] = []
    starts: list[int] = []
    ends: list[int] = []
    gold_rows: list[int] = []
    for choice in batch:
        gold_rows.append(len(rows))
        for number, shown in enumerate(choice.evidence):
            rows.append([*shown, *choice.query, *(choice.answer if number == 0 else [])])
            starts.append(len(shown))
            ends.append(len(shown) + len(choice.query))
    width = max(map(len, rows))
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows], device=device)
    position = torch.arange(1, width, device=device)
    lengths = torch.tensor([len(row) for row in rows], device=device)
    start, end = torch.tensor(starts, device=device), torch.tensor(ends, device=device)
    targets = (position >= start[:, None]) & (position < lengths[:, None])
    in_query = targets & (position < end[:, None])

    hidden = model.transformer(input_ids=ids).last_hidden_state[:, :-1]  # type: ignore[operator]
    logits = model.lm_head(hidden[targets])  # type: ignore[operator]
    scores = torch.zeros(targets.shape, device=device)
    scores[targets] = -torch.nn.functional.cross_entropy(
        logits.float(), ids[:, 1:][targets], reduction="none"
    )

    gold = torch.tensor(gold_rows, device=device)
    language = -scores[gold].sum() / targets[gold].sum()
    likelihood = (scores * in_query).sum(1)
    chosen = [
        torch.log_softmax(likelihood[first : first + len(choice.evidence)], 0)[0]
        for first, choice in zip(gold_rows, batch, strict=True)
        if len(choice.evidence) > 1
    ]
    selection = -torch.stack(chosen).mean() if chosen else language.new_zeros(())
    return language + selection, int(lengths.sum())
