"""What the course has to read, and how it gets there."""

from __future__ import annotations

import logging
import re
from pathlib import PurePath

from bot.client.api import LmsClient, LmsError, Material
from bot.commands import arguments, attachments
from bot.commands.card import all_of, button, card, go, saved_card
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.core.command import INSTRUCTORS, SIGNED_IN, Arg, Choice, Command, Conversation, Values
from bot.core.model import Button, OutgoingFile, Reply, Role
from bot.core.richtext import quote
from bot.core.text import course as text
from bot.core.text import phrases

log = logging.getLogger(__name__)

BEGINNING_CHARACTERS = 600


class Materials:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "materials",
                text.MATERIALS_SUMMARY,
                "/materials leader election",
                self.read,
                SIGNED_IN,
                (
                    PAGE,
                    Arg(
                        "which",
                        text.MATERIALS_PROMPT,
                        parse=arguments.bounded(arguments.TITLE_CHARACTERS_MAX),
                        required=False,
                        rest=True,
                    ),
                ),
                aside=True,
                lists=("materials",),
            ),
            Command(
                "upload",
                text.UPLOAD_SUMMARY,
                '/upload "Leader election" topic=Raft notify=yes',
                self.upload,
                INSTRUCTORS,
                (
                    Arg(
                        "title",
                        text.MATERIAL_TITLE_PROMPT,
                        parse=arguments.bounded(arguments.TITLE_CHARACTERS_MAX),
                        required=False,
                    ),
                    Arg(
                        "topic",
                        text.TOPIC_PROMPT,
                        parse=arguments.bounded(arguments.TITLE_CHARACTERS_MAX),
                        required=False,
                        named=True,
                    ),
                    Arg(
                        "notify",
                        text.NOTIFY_PROMPT,
                        parse=arguments.yes_or_no,
                        named=True,
                        choices=_to_be_told,
                    ),
                    Arg(
                        "tutor",
                        text.TUTOR_PROMPT,
                        parse=arguments.yes_or_no,
                        required=False,
                        named=True,
                    ),
                    Arg("file", text.MATERIAL_FILE_PROMPT, files=True, files_max=1),
                ),
            ),
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        which = values["which"] or ""
        if arguments.is_item_id(which.upper(), "M"):
            return await self._open(conversation, which.upper())
        found = await all_of(lambda page: self._client.materials(conversation.token, which, page=page))
        if not found:
            return card(text.nothing_found(which), buttons=_instead(conversation.role, which))
        shown = listing(found, values["page"], "materials", *([which] if which else []))
        return card(
            text.materials_found(len(found), which),
            *(_line(material) for material in shown.items),
            *shown.place,
            buttons=[
                button(phrases.item_label(each.id, each.title), "materials", each.id) for each in shown.items
            ],
            pager=shown.pager,
        )

    async def _open(self, conversation: Conversation, material_id: str) -> Reply:
        material = await self._client.material(conversation.token, material_id)
        files = []
        if material.file is not None:
            file, content = await self._client.download(conversation.token, material.id)
            files.append(OutgoingFile(file.name, file.media_type, content))
        if conversation.role is Role.STUDENT:
            await self._mark_read(conversation, material)
        beginning = phrases.beginning(material.text, BEGINNING_CHARACTERS)
        return card(
            phrases.item_label(material.id, material.title),
            *self._details(material),
            *([quote(beginning)] if beginning else []),
            buttons=[go("materials")],
            files=files,
        )

    def _details(self, material: Material) -> list[str]:
        details = [text.topic(material.topic)] if material.topic else []
        if material.file is not None:
            details.append(phrases.file_line(material.file.name, material.file.size))
        details += [str(text.UNQUOTABLE)] if material.unquotable else []
        return [*details, text.published_at(self._calendar.absolute(material.published_at))]

    async def _mark_read(self, conversation: Conversation, material: Material) -> None:
        try:
            await self._client.mark_read(conversation.token, conversation.request_id, material.id)
        except LmsError as error:
            # The page is here to be read; that it was read can be noted next time.
            log.info("%s was not marked read: %s %s", material.id, error.code, error.reason)

    async def upload(self, conversation: Conversation, values: Values) -> Reply:
        (file,) = await attachments.uploaded(self._client, conversation, values["file"])
        receipt = await self._client.add_material(
            conversation.token,
            conversation.request_id,
            values["title"] or _title_of(file.name),
            values["topic"] or "",
            file,
            silent=not values["notify"],
            unquotable=values["tutor"] is False,
        )
        material = receipt.item
        said = phrases.published if values["notify"] else text.published_silently
        return saved_card(
            receipt,
            said(material.id, material.title),
            *self._details(material),
            buttons=[button(phrases.OPEN, "materials", material.id), button(text.UPLOAD_ANOTHER, "upload")],
        )


def _instead(role: Role, which: str) -> list[Button]:
    """Where there is nothing to list."""
    if which:
        return [go("materials")]
    return [go("upload" if role is Role.INSTRUCTOR else "assignments")]


def _line(material: Material) -> str:
    details = [material.topic] if material.topic else []
    if material.file is not None:
        details.append(phrases.size(material.file.size))
    return text.material_line(material.id, material.title, details)


def _title_of(file_name: str) -> str:
    """`leader_election.md` is about "leader election"."""
    stem = PurePath(file_name).stem
    return re.sub(r"[\s_-]+", " ", stem).strip()[: arguments.TITLE_CHARACTERS_MAX] or file_name


async def _to_be_told(conversation: Conversation, values: Values) -> list[Choice]:
    return [Choice("yes", str(text.NOTIFY)), Choice("no", str(text.SILENT))]
