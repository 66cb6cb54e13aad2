"""The corpus in a vocabulary of its own, made once and kept beside the checkpoint."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tutor.training import SEED, data, embeddings
from tutor.training.pretrain import encode_corpus
from tutor.training.tokenizer import token_id, train_tokenizer

EVERY = 4
"""The tokenizer is trained on every fourth document: more change few merges."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """`tokens`: all documents as one run of ids; `words`: one row a token, rows of unit length."""

    tokenizer: Tokenizer
    tokens: NDArray[np.uint16]
    words: torch.Tensor

    def encode(self, text: str) -> list[int]:
        return [int(token) for token in self.tokenizer.encode(text).ids]

    def token_id(self, token: str) -> int:
        """Raises KeyError for a token that the vocabulary lacks."""
        return token_id(self.tokenizer, token)

    def rarity(self) -> torch.Tensor:
        return embeddings.rarity(self.tokens, self.vocabulary)

    @property
    def vocabulary(self) -> int:
        return int(self.tokenizer.get_vocab_size())


def read_corpus(folder: Path, work: Path, vocabulary: int, width: int) -> Corpus:
    """For a model of `vocabulary` tokens whose words have `width` dimensions."""
    tokenizer_at, tokens_at, words_at = (work / name for name in ("tokenizer.json", "tokens.npy", "words.pt"))
    if words_at.exists():
        words = torch.load(words_at, weights_only=True)
        return Corpus(Tokenizer.from_file(str(tokenizer_at)), np.load(tokens_at), words)
    texts = list(data.documents(folder))
    print(f"{len(texts):,} documents: training the tokenizer", flush=True)
    tokenizer = train_tokenizer(texts[::EVERY], vocabulary)
    print("encoding the corpus", flush=True)
    tokens = encode_corpus(tokenizer, texts)
    tokenizer.save(str(tokenizer_at))
    np.save(tokens_at, tokens)
    print("counting which words stand together", flush=True)
    words = embeddings.token_embeddings(tokens, vocabulary, width, SEED)
    torch.save(words, words_at)
    return Corpus(tokenizer, tokens, words)
