"""The curve of the loss: a line in a file for each report, and a picture of them."""

import csv
from pathlib import Path

LINES = "curve.csv"
PICTURE = "curve.png"


def add(folder: Path, stage: str, step: int, loss: float) -> None:
    """One report, after those of earlier runs."""
    with (folder / LINES).open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerow((stage, step, f"{loss:.4f}"))


def draw_curve(folder: Path) -> Path:
    """The picture of all reports in `folder`, by stage; steps taken again after a stop are drawn again."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for stage, points in _points(folder).items():
        axes.plot(*zip(*points, strict=True), label=stage)
    axes.set(xlabel="step", ylabel="loss in nats")
    if axes.lines:
        axes.legend()
    figure.savefig(folder / PICTURE, dpi=100)
    return folder / PICTURE


def _points(folder: Path) -> dict[str, list[tuple[int, float]]]:
    by_stage: dict[str, list[tuple[int, float]]] = {}
    if (folder / LINES).exists():
        with (folder / LINES).open(encoding="utf-8", newline="") as lines:
            for stage, step, loss in csv.reader(lines):
                by_stage.setdefault(stage, []).append((int(step), float(loss)))
    return by_stage
