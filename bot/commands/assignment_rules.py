"""When and how often an assignment takes work, and what lateness costs: typed, described, looked at."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.client.api import Assignment, AssignmentRules, LatePolicy, RubricLine
from bot.commands.arguments import POINTS_MAX
from bot.commands.dates import Calendar
from bot.core.command import BadValue
from bot.core.text import assignments as text
from bot.core.text import phrases

HOUR = timedelta(hours=1)
HOURS_MAX = 366 * 24
CRITERION_CHARACTERS_MAX = 100
RUBRIC_LINES_MAX = 20

_INTERVALS = {"hour": HOUR, "day": timedelta(days=1), "week": timedelta(weeks=1)}
_LATE = re.compile(
    r"(?P<percent>\d{1,3}) ?%? ?/ ?(?:(?P<name>hour|day|week)|(?P<hours>\d{1,4}) ?h?)", re.ASCII
)


def late(words: str) -> LatePolicy:
    """Reads `10%/day`, `5%/hour`, `20%/week`, `10%/12h`. Raises BadValue."""
    match = _LATE.fullmatch(words.strip().lower())
    if match is None:
        raise BadValue(text.LATE_NOT_UNDERSTOOD)
    interval = _INTERVALS[match["name"]] if match["name"] else int(match["hours"]) * HOUR
    if not 1 <= int(match["percent"]) <= 100 or not HOUR <= interval <= HOURS_MAX * HOUR:
        raise BadValue(text.LATE_NOT_UNDERSTOOD)
    return LatePolicy(int(match["percent"]), interval)


def percent(word: str) -> int:
    """Reads `40%`, or `40`. Raises BadValue."""
    found = word.strip().removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}", found, re.ASCII) or int(found) > 100:
        raise BadValue(phrases.out_of_range(word, 0, 100))
    return int(found)


def rubric(words: str) -> tuple[RubricLine, ...]:
    """Reads `clarity:8,proof:12`. Raises BadValue."""
    lines = []
    for part in words.split(","):
        criterion, colon, points = (piece.strip() for piece in part.rpartition(":"))
        well_formed = colon and re.fullmatch(r"\d{1,4}", points, re.ASCII) and ":" not in criterion
        if not well_formed or not 0 < len(criterion) <= CRITERION_CHARACTERS_MAX:
            raise BadValue(text.RUBRIC_NOT_UNDERSTOOD)
        if not 1 <= int(points) <= POINTS_MAX:
            raise BadValue(text.RUBRIC_NOT_UNDERSTOOD)
        lines.append(RubricLine(" ".join(criterion.split()), int(points)))
    if len({line.criterion.casefold() for line in lines}) < len(lines) or len(lines) > RUBRIC_LINES_MAX:
        raise BadValue(text.RUBRIC_NOT_UNDERSTOOD)
    return tuple(lines)


def described(rules: AssignmentRules, due: datetime, calendar: Calendar) -> list[str]:
    """Lines for a card; of `opens` only while it is ahead."""
    lines = []
    opens = opens_later(rules, calendar.now())
    if opens is not None:
        lines.append(text.opens(calendar.due(opens)))
    lines += _late_work(rules, due, calendar)
    if rules.attempts_max:
        lines.append(text.attempts_max(rules.attempts_max))
    if rules.late is not None:
        minutes = rules.late.interval // timedelta(minutes=1)
        lines.append(text.late_policy(rules.late.percent, minutes, rules.late.minimum_percent))
    if rules.rubric:
        lines.append(text.rubric([(line.criterion, line.points) for line in rules.rubric]))
    return lines


def _late_work(rules: AssignmentRules, due: datetime, calendar: Calendar) -> list[str]:
    """Until when it is taken; what it costs is the late policy's, where there is one."""
    cutoff = rules.cutoff
    if cutoff is not None and cutoff <= due:
        return [text.closes_when_due()]
    if cutoff is not None and cutoff < calendar.now():
        return [text.has_closed(calendar.until(cutoff))]
    until = calendar.until(cutoff) if cutoff is not None else ""
    if rules.late is None:
        return [text.late_is_free(until)]
    return [text.closes(until)] if until else []


def opens_later(rules: AssignmentRules, now: datetime) -> datetime | None:
    """When it opens, while that is ahead."""
    return rules.opens if rules.opens is not None and rules.opens > now else None


def is_open(assignment: Assignment, now: datetime) -> bool:
    """Whether it takes work, of whoever has attempts left."""
    ahead = opens_later(assignment.rules, now) is not None
    return not ahead and (assignment.closes is None or now <= assignment.closes)


def refusal(assignment: Assignment, calendar: Calendar) -> str:
    """Why it takes no work of the student who reads it, in their time zone; empty when it does."""
    now, rules = calendar.now(), assignment.rules
    opens = opens_later(rules, now)
    if opens is not None:
        return text.not_open(assignment.id, calendar.absolute(opens))
    if assignment.closes is not None and now > assignment.closes:
        return text.closed(assignment.id, calendar.absolute(assignment.closes))
    if rules.attempts_max and assignment.submissions >= rules.attempts_max:
        return text.attempts_used(assignment.id, rules.attempts_max)
    return ""


def late_percent(assignment: Assignment, now: datetime) -> int:
    """What lateness would ask for now, in percent of the points at most."""
    late_by, policy = now - assignment.due, assignment.rules.late
    if policy is None or late_by <= timedelta():
        return 0
    return min(100, policy.percent * -(-late_by // policy.interval))


def how_late(rules: AssignmentRules, percent: int) -> str:
    """In words, of work that loses `percent`; empty where it may be any later."""
    policy = rules.late
    if policy is None or percent >= 100:
        return ""
    return text.how_late(policy.percent, policy.interval // timedelta(minutes=1), percent // policy.percent)
