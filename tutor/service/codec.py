"""Between the protocol's messages and the tutor's values."""

import hashlib
import math

from protos import tutor_pb2
from tutor.backends.unread import WORDS_ALONE
from tutor.types import Answer, Mode, Passage, Policy, Question, Quote

MAX_CONTEXT_BYTES = 1024 * 1024
MAX_PASSAGES = 64
MAX_QUERY_CHARS = 2_000
MAX_QUERY_ID_CHARS = 128
MAX_OFFSET = 2**31 - 1

MODES = {
    Mode.QUOTED: tutor_pb2.ANSWER_MODE_QUOTED,
    Mode.ABSTAINED: tutor_pb2.ANSWER_MODE_ABSTAINED,
    Mode.FREE: tutor_pb2.ANSWER_MODE_FREE,
    Mode.HINT: tutor_pb2.ANSWER_MODE_HINT,
}
POLICIES = {
    tutor_pb2.POLICY_UNSPECIFIED: Policy.QUOTE,
    tutor_pb2.POLICY_QUOTE: Policy.QUOTE,
    tutor_pb2.POLICY_HINT: Policy.HINT,
}

Request = tutor_pb2.GetLLMAnswerRequest | tutor_pb2.StreamLLMAnswerRequest


def violations(request: Request) -> dict[str, str]:
    """What is wrong with each field; empty when the request is good."""
    found = {}
    if not 0 < len(request.query_id) <= MAX_QUERY_ID_CHARS:
        found["query_id"] = f"must have 1 to {MAX_QUERY_ID_CHARS} characters"
    if not request.query.strip():
        found["query"] = "must not be empty"
    elif len(request.query) > MAX_QUERY_CHARS:
        found["query"] = f"must have at most {MAX_QUERY_CHARS:,} characters"
    passages = request.context.passages
    if request.context.ByteSize() > MAX_CONTEXT_BYTES:
        found["context"] = "must be at most 1 MB"
    elif len(passages) > MAX_PASSAGES:
        found["context.passages"] = f"must be at most {MAX_PASSAGES}"
    elif not all(math.isfinite(passage.score) for passage in passages):
        found["context.passages.score"] = "must be finite"
    elif any(passage.offset > MAX_OFFSET for passage in passages):
        found["context.passages.offset"] = f"must be at most {MAX_OFFSET:,}"
    if request.policy not in POLICIES:
        found["policy"] = "must be one that this tutor knows"
    return found


def question(request: Request) -> Question:
    return Question(
        request.query.strip(),
        tuple(
            Passage(
                passage.material_id,
                passage.material_title,
                passage.place,
                passage.heading,
                passage.text,
                passage.score,
                passage.offset,
                passage.endorsed,
            )
            for passage in request.context.passages
        ),
        POLICIES[request.policy],
    )


def key(request: Request) -> bytes:
    """Equal for equal query id, query, context and policy, whichever call carries them."""
    digest = hashlib.sha256()
    for part in (
        request.query_id.encode(),
        request.query.encode(),
        request.context.SerializeToString(deterministic=True),
        POLICIES[request.policy].value.encode(),
    ):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def sources(quotes: tuple[Quote, ...], asked: Question) -> list[tutor_pb2.Source]:
    return [
        tutor_pb2.Source(
            material_id=asked.passages[quote.passage].material_id,
            material_title=asked.passages[quote.passage].material_title,
            place=asked.passages[quote.passage].place,
            quote=quote.text,
            heading=asked.passages[quote.passage].heading,
            start=quote.start,
            end=quote.end,
        )
        for quote in quotes
    ]


def response(query_id: str, answer: Answer, asked: Question, model: str) -> tutor_pb2.GetLLMAnswerResponse:
    return tutor_pb2.GetLLMAnswerResponse(
        query_id=query_id,
        answer=answer.text,
        sources=sources(answer.quotes, asked),
        model=WORDS_ALONE if answer.by_words else model,
        mode=MODES[answer.mode],
        confidence=answer.confidence,
    )
