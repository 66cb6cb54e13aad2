"""The classroom in Telegram: what its rules and those of Telegram come to together."""

from __future__ import annotations

import re

import pytest

from bot.client.api import LmsClient
from tests.telegram.chatting import Chatting
from tests.telegram.methods import DOWNLOAD_BYTES_MAX
from tests.telegram.people import Person
from tests.telegram.server import BotApiServer
from tests.world import PEOPLE, sign_in

pytestmark = pytest.mark.usefixtures("chatting")


async def enter(person: Person, username: str) -> None:
    person.say(f"/login {username}")
    await person.hears("What is your password?")
    person.say(PEOPLE[username].password)
    await person.hears("Welcome")


async def set_assignment(grace: Person) -> str:
    """Returns its id."""
    await enter(grace, "grace")
    grace.say('/newassignment "Elections" 20 +7d Why?')
    grace.tap(await grace.hears("Publish the assignment"), "Confirm")
    published = await grace.hears("Published")
    return published.text.split()[1].rstrip(":")


async def submissions(client: LmsClient) -> list[str]:
    """The texts and files of all that was handed in."""
    token = await sign_in(client, "grace")
    found = (await client.submissions(token)).items
    return [one.text or " ".join(file.name for file in one.files) for one in found]


async def test_the_password_is_taken_out_of_the_chat(server: BotApiServer, ada: Person) -> None:
    ada.say("/login ada")
    await ada.hears("What is your password?")
    password = ada.say(PEOPLE["ada"].password)
    await ada.hears("Welcome")
    assert server.deleted == [(ada.chat, password["message"]["message_id"])]


async def test_a_sign_in_link_opens_the_chat_and_is_taken_out_of_it(
    server: BotApiServer, ada: Person
) -> None:
    root, newcomer = Person(server, 2001), Person(server, 2002)
    await enter(root, "root")
    root.say("/linkcode linus")
    told = await root.hears("A sign-in link for linus")
    ((bot, code),) = re.findall(r"https://t\.me/(\w+)\?start=([\w-]{43})\s", told.text)
    assert bot == "homeroom_bot"
    opened = newcomer.say(f"/start {code}")  # which is what Telegram sends for whoever opens the link
    await newcomer.hears("Welcome, Linus")
    assert (newcomer.chat, opened["message"]["message_id"]) in server.deleted
    ada.say(f"/start {code}")
    await ada.hears("This sign-in link is used up")


async def test_nobody_signs_in_where_others_read(server: BotApiServer) -> None:
    member = Person(server, 1001, group=-77)
    member.say("/login ada")
    await member.hears("private chat")
    member.say("/whoami")
    await member.hears("Nobody is signed in here")


async def test_the_menu_follows_who_is_signed_in(server: BotApiServer, ada: Person, grace: Person) -> None:
    await enter(ada, "ada")
    await enter(grace, "grace")
    await server.until(lambda: str(ada.chat) in server.menus and str(grace.chat) in server.menus)
    student, instructor = ({name for name, _ in server.menus[str(one.chat)]} for one in (ada, grace))
    assert "submit" in student - instructor
    assert "grade" in instructor - student
    ada.say("/logout")
    await ada.hears("Signed out")
    await server.until(lambda: str(ada.chat) not in server.menus)
    assert not {"submit", "grade"} & {name for name, _ in server.menus["default"]}


async def test_the_menu_is_in_the_language_of_the_person(server: BotApiServer, ada: Person) -> None:
    jana = Person(server, 1004, language="de-AT")
    jana.say("/login linus")
    await jana.hears("Passwort")
    jana.say(PEOPLE["linus"].password)
    await server.until(lambda: str(jana.chat) in server.menus)
    await enter(ada, "ada")
    await server.until(lambda: str(ada.chat) in server.menus)
    german, english = (dict(server.menus[str(one.chat)]) for one in (jana, ada))
    assert german.keys() == english.keys()
    assert german["submit"] != english["submit"]


async def test_a_file_with_the_command_as_its_caption_is_handed_in(
    client: LmsClient, ada: Person, grace: Person
) -> None:
    assignment = await set_assignment(grace)
    await enter(ada, "ada")
    ada.send_file("essay.md", b"# One leader a term", caption=f"/submit {assignment}")
    ada.tap(await ada.hears("Got essay.md"), "Done")
    ada.tap(await ada.hears("Hand in"), "Confirm")
    await ada.hears("Handed in")
    assert await submissions(client) == ["essay.md"]


async def test_an_album_is_handed_in_whole(client: LmsClient, ada: Person, grace: Person) -> None:
    assignment = await set_assignment(grace)
    await enter(ada, "ada")
    ada.send_file("1.md", b"one", caption=f"/submit {assignment}", album="9")
    ada.send_file("2.md", b"two", album="9")
    ada.tap(await ada.hears("Got 2.md"), "Done")
    ada.tap(await ada.hears("Hand in"), "Confirm")
    await ada.hears("Handed in")
    assert await submissions(client) == ["1.md 2.md"]


