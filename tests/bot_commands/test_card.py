"""Receipts look the same everywhere, and say to the place that there is something to mark."""

from __future__ import annotations

from bot.client.api import Page, Receipt
from bot.commands.card import all_of, button, card, saved_card


def test_a_receipt_says_last_where_the_write_stands() -> None:
    reply = saved_card(Receipt("S1", index=123, term=4), "Handed in S1", "On time.")
    assert reply.text.plain.splitlines() == [
        "Handed in S1",
        "On time.",
        "Saved on the cluster, entry 123, term 4.",
    ]


def test_a_receipt_is_marked_as_saved_and_another_reply_is_not() -> None:
    assert saved_card(Receipt("S1", index=123, term=4), "Handed in S1").saved
    assert not card("Handed in S1").saved


def test_a_receipt_has_its_next_steps_below_it() -> None:
    reply = saved_card(Receipt("S1", index=1, term=1), "Handed in", buttons=[button("Mine", "submissions")])
    assert [[each.data for each in row] for row in reply.buttons] == [["submissions"]]


async def test_a_list_of_twenty_thousand_is_read_to_its_end() -> None:
    """The grades of five hundred students for twenty assignments, twice attempted: the newest come last."""

    async def fetch(page: str) -> Page[int]:
        first = int(page or 0)
        return Page(tuple(range(first, first + 100)), str(first + 100) if first < 19_900 else "")

    assert await all_of(fetch) == list(range(20_000))
