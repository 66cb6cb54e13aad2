"""People in the chat: links told once, rosters as schools write them, what cannot be done said clearly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NoReturn

import pytest

from bot.client.api import LmsClient, LmsError
from bot.commands import spreadsheet
from bot.core.command import BadValue, Registry
from bot.core.model import Reply, Role
from tests.bot_commands.chat import Chat, labels

Chats = Callable[[str], Awaitable[Chat]]


def refusing(code: str, reason: str) -> Callable[..., Awaitable[NoReturn]]:
    """A call of the client that the cluster refuses so."""

    async def refuse(*_: object) -> NoReturn:
        raise LmsError(code, reason, "no")

    return refuse


def link_in(reply: Reply) -> str:
    (line,) = [line for line in reply.text.plain.splitlines() if line.startswith("/start ")]
    return line.removeprefix("/start ")


async def roster(root: Chat, *lines: str) -> Reply:
    content = "\n".join(lines).encode()
    return await root.run("importusers", file=(root.attach("roster.csv", content),))


# --- links ---


async def test_many_links_come_as_a_file_in_which_nothing_runs(chat: Chats, registry: Registry) -> None:
    root = await chat("root")
    await roster(root, "username,name", 'eve,"=HYPERLINK(""http://evil"")"', "dora,Dora Dahl")
    reply = await root.run("linkcode", who=("eve", "dora"))
    (file,) = reply.files
    header, eve, dora = file.content.decode("utf-8-sig").splitlines()
    assert header == "username,name,link,expires"
    assert eve.startswith("""eve,"'=HYPERLINK""")
    cells = spreadsheet.read(file.content).rows[1].cells
    assert cells[:2] == ("dora", "Dora Dahl")
    assert dora.startswith("dora,Dora Dahl,/start ")
    assert "/start " not in reply.text.plain
    newcomer = Chat(registry)
    await newcomer.run("start", code=cells[2].removeprefix("/start "))
    assert (newcomer.username, newcomer.role) == ("dora", Role.STUDENT)


async def test_links_made_by_an_unconfirmed_try_are_named_and_not_shown(chat: Chats) -> None:
    root = await chat("root")
    first = await root.run("linkcode", who=("ada", "linus"))
    again = await root.run_again("linkcode", who=("ada", "linus"))
    assert (len(first.files), len(again.files)) == (1, 0)
    assert "for ada linus were made before and cannot be shown again" in again.text.plain
    one = await root.run("linkcode", who=("ada",))
    again = await root.run_again("linkcode", who=("ada",))
    assert link_in(one) not in again.text.plain
    assert "cannot be shown again" in again.text.plain
    assert labels(again) == ["Make another"]


