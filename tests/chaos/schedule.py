"""Which faults, when, and to whom: drawn from a seed, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random


class Kind(Enum):
    KILL = "kill -9"
    CRASH_LOOP = "kill -9 while it starts"
    TERMINATE = "restart"
    STOP = "SIGSTOP"
    CUT_ONE_WAY = "link cut one way"
    CUT = "link cut"
    MUTE = "node not heard"
    DEAF = "node hears nothing"
    SPLIT = "split"
    SWIZZLE = "links clogged one by one"
    SLOW = "slow links"
    THIN = "thin links"
    RESET = "connections reset"
    TRANSFER = "leadership handed over"
    REPLACE = "member replaced"
    WIPE = "disk lost"


WEIGHTS = {
    Kind.KILL: 5,
    Kind.CRASH_LOOP: 2,
    Kind.TERMINATE: 3,
    Kind.STOP: 4,
    Kind.CUT_ONE_WAY: 4,
    Kind.CUT: 3,
    Kind.MUTE: 3,
    Kind.DEAF: 3,
    Kind.SPLIT: 3,
    Kind.SWIZZLE: 2,
    Kind.SLOW: 3,
    Kind.THIN: 2,
    Kind.RESET: 2,
    Kind.TRANSFER: 3,
    Kind.REPLACE: 3,
    Kind.WIPE: 2,
}
ROUND_SECONDS = (10.0, 20.0)
CALM_SECONDS = 5.0
"""Between two rounds nothing is wrong: what was broken must have healed by itself."""
GAP_SECONDS = 2.0
"""Between the beginnings of two faults, on average: several are under way at once."""
LASTS_SECONDS = (0.3, 8.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Its victims are the first `count` nodes of `order`."""

    kind: Kind
    at: float
    """Seconds after the beginning."""
    lasts: float
    """Seconds."""
    order: tuple[int, ...]
    """The nodes' places in the cluster, shuffled; the spare's is among them, and passed over."""
    leader_first: bool
    """Whoever leads when it begins is moved to the front of `order`."""
    count: int
    strength: float
    """From 0 to 1: how slow, how thin."""


def schedule(seed: int, seconds: float, nodes: int) -> Iterator[Fault]:
    """For `nodes` members. In order of time; every fault that lasts as long as it is meant to ends before
    `seconds` have passed."""
    random = Random(seed)
    begins = 0.0
    while begins < seconds:
        ends = min(begins + random.uniform(*ROUND_SECONDS), seconds)
        at = begins + random.uniform(0.0, 1.0)
        while at < ends - LASTS_SECONDS[0]:
            yield _fault(random, at, ends - at, nodes)
            at += random.expovariate(1 / GAP_SECONDS)
        begins = ends + CALM_SECONDS


def _fault(random: Random, at: float, at_most: float, nodes: int) -> Fault:
    kind = random.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
    # Now and then a majority, or everybody.
    count = 1 if random.random() < 0.75 else random.randint(1, nodes)
    return Fault(
        kind=kind,
        at=at,
        lasts=min(random.uniform(*LASTS_SECONDS), at_most),
        order=tuple(random.sample(range(nodes + 1), nodes + 1)),
        leader_first=random.random() < 0.5,
        count=count,
        strength=random.random(),
    )
