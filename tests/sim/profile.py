"""What one seed of the swarm is like: sizes, speeds, and how probable each fault is."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from raft import Config
from tests.sim.network import Weather

RARE, FREQUENT = 0.02, 0.25
CLASSROOM = 0.02


@dataclass(frozen=True, slots=True)
class Profile:
    """`faults`: the probability of each kind at every step of the chaos, where it is possible at all.
    `clock_rates` of the nodes by number; `disk_seconds` likewise."""

    size: int
    spare: int
    seconds: float
    clients: int
    keys: int
    pause_seconds: float
    weather: Weather
    faults: dict[str, float]
    clock_rates: tuple[float, ...]
    disk_seconds: tuple[float, ...]
    tail_entries: int
    config: Config
    """Of every node, but for its name. Some limits are so small that every batch is cut up."""
    has_classroom: bool
    """The real classroom stands behind the registers; slower, so rare."""


def draw_profile(random: Random, kinds: tuple[str, ...]) -> Profile:
    """Every seed leaves most kinds of fault out: what only shows without another fault must show, too."""
    size = random.choice((1, 2, 3, 3, 3, 4, 5, 5, 7))
    spare = random.choice((0, 0, 1, 2, 3)) if size < 7 else 0
    is_skewed = random.random() < 0.4
    is_slow = random.random() < 0.3
    return Profile(
        size=size,
        spare=spare,
        seconds=random.uniform(6.0, 24.0),
        clients=random.randint(1, 4),
        keys=random.randint(1, 4),
        pause_seconds=random.choice((0.01, 0.1, 0.4)),
        weather=Weather(
            loss=random.choice((0.0, 0.0, 0.02, 0.1, 0.3)),
            duplicate=random.choice((0.0, 0.0, 0.05, 0.2)),
            replay=random.choice((0.0, 0.0, 0.01, 0.05)),
            slow=random.choice((0.0, 0.0, 0.02, 0.2)),
            delay_seconds=random.choice((0.0005, 0.002, 0.01, 0.05)),
            reorders=random.random() < 0.5,
            through_wire=random.random() < 0.2,
            stream_break=random.choice((0.0, 0.01, 0.05)),
        ),
        faults={
            kind: random.choice((RARE, 0.08, FREQUENT)) if random.random() < 0.4 else 0.0 for kind in kinds
        },
        clock_rates=tuple(random.uniform(0.5, 2.0) if is_skewed else 1.0 for _ in range(size + spare)),
        disk_seconds=tuple(
            random.choice((0.001, 0.02, 0.2)) if is_slow else 0.001 for _ in range(size + spare)
        ),
        tail_entries=random.choice((5, 20, 200)),
        config=Config(
            "",
            entries_bytes_max=random.choice((1, 200, 1 << 20)),
            inflight_messages_max=random.choice((1, 2, 64)),
            applying_bytes_max=random.choice((1, 4 << 20)),
            uncommitted_bytes_max=random.choice((500, 64 << 20)),
        ),
        has_classroom=random.random() < CLASSROOM,
    )
