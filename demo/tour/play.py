"""The tour: one transcript played through the real bot on the real cluster, whose leader is killed."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot import transcript
from bot.adapters.script import ScriptAdapter, Transcript
from bot.app import STORE_FILE, classroom, converse
from bot.config import from_file
from bot.player import TranscriptFailed
from bot.store import BotStore
from demo.accounts import Account
from lms_cluster.local.cluster import ClusterError, LocalCluster

TOUR = Path(__file__).parent / "transcript.txt"
_PASSWORD = re.compile(r"\{password of ([\w.-]+)\}")


class Surroundings:
    """What the tour's `!` lines do."""

    def __init__(self, cluster: LocalCluster) -> None:
        self._cluster = cluster
        self._killed = ""

    async def act(self, act: str) -> None:
        """Raises TranscriptFailed."""
        acts = {
            "kill the leader with -9": self._kill_leader,
            "bring the killed node back": self._bring_back,
            "compare the state of all nodes": self._compare,
        }
        try:
            print(f"  {await asyncio.to_thread(acts[act])}", flush=True)
        except KeyError:
            raise TranscriptFailed(f"nobody here can {act}") from None
        except ClusterError as error:
            raise TranscriptFailed(str(error)) from None

    def _kill_leader(self) -> str:
        self._killed = self._cluster.wait_for_leader()
        process = self._cluster.node(self._killed)
        pid = process.pid()
        process.kill()
        return f"{self._killed} led, and is gone (pid {pid})"

    def _bring_back(self) -> str:
        process = self._cluster.node(self._killed)
        process.start()
        self._cluster.wait_ready([process], [self._cluster.address(self._killed)])
        return f"{self._killed} serves again"

    def _compare(self) -> str:
        return f"all {len(self._cluster.nodes)} nodes hold {self._cluster.wait_equal_state()}"


def read_tour(accounts: Mapping[str, Account]) -> Transcript:
    """The tour with the demo accounts' passwords in it, which are in no file of the tree."""
    content = _PASSWORD.sub(lambda match: accounts[match[1]].password, TOUR.read_text(encoding="utf-8"))
    return Transcript(transcript.parse(TOUR.name, content), TOUR.parent)


async def play(cluster: LocalCluster, accounts: Mapping[str, Account]) -> bool:
    """Whether all of it held. Everything said and answered is printed, and what did not hold."""
    with tempfile.TemporaryDirectory(prefix="homeroom-tour-") as folder:
        state = Path(folder)
        store = BotStore(state / STORE_FILE, ScriptAdapter.name)
        tour = ScriptAdapter([read_tour(accounts)], state / "downloads", _tell, Surroundings(cluster).act)
        try:
            async with classroom(from_file(cluster.folder / "cluster.toml")) as room:
                await converse(tour, room, store)
        except TranscriptFailed as failed:
            print(f"\nThe tour did not hold.\n{failed}", flush=True)
            return False
        finally:
            store.close()
    print("\nThe tour held: nothing acknowledged was lost, and all nodes agree.", flush=True)
    return True


def _tell(line: str) -> None:
    print(line, flush=True)
