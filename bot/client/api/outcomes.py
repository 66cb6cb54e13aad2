"""What calls come to: pages of lists, receipts of writes, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.errors import Failure

T = TypeVar("T")


class LmsError(Failure):
    """The cluster refused or failed; Failure says what its fields mean."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    next_page: str
    """Empty on the last page."""


@dataclass(frozen=True, slots=True)
class Receipt(Generic[T]):
    """What a write came to, and where it stands in the replicated log."""

    item: T
    index: int
    term: int


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How many rows were new, changed something, or changed nothing."""

    added: int
    changed: int
    unchanged: int
