"""Logging in and out."""

from __future__ import annotations

import secrets

import structlog

from lms_cluster.deadline import Deadline
from lms_cluster.login_attempts import LoginAttempts
from lms_cluster.passwords import Passwords
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import Code, Refused
from lms_cluster.stamp import stamped
from lms_cluster.tokens import digest, new_token
from lms_cluster.views import password_hash_of
from protos.command_pb2 import CreateSession, EndSession
from protos.lms_pb2 import LoginRequest, LoginResponse, LogoutResponse

USERNAME_CHARACTERS_MAX = 64
"""More than any name has; a longer one is not worth a lock record."""

_log = structlog.get_logger(__name__)


class Sessions:
    def __init__(
        self, proposer: Proposer, reader: Reader, passwords: Passwords, attempts: LoginAttempts
    ) -> None:
        self._proposer = proposer
        self._reader = reader
        self._passwords = passwords
        self._attempts = attempts

    async def login(self, request: LoginRequest, deadline: Deadline) -> LoginResponse:
        """Raises Refused: BAD_CREDENTIALS for a wrong name as for a wrong password, LOCKED, NO_QUORUM."""
        username = request.username
        if len(username) > USERNAME_CHARACTERS_MAX:
            raise _bad_credentials()
        async with self._attempts.attempt(username) as attempt:
            await self._reader.barrier(deadline)
            password_hash = self._reader.read_now(lambda: password_hash_of(username))
            if not await self._passwords.verify(password_hash, request.password):
                self._attempts.wrong(attempt)
                # A name nobody has may be a password typed into the wrong field: it is not logged.
                _log.info("login refused", username=username if password_hash else None, wrong=attempt.wrong)
                raise _bad_credentials()
            self._attempts.right(username)
        token = new_token()
        command = stamped(secrets.token_hex(16), b"")
        command.create_session.CopyFrom(CreateSession(username=username, token_sha256=digest(token)))
        accepted = await self._proposer.propose(command, deadline)
        _log.info("logged in", username=username)
        return LoginResponse(token=token, user=accepted.item.user)

    async def logout(self, token_sha256: bytes, deadline: Deadline) -> LogoutResponse:
        """From the answer on, every node refuses the token. Raises Refused SESSION_ENDED."""
        viewer = await self._reader.viewer(token_sha256, deadline)
        command = stamped(secrets.token_hex(16), token_sha256)
        command.end_session.CopyFrom(EndSession())
        try:
            await self._proposer.propose(command, deadline)
        except Refused as refused:
            # It had not ended when we looked: an earlier try of this very proposal has ended it.
            if refused.reason != "SESSION_ENDED":
                raise
        _log.info("logged out", username=viewer.username)
        return LogoutResponse()


def _bad_credentials() -> Refused:
    return Refused(Code.UNAUTHENTICATED, "BAD_CREDENTIALS", "Wrong username or password.")
