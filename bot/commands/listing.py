"""Long lists, page by page: each command that lists takes `page=`, and its buttons say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.commands import arguments
from bot.commands.card import button
from bot.core.command import Arg
from bot.core.model import Button
from bot.core.text import phrases

T = TypeVar("T")

PAGE_ITEMS = 8
"""As many as there are buttons to open them."""
PAGES_MAX = 9_999

PAGE = Arg("page", phrases.WHICH_PAGE, parse=arguments.whole_number(1, PAGES_MAX), required=False, named=True)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    items: Sequence[T]
    """Of this page."""
    place: tuple[str, ...]
    """Which page of how many, as a line; none where there is one page only."""
    pager: tuple[Button, ...]


def listing(
    items: Sequence[T], page: int | None, command: str, *words: str, size: int = PAGE_ITEMS
) -> Listing[T]:
    """One page of the `items` that `/command word word` lists. A page beyond the last one is the last one."""
    pages = max(1, -(-len(items) // size))
    number = min(page or 1, pages)
    shown = items[(number - 1) * size : number * size]
    if pages == 1:
        return Listing(shown, (), ())
    pager = turns(number, number < pages, command, *words)
    return Listing(shown, (phrases.page_of(number, pages, hint=not pager),), pager)


def turns(number: int, has_more: bool, command: str, *words: str) -> tuple[Button, ...]:
    """The taps from this page to those before and after it; none for words that no button can hold."""
    pages = [(phrases.PREVIOUS_PAGE, number - 1)] if number > 1 else []
    pages += [(phrases.NEXT_PAGE, number + 1)] if has_more else []
    try:
        return tuple(button(label, command, f"page={page}", *words) for label, page in pages)
    except ValueError:
        return ()
