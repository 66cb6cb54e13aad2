"""DESIGN.md's table of promises names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import raft

TESTS = Path(__file__).parents[1]
TABLE = (Path(raft.__file__).parent / "DESIGN.md").read_text().split("## Promises and the tests")[1]
ROWS = [row for row in TABLE.split("\n## ")[0].splitlines() if row.startswith("| ")]
NAMED = sorted({found for row in ROWS for found in re.findall(r"`(\w+)\.(\w+)`", row)})


def test_the_table_names_tests() -> None:
    assert len(NAMED) > 80


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_holds_a_promise_is_there(file: str, name: str) -> None:
    homes = list(TESTS.glob(f"**/test_{file}.py"))
    assert any(re.search(rf"^(async )?def test_{name}\(", home.read_text(), re.MULTILINE) for home in homes)


def test_each_of_the_twenty_mistakes_of_others_has_a_test() -> None:
    text = "\n".join(path.read_text() for path in sorted(TESTS.glob("raft/test_mistakes_*.py")))
    assert {int(number) for number in re.findall(r"def test_mistake_(\d\d)_", text)} == set(range(1, 21))
