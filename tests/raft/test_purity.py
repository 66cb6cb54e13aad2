"""The core is a value machine: what it does follows from what it is fed."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import raft

CORE = sorted(Path(raft.__file__).parent.glob("*.py"))
FORBIDDEN = {
    "asyncio",
    "time",
    "os",
    "logging",
    "threading",
    "socket",
    "datetime",
    "secrets",
    "sqlite3",
    "io",
}


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_imports_the_standard_library_without_clock_disk_network_or_chance(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            assert "random" not in names, "only the type random.Random may be named"
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module is not None
            names = [node.module]
            if node.module == "random":
                assert [alias.name for alias in node.names] == ["Random"]
        else:
            continue
        for name in names:
            package = name.split(".")[0]
            assert package not in FORBIDDEN
            assert package == "raft" or package in sys.stdlib_module_names
            assert not name.startswith("raft.runtime")


def test_random_is_only_named_never_made() -> None:
    for path in CORE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert not (isinstance(node.func, ast.Name) and node.func.id == "Random"), path.name


def test_every_public_name_exists() -> None:
    assert sorted(set(raft.__all__)) == sorted(raft.__all__)
    assert all(hasattr(raft, name) for name in raft.__all__)
