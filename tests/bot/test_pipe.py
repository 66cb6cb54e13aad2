"""`python -m bot console` and `script` in a pipe, as processes over a classroom with real services."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.dialogs.plays import FOLDER
from tests.solo.classroom import SoloClassroom, seated
from tests.world import PEOPLE


@dataclass(frozen=True, slots=True)
class Ended:
    status: int
    replies: str
    log: str


class Pipe:
    def __init__(self, classroom: SoloClassroom, state: Path) -> None:
        self._nodes = ("--nodes", classroom.address)
        self.state = state

    async def console(self, said: str, *words: str, **variables: str) -> Ended:
        return await self._run(said, "console", *self._nodes, "--state", str(self.state), *words, **variables)

    async def script(self, path: Path) -> Ended:
        return await self._run("", "script", *self._nodes, str(path))

    async def _run(self, said: str, *words: str, **variables: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **variables},
        )
        async with asyncio.timeout(60):
            replies, log = await process.communicate(said.encode())
        return Ended(process.returncode or 0, replies.decode(), log.decode())


@pytest_asyncio.fixture
async def pipe(tmp_path: Path) -> AsyncIterator[Pipe]:
    async with seated() as classroom:
        yield Pipe(classroom, tmp_path / "state")


LOGIN = f"/login ada\n{PEOPLE['ada'].password}\n"


async def test_a_pipe_gets_replies_alone_and_its_log_apart(pipe: Pipe) -> None:
    ended = await pipe.console(LOGIN + "/whoami\n/assignments\n")
    assert ended.status == 0
    assert ended.replies.startswith("What is your password?\nWelcome, Ada\n")
    assert "There are no assignments yet." in ended.replies
    assert not any(mark in ended.replies for mark in ("\x1b", "> ", "{"))
    assert {json.loads(line)["level"] for line in ended.log.splitlines()} == {"info"}
    assert PEOPLE["ada"].password not in ended.replies + ended.log


async def test_strict_ends_at_the_first_refusal_and_says_nothing_more(pipe: Pipe) -> None:
    ended = await pipe.console(LOGIN + "/grade S1 20\n/whoami\n", "--strict")
    assert ended.status == 1
    assert ended.replies.endswith("Only instructors can use /grade.\n")
    assert (await pipe.console("/whoami\n", "--strict")).status == 0


async def test_whoever_is_named_is_signed_in_beforehand(pipe: Pipe) -> None:
    ended = await pipe.console("/whoami\n", "--user", "ada", HOMEROOM_PASSWORD=PEOPLE["ada"].password)
    assert ended.replies.startswith("Ada\nSigned in as ada, student.")


async def test_a_program_is_told_where_a_picture_is_and_what_it_shows(pipe: Pipe) -> None:
    ended = await pipe.console(LOGIN + "/progress\n", "--json")
    documents: list[dict[str, Any]] = [json.loads(line) for line in ended.replies.splitlines()]
    assert [each["secret_next"] for each in documents] == [True, False, False]
    (picture,) = documents[-1]["files"]
    assert picture["picture"]
    path = pipe.state / "downloads" / picture["name"]
    assert picture["path"] == str(path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert documents[-1]["text"].strip()
    shown = await pipe.console("/progress\n")
    assert f"(picture: {path.with_stem(path.stem + ' (2)')}, " in shown.replies


async def test_a_transcript_is_played_by_the_script_command(pipe: Pipe) -> None:
    ended = await pipe.script(FOLDER / "by_taps_alone.txt")
    assert (ended.status, ended.log) == (0, "")
    assert "ada > :press Hand in" in ended.replies
    assert PEOPLE["ada"].password not in ended.replies
