"""Giving up a damaged node's files, so that it begins anew and the others give it everything again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

from storage.files import side_files, sync

LOG: Final = "raft.db"
STATE: Final = "classroom.db"
SNAPSHOTS: Final = "snapshots"
_ASIDE = re.compile(r"damaged-(\d+)")


def set_aside(folder: Path) -> Path:
    """Move what a stopped node keeps into `damaged-N` inside its folder, and give that path. What was set
    aside before is removed: a bad disk must not fill up with its own remains. Raises OSError.

    The log's file goes first, and its side files after it. From then on the node is one that never took
    part, and as long as it is there, nothing of what it has promised is missing. A crash leaves one or the
    other; what remains of the rest is met as damaged once more.
    """
    earlier = {int(match[1]): path for path in folder.iterdir() if (match := _ASIDE.fullmatch(path.name))}
    aside = folder / f"damaged-{max(earlier, default=0) + 1}"
    aside.mkdir(mode=0o700)
    log, state = folder / LOG, folder / STATE
    for path in (log, *side_files(log), state, *side_files(state), folder / SNAPSHOTS):
        if path.exists():
            path.rename(aside / path.name)
            sync(folder)
    sync(aside)
    for path in earlier.values():
        shutil.rmtree(path)
    return aside
