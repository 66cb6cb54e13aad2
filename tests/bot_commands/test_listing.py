"""Lists come page by page, and every item can be reached by taps alone."""

from __future__ import annotations

import pytest

from bot.commands.listing import PAGE, PAGE_ITEMS, listing
from bot.core import parse
from bot.core.command import Arg
from bot.core.language import Phrase

WORDS = Arg("which", Phrase("Which?"), required=False, rest=True)


def test_a_short_list_has_no_pages() -> None:
    shown = listing(range(PAGE_ITEMS), None, "users")
    assert (list(shown.items), shown.place, shown.pager) == (list(range(PAGE_ITEMS)), (), ())


def test_taps_lead_through_the_whole_list_and_back() -> None:
    items = list(range(3 * PAGE_ITEMS + 1))
    seen: list[int] = []
    page = None
    while True:
        shown = listing(items, page, "materials", "leader election")
        seen += shown.items
        onward = [button for button in shown.pager if button.label.startswith("Next")]
        if not onward:
            break
        given = parse.arguments(parse.pressed(onward[0].data, ["page"]).body, (PAGE, WORDS)).words
        assert given["which"] == "leader election"
        page = PAGE.parse(given["page"])
    assert seen == items
    assert shown.place == ("Page 4 of 4",)
    assert [button.data for button in shown.pager] == ["materials:page=3:leader election"]


def test_a_page_beyond_the_last_is_the_last() -> None:
    assert list(listing(range(PAGE_ITEMS + 1), 9, "users").items) == [PAGE_ITEMS]


@pytest.mark.parametrize("words", ["a: b", "x" * 64])
def test_words_that_no_button_can_hold_are_paged_by_typing(words: str) -> None:
    shown = listing(range(PAGE_ITEMS + 1), None, "materials", words)
    assert shown.pager == ()
    assert shown.place == ("Page 1 of 2; put page=2 before the words.",)


def test_where_one_tap_leads_back_and_none_onward_it_is_said_how_to_go_on() -> None:
    words = "x" * (64 - len("materials:page=9:"))
    shown = listing(range(11 * PAGE_ITEMS), 10, "materials", words)
    assert shown.pager == ()
    assert shown.place == ("Page 10 of 11; put page=11 before the words.",)


def test_a_page_is_given_by_its_name_alone() -> None:
    args = (PAGE, WORDS)
    assert parse.arguments("2 phase commit", args).words == {"which": "2 phase commit"}
    assert parse.arguments("page=2 two phase commit", args).words == {
        "page": "2",
        "which": "two phase commit",
    }
