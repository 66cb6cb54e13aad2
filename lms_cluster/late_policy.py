"""What late work loses: for every interval begun a share of the points at most, down to a minimum."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LatePolicy:
    percent: int
    """Of the points at most, for each interval; 0: late work loses nothing."""
    interval_ms: int
    minimum_percent: int = 0
    """Lateness alone takes no grade below this share of the points at most."""

    def percent_lost(self, submitted_ms: int, due_ms: int) -> int:
        """The share of the points at most that is taken, 0 to 100; the minimum is not looked at yet."""
        late_ms = submitted_ms - due_ms
        if late_ms <= 0 or not self.percent or not self.interval_ms:
            return 0
        begun = -(-late_ms // self.interval_ms)
        return min(100, self.percent * begun)

    def deducted_hundredths(self, points: int, points_max: int, percent_lost: int) -> int:
        """Of a point, and exact: a percent of the points at most is as many hundredths as there are points.

        Work that earned less than the minimum keeps all of it.
        """
        earned, minimum = 100 * points, self.minimum_percent * points_max
        return max(0, min(percent_lost * points_max, earned - minimum, earned))

    def points_for_score(self, score_hundredths: int, points_max: int, percent_lost: int) -> int | None:
        """The fewest points of which lateness leaves this score; None when it leaves it of none."""
        below, rest = divmod(score_hundredths, 100)
        taken_whole, odd = divmod(score_hundredths + percent_lost * points_max, 100)
        candidates = [below + (1 if rest else 0)]
        if not odd:
            candidates.append(taken_whole)
        for points in candidates:
            left = 100 * points - self.deducted_hundredths(points, points_max, percent_lost)
            if points <= points_max and left == score_hundredths:
                return points
        return None
