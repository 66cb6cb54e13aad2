"""The conversations in the pages of docs/ are those that are really held."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.walks.pages import PAGES, with_what_is_said


@pytest.fixture(params=PAGES, ids=lambda page: page.stem)
def page(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Its name and its text."""
    path: Path = request.param
    return path.stem, path.read_text("utf-8")


async def test_the_page_shows_what_is_said_today(page: tuple[str, str]) -> None:
    name, text = page
    assert text == await with_what_is_said(name, text), "run `python -m tests.walks`"


async def test_a_page_without_the_sections_of_its_transcript_is_noticed() -> None:
    with pytest.raises(ValueError, match="students"):
        await with_what_is_said("students", "# Nothing is shown here")
