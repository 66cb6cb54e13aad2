"""Passwords, as hashes that the accepting node has made."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.commands.accounts import end_sessions, found
from lms_cluster.commands.act import Act
from lms_cluster.commands.sign_in_links import made, put
from lms_cluster.refusal import account_disabled, rule
from protos.command_pb2 import ResetPassword, SetPassword
from protos.lms_pb2 import ROLE_ADMINISTRATOR, PostResponse
from storage.models.people import User


def set_own(data: SetPassword, act: Act) -> PostResponse:
    """Every other session of the person ends: a password is changed also because somebody else knew it."""
    user = found(act.author.username)
    user.password_hash = data.password_hash
    user.save()
    end_sessions(user.username, but=act.token_sha256)
    return act.accepted(items.user(user))


def reset(data: ResetPassword, act: Act) -> PostResponse:
    """Not one's own: who loses the answer would have no way in, and the last administrator nobody to ask."""
    user = found(data.code.username)
    if user.username == act.author.username:
        raise rule("You cannot reset your own password: change it, or let another administrator reset it.")
    return _reset(user, data, act)


def reset_administrator(data: ResetPassword, act: Act) -> PostResponse:
    """By an operator, who has no business with anybody else's account: an administrator has."""
    user = found(data.code.username)
    if user.role != ROLE_ADMINISTRATOR:
        raise rule(f"{user.username} is no administrator; an administrator can reset their password.")
    return _reset(user, data, act)


def _reset(user: User, data: ResetPassword, act: Act) -> PostResponse:
    """Raises Refused ACCOUNT_DISABLED."""
    if user.disabled:
        raise account_disabled()
    user.password_hash = ""
    user.save()
    end_sessions(user.username)
    expires_ms = act.now_ms + data.lifetime_ms
    put(data.code, expires_ms)
    response = act.accepted(items.user(user))
    response.link_codes.append(made(data.code, expires_ms))
    return response
