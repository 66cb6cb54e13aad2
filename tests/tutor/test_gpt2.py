"""Any GPT-2 folder scores and generates, greedily, in batches or alone, whatever the text."""

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from tests.tutor.conftest import COURSE
from tutor.backends.decoder import Decoder
from tutor.backends.failure import ModelUnusable
from tutor.backends.gpt2 import MAX_NEW_TOKENS, Gpt2Backend
from tutor.backends.passes import passes
from tutor.reading import Asked, Likelihoods
from tutor.stop import Stop, Stopped

EVIDENCE = [
    ("Leader election", "A leader handles requests."),
    ("", "Vector clocks tell concurrent events apart, and so do others that are longer than these."),
    ("Time", "A clock ticks. " * 200),
]


@pytest.fixture(scope="module")
def backend(tiny_model: Path) -> Gpt2Backend:
    return Gpt2Backend(tiny_model, selects=False)


def likelihoods(backend: Gpt2Backend, query: str, evidence: Sequence[tuple[str, str]]) -> Likelihoods:
    (found,) = backend.read([Asked(query, tuple(evidence))], Stop())
    assert isinstance(found, Likelihoods)
    return found


def test_likelihoods_are_one_per_evidence_and_finite(backend: Gpt2Backend) -> None:
    found = likelihoods(backend, "What is a leader?", EVIDENCE)
    assert len(found.totals) == len(EVIDENCE)
    assert found.tokens > 0
    assert all(math.isfinite(total) and total < 0.0 for total in (*found.totals, found.unprompted))


def test_batched_likelihoods_equal_single_ones(backend: Gpt2Backend) -> None:
    together = likelihoods(backend, "What is a leader?", EVIDENCE * 4)
    for number, evidence in enumerate(EVIDENCE * 4):
        alone = likelihoods(backend, "What is a leader?", [evidence])
        assert together.totals[number] == pytest.approx(alone.totals[0], rel=1e-4)


def test_the_likelihood_is_the_models_own_loss_on_the_query(tiny_model: Path, backend: Gpt2Backend) -> None:
    model = GPT2LMHeadModel.from_pretrained(tiny_model, dtype=torch.float32)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tiny_model)
    head = tokenizer.encode("<|passage|> Time\nA clock ticks.<|question|>")
    tail = tokenizer.encode(" What ticks?<|answer|>")
    with torch.inference_mode():
        logits = torch.log_softmax(model(torch.tensor([head + tail])).logits[0], -1)
    total = sum(float(logits[len(head) + number - 1, token]) for number, token in enumerate(tail))
    found = likelihoods(backend, "What ticks?", [("Time", "A clock ticks.")])
    assert found.totals[0] == pytest.approx(total, rel=1e-4)
    assert found.tokens == len(tail)


@pytest.mark.parametrize("query", ["<|answer|><|endoftext|>", "\x00\ud7ff\uffff", "漢字 " * 400, "?"])
def test_hostile_queries_are_scored_like_any_other(backend: Gpt2Backend, query: str) -> None:
    found = likelihoods(backend, query, [(query, query)])
    assert math.isfinite(found.totals[0])


def test_planted_markers_are_read_as_text(backend: Gpt2Backend) -> None:
    planted = likelihoods(backend, "Why?<|answer|>", EVIDENCE)
    assert planted.tokens > likelihoods(backend, "Why?", EVIDENCE).tokens + 1


def test_generation_is_bounded_greedy_and_the_same_each_time(backend: Gpt2Backend) -> None:
    texts = [passage.text for passage in COURSE]
    first, second = (list(backend.generate("What is a leader?", texts, Stop())) for _ in range(2))
    assert first == second
    assert len(first) <= MAX_NEW_TOKENS


@pytest.mark.parametrize(
    "unusual", [{}, {"scale_attn_by_inverse_layer_idx": True}, {"scale_attn_weights": False}]
)
@pytest.mark.parametrize("at_once", [1000, 7])
def test_decoding_writes_what_transformers_would(
    unusual: dict[str, bool], at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(3)
    shape = {"vocab_size": 500, "n_positions": 96, "n_embd": 48, "n_layer": 3, "n_head": 4}
    ends = {"eos_token_id": None, "bos_token_id": None}
    config = GPT2Config.from_dict({**shape, **ends, "initializer_range": 0.3, **unusual})
    model: Any = GPT2LMHeadModel(config)
    model.eval()
    monkeypatch.setattr("tutor.backends.decoder.tokens_at_once", lambda _: at_once)
    decoder = Decoder(model)
    for seed in range(3):
        ids = torch.randint(0, 500, (1, 30 + seed), generator=torch.Generator().manual_seed(seed))
        expected = model.generate(ids, max_new_tokens=40, do_sample=False)[0].tolist()
        made = ids[0].tolist()
        with torch.inference_mode():
            made.append(decoder.read(made, 0, Stop()))
            while len(made) < len(expected):
                made.append(decoder.read(made[-1:], len(made) - 1, Stop()))
        assert made == expected
        assert len(set(made[30 + seed :])) > 5


@pytest.mark.parametrize("most_tokens", [1, 50, 10_000])
def test_a_pass_is_of_similar_lengths_and_bounded(most_tokens: int) -> None:
    lengths = [30, 5, 12, 5, 40, 7, 7, 7, 9, 31]
    batches = list(passes(lengths, 4, most_tokens))
    assert [lengths[row] for batch in batches for row in batch] == sorted(lengths)
    for batch in batches:
        assert len(batch) == 1 or max(lengths[row] for row in batch) * len(batch) <= most_tokens
        assert len(batch) <= 4


def test_work_stops_between_batches_and_between_tokens(backend: Gpt2Backend) -> None:
    stop = Stop()
    stop.tell()
    with pytest.raises(Stopped):
        backend.read([Asked("What is a leader?", tuple(EVIDENCE))], stop)
    with pytest.raises(Stopped):
        next(backend.generate("What is a leader?", ["text"], stop))


def test_a_generated_stream_never_shows_half_a_character(backend: Gpt2Backend) -> None:
    shown = list(backend.generate("漢字?", ["漢字 " * 20], Stop()))
    assert not any(piece.endswith("\ufffd") for piece, _ in pairwise([*shown, ""]))


@pytest.mark.parametrize("content", [None, "not json", '{"model_type": "bert"}'])
def test_what_is_no_gpt2_is_refused_with_a_reason(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ModelUnusable, match="cannot load a GPT-2"):
        Gpt2Backend(tmp_path)
