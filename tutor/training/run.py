"""One command from data to a model folder; stopped, it resumes from its last checkpoint."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch

from tutor.selector_prompt import SelectorLayout
from tutor.training import SEED, checkpoint, data
from tutor.training.checkpoint import Progress
from tutor.training.corpus import Corpus, read_corpus
from tutor.training.curve import draw_curve
from tutor.training.export import export, new_model
from tutor.training.finetune import SelectorBatches, alternate, selector_loss
from tutor.training.loop import BatchLoss, Stage, optimizer_for, run_stage
from tutor.training.matching import WORD, begin
from tutor.training.pretrain import block_loss
from tutor.training.questions import Questions, read_questions
from tutor.training.sizes import Size
from tutor.training.writing import writing_loss

TEXT_RATE = 2e-3
QUESTIONS_RATE = 8e-4
MADE_UP = 0.4
"""The share of exercises made of keywords at first; it falls to none over the first MADE_UP_UNTIL of all."""
MADE_UP_UNTIL = 0.6


@dataclass(frozen=True, slots=True)
class Order:
    """What to train, from which data, into which folder, on which device, in how many minutes at most."""

    size: Size
    data: Path
    out: Path
    device: str
    minutes: float | None


def train(order: Order) -> None:
    """Trains and exports; downloads nothing. Without a budget in minutes the seed alone decides.

    Raises DataMissing when the data folder or one of its files is not there.
    """
    data.check(order.data)
    work = order.out / "training"
    work.mkdir(parents=True, exist_ok=True)
    size = order.size
    corpus = read_corpus(order.data, work, size.vocabulary, size.width - WORD)
    run = _Run(order, work, corpus)
    if run.progress.stage == "text":
        run.stage("text", size.text_tokens // size.text_batch, TEXT_RATE, 0.8, run.text_loss())
        run.next_stage("questions")
    questions = read_questions(order.data, work, corpus)
    steps = size.exercises // size.batch
    run.stage("questions", steps, QUESTIONS_RATE, 0.4, run.questions_loss(questions, steps))
    digests = export(run.model, corpus.tokenizer, size, order.out)
    shutil.copy(draw_curve(work), order.out)
    for name, digest in digests.items():
        print(f"wrote {order.out / name} (sha256 {digest})", flush=True)


class _Run:
    """A model on its way, and where it stands."""

    def __init__(self, order: Order, work: Path, corpus: Corpus) -> None:
        self._order, self._work, self._corpus = order, work, corpus
        torch.manual_seed(SEED)
        self.model = new_model(order.size, corpus.tokenizer)
        self.layout = SelectorLayout(corpus.encode, corpus.token_id)
        self.progress = Progress("text", 0, {"text": 0.0, "questions": 0.0})
        self._saved_at = work / checkpoint.FILE_NAME
        if not self._saved_at.exists():
            begin(self.model, corpus.words, corpus.rarity(), self.layout)
        torch.nn.Module.to(self.model, order.device)
        self._optimizer = optimizer_for(self.model)
        if self._saved_at.exists():
            self.progress, model, optimizer = checkpoint.load(self._saved_at)
            self.model.load_state_dict(model)
            self._optimizer.load_state_dict(optimizer)
            print(f"resuming {self.progress.stage} at step {self.progress.step}", flush=True)
        count = sum(parameter.numel() for parameter in self.model.parameters())
        tokens = len(corpus.tokens)
        print(
            f"{order.size.name}: {count:,} parameters, {tokens:,} corpus tokens, {order.device}", flush=True
        )

    def stage(self, name: str, steps: int, rate: float, decay_from: float, loss: BatchLoss) -> None:
        """Takes the steps that are left of it."""
        share = self._order.size.text_share
        minutes = self._order.minutes
        seconds = minutes and minutes * 60 * (share if name == "text" else 1.0 - share)
        stage = Stage(name, steps, seconds, rate, decay_from, loss)
        run_stage(stage, self.model, self._optimizer, self.progress, self._work)
        checkpoint.save(self._saved_at, self.progress, self.model, self._optimizer)

    def next_stage(self, name: str) -> None:
        self.progress.stage, self.progress.step = name, 0
        self._optimizer = optimizer_for(self.model)
        checkpoint.save(self._saved_at, self.progress, self.model, self._optimizer)

    def text_loss(self) -> BatchLoss:
        size = self._order.size
        return block_loss(self.model, self._corpus.tokens, size.context, size.text_batch, SEED)

    def questions_loss(self, questions: Questions, steps: int) -> BatchLoss:
        size = self._order.size
        made_up = (MADE_UP, int(MADE_UP_UNTIL * steps))
        batches = SelectorBatches(
            self.layout, questions.examples, questions.keywords, size.batch, made_up, SEED
        )
        select = selector_loss(self.model, self.layout, batches)
        if not size.write_every:
            return select
        write = writing_loss(self.model, questions.choices, self._corpus.encode, size.batch, SEED)
        return alternate(select, write, size.write_every)
