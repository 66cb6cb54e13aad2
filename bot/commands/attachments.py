"""Files that an item comes with: all at once where they fit into one message, else one by one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.client.api import File, LmsClient, LmsError
from bot.commands.card import button, card
from bot.core.adapter import FileUnavailable
from bot.core.command import BadValue, Conversation
from bot.core.model import Button, FileRef, OutgoingFile, Reply
from bot.core.text import phrases
from bot.core.text.servers import told

SENT_TOGETHER_BYTES_MAX = 20 * 1024 * 1024


async def uploaded(
    client: LmsClient, conversation: Conversation, references: Sequence[FileRef]
) -> tuple[File, ...]:
    """What was sent in the chat, on the cluster. Raises LmsError and FileUnavailable."""
    files = []
    for reference in references:
        content = await conversation.fetch(reference)
        try:
            stored = await client.upload(conversation.token, reference.name, reference.media_type, content)
        except LmsError as error:
            if error.code != "INVALID_ARGUMENT":
                raise
            # One that is empty, say, must not cost the others that were sent with it.
            raise FileUnavailable(told(error.message), reference) from error
        files.append(stored)
    return tuple(files)


async def fetched(
    client: LmsClient, conversation: Conversation, item_id: str, files: Sequence[File]
) -> list[OutgoingFile]:
    """The files of the item, to be sent with its card; none where they are too large together."""
    if not _fit_together(files):
        return []
    return [await one(client, conversation, item_id, file) for file in files]


async def one(client: LmsClient, conversation: Conversation, item_id: str, file: File) -> OutgoingFile:
    stored, content = await client.download(conversation.token, item_id, file.sha256)
    return OutgoingFile(file.name, stored.media_type, content)


async def card_of_one(
    client: LmsClient,
    conversation: Conversation,
    item_id: str,
    files: Sequence[File],
    number: int,
    back: Button,
) -> Reply:
    """One of the item's files, counted from 1. Raises BadValue where there is none of that number."""
    if number > len(files):
        raise BadValue(phrases.no_such_file(item_id, len(files)))
    file = files[number - 1]
    return card(
        phrases.file_of(item_id, file.name),
        phrases.file_line(file.name, file.size),
        buttons=[back],
        files=[await one(client, conversation, item_id, file)],
    )


def file_buttons(command: str, item_id: str, files: Sequence[File]) -> list[Button]:
    """`/command item 2` for each file that does not come with the card."""
    if _fit_together(files):
        return []
    return [
        button(phrases.file_line(file.name, file.size), command, item_id, str(number))
        for number, file in enumerate(files, start=1)
    ]


def _fit_together(files: Sequence[File]) -> bool:
    return sum(file.size for file in files) <= SENT_TOGETHER_BYTES_MAX
