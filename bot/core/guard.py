"""Who may say what: private commands, roles, and the lock after wrong passwords."""

from __future__ import annotations

import difflib
from dataclasses import replace

from bot.core.chat import Chat
from bot.core.command import Command, Registry
from bot.core.language import Words
from bot.core.model import Incoming, Role
from bot.core.text import dialogue as text

WRONG_PASSWORDS_MAX = 5
LOCK_SECONDS = 600.0


def refusal(
    command: Command, chat: Chat, incoming: Incoming, now: float, *, code: bool = False
) -> Words | None:
    """Why the command may not be used here and now; None when it may. `code` when one was given with it."""
    role = chat.session.role if chat.session else Role.ANYONE
    if role not in command.roles:
        if role is Role.ANYONE:
            return text.sign_in_for(command.name)
        return text.only_for(command.roles, command.name)
    if not incoming.private and (command.private or code or _asks_secret(command)):
        return text.PRIVATE_ONLY
    if (code or signs_in(command)) and now < chat.locked_until:
        return text.login_locked(chat.locked_until - now)
    return None


def signs_in(command: Command) -> bool:
    """Whether the command asks for a password from somebody who is not signed in."""
    return Role.ANYONE in command.roles and _asks_secret(command)


def may_hold_secret(registry: Registry, line: str) -> bool:
    """Whether a password or a one-time code may stand on the line, even after a misspelt command."""
    names = {
        command.name for command in registry.commands.values() if any(arg.secret for arg in command.args)
    }
    harmless = registry.commands.keys() - names
    called = {word[1:41].partition("@")[0].lower() for word in line.split() if word.startswith("/")}
    return any(difflib.get_close_matches(name, names, n=1, cutoff=0.75) for name in called - harmless)


def wrong_password(chat: Chat, now: float) -> Chat:
    count = chat.wrong_passwords + 1
    if count < WRONG_PASSWORDS_MAX:
        return replace(chat, wrong_passwords=count)
    return replace(chat, wrong_passwords=0, locked_until=now + LOCK_SECONDS)


def _asks_secret(command: Command) -> bool:
    return any(arg.secret and not arg.inline for arg in command.args)
