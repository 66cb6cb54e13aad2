"""A training run's state on disk, so that a stopped run goes on where it was."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

FILE_NAME = "checkpoint.pt"


@dataclass(slots=True)
class Progress:
    """Where a run stands: its stage, the steps taken in it, and the seconds spent in each stage."""

    stage: str
    step: int
    seconds: dict[str, float]


def save(path: Path, progress: Progress, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Replaces the checkpoint at `path` in one rename, so a kill in the middle leaves the older one whole."""
    state = {
        "stage": progress.stage,
        "step": progress.step,
        "seconds": progress.seconds,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def load(path: Path) -> tuple[Progress, dict[str, Any], dict[str, Any]]:
    """The progress, model state and optimizer state that `save` wrote."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    return Progress(state["stage"], state["step"], state["seconds"]), state["model"], state["optimizer"]
