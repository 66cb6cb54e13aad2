"""`python -m tests.classday.node CLOCK …`: a real node that takes its time of day from the school's clock."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from lms_cluster import node, stamp
from lms_cluster.__main__ import main
from lms_cluster.services.composition import Services
from tests.classday.clock import SchoolClock


def live_by(clock: SchoolClock) -> None:
    """What a node writes into commands, and what it looks for by the hour, goes by this clock. Not the whole
    process: gRPC counts the seconds to a deadline by the time of day."""
    vars(stamp).update(time=SimpleNamespace(time_ns=clock.nanoseconds))
    vars(node).update(Services=partial(Services, clock=clock.seconds))


if __name__ == "__main__":
    live_by(SchoolClock(Path(sys.argv.pop(1))))
    main()