async def test_a_confirmation_delivered_twice_hands_in_once(
    chatting: Chatting, client: LmsClient, ada: Person, grace: Person
) -> None:
    assignment = await set_assignment(grace)
    await enter(ada, "ada")
    ada.say(f"/submit {assignment} Because a majority votes once.")
    confirmation = ada.tap(await ada.hears("Hand in"), "Confirm")
    await ada.hears("Handed in")
    said = len(ada.messages())
    ada.redeliver()
    await chatting.handled(confirmation, times=2)
    assert await submissions(client) == ["Because a majority votes once."]
    assert len(ada.messages()) == said


async def test_a_confirmation_tapped_twice_hands_in_once(
    client: LmsClient, ada: Person, grace: Person
) -> None:
    assignment = await set_assignment(grace)
    await enter(ada, "ada")
    ada.say(f"/submit {assignment} Because a majority votes once.")
    card = await ada.hears("Hand in")
    ada.tap(card, "Confirm")
    ada.tap(card, "Confirm")
    await ada.hears("Handed in")
    await ada.hears("That button belongs to something that is over.")
    assert await submissions(client) == ["Because a majority votes once."]


async def test_editing_what_was_handed_in_changes_nothing(
    client: LmsClient, ada: Person, grace: Person
) -> None:
    assignment = await set_assignment(grace)
    await enter(ada, "ada")
    said = ada.say(f"/submit {assignment} First thoughts.")
    ada.tap(await ada.hears("Hand in"), "Confirm")
    await ada.hears("Handed in")
    ada.edit(said, f"/submit {assignment} Second thoughts.")
    ada.say("/whoami")
    await ada.hears("Signed in as ada")
    assert await submissions(client) == ["First thoughts."]


async def test_a_file_too_large_is_refused_with_the_limit(
    client: LmsClient, server: BotApiServer, ada: Person, grace: Person
) -> None:
    assignment = await set_assignment(grace)
    await enter(ada, "ada")
    ada.send_file("film.mp4", b"", caption=f"/submit {assignment}", size=DOWNLOAD_BYTES_MAX + 1)
    await ada.hears("at most 20 MB")
    assert not server.called("getFile")
    assert not await submissions(client)


async def test_markup_in_a_title_stays_what_was_typed(ada: Person, grace: Person) -> None:
    await enter(grace, "grace")
    title = "<b>Raft</b> & <a href='https://example.org'>friends</a>"
    grace.send_file("raft.md", b"# Raft", caption=f'/upload "{title}" notify=yes')
    await grace.hears("Published")
    await enter(ada, "ada")
    ada.say("/materials")
    listed = await ada.hears("1 material")
    assert title in listed.text


async def test_a_grade_released_is_told_to_its_student(ada: Person, grace: Person) -> None:
    assignment = await set_assignment(grace)
    await enter(ada, "ada")
    ada.say(f"/submit {assignment} Because a majority votes once.")
    ada.tap(await ada.hears("Hand in"), "Confirm")
    receipt = await ada.hears("Handed in")
    submission = receipt.text.split()[2].rstrip(":")
    grace.say(f"/grade {submission} 18")
    await grace.hears("Graded")
    grace.say(f"/release {submission}")
    told = await ada.hears("Elections was graded: 18 of 20")
    ada.tap(told, "Grades")
    await ada.hears(f"{assignment}: Elections, 18 / 20")


async def test_who_blocks_the_bot_disturbs_nobody_else(ada: Person, grace: Person) -> None:
    await enter(ada, "ada")
    ada.block()
    ada.say("/assignments")
    await set_assignment(grace)
    grace.say("/whoami")
    await grace.hears("Signed in as grace")


async def test_a_question_is_marked_as_saved_and_its_answer_grows_as_a_draft(
    server: BotApiServer, ada: Person, grace: Person
) -> None:
    await enter(grace, "grace")
    page = b"# Elections\n\nA leader is elected by a majority of the servers in a term.\n"
    grace.send_file("raft.md", page, caption="/upload notify=no")
    await grace.hears("Published")
    await enter(ada, "ada")
    asked = ada.say("/ask tutor How is a leader elected by a majority?")
    answer = await ada.hears("A leader is elected by a majority of the servers in a term.")
    assert any(draft.chat == ada.chat and "Saved on the cluster" in draft.text for draft in server.drafts)
    assert answer.versions == [answer.text]
    mark = (ada.chat, asked["message"]["message_id"], "👍")
    await server.until(lambda: mark in server.reactions)


async def test_a_reply_to_a_notice_answers_the_question(
    chatting: Chatting, ada: Person, grace: Person
) -> None:
    await enter(grace, "grace")
    await enter(ada, "ada")
    ada.say("/ask instructor Is a term a period?")
    await ada.hears("Saved on the cluster")
    told = await grace.hears("Is a term a period?")
    grace.say("It is, and it has at most one leader.", reply_to=told)
    await ada.hears("It is, and it has at most one leader.")
