"""No reply is a dead end: it says, or offers, what comes next; and only what this person may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.client.api import Rating, Recipient
from bot.core import parse
from bot.core.command import BadValue, Registry
from bot.core.model import Reply, Role
from tests.bot_commands.chat import Chat, labels
from tests.bot_commands.test_questions import tutor
from tests.solo.classroom import SoloClassroom

Chats = Callable[[str], Awaitable[Chat]]

SOMEBODY = {Role.STUDENT: "ada", Role.INSTRUCTOR: "grace", Role.ADMINISTRATOR: "root"}


def offered(reply: Reply) -> list[str]:
    """The commands that the buttons say."""
    return [parse.pressed(button.data).name for row in reply.buttons for button in row]


@pytest.mark.parametrize("role", Role)
async def test_in_an_empty_classroom_whatever_asks_for_nothing_offers_a_next_step(
    chat: Chats, registry: Registry, role: Role
) -> None:
    by_themselves = [
        command.name
        for command in registry.for_role(role)
        if not any(arg.required for arg in command.args) and command.confirm is None
    ]
    for name in by_themselves:
        visitor = await chat(SOMEBODY[role]) if role in SOMEBODY else Chat(registry)
        try:
            steps = offered(await visitor.run(name))
        except BadValue:
            continue  # it says what it takes, as /source does, which is for taps
        assert steps, f"/{name}"
        # What it offers is for whoever it leaves the person as: /logout leaves nobody.
        sayable = {command.name for command in registry.for_role(visitor.role)}
        assert set(steps) <= sayable, f"/{name}"


@pytest.mark.parametrize(
    ("username", "command", "value", "step"),
    [
        ("ada", "materials", {"which": "unicorns"}, "materials"),
        ("ada", "faq", {"which": "unicorns"}, "faq"),
        ("root", "audit", {"of": "nobody.here"}, "audit"),
        ("root", "audit", {"of": "ada"}, "audit"),
        ("root", "users", {"who": "unicorns"}, "users"),
    ],
)
async def test_what_was_looked_for_and_not_found_leads_back_to_the_whole_list(
    chat: Chats, username: str, command: str, value: dict[str, str], step: str
) -> None:
    assert step in offered(await (await chat(username)).run(command, **value))


async def test_a_helpful_answer_leads_back_to_its_question(chat: Chats, classroom: SoloClassroom) -> None:
    classroom.set_tutor(tutor)
    ada = await chat("ada")
    await ada.run("ask", to=Recipient.TUTOR, question="Why do clocks drift?")
    assert labels(await ada.run("rate", question="Q1", rating=Rating.HELPFUL)) == ["Open Q1"]


async def test_whoever_learned_who_asked_is_led_to_the_record_of_it(chat: Chats) -> None:
    await (await chat("ada")).run("ask", to=Recipient.INSTRUCTOR, question="Why?")
    reply = await (await chat("root")).run("reveal", question="Q1", reason="A threat.")
    assert [button.data for row in reply.buttons for button in row] == ["audit:Q1"]


@pytest.mark.parametrize(("username", "steps"), [("", []), ("ada", []), ("grace", []), ("root", ["cluster"])])
async def test_the_servers_in_detail_are_offered_to_whoever_may_see_them(
    chat: Chats, registry: Registry, username: str, steps: list[str]
) -> None:
    visitor = await chat(username) if username else Chat(registry)
    assert offered(await visitor.run("status")) == ["status", *steps]


async def test_one_server_in_detail_can_be_looked_at_again(chat: Chats) -> None:
    assert "cluster" in offered(await (await chat("root")).run("cluster"))


# --- what is not there ---


def test_whatever_takes_an_item_by_its_id_says_which_list_it_is_in(registry: Registry) -> None:
    for command in registry.commands.values():
        for name in command.lists:
            assert name in registry.commands
            assert not any(arg.required for arg in registry.commands[name].args), name
    named = {command.name for command in registry.commands.values() if command.lists}
    assert named == {
        *(
            "announcements",
            "materials",
            "submissions",
            "grade",
            "grades",
            "feedback",
            "release",
            "regrade",
            "regrades",
            "resolve",
        ),
        *("questions", "followup", "rate", "faq", "answer", "publish", "endorse", "correct"),
    }
