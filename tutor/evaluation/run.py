"""`python -m tutor evaluate`: the tutor and its baselines over one course's questions, in one run."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tutor import calibration
from tutor.backends.gpt2 import Gpt2Backend
from tutor.evaluation import questions, table
from tutor.evaluation.baselines import QueryLikelihood, TopSentence, TwoStage, silent_below
from tutor.evaluation.course import Course, opened
from tutor.evaluation.figures import against, figures, retrieval
from tutor.evaluation.gates import GATES
from tutor.evaluation.gold import Gold, Key
from tutor.evaluation.outcomes import Outcome, judge
from tutor.evaluation.questions import Asked
from tutor.evaluation.serving import serve_and_ask
from tutor.evaluation.systems import Piped, System
from tutor.evaluation.words_alone import words_alone
from tutor.service.loading import load_pipeline
from tutor.types import Mode, Question

ASKED_OF_THE_SERVER = 20
PROGRESS_EVERY = 50


class Examination:
    """The questions about one course, with their passages and gold, put to one system after the other."""

    def __init__(self, course: Course, asked: Sequence[Asked]) -> None:
        key = Key(course)
        self._texts = course.texts
        self.asked = asked
        self.questions = [course.ask(each.text) for each in asked]
        self.gold = [key.gold(each) for each in asked]

    @property
    def answerable(self) -> list[tuple[Question, Gold]]:
        rows = zip(self.asked, self.questions, self.gold, strict=True)
        return [(question, gold) for each, question, gold in rows if each.answerable]

    def take(self, system: System) -> list[Outcome]:
        responses = []
        for number, question in enumerate(self.questions):
            if number % PROGRESS_EVERY == 0:
                print(f"{system.name}: {number} of {len(self.questions)} questions", file=sys.stderr)
            responses.append(system.respond(question))
        if isinstance(system, TwoStage | QueryLikelihood):
            responses = silent_below(responses, [each.answerable for each in self.asked])
        rows = zip(self.asked, responses, self.gold, strict=True)
        return [judge(each, response, gold, self._texts) for each, response, gold in rows]


def evaluate(folder: Path, file: Path, model: str, shipped: Path, baselines: Sequence[str]) -> None:
    """Prints a table, and the same figures as one JSON line; progress goes to standard error.

    Raises CourseUnreadable, QuestionsUnreadable, ModelUnusable, CalibrationUnreadable and DoesNotServe.
    """
    name = folder.resolve().name
    asked = questions.about(questions.read(file), name)
    with opened(folder) as course:
        examination = Examination(course, asked)
        _warn_of_lost_gold(examination)
        tutor = load_pipeline(model, shipped, Mode.QUOTED)
        systems: list[System] = [Piped("tutor", tutor)]
        systems += [BASELINES[each](course, model, shipped) for each in baselines]
        outcomes = {system.name: examination.take(system) for system in systems}
    ours = outcomes["tutor"]
    report: dict[str, Any] = {
        "course": next((each.course for each in asked if each.course), name),
        "questions": len(asked),
        "answerable": len(examination.answerable),
        "model": tutor.model,
        "retrieval": retrieval(examination.answerable),
        "systems": {each: figures(of) for each, of in outcomes.items()},
        "mcnemar": {each: against(ours, of) for each, of in outcomes.items() if each != "tutor"},
        "serving": asdict(serve_and_ask(model, examination.questions[:ASKED_OF_THE_SERVER])),
    }
    report["gates"] = {str(gate): gate.passed(report["systems"]["tutor"]) for gate in GATES}
    for line in table.lines(report):
        print(line)
    print(json.dumps(report))


def _warn_of_lost_gold(examination: Examination) -> None:
    lost = [
        each.id
        for each, gold in zip(examination.asked, examination.gold, strict=True)
        if each.answerable and not gold.passages
    ]
    if lost:
        print(f"tutor: no page holds a gold sentence of {', '.join(lost)}", file=sys.stderr)


BASELINES: dict[str, Callable[[Course, str, Path], System]] = {
    "bm25": lambda course, model, shipped: TopSentence(course.passages),
    "two-stage": lambda course, model, shipped: TwoStage(),
    "words": lambda course, model, shipped: Piped("words", words_alone(model, shipped)),
    "untuned": lambda course, model, shipped: QueryLikelihood(
        Gpt2Backend(model, selects=False), calibration.load_for(model, shipped).words
    ),
    "free": lambda course, model, shipped: Piped("free", load_pipeline(model, shipped, Mode.FREE)),
}
