"""`python -m tutor evaluate`, from a folder of pages to the table and the line of JSON."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tutor.conftest import LEXICAL, always
from tutor import calibration
from tutor.__main__ import WEIGHTS, main
from tutor.evaluation import BASELINES
from tutor.evaluation.serving import serve_and_ask

SOILS = Path(__file__).parents[3] / "demo" / "soils"
ASKED = ("so-001", "so-015", "so-029", "so-041", "so-049", "so-062", "so-067", "so-072")


@pytest.fixture
def model(tiny_model: Path) -> Path:
    calibration.save(tiny_model / calibration.FILE_NAME, always(LEXICAL))
    return tiny_model


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Eight of the second course's, the last four without an answer, of four kinds."""
    lines = (SOILS / "questions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(line for line in lines if json.loads(line)["id"] in ASKED), encoding="utf-8")
    return path


@pytest.mark.timeout(600)
def test_the_second_course_end_to_end_with_every_baseline(
    model: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--course", str(SOILS / "materials"), "--questions", str(questions), "--model", str(model)]
    assert main(["evaluate", *arguments]) == 0
    *table, line = capsys.readouterr().out.splitlines()

    report = json.loads(line)
    assert (report["course"], report["questions"], report["answerable"]) == ("soils", 8, 4)
    assert report["retrieval"] == {"document_at_1": 1.0, "paragraph_at_5": 1.0}
    assert list(report["systems"]) == ["tutor", *BASELINES]
    for name, figures in report["systems"].items():
        assert figures["groundedness"] == (None if name == "free" else 1.0), name
        assert set(figures["by_kind"]) == {"near_miss", "false_premise", "outside", "logistics"}
        assert 0 < figures["p50_seconds"] <= figures["p95_seconds"]
    assert report["systems"]["bm25"]["wrong_unanswerable"] == 1.0, "it is never silent"
    assert report["systems"]["two-stage"]["answered_answerable"] >= 0.8
    assert report["serving"]["cold_start_seconds"] > 0
    assert report["serving"]["peak_bytes"] > 50_000_000, "torch alone takes more"
    assert report["gates"]["groundedness >= 1.0"] is True

    assert table[0] == f"soils: 8 questions, 4 of them answerable; model {report['model']}"
    assert sum(row.startswith(("passed", "FAILED")) for row in table) == len(report["gates"])


def test_what_a_server_costs_is_its_own_not_that_of_whoever_started_it() -> None:
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    assert serve_and_ask(str(WEIGHTS), []).peak_bytes < ours / 2, "it has no model, we have torch"


@pytest.mark.parametrize(
    ("course", "asked", "complaint"),
    [
        ("nowhere", SOILS / "questions.jsonl", "no .md pages"),
        (SOILS / "materials", "nowhere.jsonl", "cannot read the questions"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(
    course: Path, asked: Path, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--course", str(course), "--questions", str(asked)]) == 1
    refusal = capsys.readouterr().err
    assert complaint in refusal
    assert refusal.count("\n") == 1


def test_serving_imports_nothing_of_the_cluster() -> None:
    program = (
        "import sys, tutor.__main__, tutor.service.server, tutor.service.loading\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'raft', 'storage', 'lms_cluster'}))"
    )
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert made.stdout == "[]\n"
