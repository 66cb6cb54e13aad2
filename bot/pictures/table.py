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
NAMES_WIDTH, NUMBER_WIDTH, CHARACTER_WIDTH, MARGIN = 2.4, 0.7, 0.085, 0.3
"""In inches."""
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
    edges = _edges(columns, rows)
    plot = _plot(title, columns, rows, edges)
    return await picture(name, plot, width=max(5.0, edges[-1]), height=0.9 + 0.27 * len(rows))


def _plot(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], edges: Sequence[float]
) -> Callable[[Figure], None]:
    def plot(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.set_title(title, loc="left", fontweight="bold")
        axes.set_xlim(0, edges[-1])
        axes.set_ylim(len(rows) + 0.5, -0.6)
        axes.set_axis_off()
        for place, column in enumerate(columns):
            at, side = _place(place, edges)
            axes.text(at, 0, _shortened(column), ha=side, va="center", fontweight="bold")
        axes.axhline(0.5, color=RULE, linewidth=0.8)
        for number, row in enumerate(rows, start=1):
            if number % 2:
                axes.axhspan(number - 0.5, number + 0.5, color=STRIPE, linewidth=0)
            for place, cell in enumerate(row):
                at, side = _place(place, edges)
                style = "italic" if cell.faint else "normal"
                axes.text(at, number, _shortened(cell.words), ha=side, va="center", fontstyle=style)

    return plot


def _edges(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[float]:
    """Where each column ends, in inches."""
    edges = [NAMES_WIDTH]
    for place in range(1, len(columns)):
        cells = [columns[place], *(row[place].words for row in rows)]
        longest = max(len(_shortened(words)) for words in cells)
        edges.append(edges[-1] + max(NUMBER_WIDTH, CHARACTER_WIDTH * longest + MARGIN))
    return edges


def _place(column: int, edges: Sequence[float]) -> tuple[float, str]:
    """Where its words stand, and to which side they are even."""
    return (0.05, "left") if column == 0 else (edges[column] - 0.1, "right")


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= CELL_CHARACTERS_MAX else line[: CELL_CHARACTERS_MAX - 1] + "…"
