"""One bug: a line of the tree, and what somebody might have written there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class DoesNotApply(Exception):
    """The tree has changed, and the mutant with it must."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` occurs exactly once in `file`, a path in the tree. `sin` says in one sentence what is wrong with
    `new`. `first` is the file of tests that is tried before all others."""

    file: str
    old: str
    new: str
    sin: str
    first: str

    def applied_to(self, root: Path) -> str:
        """The file with the bug in it. Raises DoesNotApply."""
        text = (root / self.file).read_text()
        if (count := text.count(self.old)) != 1:
            raise DoesNotApply(f"{self.file} holds {count} times: {self.old!r} ({self.sin})")
        return text.replace(self.old, self.new)
