"""The people of a test, and what they do in their Telegram apps."""

from __future__ import annotations

from itertools import count

from tests.telegram.protocol import BOT, BotMessage, Json, chat_json
from tests.telegram.server import BotApiServer

_query_ids = count(1)


class Person:
    """Somebody in one chat with the bot; in a group when `group`, a negative number, says which."""

    def __init__(self, server: BotApiServer, number: int, group: int = 0, language: str = "en") -> None:
        self._server = server
        self._number = number
        self._language = language
        self.chat = group or number
        self._last: Json = {}
        self._read = 0

    # --- doing; each returns the update that the bot gets ---

    def say(self, text: str, reply_to: BotMessage | None = None, forwarded: bool = False) -> Json:
        message = self._message(text=text)
        if forwarded:
            sender = {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "Somebody"}
            message["forward_origin"] = sender
        if text.startswith("/"):
            word = text.split(maxsplit=1)[0]
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(word)}]
        if reply_to is not None:
            message["reply_to_message"] = {
                "message_id": reply_to.id,
                "date": 1_800_000_000,
                "chat": chat_json(self.chat),
                "from": BOT,
                "text": reply_to.text,
            }
        return self._deliver({"message": message})

    def send_file(
        self, name: str, content: bytes, caption: str = "", size: int | None = None, album: str = ""
    ) -> Json:
        """`size` is what Telegram says it is, when that is not so."""
        document = {
            "file_id": self._server.keep_file(content),
            "file_unique_id": f"unique-{name}",
            "file_name": name,
            "mime_type": "text/markdown" if name.endswith(".md") else "application/octet-stream",
            "file_size": len(content) if size is None else size,
        }
        return self._deliver({"message": self._captioned(caption, album, document=document)})

    def send_photo(self, content: bytes, caption: str = "") -> Json:
        """Telegram keeps a thumbnail beside it."""
        sizes = [
            {
                "file_id": self._server.keep_file(kept),
                "file_unique_id": f"unique-photo-{width}",
                "width": width,
                "height": width,
                "file_size": len(kept),
            }
            for width, kept in ((90, b"thumbnail"), (1280, content))
        ]
        return self._deliver({"message": self._captioned(caption, "", photo=sizes)})

    def send_nameless_file(self, content: bytes, caption: str = "") -> Json:
        """As some clients do: without a name, a type or a size."""
        document = {"file_id": self._server.keep_file(content), "file_unique_id": "unique-nameless"}
        return self._deliver({"message": self._captioned(caption, "", document=document)})

    def send_voice(self, content: bytes) -> Json:
        voice = {
            "file_id": self._server.keep_file(content),
            "file_unique_id": "unique-voice",
            "duration": 3,
            "mime_type": "audio/ogg",
            "file_size": len(content),
        }
        return self._deliver({"message": self._message(voice=voice)})

    def send_video_note(self, content: bytes) -> Json:
        note = {
            "file_id": self._server.keep_file(content),
            "file_unique_id": "unique-note",
            "length": 240,
            "duration": 3,
            "file_size": len(content),
        }
        return self._deliver({"message": self._message(video_note=note)})

    def send_sticker(self) -> Json:
        sticker = {
            "file_id": "sticker",
            "file_unique_id": "unique-sticker",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
        return self._deliver({"message": self._message(sticker=sticker)})

    def pin_something(self) -> Json:
        """What Telegram itself tells of a chat, in the place of a message."""
        return self._deliver({"message": self._message(new_chat_title="Raft, autumn")})

    def tap(self, message: BotMessage, label: str, expired: bool = False) -> Json:
        """`expired` when the tap reaches the bot too late to be answered."""
        data = next(data for row in message.rows for shown, data in row if shown == label)
        query_id = str(next(_query_ids))
        if expired:
            self._server.expired_queries.add(query_id)
        query = {
            "id": query_id,
            "from": self._self,
            "chat_instance": "1",
            "data": data,
            "message": {
                "message_id": message.id,
                "date": 1_800_000_000,
                "chat": chat_json(self.chat),
                "from": BOT,
                "text": message.text,
            },
        }
        return self._deliver({"callback_query": query})

    def edit(self, update: Json, text: str) -> Json:
        """Change what was said in `update`: its text or, of a file, its caption."""
        changed = "text" if "text" in update["message"] else "caption"
        message = {**update["message"], changed: text, "edit_date": 1_800_000_100}
        return self._deliver({"edited_message": message})

    def redeliver(self) -> Json:
        """Telegram delivers the last update once more."""
        return self._server.deliver_again(self._last)

    def block(self) -> None:
        self._server.blocked.add(self.chat)

    # --- reading ---

    def messages(self) -> list[BotMessage]:
        """All that the bot has said here, oldest first."""
        return [message for message in self._server.said if message.chat == self.chat]

    async def hears(self, words: str) -> BotMessage:
        """The next unread message that contains `words`, in any version; all before it count as read."""

        def found() -> BotMessage | None:
            for at, message in enumerate(self.messages()[self._read :], start=self._read):
                if any(words in version for version in message.versions):
                    self._read = at + 1
                    return message
            return None

        try:
            return await self._server.until(found)
        except TimeoutError:
            unread = [message.text for message in self.messages()[self._read :]]
            raise AssertionError(f"did not hear {words!r} but {unread}") from None

    # --- making updates ---

    @property
    def _self(self) -> Json:
        return {
            "id": self._number,
            "is_bot": False,
            "first_name": f"Person {self._number}",
            "language_code": self._language,
        }

    def _message(self, **content: object) -> Json:
        return {
            "message_id": self._server.next_message_id(self.chat),
            "date": 1_800_000_000,
            "chat": chat_json(self.chat),
            "from": self._self,
            **content,
        }

    def _captioned(self, caption: str, album: str, **content: object) -> Json:
        message = self._message(**content)
        if caption:
            message["caption"] = caption
        if album:
            message["media_group_id"] = album
        return message

    def _deliver(self, update: Json) -> Json:
        self._last = self._server.deliver(update)
        return self._last
