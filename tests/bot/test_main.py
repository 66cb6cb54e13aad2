"""The bot as a process: its exit status, its streams, what it loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Nobody listens there: what needs no cluster must work without one.
NODES = ("--nodes", "127.0.0.1:1")


def bot(*words: str, said: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **variables},
    )


def test_replies_are_on_stdout_and_the_log_on_stderr(tmp_path: Path) -> None:
    ended = bot("console", *NODES, "--state", str(tmp_path), said="/nope\n/whoami\n")
    assert ended.returncode == 0
    assert ended.stdout.startswith("There is no command /nope.")
    assert "\x1b" not in ended.stdout
    (event,) = [json.loads(line)["event"] for line in ended.stderr.splitlines()]
    assert event.startswith("/whoami done")


def test_strict_makes_a_refusal_a_failure(tmp_path: Path) -> None:
    ended = bot("console", *NODES, "--state", str(tmp_path), "--strict", said="/nope\n/help\n")
    assert ended.returncode == 1
    assert len(ended.stdout.splitlines()) == 1


def test_json_is_all_that_is_on_stdout(tmp_path: Path) -> None:
    ended = bot("console", *NODES, "--state", str(tmp_path), "--json", "--strict", said="/whoami\n/nope\n")
    assert ended.returncode == 1
    documents = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(each["chat"], each["refused"]) for each in documents] == [("you", False), ("you", True)]


def test_replies_that_nobody_reads_any_more_end_it_without_a_traceback(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "bot", "console", *NODES, "--state", str(tmp_path)]
    reading, writing = os.pipe()
    os.close(reading)
    said = b"/help\n" * 100
    ended = subprocess.run(words, input=said, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert ended.returncode == 1
    assert b"Traceback" not in ended.stderr
    assert b"BrokenPipe" not in ended.stderr
    assert ended.stderr.count(b"/help done") == 1


def test_what_the_output_has_no_letter_for_does_not_take_the_reply_with_it(tmp_path: Path) -> None:
    ended = bot(
        "console", *NODES, "--state", str(tmp_path), said="/help ü\n/whoami\n", PYTHONIOENCODING="ascii"
    )
    assert ended.returncode == 0
    assert "There is no command /?" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_a_script_that_does_not_hold_is_a_failure_with_its_place(tmp_path: Path) -> None:
    transcript = tmp_path / "one.txt"
    transcript.write_text("@ada > /whoami\n< Somebody\n")
    ended = bot("script", *NODES, str(transcript))
    assert ended.returncode == 1
    assert ended.stderr.startswith("one.txt:2: not as expected")
    transcript.write_text("@ada > /nope\n< There is no command /nope…\n")
    assert bot("script", *NODES, str(transcript)).returncode == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("console", "--config", "/nowhere/cluster.toml"), "/nowhere/cluster.toml"),
        (("console", "--nodes", "nonsense"), "host:port"),
        (("script", *NODES, "/nowhere/one.txt"), "/nowhere/one.txt"),
        (("telegram", *NODES), "TELEGRAM_BOT_TOKEN"),
    ],
)
def test_whoever_starts_it_wrongly_is_told_why(words: tuple[str, ...], why: str) -> None:
    ended = bot(*words, TELEGRAM_BOT_TOKEN="")
    assert ended.returncode == 2
    assert why in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_password_for_nobody_reachable_is_no_traceback(tmp_path: Path) -> None:
    words = ("console", *NODES, "--state", str(tmp_path), "--user", "ada")
    ended = bot(*words, HOMEROOM_PASSWORD="correct horse")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "correct horse" not in ended.stderr + ended.stdout


def test_it_starts_without_the_tutors_and_telegrams_libraries() -> None:
    unwanted = "torch", "transformers", "telegram", "raft", "storage"
    program = f"import sys, bot.__main__; print([name for name in {unwanted} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
