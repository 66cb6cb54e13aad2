"""Files that the core sends are shown as what they are: pictures, documents, albums."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.model import Button, OutgoingFile, Reply
from bot.core.richtext import bold, plain
from bot.store import BotStore
from tests.telegram.people import Person
from tests.telegram.pictures import png
from tests.telegram.protocol import Refusal
from tests.telegram.running import Listener, adapter_for, running
from tests.telegram.server import BotApiServer

NEXT = ((Button("Materials", "materials"),),)


def document(name: str, content: bytes = b"text") -> OutgoingFile:
    return OutgoingFile(name, "text/markdown", content)


def picture(name: str, content: bytes) -> OutgoingFile:
    return OutgoingFile(name, "image/png", content, picture=True)


async def test_a_picture_is_shown_with_its_words_and_buttons(listener: Listener, ada: Person) -> None:
    file = picture("histogram.png", png(60, 40))
    await listener.adapter.send(str(ada.chat), Reply(bold("A1: mean < 15"), NEXT, (file,)))
    (message,) = ada.messages()
    assert message.picture
    assert (message.text, message.labels) == ("A1: mean < 15", ["Materials"])
    assert message.content == file.content


async def test_a_picture_that_telegram_does_not_show_is_sent_as_a_file(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    file = picture("long.png", png(2000, 10))
    await listener.adapter.send(str(ada.chat), Reply(plain("Progress"), NEXT, (file,)))
    (message,) = ada.messages()
    assert not message.picture
    assert (message.text, message.labels, message.file_name) == ("Progress", ["Materials"], "long.png")
    assert len(server.called("sendPhoto")) == 1


async def test_a_picture_too_large_to_be_shown_is_sent_as_a_file_at_once(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    file = picture("large.png", png(10, 10) + bytes(10 * 1024 * 1024))
    await listener.adapter.send(str(ada.chat), Reply(plain("Progress"), files=(file,)))
    assert [message.file_name for message in ada.messages()] == ["large.png"]
    assert not server.called("sendPhoto")


async def test_several_files_are_an_album_below_the_reply_and_its_buttons(
    listener: Listener, ada: Person
) -> None:
    files = tuple(document(name) for name in ("a.md", "b.md", "c.md"))
    answerable = await listener.adapter.send(str(ada.chat), Reply(plain("S1"), NEXT, files))
    said, *album = ada.messages()
    assert (said.text, said.labels) == ("S1", ["Materials"])
    assert [message.file_name for message in album] == ["a.md", "b.md", "c.md"]
    assert len({message.album for message in album}) == 1
    assert album[0].album
    assert answerable == (str(said.id),)


@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader")
async def test_a_file_keeps_its_name_whatever_marks_are_in_it(listener: Listener, ada: Person) -> None:
    name = "a; b; 'c' \\ d=1 …, %41.md"
    await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=(document(name),)))
    assert ada.messages()[-1].file_name == name


async def test_more_files_than_an_album_takes_are_two(listener: Listener, ada: Person) -> None:
    files = tuple(document(f"{number}.md") for number in range(11))
    await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=files))
    _, *sent = ada.messages()
    assert [message.file_name for message in sent] == [file.name for file in files]
    assert [bool(message.album) for message in sent] == [True] * 10 + [False]


async def test_pictures_and_documents_are_albums_of_their_own(listener: Listener, ada: Person) -> None:
    files = (
        document("a.md"),
        document("b.md"),
        picture("1.png", png(60, 40)),
        picture("2.png", png(60, 40)),
        document("c.md"),
    )
    await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=files))
    _, *sent = ada.messages()
    assert [(message.file_name, message.picture) for message in sent] == [
        ("a.md", False),
        ("b.md", False),
        ("1.png", True),
        ("2.png", True),
        ("c.md", False),
    ]
    assert len({message.album for message in sent}) == 3


async def test_files_too_large_together_go_one_by_one(listener: Listener, ada: Person) -> None:
    files = tuple(document(name, bytes(30 * 1024 * 1024)) for name in ("a.bin", "b.bin"))
    await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=files))
    assert [(message.file_name, message.album) for message in ada.messages()[1:]] == [
        ("a.bin", ""),
        ("b.bin", ""),
    ]


async def test_an_album_that_telegram_refuses_goes_one_by_one(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    server.fail("sendMediaGroup", Refusal(400, "Bad Request: something new"))
    files = (picture("good.png", png(60, 40)), picture("long.png", png(2000, 10)))
    await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=files))
    assert [(message.file_name, message.picture) for message in ada.messages()[1:]] == [
        ("good.png", True),
        ("long.png", False),
    ]


async def test_a_name_that_is_no_name_does_not_lose_its_file(listener: Listener, ada: Person) -> None:
    file = document('a"b\r\nContent-Type: text/html\r\n\ud800.md')
    await listener.adapter.send(str(ada.chat), Reply(plain("M1"), files=(file,)))
    assert [message.content for message in ada.messages()] == [b"text"]


# --- what Telegram has already ---


def uploaded(server: BotApiServer) -> int:
    return len(server.sent_files)


@pytest.mark.parametrize("kind", ["document", "picture"])
async def test_a_file_is_uploaded_once_and_then_named(
    listener: Listener, server: BotApiServer, ada: Person, grace: Person, kind: str
) -> None:
    file = document("a.md") if kind == "document" else picture("a.png", png(60, 40))
    for person in (ada, grace, ada):
        await listener.adapter.send(str(person.chat), Reply(plain("M1"), NEXT, (file,)))
    shown = [*ada.messages(), *grace.messages()]
    assert [(each.text, each.labels, each.content) for each in shown] == [
        ("M1", ["Materials"], file.content)
    ] * 3
    assert uploaded(server) == 1


async def test_the_files_of_an_album_are_named_each_for_itself(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    one, two, three = (document(name, name.encode()) for name in ("a.md", "b.md", "c.md"))
    await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=(one, two)))
    await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=(two, three)))
    assert [each.file_name for each in ada.messages() if each.file_name] == ["a.md", "b.md", "b.md", "c.md"]
    assert uploaded(server) == 3


async def test_another_name_or_content_or_kind_is_another_file(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    content = png(60, 40)
    for file in (
        document("a.png", content),
        document("b.png", content),
        document("a.png", content + b" "),
        picture("a.png", content),
    ):
        await listener.adapter.send(str(ada.chat), Reply(plain("M1"), files=(file,)))
    assert uploaded(server) == 4


@pytest.mark.parametrize("count", [1, 2])
async def test_a_file_that_telegram_knows_no_more_is_uploaded_again(
    listener: Listener, server: BotApiServer, ada: Person, count: int
) -> None:
    files = tuple(document(f"{number}.md", bytes([65 + number])) for number in range(count))
    for _ in range(2):
        await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=files))
        server.sent_files.clear()
    await listener.adapter.send(str(ada.chat), Reply(plain("S1"), files=files))
    assert uploaded(server) == count
    names = [each.file_name for each in ada.messages() if each.file_name]
    assert names == [file.name for file in files] * 3


async def test_what_was_uploaded_is_known_after_a_restart(
    server: BotApiServer, ada: Person, tmp_path: Path
) -> None:
    for _ in range(2):
        store = BotStore(tmp_path / "bot.db", "telegram")
        listener = Listener(adapter_for(server, sent=store))
        async with running(listener.adapter.run(listener.handle), server):
            await listener.adapter.send(str(ada.chat), Reply(plain("M1"), files=(document("a.md"),)))
        store.close()
    assert len(ada.messages()) == 2
    assert uploaded(server) == 1
