"""What the bot remembers, and who may read it."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from bot.core.chat import Chat, Dialogue, Session
from bot.core.model import FileRef, Role
from bot.store import _MIGRATIONS, FILES_KEPT_MAX, REPLIES_KEPT_MAX, BotStore, StoreUnreadable, Told

DIALOGUE = Dialogue(
    command="submit",
    request_id="0123abcd",
    username="ada",
    expires_at=12.5,
    words={"assignment": "A1", "text": "Ünïcode 😀"},
    files=(FileRef("a.md", "text/markdown", 12, "handle"),),
    files_done=True,
    asking="text",
    refusals=2,
    confirmed=True,
)
CHAT = Chat(
    session=Session("token", "ada", Role.STUDENT),
    dialogue=DIALOGUE,
    waiting=DIALOGUE,
    repeatable=(DIALOGUE, DIALOGUE),
    wrong_passwords=3,
    locked_until=99.5,
    handled=("1", "2"),
)


def test_a_chat_comes_back_as_it_was(tmp_path: Path) -> None:
    store = BotStore(tmp_path / "bot.db", "console")
    store.save("ada", CHAT)
    store.close()
    assert BotStore(tmp_path / "bot.db", "console").load("ada") == CHAT


def test_an_unknown_chat_is_empty(tmp_path: Path) -> None:
    assert BotStore(tmp_path / "bot.db", "console").load("ada") == Chat()


def test_adapters_share_the_file_and_nothing_else(tmp_path: Path) -> None:
    console, telegram = (BotStore(tmp_path / "bot.db", name) for name in ("console", "telegram"))
    console.save("1", CHAT)
    console.remember_told("1", "ada", Told("7"))
    assert telegram.load("1") == Chat()
    assert telegram.told("1", "ada") == Told()
    assert list(telegram.sessions()) == []


def test_what_replies_begin_is_known_over_a_restart_and_of_the_last_messages_alone(tmp_path: Path) -> None:
    store = BotStore(tmp_path / "bot.db", "console")
    store.keep_on_reply("grace", "1", "answer:Q0")
    for number in range(1, REPLIES_KEPT_MAX + 2):
        store.keep_on_reply("ada", str(number), f"answer:Q{number}")
    store.keep_on_reply("ada", "2", "answer:Q2 anew")
    store.close()
    store = BotStore(tmp_path / "bot.db", "console")
    assert store.on_reply("ada", "1") == ""
    assert store.on_reply("ada", "2") == "answer:Q2 anew"
    assert store.on_reply("ada", str(REPLIES_KEPT_MAX + 1)) == f"answer:Q{REPLIES_KEPT_MAX + 1}"
    assert store.on_reply("grace", "1") == "answer:Q0"
    assert BotStore(tmp_path / "bot.db", "telegram").on_reply("grace", "1") == ""


def test_files_that_a_place_has_are_known_by_their_key_and_bounded(tmp_path: Path) -> None:
    store = BotStore(tmp_path / "bot.db", "telegram")
    for number in range(FILES_KEPT_MAX + 1):
        store.keep_sent_file(str(number), f"file {number}")
    store.keep_sent_file("5", "file 5 anew")
    store.forget_sent_file("6")
    assert [store.sent_file(key) for key in ("0", "5", "6", "7")] == ["", "file 5 anew", "", "file 7"]
    assert BotStore(tmp_path / "bot.db", "console").sent_file("7") == ""


def test_a_file_of_the_first_release_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with sqlite3.connect(path) as database:
        database.executescript(f"{_MIGRATIONS[0]}PRAGMA user_version=1;")
        database.execute("INSERT INTO notice_cursor VALUES ('console', 'ada', 'ada', '7')")
    store = BotStore(path, "console")
    assert store.told("ada", "ada") == Told("7")
    store.save("ada", CHAT)
    store.keep_on_reply("ada", "1", "answer:Q1")
    assert store.load("ada") == CHAT
    assert store.on_reply("ada", "1") == "answer:Q1"
    assert store.sent_file("key") == ""


def test_only_chats_with_a_session_are_listed(tmp_path: Path) -> None:
    store = BotStore(tmp_path / "bot.db", "console")
    store.save("ada", CHAT)
    store.save("nobody", Chat(handled=("1",)))
    assert list(store.sessions()) == [("ada", CHAT.session)]


def test_a_cursor_belongs_to_one_person_in_one_chat(tmp_path: Path) -> None:
    store = BotStore(tmp_path / "bot.db", "console")
    store.remember_told("c", "ada", Told("7"))
    store.remember_told("c", "ada", Told("8"))
    assert store.told("c", "ada") == Told("8")
    assert store.told("c", "bo") == Told()


def test_whoever_comes_back_to_a_chat_that_another_used_meanwhile_goes_on_where_they_were(
    tmp_path: Path,
) -> None:
    store = BotStore(tmp_path / "bot.db", "console")
    store.remember_told("c", "ada", Told("7", frozenset({"9"})))
    store.remember_told("c", "bo", Told("8"))
    assert store.told("c", "ada") == Told("7", frozenset({"9"}))
    assert store.told("c", "bo") == Told("8")


@pytest.mark.parametrize("existing", [False, True])
def test_only_its_owner_reads_the_file(tmp_path: Path, existing: bool) -> None:
    path = tmp_path / "state" / "bot.db"
    if existing:
        path.parent.mkdir()
        path.touch(mode=0o644)
    store = BotStore(path, "console")
    store.save("ada", CHAT)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store.close()


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version=99")
    with pytest.raises(StoreUnreadable, match="99"):
        BotStore(path, "console")


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_text("not a database, but long enough to be taken for one " * 40)
    with pytest.raises(StoreUnreadable):
        BotStore(tmp_path / "bot.db", "console")
