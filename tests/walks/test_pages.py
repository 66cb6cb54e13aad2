"""The conversations in the pages of docs/ are those that are really held."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.walks.pages import PAGES, with_what_is_said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_the_page_shows_what_is_said_today(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text == await with_what_is_said(page.stem, text), "run `python -m tests.walks`"


async def test_a_page_without_the_sections_of_its_transcript_is_noticed() -> None:
    with pytest.raises(ValueError, match="students"):
        await with_what_is_said("students", "# Nothing is shown here")
