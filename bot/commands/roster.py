"""People from a spreadsheet: looked at first, with every mistake by its line; then all of them, or none."""

from __future__ import annotations

import secrets
from dataclasses import replace

from bot.client.api import ImportCounts, LmsClient, LmsError, Receipt
from bot.commands.card import button, card, go, saved_card
from bot.commands.lookup import everybody
from bot.commands.roster_file import Roster, read_roster
from bot.commands.row_problems import row_problems
from bot.commands.spreadsheet import BadSheet
from bot.core.command import ADMINISTRATORS, Arg, BadValue, Command, Conversation, Values
from bot.core.language import Words
from bot.core.model import Reply
from bot.core.text import roster as text


class Rosters:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "importusers",
                text.IMPORTUSERS_SUMMARY,
                "/importusers",
                self.run,
                ADMINISTRATORS,
                (Arg("file", text.FILE_PROMPT, files=True, files_max=1),),
                confirm=self._card,
            ),
        )

    async def _card(self, conversation: Conversation, values: Values) -> Reply:
        roster = await self._roster(conversation, values)
        # Under an id of its own each time: shown again, it counts again.
        counts = (await self._import(conversation, secrets.token_hex(16), roster, dry_run=True)).item
        if not counts.added and not counts.changed:
            raise BadValue(text.nothing_new(counts.unchanged))
        details: list[Words] = [*_beside(counts, roster), text.ALL_OR_NOTHING]
        return card(text.import_question(counts.added, counts.changed), *details)

    async def run(self, conversation: Conversation, values: Values) -> Reply:
        roster = await self._roster(conversation, values)
        receipt = await self._import(conversation, conversation.request_id, roster, dry_run=False)
        links = [button(text.MAKE_LINKS, "linkcode", "newcomers")] if receipt.item.added else []
        return saved_card(
            receipt,
            text.imported(receipt.item.added, receipt.item.changed),
            *_beside(receipt.item, roster),
            buttons=[*links, go("users")],
        )

    async def _roster(self, conversation: Conversation, values: Values) -> Roster:
        roster = read_roster(await conversation.fetch(values["file"][0]))
        if roster.with_roles:
            return roster
        # Who is known stays what they are; and no role changes, so that sent again it is the same act.
        roles = {user.username: user.role for user in await everybody(self._client, conversation.token)}
        rows = tuple(replace(row, role=roles.get(row.username, row.role)) for row in roster.rows)
        return replace(roster, rows=rows)

    async def _import(
        self, conversation: Conversation, request_id: str, roster: Roster, *, dry_run: bool
    ) -> Receipt[ImportCounts]:
        """Raises BadSheet for what the classroom has against single rows, LmsError."""
        try:
            return await self._client.import_roster(conversation.token, request_id, roster.rows, dry_run)
        except LmsError as error:
            problems = row_problems(error, roster.lines)
            if not problems:
                raise
            raise BadSheet(problems) from error


def _beside(counts: ImportCounts, roster: Roster) -> list[Words]:
    said: list[Words] = []
    if counts.unchanged:
        said.append(text.unchanged(counts.unchanged))
    if roster.left_out:
        said.append(text.left_out(roster.left_out))
    return [*said, *roster.remarks]
