"""A Conversation for tests: one person, signed in or not, saying one thing after another."""

from __future__ import annotations

import secrets
from typing import Any

from bot.client.api import LmsClient
from bot.core.command import Card, Command, Registry
from bot.core.errors import NotSignedIn
from bot.core.model import FileRef, Incoming, Reply, Role, StreamedReply
from bot.core.settings import Settings
from tests.world import PEOPLE


class Chat:
    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.incoming = Incoming("test", "chat", "1")
        self.request_id = secrets.token_hex(16)
        self.contents: dict[str, bytes] = {}
        """By file handle."""
        self.role = Role.ANYONE
        self.settings = Settings()
        self.said: list[Reply | StreamedReply] = []
        self._token = ""
        self._username = ""

    @property
    def token(self) -> str:
        if not self._token:
            raise NotSignedIn
        return self._token

    @property
    def username(self) -> str:
        return self._username

    def change_settings(self, settings: Settings) -> None:
        self.settings = settings

    async def fetch(self, file: FileRef) -> bytes:
        return self.contents[file.handle]

    def sign_in_link(self, code: str) -> str:
        return f"/start {code}"

    async def say(self, reply: Reply | StreamedReply) -> None:
        self.said.append(reply)

    def sign_in(self, token: str, username: str, role: Role, since: str = "") -> None:
        self._token, self._username, self.role = token, username, role

    def sign_out(self) -> None:
        self._token, self._username, self.role = "", "", Role.ANYONE

    # --- for tests ---

    def attach(self, name: str, content: bytes) -> FileRef:
        self.contents[name] = content
        return FileRef(name, "application/octet-stream", len(content), name)

    def command(self, name: str) -> Command:
        return self.registry.commands[name]

    async def run(self, name: str, **values: Any) -> Reply:
        """Run a command with these values, the others missing; a growing reply is awaited to its end."""
        self.request_id = secrets.token_hex(16)
        return await self.run_again(name, **values)

    async def run_again(self, name: str, **values: Any) -> Reply:
        """Run a command with the request id of the one before."""
        reply = await self.command(name).run(self, self._complete(name, values))
        if isinstance(reply, StreamedReply):
            async for _ in reply.pieces:
                pass
            return reply.final
        return reply

    async def card(self, name: str, **values: Any) -> Reply:
        confirm = self.command(name).confirm
        assert confirm is not None
        shown = await confirm(self, self._complete(name, values))
        if isinstance(shown, Card):
            return shown.reply
        assert shown is not None
        return shown

    def _complete(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        empty = {arg.name: () if arg.files else None for arg in self.command(name).args}
        return {**empty, **values}


async def chat_of(client: LmsClient, registry: Registry, username: str) -> Chat:
    chat = Chat(registry)
    session = await client.login(username, PEOPLE[username].password)
    chat.sign_in(session.token, username, Role(session.user.role))
    return chat


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.buttons for button in row]
