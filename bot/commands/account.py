"""Coming in, going out, finding one's way."""

from __future__ import annotations

from collections.abc import Sequence

from bot.client.api import LmsClient, LmsError
from bot.commands import arguments
from bot.commands.card import button, card
from bot.core.command import EVERYONE, Arg, BadValue, Command, Conversation, Registry, Values
from bot.core.model import Button, Reply, Role
from bot.core.richtext import code, join
from bot.core.text import account as text
from bot.core.text import dialogue as core_text
from bot.core.text import phrases

SIGNED_IN = EVERYONE - {Role.ANYONE}

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
            Command("start", text.START_SUMMARY, "/start", self.start, EVERYONE),
            Command(
                "help",
                text.HELP_SUMMARY,
                "/help submit",
                self.help,
                EVERYONE,
                (Arg("command", text.HELP_PROMPT, parse=_command_name, required=False),),
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
            Command("logout", text.LOGOUT_SUMMARY, "/logout", self.logout, SIGNED_IN),
            Command("whoami", text.WHOAMI_SUMMARY, "/whoami", self.whoami, EVERYONE),
            Command("cancel", core_text.CANCEL_SUMMARY, "/cancel", self.cancel, EVERYONE),
        )

    async def start(self, conversation: Conversation, values: Values) -> Reply:
        role = conversation.role
        details = text.START_DETAILS[role]
        return card(text.WELCOME, details, buttons=_first_steps(role), menu=role)

    async def help(self, conversation: Conversation, values: Values) -> Reply:
        available = {command.name: command for command in self._registry.for_role(conversation.role)}
        name = values["command"]
        if name is None:
            listed = [join((code(f"/{each.name}"), f"  {each.summary}")) for each in available.values()]
            return card(text.HELP_HEADLINE, *listed, text.HELP_FOOTER)
        if name not in available:
            raise BadValue(text.no_help_for(name))
        command = available[name]
        return card(
            phrases.capitalised(command.summary),
            join((text.USAGE, " ", code(usage(command)))),
            *(join((code(arg.name), f"  {arg.prompt}")) for arg in command.args),
            join((text.EXAMPLE, " ", code(command.example))),
        )

    async def login(self, conversation: Conversation, values: Values) -> Reply:
        previous = conversation.token if conversation.role is not Role.ANYONE else ""
        session = await self._client.login(values["username"], values["password"])
        if previous:
            await self._end(previous)
        role = Role(session.user.role)
        conversation.sign_in(session.token, session.user.username, role)
        return card(
            text.welcome_back(session.user.display_name),
            text.signed_in_as(session.user.username, session.user.role),
            buttons=_first_steps(role),
            menu=role,
        )

    async def logout(self, conversation: Conversation, values: Values) -> Reply:
        try:
            await self._client.logout(conversation.token)
        except LmsError as error:
            # Its session is over already, which is what was wanted.
            if error.code != "UNAUTHENTICATED":
                raise
        conversation.sign_out()
        return card(text.SIGNED_OUT, text.SIGNED_OUT_DETAIL, buttons=[_button("login")], menu=Role.ANYONE)

    async def whoami(self, conversation: Conversation, values: Values) -> Reply:
        if conversation.role is Role.ANYONE:
            return card(text.NOBODY, buttons=[_button("login")])
        user = await self._client.account(conversation.token)
        return card(
            user.display_name, text.signed_in_as(user.username, user.role), buttons=[_button("logout")]
        )

    async def cancel(self, conversation: Conversation, values: Values) -> Reply:
        """Reached when nothing is under way; otherwise the engine has cancelled it."""
        return card(core_text.NOTHING_TO_CANCEL)

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


def _command_name(word: str) -> str:
    return word.strip().removeprefix("/").lower()


def _first_steps(role: Role) -> list[Button]:
    return [_button(name) for name in _FIRST_STEPS[role]]


def _button(command: str) -> Button:
    return button(phrases.BUTTONS[command], command)
