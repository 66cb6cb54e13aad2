"""Training: from a small data folder to a GPT-2 folder, resumable, and the same each time."""

import json
import lzma
import random
from dataclasses import MISSING, fields, replace
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tutor import calibration
from tutor.backends.gpt2 import Gpt2Backend
from tutor.features import NAMES, Features
from tutor.reading import Asked
from tutor.stop import Stop
from tutor.training import data
from tutor.training.calibrate import calibrate
from tutor.training.exercise import Exercise, draw
from tutor.training.fit import ANSWERED_SHARE, Rows, best_probability, fit
from tutor.training.keywords import Keywords, keyword_exercise
from tutor.training.run import Order, train
from tutor.training.selection import examples
from tutor.training.sizes import SIZES, Size

REQUIRED = tuple(field.name for field in fields(Features) if field.default is MISSING)
DOCUMENTS = [
    " ".join(
        f"The {thing} of chapter {chapter} holds a {colour} entry in its replicated log."
        for thing in ("server", "client", "leader", "follower", "candidate")
        for colour in ("red", "green", "blue")
    )
    for chapter in range(8)
]
SMALL = Size("small", 128, 3, 2, 256, 320, 3 * 512, 512, 12, 2, 2, 0.0, 0.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training data in the real layout, of eight short documents."""
    folder = tmp_path_factory.mktemp("data")
    with lzma.open(folder / "corpus.txt.xz", "wt", encoding="utf-8") as corpus:
        for text in (*DOCUMENTS, "A document of another source."):
            corpus.write(f"{text}\n<|endoftext|>\n")
    rows = [f"book\tm{number}\tChapter {number}\t{len(text)}" for number, text in enumerate(DOCUMENTS)]
    index = "\n".join(["source\tkey\ttitle\tchars", *rows, "other\tx\tOther\t29"])
    (folder / "corpus_index.tsv").write_text(f"{index}\n", encoding="utf-8")
    for split in ("train", "dev"):
        with lzma.open(folder / f"qa_{split}.jsonl.xz", "wt", encoding="utf-8") as lines:
            for number, text in enumerate(DOCUMENTS):
                for colour in ("red", "green", "mauve"):
                    answers = [f"{colour} entry"] if colour in text else []
                    item = {
                        "context": text,
                        "question": f"Which {colour} entry is held?",
                        "answers": answers,
                        "is_impossible": not answers,
                        "source": "book#term" if answers else "book#term-neg",
                        "doc": f"m{number}",
                        "kind": "term",
                    }
                    lines.write(json.dumps(item) + "\n")
    return folder


def test_documents_come_in_the_corpus_order(folder: Path) -> None:
    assert [text.strip() for text in data.documents(folder)] == [*DOCUMENTS, "A document of another source."]


def test_a_choice_puts_the_sentence_with_the_answer_first(folder: Path) -> None:
    item = next(data.items(folder, "train"))
    choice = data.choice(item, 3)
    assert choice is not None
    assert item.answers[0] in choice.candidates[0]
    assert len(choice.candidates) == 4
    assert choice.title == "Chapter 0"
    assert choice.candidates[0] not in choice.candidates[1:]


def test_a_question_without_an_answer_makes_no_choice(folder: Path) -> None:
    impossible = [item for item in data.items(folder, "train") if not item.answers]
    assert impossible
    assert all(data.choice(item, 3) is None for item in impossible)


def test_a_made_up_question_is_answered_by_the_piece_that_has_its_words() -> None:
    pieces = [[10 * number + place for place in range(10)] for number in range(5)]
    telling = [token % 10 > 2 for token in range(50)]
    keywords = Keywords(telling, [[token] for token in range(50)], [[0, 1]])
    for seed in range(20):
        made = keyword_exercise(pieces, keywords, random.Random(seed))
        assert made is not None
        asked = set(made.query[2:])
        holding = [number for number, piece in enumerate(made.sentences) if asked <= set(piece)]
        assert holding == sorted(made.gold)


def test_an_exercise_keeps_its_answers_or_loses_them_all() -> None:
    whole = Exercise([1], [[number] for number in range(16)], frozenset({3, 4}))
    for seed in range(50):
        drawn = draw(whole, random.Random(seed))
        answering = {drawn.sentences[number][0] for number in drawn.gold}
        assert answering in (set(), {3, 4})
        assert (answering == set()) == ([3] not in drawn.sentences)


def test_an_example_is_put_to_its_own_passage_and_the_nearest_others(folder: Path) -> None:
    made = list(examples(list(data.items(folder, "train")), seed=1))
    assert made == list(examples(list(data.items(folder, "train")), seed=1))
    for example in made:
        assert bool(example.gold) == example.answerable
        assert all("entry" in example.sentences[number] for number in example.gold)


def test_training_writes_a_folder_that_loads_and_scores(folder: Path, tmp_path: Path) -> None:
    train(Order(SMALL, folder, tmp_path, "cpu", None))
    backend = Gpt2Backend(tmp_path)
    assert backend.name == "small"
    assert backend.read([Asked("Which entry?", (("", "The red entry."),))], Stop())


def test_a_size_that_reads_no_text_goes_on_to_the_questions(folder: Path, tmp_path: Path) -> None:
    train(Order(replace(SMALL, text_tokens=0), folder, tmp_path, "cpu", None))
    assert (tmp_path / "model.safetensors").exists()


def test_the_same_seed_gives_the_same_weights_and_a_finished_run_resumes_to_the_same(
    folder: Path, tmp_path: Path
) -> None:
    weights = []
    for out in (tmp_path / "a", tmp_path / "b", tmp_path / "b"):
        train(Order(SMALL, folder, out, "cpu", None))
        weights.append(load_file(out / "model.safetensors"))
    for other in weights[1:]:
        assert all(bool((other[name] == tensor).all()) for name, tensor in weights[0].items())


def test_a_run_stopped_in_the_middle_resumes_where_it_was(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.training.loop.CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr("tutor.training.run.read_questions", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(Order(SMALL, folder, tmp_path / "stopped", "cpu", None))
    monkeypatch.undo()
    train(Order(SMALL, folder, tmp_path / "stopped", "cpu", None))
    assert "resuming questions at step 0" in capsys.readouterr().out
    train(Order(SMALL, folder, tmp_path / "whole", "cpu", None))
    stopped, whole = (load_file(tmp_path / name / "model.safetensors") for name in ("stopped", "whole"))
    assert all(bool((whole[name] == tensor).all()) for name, tensor in stopped.items())


def _by_coverage(pair: tuple[Features, bool]) -> float:
    return pair[0].coverage


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_calibration_is_written_where_serving_finds_it(
    folder: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in tiny_model.iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    calibrate(folder, tmp_path, 24)
    fitted = calibration.load(tmp_path / calibration.FILE_NAME)
    assert all(0.0 <= each.threshold <= 1.0 for each in (fitted.words, fitted.selection, fitted.likelihood))
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["fitted_on"] + figures["held_out"] == 24, "of eight documents three questions each"
    assert set(figures["words"]) == set(figures["selection"]) == set(figures["likelihood"])


def test_the_fit_finds_the_feature_that_tells_the_answer_and_how_sure_it_makes() -> None:
    chance = random.Random(1)

    def rows(answerable: bool) -> Rows:
        gold = chance.randrange(4) if answerable else None
        features = [
            Features(
                **dict.fromkeys(REQUIRED, 0.0)
                | {"coverage": chance.gauss(1.5 if at == gold else 0.0, 1.0), "kind": chance.random()}
            )
            for at in range(4)
        ]
        return Rows(tuple(features), tuple(at == gold for at in range(4)), answerable)

    questions = [rows(number % 3 > 0) for number in range(600)]
    fitted = fit(questions, ["coverage", "kind"])
    weights = dict(zip(NAMES, fitted.weights, strict=True))
    assert weights["coverage"] > 10 * abs(weights["kind"])
    assert all(
        weight == 0.0 for name, weight in weights.items() if name not in ("coverage", "kind", "missing")
    )
    best = [best_probability(each, fitted) for each in questions]
    reached = [
        value >= fitted.threshold for value, each in zip(best, questions, strict=True) if each.answerable
    ]
    assert sum(reached) / len(reached) == pytest.approx(ANSWERED_SHARE, abs=0.01)
    right = sum(max(zip(each.features, each.gold, strict=True), key=_by_coverage)[1] for each in questions)
    assert sum(best) / len(best) == pytest.approx(right / len(questions), abs=0.05)


@pytest.mark.parametrize("missing", [None, *data.FILES])
def test_missing_data_is_named(folder: Path, tmp_path: Path, missing: str | None) -> None:
    if missing is None:
        with pytest.raises(data.DataMissing, match="no training data"):
            train(Order(SMALL, tmp_path / "nowhere", tmp_path / "out", "cpu", None))
        return
    for name in set(data.FILES) - {missing}:
        (tmp_path / name).symlink_to(folder / name)
    with pytest.raises(data.DataMissing, match=missing):
        train(Order(SMALL, tmp_path, tmp_path / "out", "cpu", None))


def test_every_size_has_heads_that_divide_its_width() -> None:
    for name, size in SIZES.items():
        assert name == size.name
        assert size.width % size.heads == 0
        assert size.vocabulary % 64 == 0
