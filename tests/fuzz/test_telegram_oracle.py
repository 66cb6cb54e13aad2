"""What the fuzzing of Telegram would notice: each mistake is made once, to see that it does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.adapters.telegram import attempts, rendering, replies
from bot.core.richtext import Style, Text
from tests.fuzz.campaign import Tally
from tests.fuzz.telegram import play_telegram_room

CASES = 60


def unescaped(text: Text) -> str:
    return "".join(f"<b>{span.text}</b>" if span.style is Style.BOLD else span.text for span in text.spans)


def unstyled(text: Text) -> str:
    return rendering.sendable(text.plain).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def forgetful(text: Text, units_max: int) -> list[Text]:
    return [Text(text.spans[:1])]


@pytest.mark.parametrize(
    ("place", "name", "mistake", "noticed"),
    [
        (attempts, "html", unescaped, "was refused"),
        (attempts, "html", unstyled, "other words are bold"),
        (replies, "split", forgetful, "Telegram shows other words"),
    ],
    ids=["not escaped", "not styled", "cut off"],
)
async def test_this_mistake_is_noticed(
    place: object,
    name: str,
    mistake: Callable[..., object],
    noticed: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(place, name, mistake)
    tally = Tally()
    await play_telegram_room(2026, 1, CASES, tally, lambda words: None)
    assert any(noticed in failure.what for failure in tally.failures)
