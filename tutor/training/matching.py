"""Where training begins: a transformer that already looks words up.

A small model sees too few questions to find out by itself that an answer repeats or rephrases the words of
its question. So its first three layers begin as a program for that, written into a few heads and dimensions,
and all of it is then trained like any other weight (compare Weiss, Goldberg and Yahav, "Thinking like
transformers", 2021, and Lindner et al., "Tracr", 2023, who compile programs and leave them as they are).

    layer 1   a word looks for itself or a related one in the question; else, at the question's marker
    layer 2   a sentence's marker takes the mean of what its words found, by how rare it is
    layer 3   the answer looks for the marker that found most, and names it

Layers beyond begin as the identity.
"""

from typing import Any

import torch

from tutor.selector_prompt import SelectorLayout

HEAD = 64
"""Dimensions a head; of the models made here."""
MARKERS = 16
_ASKED, _RARE, _MARKER, _FOUND, _MEAN, _END, _PLACE, WORD = 0, 1, 2, 18, 22, 26, 27, 28
"""Dimensions: of a question's words, how rare a word is, one for each sentence's marker, what each of two
heads found, the mean of that, of the ends of question and prompt, of the places where the model is asked.
From WORD on they hold the word."""


@torch.no_grad()
def begin(model: Any, words: torch.Tensor, rarity: torch.Tensor, layout: SelectorLayout) -> None:
    """Writes the program into `model`, a GPT2LMHeadModel of three layers or more, with heads of HEAD.

    `words`: vocabulary x (width - WORD), rows of unit length; `rarity`: of each
    token, 0 to 1.
    """
    transformer = model.transformer
    for block in transformer.h:
        for projection in (block.attn.c_proj, block.mlp.c_proj):
            torch.nn.init.normal_(projection.weight, 0.0, 0.002)
    torch.nn.init.normal_(transformer.wpe.weight, 0.0, 0.01)
    transformer.wte.weight.copy_(_embeddings(words, rarity, layout, model.config.n_embd))
    for number in (0, 1):
        _look_up(_Head(model, 0, number), number)
    _take_the_mean(_Head(model, 1, 0))
    _name_the_best(_Head(model, 2, 0))


def _embeddings(
    words: torch.Tensor, rarity: torch.Tensor, layout: SelectorLayout, width: int
) -> torch.Tensor:
    made = torch.randn(len(words), width) * 0.01
    made[:, WORD:] += words
    made[:, _RARE] += rarity
    special = [layout.question, layout.passage, layout.answer, layout.none, *layout.markers]
    made[special] = torch.randn(len(special), width) * 0.003
    made[layout.question, _ASKED] = 1.0
    made[layout.passage, _END] = made[layout.answer, _END] = 1.0
    made[layout.none, _PLACE] = 1.0
    for number, marker in enumerate(layout.markers):
        made[marker, _MARKER + number] = 1.0
    return made


class _Head:
    """One head's weights, to be written to: `query`, `key`, `value` are width x HEAD, `out` HEAD x width."""

    def __init__(self, model: Any, layer: int, number: int) -> None:
        attention, width = model.transformer.h[layer].attn, model.config.n_embd
        first = number * HEAD
        self.query, self.key, self.value = (
            attention.c_attn.weight[:, part * width + first : part * width + first + HEAD]
            for part in range(3)
        )
        self.constant = attention.c_attn.bias[first : first + HEAD]
        """What a query has whatever its token."""
        self.out = attention.c_proj.weight[first : first + HEAD]
        self.query.zero_()
        self.key.zero_()


def _look_up(head: _Head, number: int) -> None:
    width = head.query.shape[0]
    directions, _ = torch.linalg.qr(torch.randn(width - WORD, HEAD - 1))
    head.query[WORD:, : HEAD - 1] = head.key[WORD:, : HEAD - 1] = 1.6 * directions
    # Of all words only the question's are looked at; its marker, which is not rare at all, more than those
    # that do not match, and less than those that do.
    head.constant[-1], head.key[_ASKED, -1] = 8.0, 1.43
    head.value[_RARE, 0] = 1.0
    head.out[0, _FOUND + number] = 0.08


def _take_the_mean(head: _Head) -> None:
    for number in range(MARKERS):
        head.query[_MARKER + number, number] = head.key[_MARKER + number, number] = 0.85
    head.constant[MARKERS], head.key[_PLACE, MARKERS] = 8.0, -1.0
    for number in (0, 1):
        head.value[_FOUND + number, number] = 4.0
        head.out[number, _MEAN + number] = 1.0


def _name_the_best(head: _Head) -> None:
    head.constant[0] = 8.0
    head.key[_MEAN, 0] = head.key[_MEAN + 1, 0] = 3.0
    head.key[_PLACE, 0] = 1.0
    head.key[_MARKER : _MARKER + MARKERS, 0] = 1.5
    head.key[_ASKED, 0] = head.key[_END, 0] = -6.0
    for number in range(MARKERS):
        head.value[_MARKER + number, number] = 1.0
        head.out[number, _MARKER + number] = 0.5
