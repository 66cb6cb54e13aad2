"""What holds for every command there is."""

from __future__ import annotations

import pytest

from bot.commands.account import usage
from bot.core import parse
from bot.core.command import Registry
from bot.core.model import Role
from bot.core.text import phrases

COMMANDS = {
    Role.ANYONE: {"start", "help", "login", "whoami", "cancel", "status"},
    Role.STUDENT: {
        *("start", "help", "login", "logout", "whoami", "cancel", "status"),
        *("materials", "assignments", "submit", "submissions", "grades", "progress", "ask", "questions"),
    },
    Role.INSTRUCTOR: {
        *("start", "help", "login", "logout", "whoami", "cancel", "status"),
        *(
            "materials",
            "assignments",
            "upload",
            "newassignment",
            "submissions",
            "pending",
            "grade",
            "release",
        ),
        *("progress", "questions", "inbox", "answer", "announce"),
    },
    Role.ADMINISTRATOR: {
        *("start", "help", "login", "logout", "whoami", "cancel", "status"),
        *("materials", "assignments", "adduser", "users"),
    },
}


@pytest.mark.parametrize("role", Role)
def test_each_role_has_its_commands(registry: Registry, role: Role) -> None:
    assert {command.name for command in registry.for_role(role)} == COMMANDS[role]


def test_every_command_says_what_it_does_and_shows_an_example_that_can_be_read(registry: Registry) -> None:
    for command in registry.commands.values():
        assert str(command.summary)
        called = parse.call(command.example)
        assert called is not None
        assert called.name == command.name
        given = parse.arguments(called.body, command.args)
        assert not given.surplus
        for arg in command.args:
            if arg.name in given.words and arg.name != "due":
                arg.parse(given.words[arg.name])
            assert str(arg.prompt)


def test_every_button_leads_to_a_command(registry: Registry) -> None:
    assert set(phrases.BUTTONS) <= set(registry.commands)


def test_the_usage_shows_what_is_needed_and_never_a_password(registry: Registry) -> None:
    commands = registry.commands
    assert usage(commands["grade"]) == "/grade <submission> <points> [replaces] [feedback]"
    assert usage(commands["submit"]) == "/submit <assignment> [text] [files]"
    assert usage(commands["login"]) == "/login <username>"
    assert usage(commands["upload"]) == "/upload [title] [topic=] <files>"


def test_a_command_that_takes_a_password_is_for_private_chats(registry: Registry) -> None:
    for command in registry.commands.values():
        assert command.private == any(arg.secret for arg in command.args)
