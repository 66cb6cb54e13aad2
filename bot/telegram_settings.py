"""How to serve Telegram, from the environment: a command line is read by everybody on the machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.config import ConfigError

TOKEN_VARIABLE = "TELEGRAM_BOT_TOKEN"  # noqa: S105 -- its name, not its value
BASE_URL_VARIABLE = "TELEGRAM_BASE_URL"
WEBHOOK_URL_VARIABLE = "TELEGRAM_WEBHOOK_URL"
WEBHOOK_LISTEN_VARIABLE = "TELEGRAM_WEBHOOK_LISTEN"

LISTEN = "127.0.0.1:8443"

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_LISTEN = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    token: str
    base_url: str
    """Another Bot API server; empty for Telegram's own."""
    webhook_url: str
    """To where Telegram sends updates; empty when it is to be asked for them."""
    listen_host: str
    listen_port: int


def from_environment(environment: Mapping[str, str]) -> TelegramSettings:
    """Raises ConfigError, whose message names the variable at fault and never the token."""
    # A file that was edited elsewhere ends its lines in another way.
    token = environment.get(TOKEN_VARIABLE, "").strip()
    if not token:
        raise ConfigError(f"{TOKEN_VARIABLE} is not set: it takes the token that BotFather gave you")
    if not _TOKEN.fullmatch(token):
        # In an address it would lead elsewhere, and the network would be blamed.
        raise ConfigError(f"{TOKEN_VARIABLE} is no token: BotFather gives digits, a colon, and letters")
    base_url = environment.get(BASE_URL_VARIABLE, "")
    if base_url:
        _check_url(BASE_URL_VARIABLE, base_url, "the address of a Bot API server, as http://127.0.0.1:8081")
    webhook_url = environment.get(WEBHOOK_URL_VARIABLE, "")
    if webhook_url:
        _check_url(WEBHOOK_URL_VARIABLE, webhook_url, "a public address, as https://bot.example.org/telegram")
    listen = _LISTEN.fullmatch(environment.get(WEBHOOK_LISTEN_VARIABLE) or LISTEN)
    if listen is None or int(listen[2]) > 65535:
        raise ConfigError(f"{WEBHOOK_LISTEN_VARIABLE} must be HOST:PORT, as {LISTEN}")
    host, port = listen[1].strip("[]"), int(listen[2])
    return TelegramSettings(token, base_url, webhook_url, host, port)


def _check_url(variable: str, url: str, expected: str) -> None:
    """Whether it is taken (Telegram wants https, and one of four ports) is for the Bot API server to say."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise ConfigError(f"{variable} must be {expected}")
