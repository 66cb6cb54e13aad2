"""Who has no way into the classroom yet: no password, no session, no sign-in link that is still good."""

from __future__ import annotations

from storage.models.people import LinkCode, Session, User


def newcomers(now_ms: int) -> list[str]:
    """Usernames in order, without disabled people. Called while reading or applying."""
    signed_in = Session.select(Session.user)
    invited = LinkCode.select(LinkCode.user).where(LinkCode.expires_ms > now_ms)
    without = User.select(User.username).where((User.password_hash == "") & ~User.disabled)
    left = without.where(User.username.not_in(signed_in) & User.username.not_in(invited))
    return [user.username for user in left.order_by(User.username)]
