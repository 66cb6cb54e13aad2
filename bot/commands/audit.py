"""Who did what, to whom or to what, and where it stands in the log."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.client.api import Audit as Act
from bot.client.api import LmsClient, Page
from bot.commands.card import card, go
from bot.commands.dates import Calendar, is_time
from bot.commands.listing import PAGE, PAGE_ITEMS, turns
from bot.core.command import ADMINISTRATORS, Arg, BadValue, Command, Conversation, Values
from bot.core.model import Reply
from bot.core.text import audit as text
from bot.core.text import phrases

_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")
"""Of a person, an item or a server."""
_OPERATOR = "operator"
"""Whoever runs the servers; a person may be called so as well."""


class Audit:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        of = Arg("of", text.OF_WHOM_OR_WHAT, parse=_person_or_id, required=False)
        since = Arg(
            "since",
            text.SINCE_PROMPT,
            parse=self._calendar.parse_since,
            canonical=self._calendar.canonical,
            goes_on=is_time,
            required=False,
            named=True,
        )
        return (
            Command(
                "audit",
                text.AUDIT_SUMMARY,
                "/audit since=-7d barbara",
                self.look,
                ADMINISTRATORS,
                (PAGE, since, of),
            ),
        )

    async def look(self, conversation: Conversation, values: Values) -> Reply:
        """The newest first. How many there are is not counted: they may be every act since the beginning."""
        of, since, number = values["of"] or "", values["since"], values["page"] or 1
        newer, known = (number - 1) * PAGE_ITEMS, number * PAGE_ITEMS
        acts = await self._newest(conversation, of, since, known + 1)
        shown, has_more = acts[newer:known], len(acts) > known
        when = "" if since is None else self._calendar.absolute(since)
        step = go("audit" if of or when else "users")
        if not shown:
            return card(text.nothing(when), buttons=[step])
        # No button holds a colon; a point between hours and minutes is read as well.
        words = [] if since is None else [f"since={self._calendar.canonical(since).replace(':', '.')}"]
        words += [of] if of else []
        pager = turns(number, has_more, "audit", *words)
        return card(
            text.headline(of, when),
            *(self._line(act) for act in shown),
            *([text.more(number + 1)] if has_more and not pager else []),
            buttons=[step],
            pager=pager,
        )

    async def _newest(
        self, conversation: Conversation, of: str, since: datetime | None, count: int
    ) -> list[Act]:
        """At most `count` acts by or to whatever is asked about."""
        looked_for = partial(self._client.audit, conversation.token, since=since)
        if not of:
            return await _first(looked_for, count)
        found = await _first(partial(looked_for, person=of.lower()), count)
        # "n1" is a server, and may be meant for the announcement N1.
        for object_ in dict.fromkeys((of, of.upper(), of.lower())):
            found += await _first(partial(looked_for, object_=object_), count)
        if of.lower() == _OPERATOR:
            found += await _first(partial(looked_for, by_operator=True), count)
        acts = {act.index: act for act in found}  # an act on oneself is found twice
        return [acts[index] for index in sorted(acts, reverse=True)][:count]

    def _line(self, act: Act) -> str:
        author = act.username or str(text.OPERATOR if act.by_operator else text.SOMEBODY)
        where = text.where(self._calendar.absolute(act.time), act.index, act.term)
        detail = phrases.shortened(act.detail)
        return f"{text.act(author, act.deed, act.object, detail)}\n    {where}"


class _Fetch(Protocol):
    async def __call__(self, *, page: str = "") -> Page[Act]: ...


async def _first(fetch: _Fetch, count: int) -> list[Act]:
    page = await fetch()
    acts = list(page.items)
    while len(acts) < count and page.next_page:
        page = await fetch(page=page.next_page)
        acts.extend(page.items)
    return acts[:count]


def _person_or_id(word: str) -> str:
    found = word.strip()
    if not _NAME.fullmatch(found):
        raise BadValue(text.NOT_A_PERSON_OR_ID)
    return found
