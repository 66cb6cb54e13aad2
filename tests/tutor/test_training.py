"""Training: from a small data folder to a GPT-2 folder, resumable, and the same each time."""

import json
import lzma
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tutor import calibration
from tutor.backends.gpt2 import Gpt2Backend
from tutor.reading import Asked
from tutor.stop import Stop
from tutor.training import data
from tutor.training.calibrate import calibrate
from tutor.training.run import Order, train
from tutor.training.sizes import SIZES, Size

DOCUMENTS = [
    " ".join(
        f"The {thing} of chapter {chapter} holds a {colour} entry in its replicated log."
        for thing in ("server", "client", "leader", "follower", "candidate")
        for colour in ("red", "green", "blue")
    )
    for chapter in range(8)
]
SMALL = Size("small", 16, 1, 2, 64, 320, ("book",), 6 * 2048, 64, 0.5)


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


def test_documents_are_those_of_the_chosen_sources(folder: Path) -> None:
    assert [text.strip() for text in data.documents(folder, ("book",))] == DOCUMENTS


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


def test_keyword_questions_are_words_of_their_first_candidate() -> None:
    choices = data.keyword_choices(DOCUMENTS, seed=1)
    assert choices == data.keyword_choices(DOCUMENTS, seed=1)
    assert choices
    for choice in choices:
        assert set(choice.question.split()) <= set(choice.candidates[0].lower().rstrip(".").split())


def test_training_writes_a_folder_that_loads_and_scores(folder: Path, tmp_path: Path) -> None:
    train(Order(SMALL, folder, tmp_path, "cpu", None))
    backend = Gpt2Backend(tmp_path)
    assert backend.name == "small"
    assert backend.read([Asked("Which entry?", (("", "The red entry."),))], Stop())


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
    monkeypatch.setattr("tutor.training.run.choice_loss", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(Order(SMALL, folder, tmp_path / "stopped", "cpu", None))
    monkeypatch.undo()
    train(Order(SMALL, folder, tmp_path / "stopped", "cpu", None))
    assert "resuming finetune at step 0" in capsys.readouterr().out
    train(Order(SMALL, folder, tmp_path / "whole", "cpu", None))
    stopped, whole = (load_file(tmp_path / name / "model.safetensors") for name in ("stopped", "whole"))
    assert all(bool((whole[name] == tensor).all()) for name, tensor in stopped.items())


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_calibration_is_written_where_serving_finds_it(
    folder: Path, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in tiny_model.iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    calibrate(folder, tmp_path, 24)
    fitted = calibration.load(tmp_path / calibration.FILE_NAME)
    assert all(0.0 < each.threshold < 1.0 for each in (fitted.words, fitted.selection, fitted.likelihood))
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["fitted_on"] + figures["held_out"] == 24
    assert set(figures["with_model"]) == set(figures["without_model"])


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
