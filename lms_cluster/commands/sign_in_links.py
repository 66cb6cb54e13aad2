"""One-time sign-in links: made, replaced by a newer one, used up. Only the digest of a code is known here."""

from __future__ import annotations

from collections.abc import Sequence

from lms_cluster import items
from lms_cluster.commands.act import Act
from lms_cluster.fields import LINK_CODES_MAX, Fields
from lms_cluster.instants import timestamp
from lms_cluster.newcomers import newcomers
from lms_cluster.refusal import link_expired, link_used, rule
from protos.command_pb2 import CreateLinkCodes, LinkCodeDigest
from protos.lms_pb2 import LinkCode as MadeLink
from protos.lms_pb2 import PostResponse
from storage.models.people import LinkCode, Session, User


def create(data: CreateLinkCodes, act: Act) -> PostResponse:
    """The outcome says whose links were made and until when they are good; it has no code."""
    codes: Sequence[LinkCodeDigest] = data.codes
    if data.newcomers:
        still_out = frozenset(newcomers(act.now_ms))
        codes = [code for code in codes if code.username in still_out]
        if not codes:
            raise rule("Everybody has a way in already: a password, a session or a link that is still good.")
    people = _checked(codes)
    expires_ms = act.now_ms + data.lifetime_ms
    for code in codes:
        put(code, expires_ms)
    if len(people) > 1:
        act.detail = ", ".join(user.username for user in people)
    response = act.accepted(items.user(people[0]) if len(people) == 1 else None)
    response.link_codes.extend(made(code, expires_ms) for code in codes)
    return response


def put(code: LinkCodeDigest, expires_ms: int) -> None:
    """An earlier link of the same person is void, and one with the same code, which an operator might
    bring."""
    earlier = (LinkCode.user == code.username) | (LinkCode.code_sha256 == code.code_sha256)
    LinkCode.delete().where(earlier).execute()
    LinkCode.create(code_sha256=code.code_sha256, user=code.username, expires_ms=expires_ms)


def made(code: LinkCodeDigest, expires_ms: int) -> MadeLink:
    return MadeLink(username=code.username, expires=timestamp(expires_ms))


def spend(code_sha256: bytes, token_sha256: bytes, now_ms: int) -> User:
    """Whose link it is; it is used up. Another try of the sign-in that has used it, known by its token, gets
    the same answer. Raises Refused LINK_USED, LINK_EXPIRED."""
    link: LinkCode | None = LinkCode.get_or_none(LinkCode.code_sha256 == code_sha256)
    if link is None:
        session: Session | None = Session.get_or_none(Session.token_sha256 == token_sha256)
        if session is None:
            raise link_used()
        return session.user
    if link.expires_ms <= now_ms:
        raise link_expired()
    LinkCode.delete().where(LinkCode.code_sha256 == code_sha256).execute()
    return link.user


def _checked(codes: Sequence[LinkCodeDigest]) -> list[User]:
    """Whose links are asked for, in that order. Raises Refused INVALID_FIELD."""
    fields = Fields()
    usernames = [code.username for code in codes]
    if not 1 <= len(usernames) <= LINK_CODES_MAX:
        fields.wrong("usernames", f"must be 1 to {LINK_CODES_MAX}, you sent {len(usernames)}")
        fields.done()
    people = {user.username: user for user in User.select().where(User.username.in_(usernames))}
    seen: set[str] = set()
    for place, username in enumerate(usernames):
        field = f"usernames[{place}]"
        if username in seen:
            fields.wrong(field, f"{username} must not come twice")
        elif username not in people:
            fields.wrong(field, f"there is no user {username}")
        elif people[username].disabled:
            fields.wrong(field, f"{username} is disabled")
        seen.add(username)
    fields.done()
    return [people[username] for username in usernames]
