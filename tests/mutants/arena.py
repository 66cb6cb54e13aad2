"""A copy of the tree in which one mutant after the other meets the tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutants.mutant import Mutant

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = ("raft", "storage", "protos", "lms_cluster", "tests", "pyproject.toml")
SECONDS_MAX: Final = 600
TEST_SECONDS_MAX: Final = 60

PROFILES: Final = {
    "storage/": ("tests/storage", "tests/raft"),
    "raft/runtime/": ("tests/raft_runtime", "tests/raft", "tests/sim"),
    "raft/": ("tests/raft", "tests/interaction", "tests/sim"),
}
"""Where a mutant is → what must notice it. Real time has no say where simulated time does: a test that fails
on a busy machine would look like one that noticed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`killer` is the test that failed, or the path that hung; None when every test passed. `is_sound`: it
    passes without the mutant."""

    killer: str | None
    is_sound: bool
    seconds: float


class Arena:
    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Arena]:
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            for name in COPIED:
                source, target = ROOT / name, Path(folder) / name
                if source.is_dir():
                    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(source, target)
            yield cls(Path(folder))

    def meet(self, mutant: Mutant) -> Verdict:
        """Raises DoesNotApply."""
        began = time.monotonic()
        mutated = mutant.applied_to(self._root)
        file = self._root / mutant.file
        original = file.read_text()
        profile = next(PROFILES[place] for place in PROFILES if mutant.file.startswith(place))
        file.write_text(mutated)
        try:
            failures = map(self._first_failure, [mutant.first, *profile])
            killer = next((failure for failure in failures if failure is not None), None)
        finally:
            file.write_text(original)
        is_sound = killer is None or self._first_failure(killer) is None
        return Verdict(killer, is_sound, time.monotonic() - began)

    def _first_failure(self, path: str) -> str | None:
        arguments = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", f"--timeout={TEST_SECONDS_MAX}", path]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *arguments],
                cwd=self._root,
                # Byte code is known by its source's second and size: a mutant may share both.
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
                timeout=SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return path
        if done.returncode == 0:
            return None
        failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", done.stdout, re.MULTILINE)
        return failed[1] if failed else path
