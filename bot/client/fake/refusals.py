"""The refusals of the cluster, in its words, and the checks of fields that lead to one of them."""

from __future__ import annotations

from bot.client.api import LmsError, User


def session_ended() -> LmsError:
    return LmsError("UNAUTHENTICATED", "SESSION_ENDED", "Your session ended. Please log in again.")


def no_such_item(what: str, item_id: str) -> LmsError:
    return LmsError("NOT_FOUND", "NO_SUCH_ITEM", f"There is no {what} {item_id}.")


def invalid(field: str, description: str) -> LmsError:
    return LmsError("INVALID_ARGUMENT", "INVALID_FIELD", f"{field}: {description}.", {field: description})


def rule(message: str) -> LmsError:
    return LmsError("FAILED_PRECONDITION", "RULE", message)


def may_see(viewer: User, owner: str) -> bool:
    """What belongs to one student is for that student and for instructors."""
    return viewer.role != "student" or viewer.username == owner


def check_role(viewer: User, role: str, act: str) -> None:
    if viewer.role != role:
        raise LmsError("PERMISSION_DENIED", "WRONG_ROLE", f"Only {role}s can {act}.")


def check_text(field: str, text: str, characters_max: int, *, optional: bool = False) -> None:
    if not text.strip() and not optional:
        raise invalid(field, "must not be empty")
    if len(text) > characters_max:
        raise invalid(field, f"must be at most {characters_max} characters, you sent {len(text)}")


def check_range(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise invalid(field, f"must be {least} to {most}, you sent {value}")
