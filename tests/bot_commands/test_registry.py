"""What holds for every command there is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot import reference
from bot.app import menus
from bot.commands.account import usage
from bot.core import parse
from bot.core.chat import Chat as State
from bot.core.chat import Session
from bot.core.command import Registry
from bot.core.completion import Completer
from bot.core.conversation import ChatConversation
from bot.core.language import LANGUAGES, speaking
from bot.core.model import Incoming, Role
from bot.core.text import phrases
from tests.bot.place import Place
from tests.bot_commands.chat import Chat

COMMANDS = {
    Role.ANYONE: {"start", "help", "login", "whoami", "settings", "cancel", "status"},
    Role.STUDENT: {
        *("start", "help", "login", "logout", "password", "whoami", "settings", "cancel", "status"),
        *("materials", "assignments", "submit", "submissions", "grades", "progress", "ask", "questions"),
        *("followup", "rate", "resolve", "faq", "source", "tutor"),
        *("regrade", "regrades", "announcements"),
    },
    Role.INSTRUCTOR: {
        *("start", "help", "login", "logout", "password", "whoami", "settings", "cancel", "status"),
        *(
            "materials",
            "assignments",
            "upload",
            "newassignment",
            "extend",
            "submissions",
            "pending",
            "grade",
            "release",
        ),
        *("progress", "questions", "inbox", "answer", "announce", "announcements"),
        *("faq", "publish", "endorse", "correct", "resolve", "source", "tutor"),
        *("feedback", "regrades", "gradebook", "importgrades", "stats"),
    },
    Role.ADMINISTRATOR: {
        *("start", "help", "login", "logout", "password", "whoami", "settings", "cancel", "status"),
        *("materials", "assignments", "adduser", "users", "importusers", "linkcode", "resetpassword"),
        *("disable", "enable", "audit", "cluster", "backup", "faq", "reveal", "source", "tutor"),
    },
}


README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("role", Role)
def test_each_role_has_its_commands(registry: Registry, role: Role) -> None:
    assert {command.name for command in registry.for_role(role)} == COMMANDS[role]


def test_the_readme_names_every_command_beside_those_who_may_say_it(registry: Registry) -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| (`/[^|]+) \|$", README.read_text("utf-8"), re.MULTILINE)
    said = defaultdict(set)
    for command in registry.commands.values():
        said[reference.people(command.roles)].add(command.name)
    assert {who: set(re.findall(r"`/(\w+)`", commands)) for who, commands in rows} == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_somebodys_and_says_what_it_does_and_asks(registry: Registry, language: str) -> None:
    with speaking(language):
        for command in registry.commands.values():
            assert command.roles
            assert str(command.summary)
            assert all(str(arg.prompt) for arg in command.args)


def test_every_example_can_be_said_as_it_stands(registry: Registry) -> None:
    for command in registry.commands.values():
        called = parse.call(command.example)
        assert called is not None
        assert called.name == command.name
        given = parse.arguments(called.body, command.args)
        assert not given.surplus, command.example
        for arg in command.args:
            if arg.name in given.words:
                arg.parse(given.words[arg.name])


# --- help, menus, completion and the reference agree ---


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_help_menus_and_completion_offer_the_same(
    chat: Callable[[str], Awaitable[Chat]], registry: Registry, role: Role, language: str
) -> None:
    with speaking(language):
        expected = [(f"/{command.name}", str(command.summary)) for command in registry.for_role(role)]
        visitor = Chat(registry)
        visitor.role = role
        helped = (await visitor.run("help")).text.plain.splitlines()[1:-1]
        assert [tuple(line.split("  ", 1)) for line in helped] == expected
        assert [(f"/{name}", summary) for name, summary in menus(registry)(role)] == expected
        state = State(session=Session("", "ada", role) if role is not Role.ANYONE else None)
        conversation = ChatConversation(Place(), Incoming("place", "chat", "1"), state)
        suggested = await Completer(registry, lambda: 0.0).suggestions(conversation, "/")
        assert [(each.text, each.meaning) for each in suggested] == expected
        to_explain = await Completer(registry, lambda: 0.0).suggestions(conversation, "/help ")
        assert [(f"/{each.text}", each.meaning) for each in to_explain if "=" not in each.text] == expected


@pytest.mark.parametrize("role", Role)
def test_help_explains_each_command_as_the_reference_does(registry: Registry, role: Role) -> None:
    described = reference.page(registry)
    for command in registry.for_role(role):
        assert (
            f"### /{command.name}\n\n`{usage(command)}`\n\n{phrases.capitalised(command.summary)}."
            in described
        )
        assert f"Example: `{command.example}`" in described


def test_the_reference_has_each_command_once_and_no_other(registry: Registry) -> None:
    headings = re.findall(r"^### /(\w+)$", reference.page(registry), re.MULTILINE)
    assert sorted(headings) == sorted(registry.commands)


def test_the_reference_in_the_tree_is_current() -> None:
    current = reference.page(reference.everything())
    assert reference.PAGE.read_text("utf-8") == current, "run `python -m bot.reference`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_telegram_can_show_every_menu(registry: Registry, language: str) -> None:
    """Names of 1 to 32 small letters, digits and underscores; descriptions of 1 to 256; 100 commands."""
    with speaking(language):
        for role in Role:
            menu = menus(registry)(role)
            assert len(menu) <= 100
            for name, summary in menu:
                assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
                assert 1 <= len(summary) <= 256


# --- buttons, usage, passwords ---


def test_every_button_leads_to_a_command(registry: Registry) -> None:
    assert set(phrases.BUTTONS) <= set(registry.commands)


def test_the_usage_shows_what_is_needed_and_never_a_password(registry: Registry) -> None:
    commands = registry.commands
    assert usage(commands["grade"]) == "/grade <submission> <points> [replaces=] [feedback] [files]"
    assert usage(commands["submit"]) == "/submit <assignment> [text] [files]"
    assert usage(commands["login"]) == "/login <username>"
    assert usage(commands["password"]) == "/password"
    assert usage(commands["start"]) == "/start [code]"
    assert usage(commands["upload"]) == "/upload [title] [topic=] <notify=> [tutor=] <files>"


def test_a_command_that_takes_a_password_is_for_private_chats(registry: Registry) -> None:
    for command in registry.commands.values():
        assert command.private or not any(arg.secret and not arg.inline for arg in command.args)
