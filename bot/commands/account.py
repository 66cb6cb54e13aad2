"""Coming in, going out, finding one's way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.client.api import LmsClient, LmsError, Session
from bot.commands import arguments
from bot.commands.card import card, go, saved_card
from bot.core.command import (
    EVERYONE,
    SIGNED_IN,
    Arg,
    BadValue,
    Choice,
    Command,
    Conversation,
    Registry,
    Values,
)
from bot.core.model import Button, Reply, Role
from bot.core.richtext import code, join
from bot.core.text import account as text
from bot.core.text import dialogue as core_text
from bot.core.text import phrases

_LINK_CODE = re.compile(r"[A-Za-z0-9_-]{20,64}")


_FIRST_STEPS: dict[Role, Sequence[str]] = {
    Role.ANYONE: ("login", "help"),
    Role.STUDENT: ("assignments", "materials", "ask", "help"),
    Role.INSTRUCTOR: ("pending", "inbox", "upload", "help"),
    Role.ADMINISTRATOR: ("users", "adduser", "status", "help"),
}


class Account:
    def __init__(self, client: LmsClient, registry: Registry) -> None:
        self._client = client
        self._registry = registry

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "start",
                text.START_SUMMARY,
                "/start",
                self.start,
                EVERYONE,
                (
                    Arg(
                        "code",
                        text.CODE_PROMPT,
                        parse=_link_code,
                        required=False,
                        rest=True,
                        secret=True,
                        inline=True,
                    ),
                ),
            ),
            Command(
                "help",
                text.HELP_SUMMARY,
                "/help submit",
                self.help,
                EVERYONE,
                (
                    Arg(
                        "command",
                        text.HELP_PROMPT,
                        parse=_command_name,
                        required=False,
                        choices=self._what_can_be_said,
                    ),
                ),
            ),
            Command(
                "login",
                text.LOGIN_SUMMARY,
                "/login ada",
                self.login,
                EVERYONE,
                (
                    Arg("username", text.USERNAME_PROMPT, parse=arguments.username),
                    Arg("password", text.PASSWORD_PROMPT, secret=True),
                ),
                private=True,
            ),
            Command(
                "password",
                text.PASSWORD_SUMMARY,
                "/password",
                self.change_password,
                SIGNED_IN,
                (
                    Arg(
                        "old_password",
                        text.OLD_PASSWORD_PROMPT,
                        parse=arguments.password_or_none,
                        secret=True,
                        choices=self._none_yet,
                    ),
                    Arg("new_password", text.NEW_PASSWORD_PROMPT, parse=arguments.new_password, secret=True),
                ),
                private=True,
            ),
            Command("logout", text.LOGOUT_SUMMARY, "/logout", self.logout, SIGNED_IN),
            Command("whoami", text.WHOAMI_SUMMARY, "/whoami", self.whoami, EVERYONE),
            Command("cancel", core_text.CANCEL_SUMMARY, "/cancel", self.cancel, EVERYONE),
        )

    async def start(self, conversation: Conversation, values: Values) -> Reply:
        if values["code"] is not None:
            return await self._come_in(conversation, values["code"])
        role = conversation.role
        details = text.START_DETAILS[role]
        return card(text.WELCOME, details, buttons=_first_steps(role), menu=role)

    async def help(self, conversation: Conversation, values: Values) -> Reply:
        available = {command.name: command for command in self._registry.for_role(conversation.role)}
        name = values["command"]
        if name is None:
            listed = [join((code(f"/{each.name}"), f"  {each.summary}")) for each in available.values()]
            steps = [step for step in _first_steps(conversation.role) if step.data != "help"]
            return card(text.HELP_HEADLINE, *listed, text.HELP_FOOTER, buttons=steps)
        if name not in available:
            raise BadValue(text.no_help_for(name))
        command = available[name]
        return card(
            phrases.capitalised(command.summary),
            join((text.USAGE, " ", code(usage(command)))),
            *(join((code(arg.name), f"  {arg.prompt}")) for arg in command.args),
            join((text.EXAMPLE, " ", code(command.example))),
            buttons=[go("help")],
        )

    async def _what_can_be_said(self, conversation: Conversation, values: Values) -> list[Choice]:
        return [Choice(each.name, str(each.summary)) for each in self._registry.for_role(conversation.role)]

    async def login(self, conversation: Conversation, values: Values) -> Reply:
        session = await self._client.login(values["username"], values["password"])
        return await self._signed_in(conversation, session)

    async def _come_in(self, conversation: Conversation, code: str) -> Reply:
        """By a one-time link. No button repeats it: its code is kept nowhere."""
        try:
            session = await self._client.login_by_link(code)
        except LmsError as error:
            if error.reason == "NO_QUORUM":
                return replace(card(text.LINK_UNREACHED), refused=True)
            if error.reason == "OUTCOME_UNKNOWN":
                return replace(card(text.LINK_UNCONFIRMED), refused=True)
            raise
        return await self._signed_in(conversation, session)

    async def _signed_in(self, conversation: Conversation, session: Session) -> Reply:
        if conversation.role is not Role.ANYONE:
            await self._end(conversation.token)
        user, role = session.user, Role(session.user.role)
        conversation.sign_in(session.token, user.username, role, session.cursor)
        return card(
            text.welcome_back(user.display_name),
            text.signed_in_as(user.username, user.role),
            *([text.NO_PASSWORD_YET] if user.without_password else []),
            buttons=[*([go("password")] if user.without_password else []), *_first_steps(role)],
            menu=role,
        )

    async def change_password(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.set_password(
            conversation.token, conversation.request_id, values["old_password"], values["new_password"]
        )
        return saved_card(
            receipt,
            text.PASSWORD_CHANGED,
            text.OTHER_SESSIONS_ENDED,
            buttons=_first_steps(conversation.role),
        )

    async def _none_yet(self, conversation: Conversation, values: Values) -> list[Choice]:
        user = await self._client.account(conversation.token)
        return [Choice(arguments.NONE, str(text.NONE_YET))] if user.without_password else []

    async def logout(self, conversation: Conversation, values: Values) -> Reply:
        try:
            await self._client.logout(conversation.token)
        except LmsError as error:
            # Its session is over already, which is what was wanted.
            if error.code != "UNAUTHENTICATED":
                raise
        conversation.sign_out()
        return card(text.SIGNED_OUT, text.SIGNED_OUT_DETAIL, buttons=[go("login")], menu=Role.ANYONE)

    async def whoami(self, conversation: Conversation, values: Values) -> Reply:
        if conversation.role is Role.ANYONE:
            return card(text.NOBODY, buttons=[go("login")])
        user = await self._client.account(conversation.token)
        return card(
            user.display_name,
            text.signed_in_as(user.username, user.role),
            *([text.NO_PASSWORD_YET] if user.without_password else []),
            buttons=[go("password"), go("logout")],
        )

    async def cancel(self, conversation: Conversation, values: Values) -> Reply:
        """Reached when nothing is under way; otherwise the engine has cancelled it."""
        return card(core_text.NOTHING_TO_CANCEL, buttons=[go("help")])

    async def _end(self, token: str) -> None:
        """Leave no second session behind; the new one matters more than whether this succeeds."""
        try:
            await self._client.logout(token)
        except LmsError:
            return


def usage(command: Command) -> str:
    """`/grade <submission> <points> [feedback]`; passwords are not part of the line."""
    words = [f"/{command.name}"]
    for arg in command.args:
        if arg.inline or not arg.secret:
            name = f"{arg.name}=" if arg.named else text.FILES_USAGE if arg.files else arg.name
            words.append(f"<{name}>" if arg.required else f"[{name}]")
    return " ".join(words)


def _link_code(word: str) -> str:
    code = word.strip()
    if not _LINK_CODE.fullmatch(code):
        raise BadValue(text.NOT_A_LINK)
    return code


def _command_name(word: str) -> str:
    return word.strip().removeprefix("/").lower()


def _first_steps(role: Role) -> list[Button]:
    return [go(name) for name in _FIRST_STEPS[role]]