async def test_who_was_added_stays_added_when_no_link_can_be_made(
    chat: Chats, client: LmsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = await chat("root")
    monkeypatch.setattr(client, "make_links", refusing("UNAVAILABLE", "NO_QUORUM"))
    new = {"username": "dora", "display_name": "Dora Dahl", "role": "student", "password": ""}
    reply = await root.run("adduser", **new)
    assert reply.saved
    assert "No sign-in link could be made now." in reply.text.plain
    assert labels(reply)[0] == "Make a sign-in link"
    monkeypatch.undo()
    assert "/start " in (await root.run_again("adduser", **new)).text.plain


@pytest.mark.parametrize(
    ("code", "reason", "said"),
    [
        ("UNAVAILABLE", "NO_QUORUM", "you are not signed in. Open your link again"),
        ("UNKNOWN", "OUTCOME_UNKNOWN", "I could not confirm that you were signed in"),
    ],
)
async def test_a_link_that_reaches_nobody_is_to_be_opened_again(
    registry: Registry,
    client: LmsClient,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    reason: str,
    said: str,
) -> None:
    """No button could: the code is kept nowhere."""
    monkeypatch.setattr(client, "login_by_link", refusing(code, reason))
    newcomer = Chat(registry)
    reply = await newcomer.run("start", code="x" * 43)
    assert said in reply.text.plain
    assert (reply.refused, reply.buttons, newcomer.role) == (True, (), Role.ANYONE)


async def test_a_link_opened_by_somebody_signed_in_ends_that_session(chat: Chats, client: LmsClient) -> None:
    root, ada = await chat("root"), await chat("ada")
    before = ada.token
    await ada.run("start", code=link_in(await root.run("linkcode", who=("linus",))))
    assert ada.username == "linus"
    with pytest.raises(LmsError):
        await client.account(before)


@pytest.mark.parametrize("word", ["", "short", "with space " * 3, "ü" * 43, "x" * 65])
def test_what_is_no_code_is_not_tried(registry: Registry, word: str) -> None:
    (arg,) = registry.commands["start"].args
    with pytest.raises(BadValue):
        arg.parse(word)


# --- passwords ---


async def test_who_has_no_password_yet_need_not_know_one(chat: Chats, registry: Registry) -> None:
    root = await chat("root")
    await root.run("adduser", username="dora", display_name="Dora", role="student", password="")
    dora = Chat(registry)
    await dora.run("start", code=link_in(await root.run("linkcode", who=("dora",))))
    old, _ = registry.commands["password"].args
    assert old.choices is not None
    (choice,) = await old.choices(dora, {})
    assert old.parse(choice.value) == ""
    assert "no password yet" in (await root.run("users", who="dora")).text.plain
    await dora.run("password", old_password="", new_password="dora chooses this")
    assert await old.choices(dora, {}) == []
    assert "no password yet" not in (await root.run("users", who="dora")).text.plain


# --- finding people ---


async def test_long_lists_of_people_are_paged_and_each_can_be_opened(chat: Chats) -> None:
    root = await chat("root")
    await roster(root, "username,name", *(f"s{n:02},Student {n}" for n in range(12)))
    first = await root.run("users", who="Student")
    assert labels(first)[:2] == ["ada", "edsger"]
    assert "15 people with “Student”" in first.text.plain
    last = await root.run("users", who="Student", page=2)
    assert labels(last) == [*(f"s{n:02}" for n in range(5, 12)), "Add a person", "◀ Previous"]


async def test_a_persons_card_offers_what_can_be_done(chat: Chats) -> None:
    root = await chat("root")
    assert labels(await root.run("users", who="ada")) == [
        *("Make a sign-in link", "Reset the password", "Disable", "Audit"),
    ]
    assert labels(await root.run("users", who="root")) == ["Make a sign-in link", "Audit"]
    await root.run("disable", username="ada")
    assert labels(await root.run("users", who="ada")) == ["Enable", "Audit"]


# --- rosters ---


async def test_who_is_known_stays_what_they_are_in_a_roster_without_roles(
    chat: Chats, client: LmsClient
) -> None:
    root = await chat("root")
    reply = await roster(root, "username,name", "grace,Grace Hopper", "dora,Dora Dahl")
    assert "1 new, 1 changed" in reply.text.plain
    roles = {user.username: user.role for user in (await client.users(root.token)).items}
    assert (roles["grace"], roles["dora"]) == ("instructor", "student")


async def test_the_card_counts_and_the_import_keeps_to_it(chat: Chats, client: LmsClient) -> None:
    root = await chat("root")
    lines = (
        "username;name;role",
        "dora;Dora Dahl;student",
        "ada;Ada Lovelace;student",
        "linus;Linus;student",
    )
    file = root.attach("roster.csv", "\r\n".join(lines).encode("utf-16"))
    card = await root.card("importusers", file=(file,))
    assert "1 new, 1 changed?" in card.text.plain
    assert "1 person stays as they are." in card.text.plain
    with pytest.raises(LmsError):
        await client.user(root.token, "dora")
    reply = await root.run("importusers", file=(file,))
    assert reply.saved
    assert labels(reply) == ["Make their sign-in links", "People"]
    assert (await client.user(root.token, "ada")).display_name == "Ada Lovelace"


async def test_what_the_classroom_has_against_a_row_is_told_by_its_line(chat: Chats) -> None:
    root = await chat("root")
    await roster(root, "username,name,sourcedId", "dora,Dora,7")
    with pytest.raises(BadValue) as refused:
        await roster(root, "username,name,role,sourcedId", "", "grace,Grace,student,", "emil,Emil,student,7")
    assert str(refused.value).splitlines() == [
        "2 mistakes in that file; nothing was changed.",
        "line 3: role: grace is an instructor; a role is not changed",
        "line 4: sourced_id: is the id of dora",
    ]


async def test_a_card_that_is_shown_again_counts_again(chat: Chats, client: LmsClient) -> None:
    root = await chat("root")
    file = root.attach("roster.csv", b"username,name\ndora,Dora\nemil,Emil\n")
    first = await root.card("importusers", file=(file,))
    await client.add_user(root.token, "r" * 32, "dora", "Dora", "student", "")
    again = await root.card("importusers", file=(file,))
    assert [shown.text.plain.splitlines()[0] for shown in (first, again)] == [
        "Import the roster: 2 new, 0 changed?",
        "Import the roster: 1 new, 0 changed?",
    ]
