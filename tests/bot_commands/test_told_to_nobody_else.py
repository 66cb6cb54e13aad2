"""Codes and passwords: in no log, in no store, in nobody else's chat."""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path

import pytest

from bot.core.command import Registry
from bot.core.engine import Engine
from bot.core.model import Incoming
from bot.store import BotStore
from tests.bot.place import Place
from tests.solo.classroom import SoloClassroom
from tests.world import PEOPLE

PASSWORD = "Barbara's own long password"


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_codes_and_passwords_go_to_their_person_and_nowhere_else(
    registry: Registry,
    classroom: SoloClassroom,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    place, store = Place(), BotStore(tmp_path / "bot.db", "place")
    engine = Engine(place, registry, store, time.time)
    said = 0

    async def say(chat: str, *lines: str) -> None:
        nonlocal said
        for line in lines:
            said += 1
            await engine.handle(Incoming("place", chat, str(said), line, message=f"message {said}"))

    def codes() -> list[str]:
        texts = [reply.text.plain for chat, reply in place.said if chat == "root"]
        return [code for text in texts for code in re.findall(r"^/start ([\w-]{43})$", text, re.MULTILINE)]

    for username in ("root", "grace", "ada"):
        await say(username, f"/login {username}", PEOPLE[username].password)
    await say("root", "/adduser barbara student Barbara Liskov", "-")
    await say("barbara", f"/start {codes()[0]}", "/password", "-", PASSWORD, "/logout")
    await say("barbara", "/login barbara", PASSWORD)
    await say("root", "/resetpassword barbara", "yes", "/audit barbara", "/users barbara")
    await say("barbara", f"/start {codes()[1]}", f"/start {codes()[1]}")
    await say("grace", "/progress", "/announce Hello", "yes")
    await say("ada", "/whoami", "/status")

    secrets = [*codes(), PASSWORD, *(PEOPLE[name].password for name in ("root", "grace", "ada"))]
    assert len(codes()) == 2
    store.close()
    captured = capfd.readouterr()
    kept = everything_in(tmp_path)
    for secret in secrets:
        assert secret not in caplog.text
        assert secret not in captured.out + captured.err
        assert secret.encode() not in kept
        assert all(secret not in reply.text.plain for chat, reply in place.said if chat != "root")
    assert all(secret not in reply.text.plain for _, reply in place.said for secret in secrets[2:])
    assert [reply.text.plain for chat, reply in place.said if chat == "barbara"][-1].startswith(
        "This sign-in link is used up"
    )
