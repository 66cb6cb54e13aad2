"""Whether an author may, looked up before work that costs. Apply checks again, and that check counts."""

from __future__ import annotations

from lms_cluster.authority import authorise, rule_of
from lms_cluster.deadline import Deadline
from lms_cluster.reader import Reader
from lms_cluster.viewer import Viewer


async def demand_right(reader: Reader, token_sha256: bytes, command: str, deadline: Deadline) -> Viewer:
    """Who the token belongs to. Raises Refused SESSION_ENDED, WRONG_ROLE, NO_QUORUM."""
    viewer = await reader.viewer(token_sha256, deadline)
    authorise(rule_of(command), viewer.role)
    return viewer
