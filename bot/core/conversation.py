"""What a command sees of the chat it runs in, while one thing said is heard."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import replace

from bot.core.adapter import Adapter, ChatGone, FileUnavailable
from bot.core.chat import Chat, Session
from bot.core.errors import NotSignedIn
from bot.core.model import FileRef, Incoming, Reply, Role, StreamedReply
from bot.core.reader import read_on_as
from bot.core.richtext import plain
from bot.core.settings import Settings
from bot.core.text.notices import NOTICE_MARK

log = logging.getLogger(__name__)


class ChatConversation:
    """The Conversation of one message. `chat` is what will be remembered once the message is heard."""

    def __init__(self, adapter: Adapter, incoming: Incoming, chat: Chat) -> None:
        self.adapter = adapter
        self.incoming = incoming
        self.chat = chat
        self.request_id = ""
        self.answerable: dict[str, str] = {}
        """What replies to the messages said here begin: Reply.on_reply by the message's id."""
        self._menu: Role | None = None

    @property
    def session(self) -> Session:
        if self.chat.session is None:
            raise NotSignedIn
        return self.chat.session

    @property
    def token(self) -> str:
        return self.session.token

    @property
    def username(self) -> str:
        return self.session.username

    @property
    def role(self) -> Role:
        return self.chat.session.role if self.chat.session else Role.ANYONE

    @property
    def settings(self) -> Settings:
        return self.chat.settings

    def change_settings(self, settings: Settings) -> None:
        if settings.language != self.settings.language:
            # The menu has summaries of the commands, in the language that was spoken.
            self._menu = self.role
        self.chat = replace(self.chat, settings=settings)
        read_on_as(self.chat)

    async def fetch(self, file: FileRef) -> bytes:
        try:
            return await self.adapter.fetch(file)
        except FileUnavailable as unavailable:
            raise FileUnavailable(str(unavailable), file) from unavailable

    def sign_in_link(self, code: str) -> str:
        return self.adapter.sign_in_link(code)

    async def say(self, reply: Reply | StreamedReply) -> None:
        try:
            if isinstance(reply, StreamedReply):
                messages = await self.adapter.stream(self.incoming.chat, reply)
                reply = reply.final
            else:
                if self._menu is not None:
                    reply, self._menu = replace(reply, menu=self._menu), None
                messages = await self.adapter.send(self.incoming.chat, _unlike_a_notice(reply))
            if reply.on_reply:
                self.answerable.update(dict.fromkeys(messages, reply.on_reply))
        except ChatGone:
            log.info("nobody reads chat %s of %s any more", self.incoming.chat, self.incoming.adapter)

    async def delete_incoming(self) -> None:
        """Take what was just said out of sight, where the place allows it."""
        if not (self.adapter.capabilities.deletes and self.incoming.message):
            return
        try:
            await self.adapter.delete(self.incoming.chat, self.incoming.message)
        except ChatGone:
            log.info("nobody reads chat %s of %s any more", self.incoming.chat, self.incoming.adapter)

    def sign_in(self, token: str, username: str, role: Role, since: str = "") -> None:
        session = Session(token, username, role, since)
        self.chat = replace(self.chat, session=session, wrong_passwords=0)
        self._menu = role

    def sign_out(self) -> None:
        self.chat = replace(self.chat, session=None)
        self._menu = Role.ANYONE


def _unlike_a_notice(reply: Reply) -> Reply:
    """A notice alone begins with the bell; what somebody typed must not make a reply one."""
    seen = (character for character in reply.text.plain if unicodedata.category(character)[0] not in "CZ")
    if next(seen, "") != NOTICE_MARK:
        return reply
    return replace(reply, text=plain("» ") + reply.text)
