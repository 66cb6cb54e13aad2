"""The short ids people type: a letter for the kind, a number counted in apply."""

from __future__ import annotations

from dataclasses import dataclass

_DIGITS_MAX = 15
"""Beyond any item there will be, within SQLite's integers."""


@dataclass(frozen=True, slots=True)
class IdKind:
    letter: str
    noun: str

    def id(self, number: int) -> str:
        return f"{self.letter}{number}"

    def number(self, id_: str) -> int | None:
        """None for what is no id of this kind. People may write the letter small."""
        letter, digits = id_[: len(self.letter)].upper(), id_[len(self.letter) :]
        well_formed = letter == self.letter and digits.isascii() and digits.isdigit()
        return int(digits) if well_formed and len(digits) <= _DIGITS_MAX else None


MATERIAL = IdKind("M", "material")
ASSIGNMENT = IdKind("A", "assignment")
SUBMISSION = IdKind("S", "submission")
QUERY = IdKind("Q", "question")
ANNOUNCEMENT = IdKind("N", "announcement")
EXTENSION = IdKind("E", "extension")
REGRADE = IdKind("R", "regrade request")
AUDIT = IdKind("", "audit record")
"""By its place in the log alone."""
