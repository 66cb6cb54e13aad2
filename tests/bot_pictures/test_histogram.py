"""Scores in ranges, as a picture and in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.histogram import RANGES_MAX, as_lines, histogram, ranges
from bot.pictures.table import Cell, table

PNG = b"\x89PNG"


@given(st.integers(0, 1_000), st.lists(st.integers(0, 100_000), max_size=50))
def test_every_score_is_counted_once_in_at_most_ten_ranges(points_max: int, scores: list[int]) -> None:
    within = [min(score, 100 * points_max) for score in scores]
    found = ranges(within, points_max)
    assert sum(each.count for each in found) == len(scores)
    assert 1 <= len(found) <= RANGES_MAX
    assert (found[0].least, found[-1].most) == (0, points_max)


def test_a_score_on_an_edge_belongs_to_the_range_that_begins_there() -> None:
    assert [each.count for each in ranges([0, 199, 200, 1_999, 2_000], 20)] == [2, 1, *[0] * 7, 2]


def test_the_words_show_a_bar_for_each_range() -> None:
    assert as_lines(ranges([100, 150, 300], 4)) == ["0–1  0", "1–2 ██ 2", "2–3  0", "3–4 █ 1"]


def test_long_bars_are_drawn_in_proportion_and_none_vanishes() -> None:
    lines = as_lines(ranges([50] * 400 + [150], 2))
    assert [line.count("█") for line in lines] == [20, 1]


@pytest.mark.parametrize("scores", [[], [0], [1_000] * 300])
async def test_a_histogram_is_a_picture_whatever_there_is(scores: list[int]) -> None:
    (file,) = await histogram("a.png", "$x^2$ & <b>", ranges(scores, 10), "Points", "Students")
    assert file.picture
    assert file.content.startswith(PNG)


async def test_a_table_is_a_picture_with_whatever_words() -> None:
    rows = [[Cell("$\\frac{1}{2}$ 学生\n" * 20), Cell("13.5", faint=True)], [Cell(""), Cell("–")]]
    (file,) = await table("t.png", "Gradebook", ["Student", "A1"], rows)
    assert file.content.startswith(PNG)
    assert (await table("t.png", "Empty", ["Student"], []))[0].content.startswith(PNG)
