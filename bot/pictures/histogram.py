"""How many scores there are in each range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.core.model import OutgoingFile
from bot.pictures.drawing import COLOURS, INK, picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RANGES_MAX = 10
BAR = "█"
BARS_MAX = 20


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` up to the next range's, of the last one including `most`, in whole points."""

    least: int
    most: int
    count: int

    @property
    def label(self) -> str:
        return f"{self.least}–{self.most}"


def ranges(scores_hundredths: Sequence[int], points_max: int) -> list[Range]:
    """At most ten, equally wide but for the last one, from 0 to the points at most."""
    width = max(1, -(-points_max // RANGES_MAX))
    edges = [*range(0, points_max, width), points_max] if points_max else [0, 0]
    found = []
    for place, (least, most) in enumerate(pairwise(edges)):
        last = place == len(edges) - 2
        count = sum(
            100 * least <= score < 100 * most or (last and score >= 100 * most) for score in scores_hundredths
        )
        found.append(Range(least, most, count))
    return found


def as_lines(found: Sequence[Range]) -> list[str]:
    """The same in words: one line a range, with a bar for as many as fit."""
    most = max((each.count for each in found), default=0)
    widest = max((len(each.label) for each in found), default=0)
    return [f"{each.label.rjust(widest)} {BAR * _length(each.count, most)} {each.count}" for each in found]


async def histogram(
    name: str, title: str, found: Sequence[Range], across: str, upwards: str
) -> tuple[OutgoingFile, ...]:
    return await picture(name, _plot(title, found, across, upwards))


def _plot(title: str, found: Sequence[Range], across: str, upwards: str) -> Callable[[Figure], None]:
    def plot(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.set_title(title, loc="left", fontweight="bold")
        most = max(each.count for each in found)
        for each in found:
            width = max(each.most - each.least, 1)
            axes.bar(each.least, each.count, width=width, align="edge", color=COLOURS[0], edgecolor="white")
            if each.count:
                axes.text(
                    each.least + width / 2, each.count, str(each.count), ha="center", va="bottom", color=INK
                )
        axes.set_xticks([each.least for each in found] + [found[-1].most])
        axes.set_yticks(range(0, most + 1, max(1, most // 5)))
        axes.set_xlabel(across)
        axes.set_ylabel(upwards)
        axes.margins(y=0.12)
        axes.spines[["top", "right"]].set_visible(False)

    return plot


def _length(count: int, most: int) -> int:
    """Of the bar: as many as there are, or in proportion where that is too wide; at least one for any."""
    if most <= BARS_MAX:
        return count
    return max(1, round(count * BARS_MAX / most)) if count else 0
