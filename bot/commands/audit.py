"""Who did what, to whom or to what, and where it stands in the log."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial

from bot.client.api import Audit as Act
from bot.client.api import LmsClient, Page
from bot.commands.card import button, card
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, PAGE_ITEMS
from bot.core.command import ADMINISTRATORS, Arg, BadValue, Command, Conversation, Values
from bot.core.model import Button, Reply
from bot.core.text import audit as text
from bot.core.text import phrases

_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")
"""Of a person, an item or a server."""


class Audit:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        of = Arg("of", text.OF_WHOM_OR_WHAT, parse=_person_or_id, required=False)
        return (
            Command("audit", text.AUDIT_SUMMARY, "/audit barbara", self.look, ADMINISTRATORS, (PAGE, of)),
        )

    async def look(self, conversation: Conversation, values: Values) -> Reply:
        """The newest first. How many there are is not counted: they are every act since the beginning."""
        of, page = values["of"] or "", values["page"] or 1
        wanted = page * PAGE_ITEMS + 1
        acts = await self._newest(conversation, of, wanted)
        shown = acts[wanted - 1 - PAGE_ITEMS : wanted - 1]
        if not shown:
            return card(text.NOTHING, buttons=[button(phrases.BUTTONS["audit"], "audit")] if of else [])
        words = [of] if of else []
        pager: list[Button] = []
        if page > 1:
            pager.append(button(phrases.PREVIOUS_PAGE, "audit", f"page={page - 1}", *words))
        if len(acts) == wanted:
            pager.append(button(phrases.NEXT_PAGE, "audit", f"page={page + 1}", *words))
        headline = text.about(of) if of else text.EVERYTHING
        return card(headline, *(self._line(act) for act in shown), pager=pager)

    async def _newest(self, conversation: Conversation, of: str, count: int) -> list[Act]:
        """At most `count` acts by or to whatever is asked about."""
        token = conversation.token
        if not of:
            return await _first(lambda page: self._client.audit(token, page=page), count)
        found = await _first(lambda page: self._client.audit(token, person=of.lower(), page=page), count)
        # "n1" is a server, and may be meant for the announcement N1.
        for object_ in dict.fromkeys((of, of.upper(), of.lower())):
            found += await _first(partial(self._to, token, object_), count)
        acts = {act.index: act for act in found}  # an act on oneself is found twice
        return [acts[index] for index in sorted(acts, reverse=True)][:count]

    async def _to(self, token: str, object_: str, page: str) -> Page[Act]:
        return await self._client.audit(token, object_=object_, page=page)

    def _line(self, act: Act) -> str:
        author = act.username or str(text.SOMEBODY)
        where = text.where(self._calendar.absolute(act.time), act.index, act.term)
        detail = phrases.shortened(act.detail)
        return f"{text.act(author, act.deed, act.object, detail)}\n    {where}"


async def _first(fetch: Callable[[str], Awaitable[Page[Act]]], count: int) -> list[Act]:
    page = await fetch("")
    acts = list(page.items)
    while len(acts) < count and page.next_page:
        page = await fetch(page.next_page)
        acts.extend(page.items)
    return acts[:count]


def _person_or_id(word: str) -> str:
    found = word.strip()
    if not _NAME.fullmatch(found):
        raise BadValue(text.NOT_A_PERSON_OR_ID)
    return found
