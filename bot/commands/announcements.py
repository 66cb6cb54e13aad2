"""What was told to everyone, to be read again."""

from __future__ import annotations

from bot.client.api import Announcement, LmsClient
from bot.commands import arguments
from bot.commands.card import all_of, button, card, go
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.core.command import INSTRUCTORS, STUDENTS, Arg, Command, Conversation, Values
from bot.core.model import Reply
from bot.core.richtext import Text, bold, lines, quote
from bot.core.text import notices as text
from bot.core.text import phrases

EXCERPT_CHARACTERS = 300
"""Of each in a list: a page of eight is one message of Telegram's."""


class Announcements:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "announcements",
                text.ANNOUNCEMENTS_SUMMARY,
                "/announcements N1",
                self.read,
                STUDENTS | INSTRUCTORS,
                (
                    PAGE,
                    Arg(
                        "announcement",
                        text.ANNOUNCEMENTS_PROMPT,
                        parse=arguments.item_id("N"),
                        required=False,
                    ),
                ),
                aside=True,
                lists=("announcements",),
            ),
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        if values["announcement"] is not None:
            return self._open(await self._client.announcement(conversation.token, values["announcement"]))
        told = await all_of(lambda page: self._client.announcements(conversation.token, page=page))
        if not told:
            step = go("assignments")
            return card(text.NO_ANNOUNCEMENTS, buttons=[step])
        page = listing(told[::-1], values["page"], "announcements")
        return card(
            text.announcements(len(told)),
            *(self._excerpt(each) for each in page.items),
            *page.place,
            buttons=[
                button(phrases.open_item(each.id), "announcements", each.id)
                for each in page.items
                if _beginning(each) != each.text.strip()
            ],
            pager=page.pager,
        )

    def _open(self, announcement: Announcement) -> Reply:
        return card(
            self._headline(announcement),
            quote(announcement.text),
            buttons=[go("announcements")],
        )

    def _excerpt(self, announcement: Announcement) -> Text:
        return lines(bold(self._headline(announcement)), quote(_beginning(announcement)))

    def _headline(self, announcement: Announcement) -> str:
        when = self._calendar.absolute(announcement.announced_at)
        return text.announced_by(announcement.id, announcement.author, when)


def _beginning(announcement: Announcement) -> str:
    return phrases.beginning(announcement.text, EXCERPT_CHARACTERS)
