"""A tiny random GPT-2, questions over a small course, and a server around them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest

from protos import tutor_pb2
from protos.tutor_pb2_grpc import TutorServiceStub
from tutor.calibration import Calibration, Calibrations
from tutor.features import NAMES, WORDS
from tutor.pipeline import Pipeline
from tutor.reading import Asked, Likelihoods
from tutor.service.server import Running, listen
from tutor.stop import Stop
from tutor.training.export import export, new_model
from tutor.training.sizes import Size
from tutor.training.tokenizer import train_tokenizer
from tutor.types import Mode, Passage

if TYPE_CHECKING:
    from protos.tutor_pb2_grpc import TutorServiceAsyncStub

ELECTION = Passage(
    "M1",
    "Raft",
    "section 2: Leader election",
    "Leader election",
    "A leader is the server that handles all client requests. "
    "It sends heartbeats to the other servers. "
    "A follower that hears no heartbeat within its election timeout becomes a candidate.\n\n"
    "Who votes for a candidate? Each server votes for at most one candidate in a term.",
    3.0,
)
CLOCKS = Passage(
    "M2",
    "Time",
    "page 4",
    "Logical clocks",
    "A Lamport clock is a counter that orders events without a physical clock. "
    "Vector clocks tell concurrent events apart.",
    1.0,
)
COURSE = (ELECTION, CLOCKS)


def weighted(threshold: float, **weights: float) -> Calibration:
    """A calibration with the given weights, the others 0, and a bias of -2."""
    return Calibration(-2.0, tuple(weights.get(name, 0.0) for name in NAMES), threshold)


def always(calibration: Calibration) -> Calibrations:
    """The same one, however a model reads, and without a model that of words."""
    by_words = zip(NAMES, calibration.weights, strict=True)
    words = replace(calibration, weights=tuple(each if name in WORDS else 0.0 for name, each in by_words))
    return Calibrations(words, calibration, calibration)


LEXICAL = weighted(0.5, coverage=4.0, lexical=1.0, lift=1e-9)


class WordBackend:
    """Likelihood by shared words; generates a fixed sentence; counts what it was asked."""

    name = "words"

    def __init__(self) -> None:
        self.asked = 0

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Likelihoods]:
        stop.check()
        self.asked += len(asked)
        return [_shared_words(each) for each in asked]

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        for piece in ("Perhaps ", "a leader."):
            stop.check()
            yield piece


class HeldBackend(WordBackend):
    """Works until released, and notices a stop meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()
        self.stopped = threading.Event()

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Likelihoods]:
        self.asked += 1
        try:
            while not self.release.wait(0.01):
                stop.check()
        except BaseException:
            self.stopped.set()
            raise
        return super().read(asked, stop)


def _shared_words(asked: Asked) -> Likelihoods:
    wanted = set(asked.query.lower().split())
    totals = tuple(float(len(wanted & set(sentence.lower().split()))) for _, sentence in asked.evidence)
    return Likelihoods(totals, 0.0, max(1, len(wanted)))


def request(
    query: str, passages: Sequence[Passage] = COURSE, query_id: str = "Q1"
) -> tutor_pb2.GetLLMAnswerRequest:
    """A unary request with `passages` as its context."""
    return tutor_pb2.GetLLMAnswerRequest(query_id=query_id, query=query, context=context_of(passages))


def context_of(passages: Sequence[Passage]) -> tutor_pb2.Context:
    return tutor_pb2.Context(
        passages=[
            tutor_pb2.Passage(
                material_id=passage.material_id,
                material_title=passage.material_title,
                place=passage.place,
                heading=passage.heading,
                text=passage.text,
                score=passage.score,
                offset=passage.offset,
                endorsed=passage.endorsed,
            )
            for passage in passages
        ]
    )


@asynccontextmanager
async def serving(
    pipeline: Pipeline, limit: int = 4
) -> AsyncIterator[tuple["TutorServiceAsyncStub", Running]]:
    """A loaded server on a port of its own, and a stub that talks to it."""
    running = await listen("127.0.0.1", 0, limit)
    try:
        await running.load(lambda: pipeline)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{running.port}") as channel:
            yield TutorServiceStub(channel), running
    finally:
        await running.stop()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  (what is waited for has no event)
            await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random GPT-2 of two small layers, as training exports it."""
    size = Size("tiny", 16, 2, 2, 128, 512, 0, 0, 0, 0, 0, 0.0, 0.0)
    tokenizer = train_tokenizer([passage.text for passage in COURSE], size.vocabulary)
    folder = tmp_path_factory.mktemp("tiny")
    export(new_model(size, tokenizer), tokenizer, size, folder)
    return folder


@pytest.fixture
def words() -> WordBackend:
    return WordBackend()


@pytest.fixture
def held() -> Iterator[HeldBackend]:
    backend = HeldBackend()
    yield backend
    backend.release.set()


@pytest.fixture
def pipeline(words: WordBackend) -> Pipeline:
    return Pipeline(words, always(LEXICAL), Mode.QUOTED)
