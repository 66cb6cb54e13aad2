"""What people do in their Telegram apps next, and what no app would."""

from __future__ import annotations

from itertools import count
from random import Random

from bot.core import parse
from bot.core.model import Role
from tests.fuzz import sheets
from tests.fuzz.fragments import MARKUP, fragment
from tests.fuzz.grammar import Grammar
from tests.fuzz.telegram_room import CHATS, GROUP, STRANGER, TelegramRoom
from tests.telegram.protocol import BOT, Json, chat_json

LANGUAGES = (None, "", "en", "de", "de-AT", "../de", "x" * 300)
MEDIA_TYPES = (None, "text/markdown", "text/csv", "", "x/\n", "<b>")

ECHOED = (
    "/announce {}",
    "/answer Q1 {}",
    "/ask instructor {}",
    "/grade S1 18 {}",
    "/grade {} 18",
    "/help {}",
    "/materials {}",
    "/newassignment {} 20 +7d",
    "/start {}",
    "/submit A1 {}",
    "/submit {}",
)

_STICKER = {
    "file_id": "sticker",
    "file_unique_id": "unique",
    "type": "regular",
    "width": 1,
    "height": 1,
    "is_animated": False,
    "is_video": False,
}

_query_ids = count(1)


class TelegramPeople:
    """Draws from `random`; sees the buttons that the server shows."""

    def __init__(self, random: Random, room: TelegramRoom) -> None:
        self._random = random
        self._room = room
        self._grammar = Grammar(random, room.registry)
        self._albums = count(1)

    async def next(self, chat: int) -> list[Json]:
        """The updates of one thing done there."""
        random = self._random
        if self._room.store.load(str(chat)).dialogue is not None and random.random() < 0.5:
            return [self._answer(chat)]
        match random.choices(("line", "tap", "file", "album", "thing", "noise"), (40, 20, 15, 10, 5, 10))[0]:
            case "line":
                updates = [self._message(chat, text=await self._line(chat))]
            case "tap":
                updates = [self._tap(chat)]
            case "file":
                updates = [await self._file(chat)]
            case "album":
                updates = await self._album(chat)
            case "thing":
                updates = [self._message(chat, **self._thing())]
            case _:
                updates = [self._message(chat, text=self._grammar.noise())]
        return updates

    def _answer(self, chat: int) -> Json:
        """What the dialogue waits for, as far as its buttons tell."""
        shown = [data for data in self._shown(chat) if data.startswith(("confirm:", "done:", "pick:"))]
        if shown and self._random.random() < 0.7:
            return tap_in(chat, shown[-1])
        words = self._random.choice(("yes", "done", "no", "S1", "A1", "18", self._grammar.text()))
        return self._message(chat, text=words)

    async def _line(self, chat: int) -> str:
        if self._random.random() < 0.3:
            # What is shown again to whoever said it, or to others.
            words = self._random.choice((fragment(self._random), self._random.choice(MARKUP)))
            return self._random.choice(ECHOED).format(parse.quoted(words))
        conversation = self._room.conversation(chat)
        line = await self._grammar.line(self._grammar.command(conversation.role), conversation)
        return self._grammar.mutated(line) if self._random.random() < 0.4 else line

    async def _caption(self, chat: int) -> str:
        if self._random.random() < 0.3:
            return self._grammar.noise() if self._random.random() < 0.5 else ""
        conversation = self._room.conversation(chat)
        commands = self._room.registry.for_role(conversation.role if chat != STRANGER else Role.ANYONE)
        taking = [command for command in commands if any(arg.files for arg in command.args)]
        line = await self._grammar.line(self._random.choice(taking or commands), conversation)
        return self._grammar.mutated(line) if self._random.random() < 0.3 else line

    # --- messages ---

    def _message(self, chat: int, **content: object) -> Json:
        random = self._random
        message: Json = message_in(self._room, chat, **content)["message"]
        message["from"] = self._person(chat)
        if random.random() < 0.1:
            message["reply_to_message"] = {
                "message_id": random.randint(1, 50),
                "date": 1_800_000_000,
                "chat": chat_json(chat),
                "from": random.choice((BOT, self._person(chat))),
                "text": fragment(random),
            }
        if random.random() < 0.05:
            sender = {"type": "hidden_user", "date": 1, "sender_user_name": fragment(random)}
            message["forward_origin"] = sender
        return {"message": message}

    def _person(self, chat: int) -> Json:
        return {
            "id": abs(chat),
            "is_bot": False,
            "first_name": fragment(self._random),
            "username": fragment(self._random),
            "language_code": self._random.choice(LANGUAGES),
        }

    async def _file(self, chat: int) -> Json:
        caption = await self._caption(chat)
        words = {"caption": caption} if caption else {}
        kind = self._random.random()
        if kind < 0.8:
            return self._message(chat, document=self._document(), **words)
        if kind < 0.9:
            sizes = [{**self._kept(b"picture"), "width": width, "height": width} for width in (90, 1280)]
            return self._message(chat, photo=sizes, **words)
        return self._message(chat, voice={**self._kept(b"spoken"), "duration": 3}, **words)

    async def _album(self, chat: int) -> list[Json]:
        """The caption on any of the parts, or on none, or on several."""
        group = f"{next(self._albums)}{fragment(self._random)}"
        parts = []
        for _ in range(self._random.choice((1, 2, 3, 10, 12))):
            part = self._message(chat, document=self._document(), media_group_id=group)
            if self._random.random() < 0.4 and (caption := await self._caption(chat)):
                part["message"]["caption"] = caption
            parts.append(part)
        return parts

    def _document(self) -> Json:
        random = self._random
        name = sheets.name(random)
        content = sheets.content(random, name)
        document = self._kept(content)
        document["file_size"] = random.choice((len(content), len(content), 0, None, 21 * 1024 * 1024, -1))
        document["file_name"] = random.choice((name, name, name, fragment(random), None, ""))
        document["mime_type"] = random.choice(MEDIA_TYPES)
        return document

    def _kept(self, content: bytes) -> Json:
        known = self._room.server.keep_file(content) if self._random.random() < 0.97 else "gone"
        return {"file_id": known, "file_unique_id": "unique"}

    def _thing(self) -> Json:
        """Neither words nor a file, or what Telegram itself tells."""
        random = self._random
        return random.choice(
            (
                {"sticker": _STICKER},
                {"location": {"latitude": 0.0, "longitude": 0.0}},
                {"contact": {"phone_number": fragment(random), "first_name": fragment(random)}},
                {"dice": {"emoji": "🎲", "value": 6}},
                {"new_chat_title": fragment(random)},
                {"group_chat_created": True},
                {"migrate_to_chat_id": -1001},
                {},
            )
        )

    # --- taps ---

    def _tap(self, chat: int) -> Json:
        """One's own buttons, and with some cunning those of others."""
        random = self._random
        of = chat if random.random() < 0.75 else random.choice((*CHATS.values(), GROUP))
        data = self._grammar.data(self._shown(of)) or "grade"
        query: Json = tap_in(chat, data)["callback_query"]
        del query["message"]
        query["from"] = self._person(chat)
        kind = random.random()
        if kind < 0.9:
            place = {"message_id": random.randint(1, 50), "chat": chat_json(chat)}
            # A message too old to be shown has no date.
            content = {"date": 1_800_000_000, "from": BOT, "text": "?"} if kind < 0.8 else {"date": 0}
            query["message"] = {**place, **content}
        return {"callback_query": query}

    def _shown(self, chat: int) -> list[str]:
        """The data of the buttons shown there lately, the newest last."""
        messages = [message for message in self._room.server.said if message.chat == chat and message.rows]
        return [data for message in messages[-10:] for row in message.rows for _, data in row]


def message_in(room: TelegramRoom, chat: int, **content: object) -> Json:
    message = {
        "message_id": room.server.next_message_id(chat),
        "date": 1_800_000_000,
        "chat": chat_json(chat),
        "from": {"id": abs(chat), "is_bot": False, "first_name": f"Person {chat}"},
    }
    return {"message": message | content}


def tap_in(chat: int, data: str) -> Json:
    query = {
        "id": f"{next(_query_ids)}",
        "from": {"id": abs(chat), "is_bot": False, "first_name": f"Person {chat}"},
        "chat_instance": "1",
        "data": data,
        "message": {
            "message_id": 1,
            "date": 1_800_000_000,
            "chat": chat_json(chat),
            "from": BOT,
            "text": "?",
        },
    }
    return {"callback_query": query}
