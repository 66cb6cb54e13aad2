"""How a question and its candidate sentences are laid out for a selector, in training and in serving alike.

`<|question|> q <|passage|> s1 <|s1|> s2 <|s2|> … <|answer|>`: the question first, so that every sentence
is read with it in view. What the model would say next is asked at two kinds of places: at `<|answer|>`, which
marker follows, `<|s0|>` for none; at the marker of each sentence, whether `<|answer|>` or `<|none|>` follows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.prompt import ANSWER, NONE, PASSAGE, QUESTION, SENTENCES, defused

MAX_QUERY_TOKENS = 40
MAX_SENTENCE_TOKENS = 40
MOST = len(SENTENCES) - 1
"""The most sentences that one prompt has markers for."""


@dataclass(frozen=True, slots=True)
class SelectorPrompt:
    """Token ids, their types (as many), and the places of each sentence's marker and, last, of `<|answer|>`.

    A token's type is a token too, whose embedding is added to its own: GPT-2's segments (`token_type_ids`).
    It says of which sentence a word is, which a model as small as these could not tell by counting.
    """

    ids: list[int]
    types: list[int]
    places: list[int]


class SelectorLayout:
    """The markers' ids in one vocabulary, and the prompts made of them."""

    def __init__(self, encode: Callable[[str], list[int]], token_id: Callable[[str], int]) -> None:
        """`encode`: text to ids, no markers added. `token_id` raises KeyError for a marker it lacks."""
        self._encode = encode
        self.question, self.passage = token_id(QUESTION), token_id(PASSAGE)
        self.answer, self.none = token_id(ANSWER), token_id(NONE)
        self.markers = [token_id(marker) for marker in SENTENCES]

    def words(self, text: str, most: int) -> list[int]:
        """The ids of people's words, none of them a marker, the first `most`."""
        return self._encode(f" {defused(text)}")[:most]

    def prompt(self, query: Sequence[int], sentences: Sequence[Sequence[int]], room: int) -> SelectorPrompt:
        """At most `room` ids; sentences that do not fit are left out, the last first. `query` and `sentences`
        are ids that `words` made."""
        ids = [self.question, *query, self.passage]
        types = [self.question] * (len(ids) - 1) + [self.passage]
        places: list[int] = []
        for marker, sentence in zip(self.markers[1:], sentences, strict=False):
            if len(ids) + len(sentence) + 2 > room:
                break
            places.append(len(ids) + len(sentence))
            ids += [*sentence, marker]
            types += [*[marker] * len(sentence), self.none]
        places.append(len(ids))
        return SelectorPrompt([*ids, self.answer], [*types, self.answer], places)
