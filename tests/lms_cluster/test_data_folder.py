"""A node's data folder: one process at a time, and a clear word to the second."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lms_cluster.data_folder import DataFolder, DataFolderUnusable

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, pathlib
from lms_cluster.data_folder import DataFolder
folder = DataFolder(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_node_on_the_same_data_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    held = DataFolder(tmp_path / "n1")
    for _ in range(2):
        with pytest.raises(DataFolderUnusable, match=rf"n1: another process \(pid {os.getpid()}\)"):
            DataFolder(tmp_path / "n1")
    held.release()
    DataFolder(tmp_path / "n1").release()


def test_a_killed_node_leaves_no_lock_behind(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DataFolderUnusable, match=f"pid {holder.pid}"):
            DataFolder(tmp_path)
        holder.kill()
        holder.wait()
    DataFolder(tmp_path).release()


def test_the_folder_is_private(tmp_path: Path) -> None:
    DataFolder(tmp_path / "n1").release()
    assert (tmp_path / "n1").stat().st_mode & 0o777 == 0o700


def test_a_path_that_can_be_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "n1").touch()
    with pytest.raises(DataFolderUnusable, match=r"n1: the node's data cannot be kept there \(.+\)"):
        DataFolder(tmp_path / "n1")
