"""Telegram is served as the environment says, and what is wrong there is named."""

from __future__ import annotations

import pytest

from bot.config import ConfigError
from bot.telegram_settings import from_environment

TOKEN = {"TELEGRAM_BOT_TOKEN": "4242:AAtoken"}


def test_with_a_token_alone_updates_are_asked_for() -> None:
    settings = from_environment(TOKEN)
    assert (settings.token, settings.base_url, settings.webhook_url) == ("4242:AAtoken", "", "")


def test_with_a_public_address_updates_are_sent_there_and_listened_for_at_home() -> None:
    settings = from_environment(TOKEN | {"TELEGRAM_WEBHOOK_URL": "https://bot.example.org/telegram"})
    assert settings.webhook_url == "https://bot.example.org/telegram"
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8443)


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [("0.0.0.0:80", "0.0.0.0", 80), ("[::]:8080", "::", 8080), ("localhost:0", "localhost", 0)],
)
def test_where_to_listen_can_be_said(written: str, host: str, port: int) -> None:
    settings = from_environment(TOKEN | {"TELEGRAM_WEBHOOK_LISTEN": written})
    assert (settings.listen_host, settings.listen_port) == (host, port)


def test_without_a_token_it_is_named_as_missing() -> None:
    with pytest.raises(ConfigError, match="TELEGRAM_BOT_TOKEN is not set"):
        from_environment({})


def test_the_end_of_a_line_is_no_part_of_a_token() -> None:
    assert from_environment({"TELEGRAM_BOT_TOKEN": "4242:AAtoken\r\n"}).token == "4242:AAtoken"


@pytest.mark.parametrize("value", ["AAtoken", "4242:AA token", "4242:AA/token", "4242:AAtoken?", "4242:"])
def test_what_is_no_token_is_said_to_be_none_and_not_repeated(value: str) -> None:
    with pytest.raises(ConfigError, match="TELEGRAM_BOT_TOKEN is no token") as refused:
        from_environment({"TELEGRAM_BOT_TOKEN": value})
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TELEGRAM_WEBHOOK_URL", "bot.example.org"),
        ("TELEGRAM_WEBHOOK_URL", "ftp://bot.example.org"),
        ("TELEGRAM_WEBHOOK_URL", "https://"),
        ("TELEGRAM_WEBHOOK_URL", "https://[bot"),
        ("TELEGRAM_WEBHOOK_URL", "https://me:secret@bot.example.org"),
        ("TELEGRAM_WEBHOOK_URL", "https://bot.example.org/?a=b"),
        ("TELEGRAM_BASE_URL", "127.0.0.1:8081"),
        ("TELEGRAM_BASE_URL", "http://"),
        ("TELEGRAM_BASE_URL", "http://127.0.0.1:99999"),
        ("TELEGRAM_WEBHOOK_LISTEN", "8443"),
        ("TELEGRAM_WEBHOOK_LISTEN", "127.0.0.1:65536"),
        ("TELEGRAM_WEBHOOK_LISTEN", "a b:80"),
    ],
)
def test_what_cannot_be_an_address_is_named_and_the_token_is_not(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=variable) as refused:
        from_environment(TOKEN | {variable: value})
    assert TOKEN["TELEGRAM_BOT_TOKEN"] not in str(refused.value)
