"""A small class lives through a task from its setting to its grades, and everything about it is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classday.plan import TASK_DAYS
from tests.classday.run import ClassDays


@pytest.mark.timeout(300)
async def test_a_small_class_is_graded_told_and_kept_apart_rightly(tmp_path: Path) -> None:
    findings = await ClassDays(tmp_path, seed=7, students=6, instructors=3, days=TASK_DAYS).run(print)
    assert findings.wrong == []
    assert findings.grades > 0
    assert sum(findings.kills.values()) == TASK_DAYS
