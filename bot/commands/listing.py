"""Long lists, page by page: each command that lists takes `page=`, and its buttons say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.commands import arguments
from bot.commands.card import button
from bot.core.command import Arg
from bot.core.language import Words
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
    pager = []
    for label, to in ((phrases.PREVIOUS_PAGE, number - 1), (phrases.NEXT_PAGE, number + 1)):
        if 1 <= to <= pages and (tap := page_button(label, command, to, words)):
            pager.append(tap)
    return Listing(shown, (phrases.page_of(number, pages, hint=not pager),), tuple(pager))


def page_button(label: Words, command: str, page: int, words: Sequence[str]) -> Button | None:
    """None for words that no button can hold."""
    try:
        return button(label, command, f"page={page}", *words)
    except ValueError:
        return None
