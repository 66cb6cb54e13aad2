"""Receipts look the same everywhere, and say to the place that there is something to mark."""

from __future__ import annotations

from bot.client.api import Receipt
from bot.commands.card import button, card, saved_card


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
