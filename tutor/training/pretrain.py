"""Pretraining: next-token prediction over blocks of the corpus."""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tutor.prompt import END_OF_TEXT
from tutor.training.loop import BatchLoss
from tutor.training.tokenizer import token_id

BLOCK = 256
"""Tokens a block: half a context keeps attention cheap; alternate steps train the other half's positions."""


def encode_corpus(tokenizer: Tokenizer, texts: Iterable[str]) -> NDArray[np.uint16]:
    """All documents as one run of token ids, each ended by the end-of-text token."""
    end = token_id(tokenizer, END_OF_TEXT)
    pieces = [np.array([*encoding.ids, end], np.uint16) for encoding in map(tokenizer.encode, texts)]
    return np.concatenate(pieces)


def block_loss(
    model: torch.nn.Module, tokens: NDArray[np.uint16], context: int, batch_tokens: int, seed: int
) -> BatchLoss:
    """Loss over blocks of the corpus, every block once an epoch, in an order fixed by `seed`."""
    width = min(BLOCK, context)
    blocks = tokens[: len(tokens) // width * width].reshape(-1, width)
    size = max(1, batch_tokens // width)
    per_epoch = max(1, len(blocks) // size)
    device = next(model.parameters()).device

    def loss(step: int) -> tuple[torch.Tensor, int]:
        epoch, number = divmod(step, per_epoch)
        order = np.random.default_rng((seed, epoch)).permutation(len(blocks))
        chosen = blocks[order[number * size : (number + 1) * size]].astype(np.int64)
        batch = torch.from_numpy(chosen).to(device)
        first = step * width % (context // width * width)
        positions = torch.arange(first, first + width, device=device).unsqueeze(0)
        return model(input_ids=batch, position_ids=positions, labels=batch).loss, batch.numel()

    return loss
