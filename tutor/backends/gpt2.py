"""Any GPT-2 that `transformers` can load, on the CPU or the GPU it finds."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel
from transformers.utils import logging as transformers_logging

from tutor import prompt
from tutor.backends.cpus import usable_threads
from tutor.backends.decoder import Decoder
from tutor.backends.failure import ModelUnusable
from tutor.backends.passes import passes, tokens_at_once
from tutor.backends.selector import Selector
from tutor.reading import Asked, Likelihoods, Reading
from tutor.stop import Stop

BATCH = 8
MAX_EVIDENCE_TOKENS = 96
MAX_QUERY_TOKENS = 48
MAX_NEW_TOKENS = 80

# Progress bars and advice on padding do not belong in a server's log.
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]


class Gpt2Backend:
    """Loads once; scores in batches of similar length, so padding is small and a stop is noticed soon."""

    def __init__(self, model: str | Path, selects: bool = True) -> None:
        """`model`: a folder, or a hub name. A model trained to select does so, unless not `selects`.

        Raises ModelUnusable.
        """
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model)
            loaded: Any = GPT2LMHeadModel.from_pretrained(model, dtype=torch.float32)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelUnusable(f"cannot load a GPT-2 from {model}: {error}") from error
        torch.set_num_threads(usable_threads())
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = loaded.to(self._device).eval()
        self._at_once = tokens_at_once(loaded.num_parameters())
        self._context = int(loaded.config.n_positions)
        end = self._tokenizer.eos_token_id
        self._end = int(end) if end is not None else 0
        marked = prompt.QUESTION in self._tokenizer.get_vocab()
        self._layout = prompt.MARKED if marked else prompt.PLAIN
        trained = selects and getattr(loaded.config, "selector", False) is True
        self._selector = Selector(self._model, self._ids, self._token_id) if trained else None
        named = Path(model).name if Path(model).is_dir() else str(model)
        self._name = str(getattr(loaded.config, "model_name", named))

    @property
    def name(self) -> str:
        return self._name

    @torch.inference_mode()
    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Reading]:
        if self._selector is not None:
            return self._selector.select(asked, stop)
        return [self._query_likelihoods(each.query, each.evidence, stop) for each in asked]

    def _query_likelihoods(self, query: str, evidence: Sequence[tuple[str, str]], stop: Stop) -> Likelihoods:
        tail = self._ids(prompt.query_tail(self._layout, query))[-min(MAX_QUERY_TOKENS, self._context // 2) :]
        room = min(MAX_EVIDENCE_TOKENS, self._context - len(tail))
        heads = [self._evidence_ids(heading, sentence, room) for heading, sentence in (*evidence, ("", ""))]
        totals = [0.0] * len(heads)
        lengths = [len(head) + len(tail) for head in heads]
        for batch in passes(lengths, BATCH, self._at_once):
            stop.check()
            for index, total in zip(batch, self._score([heads[index] for index in batch], tail), strict=True):
                totals[index] = total
        return Likelihoods(tuple(totals[:-1]), totals[-1], len(tail))

    @torch.inference_mode()
    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        room = self._context - MAX_NEW_TOKENS
        ids = self._ids(prompt.free_prompt(self._layout, list(passages), query))[-max(1, room) :]
        made: list[int] = []
        shown = ""
        unread, at = ids, 0
        while len(made) < MAX_NEW_TOKENS and len(ids) + len(made) < self._context:
            token = self._decoder.read(unread, at, stop)
            if token == self._end:
                break
            made.append(token)
            unread, at = [token], at + len(unread)
            text = str(self._tokenizer.decode(made, skip_special_tokens=True))
            if text.endswith("\ufffd"):
                continue  # half of a character: the next token completes it
            yield text[len(shown) :]
            shown = text

    @cached_property
    def _decoder(self) -> Decoder:
        return Decoder(self._model)

    def _score(self, heads: list[list[int]], tail: list[int]) -> list[float]:
        """log P(tail | head) for each head; causal attention makes padding on the right harmless."""
        width = max(map(len, heads)) + len(tail)
        rows = [[*head, *tail, *[self._end] * (width - len(head) - len(tail))] for head in heads]
        hidden = self._model.transformer(input_ids=torch.tensor(rows, device=self._device)).last_hidden_state
        starts = torch.tensor([len(head) - 1 for head in heads], device=self._device)
        positions = starts[:, None] + torch.arange(len(tail), device=self._device)
        before = hidden.gather(1, positions[..., None].expand(-1, -1, hidden.shape[-1]))
        targets = torch.tensor(tail, device=self._device).expand(len(heads), -1)
        scores = torch.log_softmax(self._model.lm_head(before), -1).gather(-1, targets[..., None])
        return [float(total) for total in scores.double().sum((1, 2))]

    def _evidence_ids(self, heading: str, sentence: str, room: int) -> list[int]:
        """At most `room` ids; the sentence's end gives way before the words that open the question."""
        closing = self._ids(self._layout.question)
        ids = self._ids(prompt.evidence(self._layout, heading, sentence))
        return ids if len(ids) <= room else [*ids[: max(0, room - len(closing))], *closing][:room]

    def _token_id(self, token: str) -> int:
        return int(self._tokenizer.get_vocab()[token])

    def _ids(self, text: str) -> list[int]:
        return [int(token) for token in self._tokenizer.encode(text, add_special_tokens=False)]
