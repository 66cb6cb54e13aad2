"""One thing said, heard to its end: which command it is, or which answer."""

from __future__ import annotations

import difflib
from dataclasses import replace

from bot.core import dialogue as steps
from bot.core import guard, parse
from bot.core.act import Act
from bot.core.chat import Dialogue
from bot.core.command import Arg, BadValue, Command, Registry
from bot.core.conversation import ChatConversation
from bot.core.model import SEVERAL
from bot.core.parse import BadLine, Call
from bot.core.text import dialogue as text

_CANCEL = "cancel"


class Turn:
    """Hears what was said. Afterwards `conversation.chat` is what to remember of the chat.

    `secrets` are the passwords given for the dialogue under way; they live in memory alone. `now` is in
    seconds since the epoch; `on_reply` is that of the message replied to. Everything refused is said in the
    chat; nothing is raised.
    """

    def __init__(
        self,
        registry: Registry,
        conversation: ChatConversation,
        secrets: dict[str, str],
        now: float,
        on_reply: str = "",
    ) -> None:
        self._registry = registry
        self._commands = registry.commands
        self._conversation = conversation
        self._incoming = conversation.incoming
        self._secrets = secrets
        self._now = now
        self._on_reply = on_reply
        self._act = Act(registry, conversation, secrets, now)

    async def hear(self) -> None:
        secret = self._asks_secret()
        expired = self._drop_expired()
        try:
            if self._incoming.press:
                await self._press(parse.readable(self._incoming.press), expired)
            else:
                await self._line(secret, expired)
        except BadLine as bad:
            await self._act.refuse(str(bad))

    async def _line(self, secret: bool, expired: bool) -> None:
        """`secret`: one was asked for, perhaps too long ago; `expired`: what was under way is over."""
        called = parse.call(self._incoming.text.strip())
        known = called is not None and called.name in self._commands
        if secret and not known and not (expired and self._on_reply):
            await self._conversation.delete_incoming()
            if expired:  # and a password all the same: not even a part of it may be repeated
                await self._act.refuse(text.EXPIRED)
                return
        line = parse.readable(self._incoming.text)
        dialogue = self._dialogue
        under_way = dialogue or self._conversation.chat.waiting
        if called is not None and called.name == _CANCEL and under_way is not None:
            await self._cancel(under_way)
        elif called is not None and known:
            await self._begin(called)
        elif self._on_reply == SEVERAL and not line.startswith("/") and not self._asks_secret():
            await self._act.refuse(text.WHICH_OF_SEVERAL)
        elif self._on_reply and line and not line.startswith("/") and not self._asks_secret():
            await self._begin(parse.replied(self._on_reply, line, self._names(self._on_reply)))
        elif dialogue is not None and (not line.startswith("/") or self._asks_secret()):
            await self._answer(dialogue, line)
        elif line.startswith("/"):
            if len(line.split()) > 1 and guard.may_hold_secret(self._registry, line):
                await self._conversation.delete_incoming()
            await self._unknown(line.split(maxsplit=1)[0][1:])
        elif expired:
            await self._act.refuse(text.EXPIRED)
        elif self._incoming.private:
            await self._act.refuse(text.FILE_HINT if self._incoming.files else text.HINT)

    async def _press(self, data: str, expired: bool) -> None:
        """A button is a command in disguise, except for the few with which the core answers itself."""
        kind, _, rest = data.partition(":")
        tagged, _, rest = rest.partition(":")
        dialogue = self._dialogue
        if kind == "repeat":
            await self._repeat(tagged)
        elif kind not in {"pick", "done", "confirm", "cancel"}:
            called = parse.pressed(data, self._names(data))
            if called.name in self._commands:
                await self._begin(called)
            else:
                await self._act.refuse(text.OLD_BUTTON)
        elif dialogue is None or tagged != steps.tag(dialogue):
            await self._act.refuse(text.EXPIRED if expired else text.OLD_BUTTON)
        elif kind == "pick":
            place, _, value = rest.partition(":")
            await self._pick(dialogue, place, value)
        elif kind == "done":
            await self._files_done(dialogue)
        elif kind == "cancel":
            await self._cancel(dialogue)
        elif dialogue.asking:
            # Something was added after the card was shown; it will be shown anew.
            await self._act.refuse(text.OLD_BUTTON)
        else:
            await self._act.carry_on(replace(dialogue, confirmed=True))

    # --- beginning and leaving ---

    async def _begin(self, called: Call) -> None:
        command = self._commands[called.name]
        given = parse.arguments(called.body, command.args)
        secretive = any(arg.secret and not arg.inline for arg in command.args)
        code = any(arg.inline and arg.name in given.words for arg in command.args)
        if code or (secretive and given.surplus):
            await self._conversation.delete_incoming()
        under_way = self._dialogue if command.aside else None
        if under_way is None:
            await self._leave()
        refusal = guard.refusal(command, self._conversation.chat, self._incoming, self._now, code=code)
        if refusal is not None:
            await self._act.refuse(refusal)
            return
        if given.surplus and not secretive:
            await self._act.refuse(text.too_many_words(given.surplus, command.example))
            return
        if given.surplus:
            await self._act.say(text.LINE_REMOVED)
        session = self._conversation.chat.session
        dialogue = Dialogue(
            command=command.name,
            request_id=steps.act_id(self._incoming),
            username=session.username if session else "",
            expires_at=self._now + steps.LIFETIME_SECONDS,
        )
        await self._fill(command, dialogue, given.words)
        if under_way is not None:
            await self._return_to(under_way)

    async def _return_to(self, under_way: Dialogue) -> None:
        """After a look aside, which may have found the session over, or ended in a question itself."""
        chat = self._conversation.chat
        if chat.session is None:
            self._conversation.chat = replace(chat, waiting=under_way)
        elif chat.dialogue is None:
            self._conversation.chat = replace(chat, dialogue=under_way)
        else:
            await self._act.say(text.left(under_way.command))

    async def _fill(self, command: Command, dialogue: Dialogue, words: dict[str, str]) -> None:
        """Take the words and files that came with the command; what cannot be used is asked for again."""
        faulty: tuple[str, Arg | None] | None = None
        given = []
        for arg in command.args:
            if arg.name in words:
                try:
                    dialogue = steps.give(dialogue, arg, words[arg.name], self._secrets)
                    given.append(arg)
                except BadValue as bad:
                    faulty = faulty or (str(bad), None if arg.secret else arg)
        dialogue, complaint = self._with_files(command, dialogue)
        if complaint and faulty is None:
            faulty = (complaint, None)
        reason, again = faulty or ("", None)
        await self._act.carry_on(dialogue, reason, again, given)

    async def _unknown(self, name: str) -> None:
        role = self._conversation.role
        names = [command.name for command in self._commands.values() if role in command.roles]
        closest = difflib.get_close_matches(name.lower()[:40], names, n=1)
        shown = name if len(name) <= 32 else name[:31] + "…"
        await self._act.refuse(text.unknown_command(shown, closest[0] if closest else None))

    async def _leave(self) -> None:
        """One thing at a time: a new command ends what was under way."""
        if self._dialogue is not None:
            left = self._dialogue.command
            self._conversation.chat = replace(self._conversation.chat, dialogue=None)
            self._secrets.clear()
            await self._act.say(text.left(left))

    async def _cancel(self, under_way: Dialogue) -> None:
        self._conversation.chat = replace(self._conversation.chat, dialogue=None, waiting=None)
        await self._act.say(text.cancelled(under_way.command))

    async def _repeat(self, request_id: str) -> None:
        chat = self._conversation.chat
        act = next((act for act in chat.repeatable if act.request_id == request_id), None)
        if act is None or act.command not in self._commands:
            await self._act.refuse(text.SETTLED)
            return
        refusal = guard.refusal(self._commands[act.command], chat, self._incoming, self._now)
        if refusal is None and act.username != (chat.session.username if chat.session else ""):
            refusal = text.OLD_BUTTON
        if refusal is not None:
            await self._act.refuse(refusal)
            return
        others = tuple(other for other in chat.repeatable if other is not act)
        self._conversation.chat = replace(chat, repeatable=others)
        await self._leave()
        await self._act.carry_on(act)

    # --- answers ---

    async def _answer(self, dialogue: Dialogue, line: str) -> None:
        command = self._commands[dialogue.command]
        dialogue, complaint = self._with_files(command, dialogue)
        asked = next((arg for arg in command.args if arg.name == dialogue.asking), None)
        if complaint:
            await self._act.carry_on(dialogue, complaint)
        elif asked is None and not self._incoming.files:
            await self._answer_card(dialogue, line)
        elif asked is None or asked.files:
            await self._answer_files(command, dialogue, line)
        elif line:
            await self._act.take(dialogue, asked, line)
        else:
            await self._act.carry_on(dialogue)

    async def _answer_files(self, command: Command, dialogue: Dialogue, line: str) -> None:
        if line.lower() in text.DONE_WORDS:
            await self._files_done(dialogue)
            return
        free = steps.free_text(command, dialogue)
        if line and free is not None:
            await self._act.take(dialogue, free, line)
        elif line and steps.has_text(command, dialogue):
            await self._act.carry_on(dialogue, text.TEXT_TWICE, steps.files_arg(command))
        elif line and not self._incoming.files:
            await self._act.carry_on(dialogue, text.FILE_WANTED, steps.files_arg(command))
        else:
            await self._act.carry_on(dialogue)

    async def _files_done(self, dialogue: Dialogue) -> None:
        arg = steps.files_arg(self._commands[dialogue.command])
        if arg is not None and arg.required and not dialogue.files:
            await self._act.carry_on(dialogue, text.FILE_WANTED, arg)
        else:
            await self._act.carry_on(replace(dialogue, files_done=True))

    async def _answer_card(self, dialogue: Dialogue, line: str) -> None:
        if line.lower() in text.CONFIRM_WORDS:
            await self._act.carry_on(replace(dialogue, confirmed=True))
        elif line.lower() in text.CANCEL_WORDS:
            await self._cancel(dialogue)
        else:
            await self._act.carry_on(dialogue, text.CONFIRM_OR_CANCEL)

    async def _pick(self, dialogue: Dialogue, place: str, value: str) -> None:
        args = self._commands[dialogue.command].args
        arg = next((arg for index, arg in enumerate(args) if str(index) == place), None)
        if arg is None or arg.name != dialogue.asking:
            await self._act.refuse(text.OLD_BUTTON)
        else:
            await self._act.take(dialogue, arg, value)

    def _with_files(self, command: Command, dialogue: Dialogue) -> tuple[Dialogue, str]:
        """The dialogue with the files just sent, and what is wrong with those left out."""
        arg = steps.files_arg(command)
        if arg is None:
            return dialogue, text.takes_no_files(command.name) if self._incoming.files else ""
        bytes_max = self._conversation.adapter.capabilities.download_bytes_max
        return steps.with_files(dialogue, arg, map(parse.tidy, self._incoming.files), bytes_max)

    def _names(self, data: str) -> list[str]:
        """Of the arguments of the command that a button's data says."""
        command = self._commands.get(parse.pressed(data).name)
        return [arg.name for arg in command.args] if command is not None else []

    # --- where the chat stands ---

    @property
    def _dialogue(self) -> Dialogue | None:
        return self._conversation.chat.dialogue

    def _asks_secret(self) -> bool:
        dialogue = self._dialogue
        if dialogue is None:
            return False
        command = self._commands.get(dialogue.command)
        return command is not None and any(arg.secret and arg.name == dialogue.asking for arg in command.args)

    def _drop_expired(self) -> bool:
        """Forget what is too old, or whose command is no more; whether a dialogue was under way."""
        chat = self._conversation.chat
        dialogue, waiting = (
            one if one is not None and self._now < one.expires_at and one.command in self._commands else None
            for one in (chat.dialogue, chat.waiting)
        )
        self._conversation.chat = replace(chat, dialogue=dialogue, waiting=waiting)
        return chat.dialogue is not None and dialogue is None
