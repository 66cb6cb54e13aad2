"""One command from data to a model folder; stopped, it resumes from its last checkpoint."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from tutor.prompt import END_OF_TEXT
from tutor.training import checkpoint, data
from tutor.training.checkpoint import Progress
from tutor.training.export import export, new_model
from tutor.training.finetune import CHOICES_PER_STEP, choice_loss, encode_choices
from tutor.training.loop import Stage, optimizer_for, run_stage
from tutor.training.pretrain import BATCH_TOKENS, block_loss, encode_corpus
from tutor.training.sizes import Size
from tutor.training.tokenizer import token_id, train_tokenizer

SEED = 20260101
NEIGHBOURS = 3
PRETRAIN_RATE = 2e-3
FINETUNE_RATE = 1.5e-3


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
    saved_at = work / "checkpoint.pt"
    size = order.size
    torch.manual_seed(SEED)

    tokenizer, tokens = _corpus(order, work)
    model = new_model(size, tokenizer)
    torch.nn.Module.to(model, order.device)
    optimizer = optimizer_for(model)
    progress = Progress("pretrain", 0, {"pretrain": 0.0, "finetune": 0.0})
    if saved_at.exists():
        progress, model_state, optimizer_state = checkpoint.load(saved_at)
        model.load_state_dict(model_state)
        optimizer.load_state_dict(optimizer_state)
        print(f"resuming {progress.stage} at step {progress.step}", flush=True)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(
        f"{size.name}: {parameters:,} parameters, {len(tokens):,} corpus tokens, {order.device}", flush=True
    )

    if progress.stage == "pretrain":
        stage = Stage(
            "pretrain",
            size.pretrain_tokens // BATCH_TOKENS,
            order.minutes and order.minutes * 60 * size.pretrain_share,
            PRETRAIN_RATE,
            0.8,
            block_loss(model, tokens, size.context, SEED),
        )
        run_stage(stage, model, optimizer, progress, saved_at)
        progress.stage, progress.step = "finetune", 0
        optimizer = optimizer_for(model)
        checkpoint.save(saved_at, progress, model, optimizer)

    choices = [found for item in data.items(order.data, "train") if (found := data.choice(item, NEIGHBOURS))]
    keywords = data.keyword_choices(data.documents(order.data, size.sources), SEED)[: len(choices)]
    print(f"{len(choices):,} questions, {len(keywords):,} made of keywords", flush=True)
    end = token_id(tokenizer, END_OF_TEXT)
    stage = Stage(
        "finetune",
        size.finetune_items // CHOICES_PER_STEP,
        order.minutes and order.minutes * 60 * (1 - size.pretrain_share),
        FINETUNE_RATE,
        0.4,
        choice_loss(model, encode_choices(tokenizer, choices + keywords, SEED), SEED, end),
    )
    run_stage(stage, model, optimizer, progress, saved_at)
    checkpoint.save(saved_at, progress, model, optimizer)
    digest = export(model, tokenizer, size, order.out)
    print(f"wrote {order.out} (weights sha256 {digest})", flush=True)


def _corpus(order: Order, work: Path) -> tuple[Tokenizer, np.ndarray]:
    """The tokenizer and the corpus in its ids, made once and kept beside the checkpoint."""
    tokenizer_at, tokens_at = work / "tokenizer.json", work / "tokens.npy"
    if tokenizer_at.exists() and tokens_at.exists():
        return Tokenizer.from_file(str(tokenizer_at)), np.load(tokens_at)
    texts = list(data.documents(order.data, order.size.sources))
    tokenizer = train_tokenizer(texts, order.size.vocabulary)
    tokens = encode_corpus(tokenizer, texts)
    tokenizer.save(str(tokenizer_at))
    np.save(tokens_at, tokens)
    return tokenizer, tokens
