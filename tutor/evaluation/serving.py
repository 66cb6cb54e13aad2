"""What the tutor costs as a process: seconds from its start to SERVING, and the most memory it ever held."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import grpc

from protos import tutor_pb2
from protos.tutor_pb2_grpc import TutorServiceStub
from tutor.types import Question

ANSWER_SECONDS_MAX = 60.0


class DoesNotServe(Exception):
    """The server ended before it was ready, or did not answer; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Cost:
    cold_start_seconds: float
    peak_bytes: int


def serve_and_ask(model: str, questions: Sequence[Question]) -> Cost:
    """Starts the real server on a port that the system chooses, asks, and ends it. Raises DoesNotServe."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tutor", "serve", "--port", "0", "--model", model],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            address = _address(process)
            seconds = time.perf_counter() - begun
            if not address:
                log.seek(0)
                raise DoesNotServe(f"the tutor's server ended before it was ready: {log.read().strip()}")
            try:
                _ask(address, questions)
            except grpc.RpcError as error:
                raise DoesNotServe(f"the tutor's server did not answer: {error}") from error
        except BaseException:
            process.kill()
            process.wait()
            raise
        return Cost(seconds, _end(process))


def _address(process: subprocess.Popen[str]) -> str:
    """Off the line that says that it is ready; empty when the process ended instead."""
    with cast(IO[str], process.stdout) as said:
        _, _, rest = said.readline().partition(" on ")
    return rest.split(" ")[0]


def _ask(address: str, questions: Sequence[Question]) -> None:
    with grpc.insecure_channel(address) as channel:
        stub = TutorServiceStub(channel)
        for number, question in enumerate(questions):
            stub.GetLLMAnswer(_request(f"E{number}", question), timeout=ANSWER_SECONDS_MAX)


def _end(process: subprocess.Popen[str]) -> int:
    """The most bytes it ever held. What the system tells whoever waits for a process counts from its fork,
    when it was as large as this one: so Linux, which knows better, is asked first."""
    own = _high_water(process.pid)
    process.send_signal(signal.SIGTERM)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return own or used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _high_water(pid: int) -> int:
    """0 where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _request(query_id: str, question: Question) -> tutor_pb2.GetLLMAnswerRequest:
    passages = [
        tutor_pb2.Passage(
            material_id=each.material_id,
            material_title=each.material_title,
            place=each.place,
            heading=each.heading,
            text=each.text,
            score=each.score,
            offset=each.offset,
            endorsed=each.endorsed,
        )
        for each in question.passages
    ]
    context = tutor_pb2.Context(passages=passages)
    return tutor_pb2.GetLLMAnswerRequest(query_id=query_id, query=question.query, context=context)
