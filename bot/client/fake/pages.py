"""Long lists, a page at a time."""

from __future__ import annotations

from typing import TypeVar

from bot.client.api import Page
from bot.client.fake.refusals import invalid

T = TypeVar("T")

PAGE_SIZE = 50


def page_of(items: list[T], page: str) -> Page[T]:
    """`page` is where the page begins; empty for the first."""
    if page and not page.isdecimal():
        raise invalid("page_token", "must come from the page before, of the same list")
    start = int(page or 0)
    end = start + PAGE_SIZE
    return Page(tuple(items[start:end]), str(end) if end < len(items) else "")
