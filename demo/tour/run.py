"""The tour from beginning to end, in a classroom that nobody has used: it counts on what it finds there."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from demo.classroom import is_founded, open_or_found, start
from demo.tour.play import play
from lms_cluster.local.cluster import LocalCluster


def run(home: Path) -> bool:
    """Whether it held. Nothing that it started runs on. Raises ClusterError."""
    folder = unused_folder(home)
    if folder != home:
        print(f"{home} holds a classroom already; the tour has one of its own, in {folder}", flush=True)
    cluster = open_or_found(folder)
    try:
        return asyncio.run(play(cluster, start(cluster)))
    finally:
        cluster.stop()


def unused_folder(home: Path) -> Path:
    """`home` as long as there is no classroom in it; then a folder in it, cleared of the last tour."""
    if not is_founded(home):
        return home
    folder = home / "tour"
    if is_founded(folder):
        LocalCluster.open(folder).stop()
        shutil.rmtree(folder)
    return folder
