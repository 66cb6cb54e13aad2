"""Bars beside labels, each as full as the share it stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.model import OutgoingFile
from bot.pictures.drawing import COLOURS, picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_CHARACTERS_MAX = 24
EMPTY = "#e4e7eb"


@dataclass(frozen=True, slots=True)
class Bar:
    """`parts`: one thinner bar each, as (what it says, its share of the whole from 0 to 1)."""

    label: str
    parts: Sequence[tuple[str, float]]


async def bars(
    name: str, title: str, rows: Sequence[Bar], legend: Sequence[str] = ()
) -> tuple[OutgoingFile, ...]:
    """`legend` names the parts, where every row has the same ones."""
    lines = sum(len(row.parts) for row in rows)
    return await picture(name, _plot(title, rows, legend), height=1.2 + 0.28 * lines + 0.12 * len(rows))


def _plot(title: str, rows: Sequence[Bar], legend: Sequence[str]) -> Callable[[Figure], None]:
    def plot(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.set_title(title, loc="left", fontweight="bold")
        at = 0.0
        ticks = []
        for row in rows:
            ticks.append(at + (len(row.parts) - 1) / 2)
            for place, (words, share) in enumerate(row.parts):
                colour = COLOURS[place % len(COLOURS)]
                axes.barh(at, 1.0, height=0.8, color=EMPTY)
                label = legend[place] if legend and row is rows[0] else None
                axes.barh(at, min(max(share, 0.0), 1.0), height=0.8, color=colour, label=label)
                axes.text(1.01, at, words, va="center")
                at += 1.0
            at += 0.4
        axes.set_yticks(ticks, [_shortened(row.label) for row in rows])
        axes.set_xlim(0, 1.25)
        axes.set_ylim(at - 0.8, -0.6)
        axes.set_xticks([])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        if legend:
            axes.legend(loc="upper center", bbox_to_anchor=(0.4, 0), ncols=len(legend), frameon=False)

    return plot


def _shortened(label: str) -> str:
    return label if len(label) <= LABEL_CHARACTERS_MAX else label[: LABEL_CHARACTERS_MAX - 1] + "…"
