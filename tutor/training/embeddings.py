"""Words as counting knows them: which stand near which, and how rare each is.

Positive pointwise mutual information of tokens that stand near each other, factorised (Levy and Goldberg,
"Neural word embedding as implicit matrix factorization", 2014; smoothed contexts and the square root of the
singular values: Levy, Goldberg and Dagan, 2015, section 3; common directions taken out: Mu and Viswanath,
"All-but-the-top", 2018). It takes half a minute where gradient steps take a CPU many hours.
"""

import numpy as np
import torch
from numpy.typing import NDArray

WINDOW = 6
SMOOTHING = 0.75
COMMON = 2
"""Directions that nearly all words share, and that say nothing of any."""
_CHUNK = 4_000_000


def token_embeddings(tokens: NDArray[np.uint16], vocabulary: int, width: int, seed: int) -> torch.Tensor:
    """`vocabulary` x `width`, rows of unit length."""
    association = _association(_counts(tokens, vocabulary))
    torch.manual_seed(seed)
    left, values, _ = torch.svd_lowrank(association, q=width + COMMON + 16, niter=3)
    found = left * values.sqrt()
    found = found - found.mean(0)
    _, _, directions = torch.linalg.svd(found, full_matrices=False)
    kept = (found @ directions.T)[:, COMMON : COMMON + width]
    rows: torch.Tensor = kept / kept.norm(dim=1, keepdim=True).clamp(min=1e-3)
    return rows


def rarity(tokens: NDArray[np.uint16], vocabulary: int) -> torch.Tensor:
    """`vocabulary` numbers, 0 for the commonest tokens (one in 50 and more), 1 for one in half a million."""
    counts = np.bincount(tokens, minlength=vocabulary) + 1.0
    return torch.from_numpy((np.log(counts.sum() / counts) - 4.0) / 9.0).float().clamp(0.0, 1.0)


def _counts(tokens: NDArray[np.uint16], vocabulary: int) -> torch.Tensor:
    """How often two tokens stand within WINDOW of each other, nearer ones counting more; symmetric."""
    counts = np.zeros(vocabulary * vocabulary, np.float32)
    for first in range(0, len(tokens), _CHUNK):
        chunk = tokens[first : first + _CHUNK].astype(np.int64)
        for distance in range(1, WINDOW + 1):
            pairs = chunk[:-distance] * vocabulary + chunk[distance:]
            seen, times = np.unique(pairs, return_counts=True)
            counts[seen] += times.astype(np.float32) * ((WINDOW + 1 - distance) / WINDOW)
    square = torch.from_numpy(counts).view(vocabulary, vocabulary)
    return square + square.T


def _association(counts: torch.Tensor) -> torch.Tensor:
    """Positive pointwise mutual information, the context's frequency smoothed."""
    totals = counts.sum(1).clamp(min=1e-6)
    contexts = totals.pow(SMOOTHING)
    expected = (totals / totals.sum())[:, None] * (contexts / contexts.sum())[None, :] * totals.sum()
    association: torch.Tensor = (counts / expected).clamp(min=1.0).log()
    return association
