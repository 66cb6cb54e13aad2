"""The shape of every reply: a headline, details, next steps as buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.client.api import Page, Receipt
from bot.core.language import Words
from bot.core.model import Button, OutgoingFile, Reply, Role
from bot.core.richtext import Text, bold, lines
from bot.core.richtext import label as as_label
from bot.core.text import phrases

T = TypeVar("T")

PAGES_MAX = 1_000
"""A hundred thousand items, so that no gradebook of a real course lacks its newest grades; and a bound all
the same."""
BUTTON_BYTES_MAX = 64


def card(
    headline: Words,
    *details: Text | Words,
    buttons: Sequence[Button] = (),
    pager: Sequence[Button] = (),
    files: Sequence[OutgoingFile] = (),
    menu: Role | None = None,
) -> Reply:
    """`pager` turns the pages of a list: one row, beneath the others."""
    rows = tuple((button,) for button in buttons) + ((tuple(pager),) if pager else ())
    return Reply(lines(bold(headline), *details), rows, tuple(files), menu=menu)


def saved_card(
    receipt: Receipt[Any], headline: Words, *details: Text | Words, buttons: Sequence[Button] = ()
) -> Reply:
    """The card of a write that succeeded: where it stands is its last line, and the place can mark it."""
    return replace(card(headline, *details, saved(receipt), buttons=buttons), saved=True)


def saved(receipt: Receipt[Any]) -> str:
    """Where a write stands."""
    return phrases.saved(receipt.index, receipt.term)


def button(label: Words, command: str, *words: str) -> Button:
    """A tap that says `/command word word`. Raises ValueError when a button cannot hold that."""
    data = ":".join((command, *words))
    if any(":" in word for word in words) or len(data.encode()) > BUTTON_BYTES_MAX:
        raise ValueError(f"no button can say {data}")
    return Button(as_label(str(label)), data)


def go(command: str, *words: str) -> Button:
    """A tap that says `/command word word`, under the label that the command has everywhere."""
    return button(phrases.BUTTONS[command], command, *words)


async def all_of(fetch: Callable[[str], Awaitable[Page[T]]]) -> list[T]:
    """Every item of a list, page by page; `fetch` takes the page's token."""
    items: list[T] = []
    page = await fetch("")
    items.extend(page.items)
    for _ in range(PAGES_MAX - 1):
        if not page.next_page:
            break
        page = await fetch(page.next_page)
        items.extend(page.items)
    return items
