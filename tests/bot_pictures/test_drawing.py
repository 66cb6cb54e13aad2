"""Pictures: drawn beside the conversation, harmless whatever stands in them, and never in its way."""

from __future__ import annotations

import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.core.language import speaking
from bot.core.text import phrases
from bot.pictures import drawing
from bot.pictures.bars import Bar, bars
from bot.pictures.drawing import picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG = b"\x89PNG\r\n\x1a\n"


def size(png: bytes) -> tuple[int, int]:
    """Width and height in dots."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


async def test_a_picture_is_a_png_of_the_size_asked_for() -> None:
    (drawn,) = await picture("empty.png", lambda figure: None, width=3.0, height=2.0)
    assert (drawn.name, drawn.media_type, drawn.picture) == ("empty.png", "image/png", True)
    assert drawn.content.startswith(PNG)
    assert size(drawn.content) == (330, 220)


@pytest.mark.parametrize("name", ["$\\frac{", "_^$", "漢字 😀", "x" * 500, "\u202e", "a\nb", ""])
async def test_whatever_people_are_called_can_be_drawn(name: str) -> None:
    (drawn,) = await bars("p.png", name, [Bar(name, [(name, 2.0), (name, -1.0)])], legend=[name, name])
    assert drawn.content.startswith(PNG)
    width, height = size(drawn.content)
    assert width < 2_000
    assert height < 2_000


async def test_a_picture_that_fails_is_left_out() -> None:
    def plot(figure: Figure) -> None:
        raise ValueError("no such thing")

    assert await picture("broken.png", plot) == ()


async def test_a_picture_that_takes_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "SECONDS_MAX", 0.0)
    assert await picture("slow.png", lambda figure: None) == ()


async def test_a_picture_speaks_the_readers_language() -> None:
    said: list[str] = []
    with speaking("de", ""):
        await picture("said.png", lambda figure: said.append(phrases.files(2)))
    assert said == ["2 Dateien"]


def test_a_bot_that_has_drawn_nothing_has_not_loaded_what_draws() -> None:
    program = "import sys, bot.app; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"
