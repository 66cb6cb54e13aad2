"""Reads the training data: documents, and questions with the sentences that answer them."""

import csv
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.openings import leans_on_previous
from tutor.prompt import END_OF_TEXT
from tutor.text import sentences

FILES = ("corpus.txt.xz", "corpus_index.tsv", "qa_train.jsonl.xz", "qa_dev.jsonl.xz")


class DataMissing(Exception):
    """The data folder, or a file of it, is not there; the message says which."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question over one context; `answers` are spans of it, verbatim; none when it has no answer."""

    context: str
    question: str
    answers: tuple[str, ...]
    source: str
    document: str
    title: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with the sentence that answers it first, then others of the same context that do not."""

    title: str
    question: str
    candidates: tuple[str, ...]


def check(folder: Path) -> None:
    """Raises DataMissing unless every file of the data is in `folder`."""
    if not folder.is_dir():
        raise DataMissing(f"no training data at {folder}: name its folder with --data")
    for name in FILES:
        if not (folder / name).is_file():
            raise DataMissing(f"the training data at {folder} lacks {name}")


def documents(folder: Path) -> Iterator[str]:
    """The corpus's documents, in its order."""
    with lzma.open(folder / "corpus.txt.xz", "rt", encoding="utf-8") as corpus:
        lines: list[str] = []
        for line in corpus:
            if line.rstrip("\n") == END_OF_TEXT:
                yield "".join(lines)
                lines = []
            else:
                lines.append(line)


def items(folder: Path, split: str) -> Iterator[Item]:
    """The items of `split`, "train" or "dev", in the file's order, each under its document's title."""
    titles = _titles(folder)
    with lzma.open(folder / f"qa_{split}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            book = row["source"].split("#")[0]
            named = row["doc"].split(":")[0].replace("_", " ")
            yield Item(
                row["context"],
                row["question"],
                () if row["is_impossible"] else tuple(row["answers"]),
                row["source"],
                row["doc"],
                titles.get((book, row["doc"]), named if row["source"].startswith("squad") else ""),
            )


def choice(item: Item, others: int) -> Choice | None:
    """`item` as a choice between its gold sentence and up to `others` nearest; None when it has no gold."""
    cut = sentences(item.context)
    spans = [(item.context.find(answer), answer) for answer in item.answers]
    gold = next(
        (
            number
            for number, sentence in enumerate(cut)
            if any(sentence.start <= start < sentence.end for start, _ in spans)
        ),
        None,
    )
    if gold is None:
        return None
    texts = [
        f"{cut[number - 1].text} {sentence.text}"
        if number and leans_on_previous(sentence.text)
        else sentence.text
        for number, sentence in enumerate(cut)
    ]
    near = sorted(
        (number for number in range(len(cut)) if number != gold), key=lambda number: abs(number - gold)
    )
    chosen = (texts[gold], *(texts[number] for number in near[:others] if cut[number].text != cut[gold].text))
    return Choice(item.title, item.question, chosen)


def _titles(folder: Path) -> dict[tuple[str, str], str]:
    with (folder / "corpus_index.tsv").open(encoding="utf-8", newline="") as index:
        rows = csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row["source"], row["key"]): row["title"] for row in rows}
