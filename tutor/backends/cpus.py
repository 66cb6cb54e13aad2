"""How many threads are of use to a model: the CPUs that this process may run on, within its quota."""

import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def threads(available: int, quota: float | None) -> int:
    """`available` CPUs, of which a container may use `quota` at a time; a thread beyond it only has the
    others wait. At least one."""
    return max(1, available if quota is None else min(available, int(quota)))


def quota(cgroups: Path = CGROUPS) -> float | None:
    """CPUs that the control group allows on average (version 2's `cpu.max`, or version 1's); None: all."""
    for names in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            allowed, period = " ".join((cgroups / name).read_text() for name in names).split()
            if allowed.isdecimal():
                return int(allowed) / int(period)
        except (OSError, ValueError, ZeroDivisionError):
            continue
    return None


def usable_threads() -> int:
    """For this process, here."""
    affinity = getattr(os, "sched_getaffinity", None)
    return threads(len(affinity(0)) if affinity else os.cpu_count() or 1, quota())
