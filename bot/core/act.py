"""Carrying a command on: ask for what is missing, show the card, run it, and say what came of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.core import dialogue as steps
from bot.core import guard
from bot.core.adapter import FileUnavailable
from bot.core.asking import Asking
from bot.core.chat import Dialogue
from bot.core.command import BASIS, Arg, BadFiles, BadValue, Card, Command, Registry
from bot.core.conversation import ChatConversation
from bot.core.errors import Failure, NotSignedIn
from bot.core.language import Words
from bot.core.model import Button, Reply
from bot.core.richtext import lines, plain
from bot.core.text import dialogue as text
from bot.core.text.phrases import BUTTONS
from bot.core.text.servers import told

log = logging.getLogger(__name__)

REPEATABLE_MAX = 8

# The codes whose message is the classroom's own answer to the person; any other code is a defect.
_ANSWERS = frozenset(
    {"INVALID_ARGUMENT", "FAILED_PRECONDITION", "ABORTED", "ALREADY_EXISTS", "PERMISSION_DENIED"}
)


class Act:
    """What a Turn does with a dialogue, once it knows which and what was added to it."""

    def __init__(
        self, registry: Registry, conversation: ChatConversation, secrets: dict[str, str], now: float
    ) -> None:
        self._registry = registry
        self._conversation = conversation
        self._secrets = secrets
        self._now = now
        self._asking = Asking(conversation, secrets)

    async def say(self, sentence: Words, *buttons: Button, refused: bool = False) -> None:
        rows = tuple((button,) for button in buttons)
        await self._conversation.say(Reply(plain(sentence), rows, refused=refused))

    async def refuse(self, sentence: Words, *buttons: Button) -> None:
        await self.say(sentence, *buttons, refused=True)

    async def carry_on(
        self, dialogue: Dialogue, reason: Words = "", arg: Arg | None = None, given: Sequence[Arg] = ()
    ) -> None:
        """Go as far as `dialogue` allows: to its next question, its card, or its end.

        A `reason` why something was not taken stands before what is said next; with `arg`, that is asked for
        again, when all before it is there. `given` are the arguments that have only just been filled.
        """
        command = self._registry.commands[dialogue.command]
        self._conversation.request_id = dialogue.request_id
        self._keep(None)
        try:
            for filled in given:
                complaint = await self._complaint(command, dialogue, filled)
                if complaint:
                    dialogue = steps.without(dialogue, filled.name)
                    reason, arg = (reason, arg) if arg is not None else (complaint, filled)
            arg = steps.first(command, arg, steps.missing(command, dialogue, self._secrets))
            arg = arg or await self._asking.unfinished(command, dialogue)
            if arg is not None:
                await self._ask(command, dialogue, arg, reason, given)
            elif command.confirm is not None and not dialogue.confirmed:
                await self._confirm(command, dialogue, reason)
            elif reason:
                await self._leave_out(command, dialogue, reason)
            else:
                await self._run(command, dialogue)
        except BadFiles as unusable:
            await self._leave_out(command, steps.without_files(dialogue), str(unusable))
        except FileUnavailable as lost:
            # Whoever sends it again need not send the others again.
            await self._leave_out(command, steps.without_file(dialogue, lost.file), str(lost))
        except BadValue as unusable:
            await self.refuse(f"{reason}\n{unusable}" if reason else str(unusable))
        except Failure as failure:
            await self._fail(command, dialogue, failure)
        except Exception:
            # One person's broken command must not end everybody's conversation.
            log.exception("/%s broke (ref %s)", command.name, _reference(dialogue))
            await self.refuse(text.broke(_reference(dialogue)))

    async def _confirm(self, command: Command, dialogue: Dialogue, reason: Words) -> None:
        """Show the command's card, if there is to be one."""
        if command.confirm is None:
            raise ValueError(f"/{command.name} has no card")
        card = await command.confirm(self._conversation, steps.values(command, dialogue, self._secrets))
        if isinstance(card, Card):
            dialogue = replace(dialogue, words={**dialogue.words, BASIS: card.basis})
            card = card.reply
        if card is not None:
            await self._show_card(command, card, dialogue, reason)
        else:
            await self.carry_on(replace(dialogue, confirmed=True), reason)

    async def _leave_out(self, command: Command, dialogue: Dialogue, reason: Words) -> None:
        """Something that was sent cannot be taken; whether the rest will do is not ours to say."""
        files = steps.files_arg(command)
        if files is None:
            await self.refuse(reason)
        else:
            await self._ask(command, replace(dialogue, files_done=False), files, reason)

    async def take(self, dialogue: Dialogue, arg: Arg, word: str) -> None:
        """Go on with one more answer, unless it cannot be used."""
        command = self._registry.commands[dialogue.command]
        try:
            part = await self._asking.part(command, dialogue, arg)
            filled = steps.give(dialogue, arg, word if part is None else part.keep(word), self._secrets)
            if part is not None and not part.whole:
                # Its next piece is another question, though of the same argument.
                filled = replace(filled, refusals=0)
        except BadValue as bad:
            await self.carry_on(dialogue, str(bad), arg)
        except Failure as failure:
            self._keep(None)
            await self._fail(command, dialogue, failure)
        else:
            await self.carry_on(filled, given=(arg,))

    async def _complaint(self, command: Command, dialogue: Dialogue, arg: Arg) -> str:
        """What the classroom has against the value of `arg`; empty when it has nothing."""
        if arg.check is None:
            return ""
        try:
            await arg.check(self._conversation, steps.values(command, dialogue, self._secrets)[arg.name])
        except BadValue as bad:
            return str(bad)
        return ""

    async def _ask(
        self, command: Command, dialogue: Dialogue, arg: Arg, reason: Words, given: Sequence[Arg] = ()
    ) -> None:
        same = dialogue.asking == arg.name
        refusals = (dialogue.refusals if same else 0) + bool(reason)
        if refusals >= steps.REFUSALS_MAX:
            await self.refuse(f"{reason}\n{text.given_up(command.name)}")
            return
        dialogue = replace(dialogue, asking=arg.name, refusals=refusals)
        buttons = await self._asking.buttons(command, dialogue, arg)
        prompt = await self._asking.prompt(command, dialogue, arg, given)
        question = lines(reason, prompt) if reason else plain(prompt)
        self._keep(dialogue)
        await self._conversation.say(Reply(question, buttons, secret_next=arg.secret, refused=bool(reason)))

    async def _show_card(self, command: Command, card: Reply, dialogue: Dialogue, reason: Words) -> None:
        answers = (
            Button(str(command.confirm_label or text.CONFIRM), f"confirm:{steps.tag(dialogue)}"),
            Button(str(text.CANCEL), f"cancel:{steps.tag(dialogue)}"),
        )
        self._keep(replace(dialogue, asking="", refusals=0))
        shown = lines(reason, card.text) if reason else card.text
        await self._conversation.say(
            replace(card, text=shown, buttons=(*card.buttons, answers), refused=bool(reason))
        )

    async def _run(self, command: Command, dialogue: Dialogue) -> None:
        values = steps.values(command, dialogue, self._secrets)
        signed_in = self._conversation.chat.session is not None
        reply = await command.run(self._conversation, values)
        # By its reference and not by name: a log must not tell who asked a question.
        log.info("/%s done (ref %s)", command.name, _reference(dialogue))
        await self._conversation.say(reply)
        if not signed_in:
            await self._resume()

    async def _resume(self) -> None:
        """Go on with what was under way when the session ended, if it is still the same person's."""
        chat = self._conversation.chat
        waiting = chat.waiting
        if chat.session is None or waiting is None:
            return
        self._conversation.chat = replace(chat, waiting=None)
        if waiting.username == chat.session.username:
            self._secrets.clear()
            await self.carry_on(waiting)

    async def _fail(self, command: Command, dialogue: Dialogue, failure: Failure) -> None:
        """The table of errors: each is a sentence, and where there is a next step, a button."""
        log.info("/%s (ref %s): %s %s", command.name, _reference(dialogue), failure.code, failure.reason)
        match failure.code:
            case "UNAUTHENTICATED":
                await self._fail_unauthenticated(command, dialogue, failure)
            case "PERMISSION_DENIED" if self._conversation.role not in command.roles:
                await self.refuse(text.only_for(command.roles, command.name))
            case "INVALID_ARGUMENT" if failure.violations:
                await self._fail_fields(command, dialogue, failure)
            case "RESOURCE_EXHAUSTED":
                await self.refuse(text.try_again_in(told(failure.message), failure.retry_after))
            case "UNAVAILABLE":
                message: Words = text.NO_QUORUM if failure.reason == "NO_QUORUM" else told(failure.message)
                await self.refuse(message, self._repeat_button(dialogue, text.TRY_AGAIN))
            case "UNKNOWN" if failure.reason == "OUTCOME_UNKNOWN":
                await self.refuse(text.OUTCOME_UNKNOWN, self._repeat_button(dialogue, text.CHECK_NOW))
            case "ABORTED" if BASIS in dialogue.words:
                await self.carry_on(steps.mended(dialogue, BASIS), told(failure.message))
            case "NOT_FOUND" if failure.message:
                await self.refuse(told(failure.message), *self._lists(command))
            case code if code in _ANSWERS and failure.message:
                await self.refuse(told(failure.message))
            case _:
                log.error("ref %s: %s: %s", _reference(dialogue), failure.code, failure.message)
                await self.refuse(text.broke(_reference(dialogue)))

    async def _fail_unauthenticated(self, command: Command, dialogue: Dialogue, failure: Failure) -> None:
        conversation = self._conversation
        if isinstance(failure, NotSignedIn):
            await self.refuse(text.sign_in_for(command.name))
        elif guard.signs_in(command) or self._gave_code(command):
            if failure.reason != "LINK_EXPIRED":  # whoever has one of those did not guess
                conversation.chat = guard.wrong_password(conversation.chat, self._now)
            if self._now < conversation.chat.locked_until:
                await self.refuse(text.LOGIN_LOCKED_AFTER)
            elif self._gave_code(command):
                await self.refuse(told(failure.message))
            else:
                # Whoever mistyped a password types it again at once: that must not be an ordinary line.
                secret = next(arg for arg in command.args if arg.secret)
                self._secrets.clear()
                await self.carry_on(dialogue, text.SIGN_IN_FAILED, secret)
        else:
            conversation.sign_out()
            waiting = replace(dialogue, expires_at=self._now + steps.LIFETIME_SECONDS)
            conversation.chat = replace(conversation.chat, waiting=waiting)
            await self.refuse(text.SESSION_ENDED)

    async def _fail_fields(self, command: Command, dialogue: Dialogue, failure: Failure) -> None:
        """Ask again for the first argument found at fault; of what nobody typed, only tell."""
        reason = "\n".join(
            told(why) if why == failure.message else text.field_refused(field, told(why))
            for field, why in failure.violations.items()
        )
        faults = {field.rpartition(".")[2] for field in failure.violations}
        arg = next((arg for arg in command.args if arg.name in faults and not arg.files), None)
        if arg is None:
            await self.refuse(reason)
            return
        self._secrets.pop(arg.name, None)
        await self.carry_on(steps.mended(dialogue, arg.name), reason, arg)

    def _lists(self, command: Command) -> list[Button]:
        """Where to see what there is."""
        offered = (self._registry.commands[name] for name in command.lists)
        role = self._conversation.role
        return [Button(str(BUTTONS[each.name]), each.name) for each in offered if role in each.roles]

    def _gave_code(self, command: Command) -> bool:
        return any(arg.inline and arg.name in self._secrets for arg in command.args)

    def _repeat_button(self, dialogue: Dialogue, words: Words) -> Button:
        """Remember an act so that the button can repeat it with the same request id."""
        chat = self._conversation.chat
        others = [other for other in chat.repeatable if other.request_id != dialogue.request_id]
        self._conversation.chat = replace(chat, repeatable=(*others, dialogue)[-REPEATABLE_MAX:])
        return Button(str(words), f"repeat:{dialogue.request_id}")

    def _keep(self, dialogue: Dialogue | None) -> None:
        """Make `dialogue` the one under way; with an expiry of its own from now on."""
        if dialogue is not None:
            dialogue = replace(dialogue, expires_at=self._now + steps.LIFETIME_SECONDS)
        self._conversation.chat = replace(self._conversation.chat, dialogue=dialogue)


def _reference(dialogue: Dialogue) -> str:
    return dialogue.request_id[:4]
