"""Threads are as many as this process may use, not as many as the machine has."""

from pathlib import Path

import pytest

from tutor.backends.cpus import quota, threads, usable_threads


@pytest.mark.parametrize(
    ("available", "allowed", "expected"),
    [(8, None, 8), (8, 2.0, 2), (8, 2.5, 2), (8, 0.5, 1), (2, 16.0, 2), (1, None, 1)],
)
def test_threads_are_the_cpus_within_the_quota(available: int, allowed: float | None, expected: int) -> None:
    assert threads(available, allowed) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "nonsense"}, None),
        ({}, None),
    ],
)
def test_the_quota_is_read_as_either_kind_of_control_group_writes_it(
    tmp_path: Path, files: dict[str, str], expected: float | None
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert quota(tmp_path) == expected


def test_this_process_has_a_thread_at_least() -> None:
    assert usable_threads() >= 1
