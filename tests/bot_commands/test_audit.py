"""Who did what, in the chat: of whom or what, since when, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.client.api import LmsClient
from bot.core import parse
from bot.core.language import speaking
from bot.core.model import Reply, Role
from lms_cluster.operator_client import OperatorClient
from lms_cluster.tokens import digest, new_token
from raft.runtime.secret import ClusterSecret
from tests.bot_commands.chat import Chat
from tests.bot_commands.conftest import Clock
from tests.solo.classroom import SoloClassroom
from tests.solo.driver import NODE_ID

Chats = Callable[[str], Awaitable[Chat]]


def told_by(reply: Reply) -> list[str]:
    """The headline and the acts, without their places in the log."""
    return [line for line in reply.text.plain.splitlines() if ", entry" not in line]


async def let_an_operator_reset(root: Chat, classroom: SoloClassroom, client: LmsClient) -> None:
    """The administrator, who comes in again with the operator's code."""
    code = new_token()
    operator = OperatorClient({NODE_ID: classroom.address}, ClusterSecret(classroom.secret))
    await asyncio.to_thread(operator.reset_administrator, "root", digest(code))
    session = await client.login_by_link(code)
    root.sign_in(session.token, "root", Role.ADMINISTRATOR)


async def test_the_audit_of_a_person_joins_what_they_did_and_what_was_done_to_them(chat: Chats) -> None:
    root, grace = await chat("root"), await chat("grace")
    await grace.run("announce", text="One.")
    await root.run("disable", username="grace")
    assert told_by(await root.run("audit", of="grace")) == [
        "What was done by or to grace",
        "root: disable and enable users, grace (disabled)",
        "grace: announce, N1",
        "root: add users, grace",
    ]


async def test_what_an_operator_did_is_told_as_an_operators(
    chat: Chats, classroom: SoloClassroom, client: LmsClient
) -> None:
    root = await chat("root")
    await let_an_operator_reset(root, classroom, client)
    told = told_by(await root.run("audit", of="root"))
    assert told[:2] == ["What was done by or to root", "an operator: reset passwords, root"]
    with speaking("de"):
        german = (await root.run("audit", of="root")).text.plain
    assert "wer die Kursserver betreibt: " in german


async def test_an_operators_acts_are_found_as_a_persons_are(
    chat: Chats, classroom: SoloClassroom, client: LmsClient
) -> None:
    """Beside those of somebody whose user name that is."""
    root = await chat("root")
    await client.add_user(root.token, "r" * 32, "operator", "Olga Perator", "student", "")
    await let_an_operator_reset(root, classroom, client)
    assert told_by(await root.run("audit", of="operator")) == [
        "What was done by or to operator",
        "an operator: reset passwords, root",
        "root: add users, operator",
    ]


async def test_the_audit_goes_back_page_by_page(chat: Chats) -> None:
    root, grace = await chat("root"), await chat("grace")
    for number in range(9):
        await grace.run("announce", text=f"Number {number}.")
    first = await root.run("audit", of="grace")
    assert [button.data for row in first.buttons for button in row] == ["audit", "audit:page=2:grace"]
    assert "N9" in first.text.plain
    second = await root.run("audit", of="grace", page=2)
    assert "root: add users, grace" in second.text.plain
    assert [button.data for row in second.buttons for button in row] == ["audit", "audit:page=1:grace"]


async def test_the_audit_since_a_moment_goes_back_no_further_and_its_taps_keep_to_it(
    chat: Chats, clock: Clock
) -> None:
    root, grace = await chat("root"), await chat("grace")
    clock.pass_by(timedelta(days=8))
    for number in range(9):
        await grace.run("announce", text=f"Number {number}.")
    since = root.command("audit").args[1].parse("-7d 18:00")
    first = await root.run("audit", of="grace", since=since)
    assert first.text.plain.startswith("What was done by or to grace since Wed 4 Nov 2026 18:00 CET\n")
    _, (onward,) = first.buttons
    assert onward.data == "audit:page=2:since=2026-11-04 18.00:grace"
    command = root.command("audit")
    given = parse.arguments(parse.pressed(onward.data, [arg.name for arg in command.args]).body, command.args)
    words = {arg.name: arg.parse(given.words[arg.name]) for arg in command.args}
    assert words == {"page": 2, "since": since, "of": "grace"}
    second = await root.run("audit", **words)
    assert "grace: announce, N1" in second.text.plain
    assert "add users" not in second.text.plain
    nothing = await root.run("audit", of="nobody", since=since)
    assert nothing.text.plain == "Nothing is recorded since Wed 4 Nov 2026 18:00 CET."


async def test_where_no_button_holds_the_next_page_it_is_said_how_to_get_there(
    chat: Chats, client: LmsClient, clock: Clock
) -> None:
    root, long_name = await chat("root"), "n" * 32
    await client.add_user(root.token, "r" * 32, long_name, "Long", "student", "")
    for number in range(9):
        await root.run("disable" if number % 2 else "enable", username=long_name)
    since = clock() - timedelta(days=1)
    shown = await root.run("audit", of=long_name, since=since)
    assert [button.data for row in shown.buttons for button in row] == ["audit"]
    assert shown.text.plain.endswith("There is more; put page=2 before the words.")


async def test_an_id_may_be_written_small(chat: Chats) -> None:
    root, grace = await chat("root"), await chat("grace")
    await grace.run("announce", text="One.")
    assert "grace: announce, N1" in (await root.run("audit", of="n1")).text.plain
