"""S46: the real cluster under real faults, for a short while. `./cluster.sh chaos` goes on for as long as
asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.run import ChaosRun


@pytest.mark.timeout(240)
async def test_a_cluster_under_faults_loses_repeats_and_contradicts_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    run = ChaosRun(tmp_path / "classroom", seed=107, seconds=15.0, node_count=3)
    outcome = await run.run(told.append)
    assert outcome.record.violations == []
    assert outcome.record.acknowledged.total() > 0
    assert outcome.faults.total() > 0
    assert told
