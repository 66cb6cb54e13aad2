"""Five guesses, then ten minutes."""

from __future__ import annotations

import asyncio

import pytest

from lms_cluster import login_attempts
from lms_cluster.login_attempts import LoginAttempts
from lms_cluster.overload import Overloaded


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def guess(attempts: LoginAttempts, username: str, *, right: bool = False) -> None:
    async with attempts.attempt(username) as attempt:
        if right:
            attempts.right(username)
        else:
            attempts.wrong(attempt)


async def test_the_sixth_try_is_locked_out_and_told_for_how_long() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    for _ in range(5):
        await guess(attempts, "ada")
    clock.now += 60
    with pytest.raises(Overloaded) as caught:
        await guess(attempts, "ada", right=True)
    assert (caught.value.reason, caught.value.retry_seconds) == ("LOCKED", 540)
    await guess(attempts, "linus")


async def test_after_ten_minutes_there_are_five_more() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    for _ in range(5):
        await guess(attempts, "ada")
    clock.now += 601
    for _ in range(5):
        await guess(attempts, "ada")
    with pytest.raises(Overloaded):
        await guess(attempts, "ada")


async def test_the_right_password_clears_what_was_wrong() -> None:
    attempts = LoginAttempts(Clock())
    for _ in range(3):
        for _ in range(4):
            await guess(attempts, "ada")
        await guess(attempts, "ada", right=True)


async def test_wrong_guesses_long_apart_do_not_add_up() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    for _ in range(20):
        await guess(attempts, "ada")
        clock.now += 601


async def test_invented_names_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_attempts, "NAMES_MAX", 3)
    attempts = LoginAttempts(Clock())
    for n in range(100):
        await guess(attempts, f"name{n}")
    assert len(attempts) == 3


async def test_names_without_a_wrong_guess_push_no_lock_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_attempts, "NAMES_MAX", 3)
    attempts = LoginAttempts(Clock())
    for _ in range(5):
        await guess(attempts, "ada")
    for n in range(100):
        async with attempts.attempt(f"name{n}"):
            pass  # the caller left, or the node was too busy, before the password was looked at
    with pytest.raises(Overloaded):
        await guess(attempts, "ada")
    assert len(attempts) == 1


async def test_tries_at_one_name_take_turns_although_none_was_wrong_yet() -> None:
    attempts = LoginAttempts(Clock())
    inside = 0

    async def one_try() -> None:
        nonlocal inside
        async with attempts.attempt("ada"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one_try() for _ in range(5)))
    assert len(attempts) == 0
