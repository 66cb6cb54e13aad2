"""What the demo course promises to whoever loads it, and to the tutor that quotes it."""

import csv
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

COURSE = Path(__file__).parents[2] / "demo" / "course"
SOILS = COURSE.parent / "soils"
PAGES = [page for course in (COURSE, SOILS) for page in sorted((course / "materials").glob("*.md"))]
SHORTEST = {COURSE: 700, SOILS: 500}
"""Words of a page."""

page_by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def read_tables(name: str, table: str) -> list[dict[str, Any]]:
    with (COURSE / name).open("rb") as file:
        tables: list[dict[str, Any]] = tomllib.load(file)[table]
    return tables


def read_roster() -> list[dict[str, str]]:
    with (COURSE / "roster.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_course_has_at_least_ten_pages_numbered_without_gaps() -> None:
    pages = [page.name for page in PAGES if page.is_relative_to(COURSE)]
    assert len(pages) >= 10
    assert [name[:3] for name in pages] == [f"{number:02}-" for number in range(1, len(pages) + 1)]


@page_by_page
def test_a_page_opens_with_its_only_title_and_is_divided_into_sections(page: Path) -> None:
    headings = re.findall(r"^(#+) (.+)$", read(page), flags=re.MULTILINE)
    levels = [len(marks) for marks, _ in headings]
    titles = [title for _, title in headings]
    assert read(page).startswith("# ")
    assert levels.count(1) == 1
    assert levels.count(2) >= 3
    assert len(set(titles)) == len(titles), "a citation by heading would be ambiguous"


@page_by_page
def test_a_page_can_be_read_in_one_sitting(page: Path) -> None:
    words = re.findall(r"[^\W\d_][\w'’-]*", read(page))
    assert SHORTEST[page.parents[1]] <= len(words) <= 1100


@page_by_page
def test_a_paragraph_is_one_line_so_that_its_sentences_can_be_quoted(page: Path) -> None:
    prose = re.sub(r"^```\n.*?^```\n\n", "", read(page), flags=re.MULTILINE | re.DOTALL)
    for block in prose.strip().split("\n\n"):
        lines = block.split("\n")
        assert len(lines) == 1 or all(re.match(r"- |\d+\. |\|", line) for line in lines), block


def test_assignments_have_a_title_points_a_deadline_and_instructions() -> None:
    assignments = read_tables("assignments.toml", "assignments")
    assert len(assignments) == 3
    assert len({assignment["title"] for assignment in assignments}) == 3
    for assignment in assignments:
        assert assignment.keys() == {"title", "points", "due_in_days", "instructions"}
        assert assignment["points"] > 0
        assert assignment["due_in_days"] > 0
        assert 100 <= len(assignment["instructions"]) <= 20_000


def test_the_points_named_in_an_assignments_instructions_add_up_to_its_points() -> None:
    for assignment in read_tables("assignments.toml", "assignments"):
        parts = re.findall(r"\((\d+) points\)", assignment["instructions"])
        assert sum(map(int, parts)) == assignment["points"], assignment["title"]


def test_the_roster_lists_each_person_once_and_no_passwords() -> None:
    roster = read_roster()
    usernames = [person["username"] for person in roster]
    assert len(set(usernames)) == len(usernames)
    for person in roster:
        assert person.keys() == {"username", "display_name", "role"}
        assert re.fullmatch(r"[a-z0-9._-]{2,32}", person["username"])
        assert person["display_name"].strip()


def test_the_roster_has_one_administrator_two_instructors_and_eight_students() -> None:
    roles = Counter(person["role"] for person in read_roster())
    assert roles == {"administrator": 1, "instructor": 2, "student": 8}
