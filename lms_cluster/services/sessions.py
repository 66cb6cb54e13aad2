"""Logging in and out."""

from __future__ import annotations

import secrets
from hashlib import sha256

import structlog

from lms_cluster.deadline import Deadline
from lms_cluster.login_attempts import LoginAttempts
from lms_cluster.passwords import Passwords
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import (
    Refused,
    Violation,
    account_disabled,
    bad_credentials,
    invalid,
    link_used,
)
from lms_cluster.stamp import stamped
from lms_cluster.tokens import digest, new_token, token_of
from lms_cluster.views import credentials_of, may_sign_in_by_link
from protos.command_pb2 import CreateSession, EndSession
from protos.lms_pb2 import LoginRequest, LoginResponse, LogoutResponse
from storage.events import Cursor

USERNAME_CHARACTERS_MAX = 64
"""More than any name has; a longer one is not worth a lock record."""
LINK_CODE_CHARACTERS_MAX = 64
NONCE_BYTES = 32

_log = structlog.get_logger(__name__)


class Sessions:
    def __init__(
        self,
        proposer: Proposer,
        reader: Reader,
        passwords: Passwords,
        attempts: LoginAttempts,
        link_attempts: LoginAttempts,
    ) -> None:
        self._proposer = proposer
        self._reader = reader
        self._passwords = passwords
        self._attempts = attempts
        self._link_attempts = link_attempts

    async def login(self, request: LoginRequest, deadline: Deadline) -> LoginResponse:
        """Raises Refused: BAD_CREDENTIALS for a wrong name as for a wrong password, LINK_USED, LINK_EXPIRED,
        ACCOUNT_DISABLED, LOCKED, NO_QUORUM."""
        if request.link_code:
            return await self._login_by_link(request, deadline)
        username = request.username
        if len(username) > USERNAME_CHARACTERS_MAX:
            raise bad_credentials()
        async with self._attempts.attempt(username) as attempt:
            await self._reader.barrier(deadline)
            known = self._reader.read_now(lambda: credentials_of(username))
            # Of who has no password yet nothing can be right, and it takes as long.
            password_hash = (known and known.password_hash) or None
            if not await self._passwords.verify(password_hash, request.password):
                self._attempts.wrong(attempt)
                # A name nobody has may be a password typed into the wrong field: it is not logged.
                _log.info("login refused", username=username if known else None, wrong=attempt.wrong)
                raise bad_credentials()
            self._attempts.right(username)
        if known is not None and known.disabled:
            raise account_disabled()
        checked = sha256((password_hash or "").encode()).digest()
        session = CreateSession(username=username, password_hash_sha256=checked)
        return await self._open(session, new_token(), deadline)

    async def _login_by_link(self, request: LoginRequest, deadline: Deadline) -> LoginResponse:
        """A code is random in full and cannot be guessed; a wrong one is counted for itself, so that whoever
        tries codes keeps nobody out, and costs no log entry."""
        if request.nonce and len(request.nonce) != NONCE_BYTES:
            raise invalid([Violation("nonce", f"must be {NONCE_BYTES} bytes, you sent {len(request.nonce)}")])
        if len(request.link_code) > LINK_CODE_CHARACTERS_MAX:
            raise link_used()
        code_sha256 = digest(request.link_code)
        token = token_of(request.link_code, request.nonce or secrets.token_bytes(NONCE_BYTES))
        async with self._link_attempts.attempt(code_sha256.hex()) as attempt:
            await self._reader.barrier(deadline)
            if not self._reader.read_now(lambda: may_sign_in_by_link(code_sha256, digest(token))):
                self._link_attempts.wrong(attempt)
                _log.info("sign-in by a link refused", wrong=attempt.wrong)
                raise link_used()
        return await self._open(CreateSession(link_code_sha256=code_sha256), token, deadline)

    async def _open(self, session: CreateSession, token: str, deadline: Deadline) -> LoginResponse:
        session.token_sha256 = digest(token)
        command = stamped(secrets.token_hex(16), b"")
        command.create_session.CopyFrom(session)
        accepted = await self._proposer.propose(command, deadline)
        _log.info("logged in", username=accepted.item.user.username)
        cursor = str(Cursor(accepted.index + 1, 0))
        return LoginResponse(token=token, user=accepted.item.user, cursor=cursor)

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
