"""A small table, to be seen at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.model import OutgoingFile
from bot.pictures.drawing import picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL_CHARACTERS_MAX = 22
STRIPE = "#f1f4f8"
RULE = "#9aa5b1"


@dataclass(frozen=True, slots=True)
class Cell:
    words: str
    faint: bool = False
    """In italics, for what does not stand yet."""


async def table(
    name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> tuple[OutgoingFile, ...]:
    """The first column holds names, the others numbers. Precondition: rows have as many cells as columns."""
    width = 2.6 + 0.95 * (len(columns) - 1)
    return await picture(
        name, _plot(title, columns, rows), width=max(5.0, width), height=0.9 + 0.27 * len(rows)
    )


def _plot(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Callable[[Figure], None]:
    def plot(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.set_title(title, loc="left", fontweight="bold")
        axes.set_xlim(0, 2.6 + 0.95 * (len(columns) - 1))
        axes.set_ylim(len(rows) + 0.5, -0.6)
        axes.set_axis_off()
        for place, column in enumerate(columns):
            at, side = _place(place)
            axes.text(at, 0, _shortened(column), ha=side, va="center", fontweight="bold")
        axes.axhline(0.5, color=RULE, linewidth=0.8)
        for number, row in enumerate(rows, start=1):
            if number % 2:
                axes.axhspan(number - 0.5, number + 0.5, color=STRIPE, linewidth=0)
            for place, cell in enumerate(row):
                at, side = _place(place)
                style = "italic" if cell.faint else "normal"
                axes.text(at, number, _shortened(cell.words), ha=side, va="center", fontstyle=style)

    return plot


def _place(column: int) -> tuple[float, str]:
    """Where its words stand, and to which side they are even."""
    return (0.05, "left") if column == 0 else (2.5 + 0.95 * column, "right")


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= CELL_CHARACTERS_MAX else line[: CELL_CHARACTERS_MAX - 1] + "…"
