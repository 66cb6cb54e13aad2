"""Posts about people, into which the accepting node puts what apply may not make: hashes, one-time codes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from lms_cluster.deadline import Deadline
from lms_cluster.fields import LINK_CODES_MAX
from lms_cluster.login_attempts import LoginAttempts
from lms_cluster.newcomers import newcomers
from lms_cluster.passwords import Passwords
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import Violation, invalid
from lms_cluster.services.rights import demand_right
from lms_cluster.stamp import stamped
from lms_cluster.tokens import digest, new_token
from lms_cluster.views import credentials_of, links_in_force
from protos.command_pb2 import AddUser, Command, CreateLinkCodes, LinkCodeDigest, ResetPassword, SetPassword
from protos.lms_pb2 import PostRequest, PostResponse
from storage.outcomes import remembered
from storage.progress import applied_index

LINK_DAYS = 7
LINK_MS = LINK_DAYS * 24 * 3_600 * 1000

Codes = dict[str, str]
"""One-time codes by username."""


class Accounts:
    """`attempts` is shared with signing in: an old password is as good to guess as one at the door."""

    def __init__(
        self,
        proposer: Proposer,
        reader: Reader,
        passwords: Passwords,
        attempts: LoginAttempts,
    ) -> None:
        self._proposer = proposer
        self._reader = reader
        self._passwords = passwords
        self._attempts = attempts
        self.kinds = {
            "user": self._add_user,
            "link_codes": self._create_link_codes,
            "password": self._set_password,
            "password_reset": self._reset_password,
        }
        """By field of PostRequest; each as `Posts.post`."""

    async def _add_user(self, request: PostRequest, token_sha256: bytes, deadline: Deadline) -> PostResponse:
        await demand_right(self._reader, token_sha256, "add_user", deadline)
        new = request.user
        password_hash = await self._passwords.hash(new.password, "password") if new.password else ""
        command = stamped(request.request_id, token_sha256)
        command.add_user.CopyFrom(
            AddUser(
                username=new.username,
                display_name=new.display_name,
                role=new.role,
                password_hash=password_hash,
            )
        )
        return await self._proposer.propose(command, deadline)

    async def _create_link_codes(
        self, request: PostRequest, token_sha256: bytes, deadline: Deadline
    ) -> PostResponse:
        await demand_right(self._reader, token_sha256, "create_link_codes", deadline)
        command = stamped(request.request_id, token_sha256)
        usernames: Iterable[str] = request.link_codes.usernames
        if request.link_codes.newcomers:
            # As many as can be made at once: asked for again, the others get theirs.
            usernames = (await self._reader.read(partial(newcomers, self._reader.now_ms())))[:LINK_CODES_MAX]
        codes = [(username, new_token()) for username in usernames]
        command.create_link_codes.CopyFrom(
            CreateLinkCodes(
                codes=[_digest(*code) for code in codes],
                lifetime_ms=LINK_MS,
                newcomers=request.link_codes.newcomers,
            )
        )
        return await self._told_once(command, dict(codes), deadline)

    async def _reset_password(
        self, request: PostRequest, token_sha256: bytes, deadline: Deadline
    ) -> PostResponse:
        await demand_right(self._reader, token_sha256, "reset_password", deadline)
        command = stamped(request.request_id, token_sha256)
        username, code = request.password_reset.username, new_token()
        command.reset_password.CopyFrom(ResetPassword(code=_digest(username, code), lifetime_ms=LINK_MS))
        return await self._told_once(command, {username: code}, deadline)

    async def _set_password(
        self, request: PostRequest, token_sha256: bytes, deadline: Deadline
    ) -> PostResponse:
        viewer = await demand_right(self._reader, token_sha256, "set_password", deadline)
        new = request.password
        again = partial(self._is_known, viewer.username, request.request_id)
        if not self._reader.read_now(
            again
        ):  # else the old password is no more, and apply says what came of it
            await self._check_old(viewer.username, new.old_password)
            if new.old_password == new.new_password:
                raise invalid([Violation("new_password", "must be another one than before")])
        command = stamped(request.request_id, token_sha256)
        password_hash = await self._passwords.hash(new.new_password, "new_password")
        command.set_password.CopyFrom(SetPassword(password_hash=password_hash))
        return await self._proposer.propose(command, deadline)

    async def _check_old(self, username: str, password: str) -> None:
        """Raises Refused INVALID_FIELD, and LOCKED after too many wrong ones."""
        async with self._attempts.attempt(username) as attempt:
            known = self._reader.read_now(lambda: credentials_of(username))
            if known is not None and not known.password_hash:
                if password:
                    raise invalid([Violation("old_password", "must be empty: there is none yet")])
                return
            if not await self._passwords.verify(None if known is None else known.password_hash, password):
                self._attempts.wrong(attempt)
                raise invalid([Violation("old_password", "is wrong")])
            self._attempts.right(username)

    @staticmethod
    def _is_known(username: str, request_id: str) -> bool:
        return remembered(username, request_id, applied_index()) is not None

    async def _told_once(self, command: Command, codes: Codes, deadline: Deadline) -> PostResponse:
        """The response with the codes that this very post has put in force. A repetition answers with the
        first one's outcome, and its codes are not ours."""
        response = await self._proposer.propose(command, deadline)
        digests = {username: digest(code) for username, code in codes.items()}
        in_force = self._reader.read_now(lambda: links_in_force(list(digests.values())))
        for link in response.link_codes:
            if digests.get(link.username) in in_force:
                link.code = codes[link.username]
        return response


def _digest(username: str, code: str) -> LinkCodeDigest:
    return LinkCodeDigest(username=username, code_sha256=digest(code))
