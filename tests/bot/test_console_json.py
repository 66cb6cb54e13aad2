"""`--json`: one object a reply, the same members in each, for a program to read."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.console import PipedLines
from bot.core.model import Button, OutgoingFile, Reply
from bot.core.richtext import bold, join, plain
from tests.bot.test_console import LOGIN, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    found = Terminal(tmp_path)
    found.json = True
    return found


async def shown(terminal: Terminal, *replies: Reply) -> list[dict[str, Any]]:
    adapter = terminal.adapter(PipedLines(io.BytesIO()))
    for reply in replies:
        await adapter.send("me", reply)
    return [json.loads(line) for line in terminal.output.getvalue().splitlines()]


async def test_every_reply_is_one_object_on_one_line(terminal: Terminal) -> None:
    printed = await terminal.pipe(LOGIN + "/grade S1\nmany\n18\n:press 7\n")
    documents = [json.loads(line) for line in printed.splitlines()]
    assert [(each["source"], each["refused"]) for each in documents] == [
        ("bot", False),
        ("bot", False),
        ("bot", False),
        ("bot", True),
        ("bot", False),
        ("console", True),
    ]
    assert [each["secret_next"] for each in documents[:2]] == [True, False]
    assert documents[-1] == {
        "source": "console",
        "chat": "me",
        "text": "There is no button 7.",
        "refused": True,
    }


async def test_a_reply_has_all_that_a_person_would_see(terminal: Terminal) -> None:
    picture = OutgoingFile("stats.png", "image/png", b"pixels", picture=True)
    rows = ((Button("Open S1", "submissions:S1"), Button("Grade", "grade:S1")), (Button("Back", "pending"),))
    text = join((bold("Statistics"), "\n18 of 20"))
    (document,) = await shown(terminal, Reply(text, rows, (picture,), saved=True))
    assert document.pop("message")
    path = terminal.folder / "downloads" / "stats.png"
    assert path.read_bytes() == b"pixels"
    assert document == {
        "source": "bot",
        "chat": "me",
        "notice": False,
        "text": "Statistics\n18 of 20",
        "spans": [{"text": "Statistics", "style": "bold"}, {"text": "\n18 of 20", "style": "plain"}],
        "buttons": [
            {"number": 1, "row": 1, "label": "Open S1", "data": "submissions:S1"},
            {"number": 2, "row": 1, "label": "Grade", "data": "grade:S1"},
            {"number": 3, "row": 2, "label": "Back", "data": "pending"},
        ],
        "files": [
            {
                "name": "stats.png",
                "media_type": "image/png",
                "size": 6,
                "picture": True,
                "path": str(path),
                "trouble": "",
            }
        ],
        "refused": False,
        "saved": True,
        "secret_next": False,
    }


async def test_a_notice_says_so_and_its_buttons_have_no_number(terminal: Terminal) -> None:
    (document,) = await shown(terminal, Reply(plain("🔔 News"), ((Button("Open M1", "materials:M1"),),)))
    assert document["notice"]
    assert document["buttons"][0]["number"] is None


async def test_any_text_is_one_line_of_valid_ascii(terminal: Terminal) -> None:
    text = "a\nb\x1b[2J\u2028\udcff\ud800 ü 😀"
    (document,) = await shown(terminal, Reply(plain(text)))
    assert document["text"] == "a\nb\x1b[2J\u2028\ufffd\ufffd ü 😀"
    assert terminal.output.getvalue().isascii()
    assert terminal.output.getvalue().count("\n") == 1
