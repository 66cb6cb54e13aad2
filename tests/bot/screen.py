"""What a terminal's screen shows after what was written to it: as much of ECMA-48 as a prompt needs."""

from __future__ import annotations

import re

from prompt_toolkit.utils import get_cwidth

_PIECE = re.compile(
    r"\x1b\[([?0-9;]*)([@-~])|\x1b\][^\x07]*\x07|\x1b[=>]|[\x00-\x1a\x1c-\x1f]|[^\x00-\x1f]", re.DOTALL
)


class Screen:
    """`rows` of `columns` cells; what scrolled off stays readable in `lines`."""

    def __init__(self, rows: int, columns: int) -> None:
        self._off: list[str] = []
        self._wraps = True
        self._row = self._column = 0
        self._cells: list[list[str]] = []
        self.columns = columns
        self.resize(rows, columns)

    def resize(self, rows: int, columns: int) -> None:
        self.columns = columns
        self._cells = [(row + [" "] * columns)[:columns] for row in self._cells[-rows:]]
        self._cells += [[" "] * columns for _ in range(rows - len(self._cells))]
        self._row, self._column = min(self._row, rows - 1), min(self._column, columns - 1)

    @property
    def lines(self) -> list[str]:
        """Everything from the top, without what is empty at the end."""
        shown = [*self._off, *("".join(row).rstrip() for row in self._cells)]
        while shown and not shown[-1]:
            shown.pop()
        return shown

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column, counted from 1."""
        return self._row + 1, min(self._column, self.columns - 1) + 1

    def write(self, words: str) -> str:
        """Show the words; what is left over is the beginning of a sequence that is not complete."""
        at = 0
        while (piece := _PIECE.match(words, at)) is not None:
            at = piece.end()
            if piece[2]:
                self._obey(piece[1], piece[2])
            elif len(piece[0]) == 1:
                self._put(piece[0])
        return words[at:]

    def _obey(self, parameters: str, letter: str) -> None:
        numbers = [int(number) for number in parameters.strip("?").split(";") if number]
        many = numbers[0] if numbers else 1
        match letter:
            case "A":
                self._row = max(0, self._row - many)
            case "B":
                self._row = min(len(self._cells) - 1, self._row + many)
            case "C":
                self._column = min(self.columns - 1, self._column + many)
            case "D":
                self._column = max(0, min(self._column, self.columns - 1) - many)
            case "H":
                self._row, self._column = 0, 0
            case "K":
                self._erase(self._row)
            case "J":
                for row in range(self._row, len(self._cells)):
                    self._erase(row)
            case "h" | "l" if parameters == "?7":
                self._wraps = letter == "h"

    def _erase(self, row: int) -> None:
        start = self._column if row == self._row else 0
        self._cells[row][start:] = [" "] * (self.columns - start)

    def _put(self, character: str) -> None:
        match character:
            case "\r":
                self._column = 0
            case "\n":
                self._down()
            case "\b":
                self._column = max(0, self._column - 1)
            case _ if character >= " ":
                self._letter(character)

    def _letter(self, character: str) -> None:
        width = get_cwidth(character)
        if self._column + width > self.columns:
            if self._wraps:
                self._column = 0
                self._down()
            else:
                self._column = self.columns - width
        if width:
            self._cells[self._row][self._column] = character
        if width == 2:
            self._cells[self._row][self._column + 1] = ""
        self._column += width

    def _down(self) -> None:
        if self._row + 1 < len(self._cells):
            self._row += 1
            return
        self._off.append("".join(self._cells.pop(0)).rstrip())
        self._cells.append([" "] * self.columns)
