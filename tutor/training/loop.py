"""The loop both stages share: schedule, optimizer steps, progress lines, checkpoints."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from tutor.training import checkpoint, curve
from tutor.training.checkpoint import Progress

REPORT_SECONDS = 15.0
CHECKPOINT_SECONDS = 120.0
WARMUP_STEPS = 60

BatchLoss = Callable[[int], tuple[torch.Tensor, int]]
"""From a step's number to its loss and the tokens it processed; the same number gives the same batch."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of training: how long, how fast, and what to minimise.

    The learning rate is flat until `decay_from` (a share of the stage) and then falls linearly to zero. With
    a budget in seconds, the stage's share done is the larger of steps and time, so a slow machine still
    anneals.
    """

    name: str
    steps: int
    seconds: float | None
    learning_rate: float
    decay_from: float
    batch_loss: BatchLoss

    def done(self, step: int, seconds: float) -> float:
        """The share of the stage that lies behind, 0 to 1."""
        if step >= self.steps:
            return 1.0
        by_time = seconds / self.seconds if self.seconds else 0.0
        return min(1.0, max(step / self.steps, by_time))


def optimizer_for(model: torch.nn.Module) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only."""
    matrices = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    vectors = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), fused=True)


def run_stage(
    stage: Stage, model: torch.nn.Module, optimizer: torch.optim.Optimizer, progress: Progress, work: Path
) -> None:
    """Takes steps until the stage is done; `progress` moves along, and is checkpointed in `work`, where the
    curve of the loss grows too."""
    saved_at = work / checkpoint.FILE_NAME
    device = next(model.parameters()).device
    started = last_report = last_save = time.monotonic()
    before = progress.seconds[stage.name]
    losses: list[float] = []
    tokens = 0
    model.train()
    while (done := stage.done(progress.step, progress.seconds[stage.name])) < 1.0:
        rate = stage.learning_rate * min(1.0, (progress.step + 1) / WARMUP_STEPS)
        rate *= min(1.0, (1.0 - done) / (1.0 - stage.decay_from))
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            loss, processed = stage.batch_loss(progress.step)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress.step += 1
        losses.append(loss.item())
        tokens += processed
        now = time.monotonic()
        progress.seconds[stage.name] = before + now - started
        if now - last_report >= REPORT_SECONDS:
            share = max(stage.done(progress.step, progress.seconds[stage.name]), 1e-6)
            left = progress.seconds[stage.name] * (1.0 - share) / share
            mean = sum(losses) / len(losses)
            curve.add(work, stage.name, progress.step, mean)
            print(
                f"{stage.name} step {progress.step} loss {mean:.3f} "
                f"{tokens / (now - last_report):,.0f} tokens/s ETA {left / 60:.1f} min",
                flush=True,
            )
            losses, tokens, last_report = [], 0, now
        if now - last_save >= CHECKPOINT_SECONDS:
            checkpoint.save(saved_at, progress, model, optimizer)
            last_save = now
