"""The refusals of the cluster, in its words, and the checks of fields that lead to one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.client.api import UPLOAD_BYTES_MAX, LmsError, User


def session_ended() -> LmsError:
    return LmsError("UNAUTHENTICATED", "SESSION_ENDED", "Your session ended. Please log in again.")


def no_such_item(what: str, item_id: str) -> LmsError:
    return LmsError("NOT_FOUND", "NO_SUCH_ITEM", f"There is no {what} {item_id}.")


def invalid(field: str, description: str) -> LmsError:
    return LmsError("INVALID_ARGUMENT", "INVALID_FIELD", f"{field}: {description}.", {field: description})


def too_large(name: str) -> LmsError:
    limit = f"must be at most 20 MB ({UPLOAD_BYTES_MAX:,} bytes)"
    message = f"{name} is larger than 20 MB, the most a file may have."
    return LmsError("INVALID_ARGUMENT", "TOO_LARGE", message, {"file": limit})


def rule(message: str) -> LmsError:
    return LmsError("FAILED_PRECONDITION", "RULE", message)


def may_see(viewer: User, owner: str) -> bool:
    """What belongs to one student is for that student and for instructors."""
    return viewer.role != "student" or viewer.username == owner


def check_role(viewer: User, roles: Iterable[str], deed: str) -> None:
    allowed = [role for role in ("student", "instructor", "administrator") if role in roles]
    if viewer.role not in allowed:
        who = " and ".join(f"{role}s" for role in allowed)
        raise LmsError("PERMISSION_DENIED", "WRONG_ROLE", f"Only {who} can {deed}.")


def check_text(field: str, text: str, characters_max: int, *, optional: bool = False) -> None:
    if not text.strip() and not optional:
        raise invalid(field, "must not be empty")
    if len(text) > characters_max:
        raise invalid(field, f"must be at most {characters_max:,} characters, you sent {len(text):,}")


def check_points(points: int, points_max: int) -> None:
    if not 0 <= points <= points_max:
        raise invalid("points", f"must be 0 to {points_max}, you sent {points}")


def check_username(username: str) -> None:
    if not re.fullmatch(r"[a-z0-9._-]{2,32}", username):
        raise invalid("username", "must be 2 to 32 of the characters a-z, 0-9, dot, underscore, hyphen")
