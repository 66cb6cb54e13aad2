"""`python -m tests.fuzz --cases 100000 --seed 1 [--telegram]`; exits with 1 when something did not hold."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from tests.fuzz import campaign, telegram
from tests.fuzz.campaign import FAILURES_MAX, Tally, play_room, rooms
from tests.fuzz.telegram import play_telegram_room

MEMORY = Path("/dev/shm")

Play = Callable[[int, int, int, Tally, Callable[[str], None]], Awaitable[None]]
"""Plays one room: its seed, its number, how many cases, where to count, whom to tell."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.fuzz", description="Hostile input, and what holds of it.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", type=int, help="only this room of the seed: the whole of it")
    parser.add_argument("--telegram", action="store_true", help="as updates, through the Telegram adapter")
    arguments = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    # httpx looks for it whenever it takes a lock, and where there is none, on the whole path.
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
    if MEMORY.is_dir():
        tempfile.tempdir = str(MEMORY)
    play = play_telegram_room if arguments.telegram else play_room
    size = telegram.CASES_A_ROOM if arguments.telegram else campaign.CASES_A_ROOM
    played = [(arguments.room, size)] if arguments.room is not None else rooms(arguments.cases, size)
    tally = asyncio.run(_play(play, arguments.seed, played))
    kinds = "".join(f"\n  {count:6} × {kind}" for kind, count in tally.kinds.most_common())
    print(f"{_counted(tally)}, {sum(tally.kinds.values())} violations{kinds}")
    return 1 if tally.failures else 0


async def _play(play: Play, seed: int, played: Iterable[tuple[int, int]]) -> Tally:
    tally, begun = Tally(), time.monotonic()
    for number, size in played:
        await play(seed, number, size, tally, lambda words: print(words, flush=True))
        if len(tally.failures) >= FAILURES_MAX:
            break
        if tally.cases % 5_000 == 0:
            rate = tally.cases / (time.monotonic() - begun)
            print(f"{_counted(tally)}; {rate:.0f} a second", flush=True)
    return tally


def _counted(tally: Tally) -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(tally.counts.items()))
    return f"{tally.cases:,} cases: {counts}"


if __name__ == "__main__":
    sys.exit(main())
