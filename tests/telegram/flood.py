"""Telegram's limits on how fast a bot speaks, as it enforces them."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from math import ceil

from tests.telegram.protocol import flood

EVERYWHERE_MAX = 30
EVERYWHERE_SECONDS = 1.0
CHAT_AT_ONCE = 20
GROUP_A_MINUTE = 20


class FloodControl:
    """No more than thirty messages in any second; in one chat a few at once, then one a second."""

    def __init__(self) -> None:
        self.violations = 0
        self.most_in_a_second = 0
        self._said: deque[float] = deque()
        self._levels: dict[int, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
        """How full each chat's bucket was, and when."""

    def admit(self, chat: int, messages: int) -> None:
        """Raises Refusal."""
        now = time.monotonic()
        while self._said and self._said[0] <= now - EVERYWHERE_SECONDS:
            self._said.popleft()
        rate = 1.0 if chat > 0 else GROUP_A_MINUTE / 60
        level, at = self._levels[chat]
        level = max(0.0, level - (now - at) * rate)
        # Half a message of grace, for two clocks that do not tick together.
        if level + messages > CHAT_AT_ONCE + 0.5:
            self._refuse(ceil((level + messages - CHAT_AT_ONCE) / rate))
        if len(self._said) + messages > EVERYWHERE_MAX:
            self._refuse(1)
        self._levels[chat] = (level + messages, now)
        self._said.extend([now] * messages)
        self.most_in_a_second = max(self.most_in_a_second, len(self._said))

    def _refuse(self, seconds: int) -> None:
        self.violations += 1
        raise flood(seconds)
