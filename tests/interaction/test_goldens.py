"""Plays every scenario of this folder and compares each answer with what is written there.

REWRITE_GOLDENS=1 writes what is answered now instead; then read the difference as critically as code.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.interaction.language import Interpreter

SCENARIOS = sorted(Path(__file__).parent.glob("*.txt"))
SEPARATOR = "----"


def played(text: str) -> str:
    """The scenario with the answers of now. Commands stand one a line; the separator and the answer follow,
    up to an empty line. Lines that begin with # are comments."""
    interpreter = Interpreter()
    paragraphs = [_answered(paragraph, interpreter) for paragraph in text.strip("\n").split("\n\n")]
    return "\n\n".join(paragraphs) + "\n"


def _answered(paragraph: str, interpreter: Interpreter) -> str:
    question = paragraph.split(f"\n{SEPARATOR}", maxsplit=1)[0]
    commands = [line for line in question.splitlines() if not line.startswith("#")]
    if not commands:
        return question
    answers = [interpreter.run(command) for command in commands]
    told = [answer for answer in answers if answer]
    return "\n".join([question, SEPARATOR, *(told or ["ok"])])


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 25


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_protocol_runs_as_the_scenario_says(path: Path) -> None:
    written = path.read_text()
    answered = played(written)
    if os.environ.get("REWRITE_GOLDENS"):
        path.write_text(answered)
    else:
        assert answered == written
