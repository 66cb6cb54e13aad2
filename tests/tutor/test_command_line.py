"""The tutor as a process: one line when ready, an answer, and a clean end on SIGTERM."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from protos.tutor_pb2_grpc import TutorServiceStub
from tests.tutor.conftest import LEXICAL, always, request
from tutor import calibration
from tutor.__main__ import main

SECRET = "What is a Lamport clock?"


@pytest.fixture
def tutor(tiny_model: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    calibration.save(tiny_model / calibration.FILE_NAME, always(LEXICAL))
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "serve", "--port", "0", "--model", str(tiny_model)],
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "log").open("w"),
        text=True,
    )
    yield process
    process.kill()
    process.wait(timeout=30)
    assert process.stdout is not None
    process.stdout.close()


def test_it_says_when_it_is_ready_answers_and_ends_on_sigterm(
    tutor: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert tutor.stdout is not None
    ready = re.fullmatch(
        r"tutor ready on (127\.0\.0\.1:\d+) \(model tiny, quoted\)\n", tutor.stdout.readline()
    )
    assert ready is not None
    with grpc.insecure_channel(ready[1]) as channel:
        answer = TutorServiceStub(channel).GetLLMAnswer(request(SECRET), timeout=30)
    assert answer.sources
    tutor.send_signal(signal.SIGTERM)
    assert tutor.wait(timeout=30) == 0
    assert tutor.stdout.read() == ""
    log = (tmp_path / "log").read_text()
    assert '"outcome": "quoted"' in log
    assert "Lamport" not in log


def test_a_folder_that_is_no_model_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calibration.save(tmp_path / calibration.FILE_NAME, always(LEXICAL))
    assert main(["serve", "--port", "0", "--model", str(tmp_path)]) == 1
    assert "cannot load a GPT-2" in capsys.readouterr().err


def test_training_without_data_names_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 1
    assert "no training data" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["70000", "-1", "grpc"])
def test_a_port_out_of_range_is_a_usage_error(port: str) -> None:
    with pytest.raises(SystemExit) as wrong:
        main(["serve", f"--port={port}"])
    assert wrong.value.code == 2


@pytest.mark.parametrize("address", ["9100", ":9100", "127.0.0.1:70000", "127.0.0.1:metrics"])
def test_metrics_are_served_at_an_address_or_not_at_all(address: str) -> None:
    with pytest.raises(SystemExit) as wrong:
        main(["serve", "--port=0", f"--metrics={address}"])
    assert wrong.value.code == 2
