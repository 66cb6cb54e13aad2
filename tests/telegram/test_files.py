"""Files that a person sent come byte for byte, and what cannot come is explained."""

from __future__ import annotations

import pytest

from bot.core.adapter import FileUnavailable
from bot.core.model import FileRef
from tests.telegram.methods import DOWNLOAD_BYTES_MAX
from tests.telegram.people import Person
from tests.telegram.protocol import Refusal
from tests.telegram.running import Listener
from tests.telegram.server import BotApiServer


async def sent(listener: Listener, ada: Person, content: bytes, size: int | None = None) -> FileRef:
    ada.send_file("essay.bin", content, size=size)
    await ada.hears("heard")
    return listener.heard[-1].files[0]


async def test_a_file_of_any_bytes_is_fetched_whole(listener: Listener, ada: Person) -> None:
    content = bytes(range(256)) * 4096
    assert await listener.adapter.fetch(await sent(listener, ada, content)) == content


async def test_a_file_too_large_is_refused_without_being_asked_for(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    file = await sent(listener, ada, b"", size=DOWNLOAD_BYTES_MAX + 1)
    with pytest.raises(FileUnavailable, match=r"essay\.bin.*20 MB"):
        await listener.adapter.fetch(file)
    assert not server.called("getFile")


async def test_a_file_of_the_largest_size_is_fetched(listener: Listener, ada: Person) -> None:
    content = b"x" * DOWNLOAD_BYTES_MAX
    assert await listener.adapter.fetch(await sent(listener, ada, content)) == content


async def test_a_file_whose_size_nobody_told_is_refused_by_telegram(listener: Listener, ada: Person) -> None:
    file = await sent(listener, ada, b"x" * (DOWNLOAD_BYTES_MAX + 1), size=0)
    with pytest.raises(FileUnavailable, match=r"essay\.bin.*20 MB"):
        await listener.adapter.fetch(file)


async def test_a_file_that_telegram_lost_is_to_be_sent_again(
    listener: Listener, server: BotApiServer, ada: Person
) -> None:
    file = await sent(listener, ada, b"text")
    server.fail("getFile", Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable"))
    with pytest.raises(FileUnavailable, match="send it again"):
        await listener.adapter.fetch(file)
