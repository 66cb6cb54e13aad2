"""Greedy decoding of one sequence over a loaded GPT-2's weights, with a cache that is allocated once.

The same arithmetic as `GPT2LMHeadModel.generate` without its bookkeeping, and without copying the cache for
every token; what is left is the reading of the weights, which memory bandwidth bounds.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from tutor.backends.passes import tokens_at_once
from tutor.stop import Stop


class Decoder:
    """Used by one thread at a time; `read` continues the sequence that it read before."""

    def __init__(self, model: Any) -> None:
        """`model`: a GPT2LMHeadModel in evaluation mode."""
        self._model = model
        config = model.config
        self._heads = int(config.n_head)
        width = int(config.n_embd) // self._heads
        self._scales = [
            (1 / math.sqrt(width) if config.scale_attn_weights else 1.0)
            / (layer + 1 if config.scale_attn_by_inverse_layer_idx else 1)
            for layer in range(config.n_layer)
        ]
        self._cache = torch.zeros(
            config.n_layer, 2, self._heads, config.n_positions, width, device=model.device
        )
        self._at_once = tokens_at_once(model.num_parameters())

    def read(self, ids: Sequence[int], start: int, stop: Stop) -> int:
        """The likeliest token after `ids`, which begin at `start`. Raises Stopped between two passes."""
        hidden = torch.empty(0)
        for first in range(0, len(ids), self._at_once):
            stop.check()
            piece = ids[first : first + self._at_once]
            hidden = self._hidden(torch.tensor(piece, device=self._model.device), start + first)
        last = self._model.transformer.ln_f(hidden[-1:])
        return int(functional.linear(last, self._model.lm_head.weight).argmax())

    def _hidden(self, ids: Tensor, start: int) -> Tensor:
        body = self._model.transformer
        end = start + len(ids)
        hidden: Tensor = body.wte.weight[ids] + body.wpe.weight[start:end]
        seen = None
        if len(ids) > 1:
            seen = torch.ones(len(ids), end, dtype=torch.bool, device=ids.device).tril(start)
        for block, cache, scale in zip(body.h, self._cache, self._scales, strict=True):
            projected = _affine(block.attn.c_attn, block.ln_1(hidden))
            query, *new = projected.view(len(ids), 3, self._heads, -1).permute(1, 2, 0, 3)
            cache[:, :, start:end] = torch.stack(new)
            keys, values = cache[:, None, :, :end]
            read = functional.scaled_dot_product_attention(
                query[None], keys, values, attn_mask=seen, scale=scale
            )
            hidden = hidden + _affine(block.attn.c_proj, read[0].transpose(0, 1).reshape(len(ids), -1))
            inner = block.mlp.act(_affine(block.mlp.c_fc, block.ln_2(hidden)))
            hidden = hidden + _affine(block.mlp.c_proj, inner)
        return hidden


def _affine(layer: Any, rows: Tensor) -> Tensor:
    return torch.addmm(layer.bias, rows, layer.weight)
