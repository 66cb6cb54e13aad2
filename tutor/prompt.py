"""How a sentence, a question and an answer are laid out for the model, in training and in serving alike.

A folder trained here knows the markers below as single tokens; any other GPT-2 (`gpt2`, `distilgpt2`) gets
the same layout in plain words.
"""

from dataclasses import dataclass

END_OF_TEXT = "<|endoftext|>"
QUESTION = "<|question|>"
PASSAGE = "<|passage|>"
ANSWER = "<|answer|>"
NONE = "<|none|>"
SENTENCES = tuple(f"<|s{number}|>" for number in range(16))
SPECIAL_TOKENS = (END_OF_TEXT, QUESTION, PASSAGE, ANSWER, NONE, *SENTENCES)
"""In the order of their token ids. `NONE` and `SENTENCES` are reserved, so that ids never move."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The words that open a passage, a question and an answer."""

    passage: str
    question: str
    answer: str


MARKED = Layout(PASSAGE, QUESTION, ANSWER)
PLAIN = Layout("", "\n\nQuestion:", "\nAnswer:")


def evidence(layout: Layout, heading: str, sentence: str) -> str:
    """The part of a query-likelihood prompt that the question is conditioned on."""
    lines = [line for line in (defused(heading), defused(sentence)) if line]
    return f"{layout.passage} " + "\n".join(lines) + layout.question


def query_tail(layout: Layout, query: str) -> str:
    """The part whose likelihood is measured; ends where the question does."""
    return f" {defused(query)}{layout.answer}"


def free_prompt(layout: Layout, passages: list[str], query: str) -> str:
    """Passages and question, up to where a freely generated answer begins."""
    shown = "".join(f"{layout.passage} {defused(passage)}\n" for passage in passages)
    return f"{shown}{layout.question} {defused(query)}{layout.answer}"


def defused(text: str) -> str:
    """`text` with no marker of ours in it: what people wrote must never be read as a control token."""
    return text.replace("<|", "< |").strip()
