"""Looking for damage before it is met: a disk may change what nobody reads for months. The whole state is
verified again and again, a little at a time; what is found damaged ends the node, which then heals."""

from __future__ import annotations

import asyncio

from storage.classroom import Classroom

PAUSE_SECONDS = 0.2
"""Between two steps, so that callers hardly notice."""
REST_SECONDS = 6 * 3600.0
"""Between two rounds."""
_DONE = object()


class Scrubbing:
    def __init__(self, classroom: Classroom) -> None:
        self._classroom = classroom

    async def run(self) -> None:
        """Until cancelled. Raises StateCorrupted."""
        while True:
            steps = self._classroom.verification()
            while await asyncio.to_thread(next, steps, _DONE) is not _DONE:  # noqa: ASYNC110 -- not a poll
                await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.sleep(REST_SECONDS)
