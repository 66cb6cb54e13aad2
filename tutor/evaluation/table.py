"""The figures as a person reads them: a table of all systems, the tests between them, and the gates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.evaluation.figures import COVERAGES, Figures
from tutor.evaluation.gates import GATES

_LABEL, _CELL = 32, 13
_MEBIBYTE = 1024 * 1024
_ROWS = {
    "right sentence first": "sentence_at_1",
    "right sentence among three": "sentence_at_3",
    "right paragraph first": "paragraph_at_1",
    "right heading first": "heading_at_1",
    "groundedness": "groundedness",
    "citation precision": "citation_precision",
    "answered of answerable": "answered_answerable",
    "answered rightly of answerable": "right_answerable",
    "wrong on unanswerable": "wrong_unanswerable",
    "effective accuracy": "effective_accuracy",
    "AUROC of abstention": "auroc",
    "area under risk-coverage": "risk_coverage_area",
}
_SPEED = {
    "answer, p50 (s)": "p50_seconds",
    "answer, p95 (s)": "p95_seconds",
    "first part, p50 (s)": "first_token_p50_seconds",
    "first part, p95 (s)": "first_token_p95_seconds",
    "tokens of answer a second": "tokens_per_second",
}


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """`report` as `run.evaluate` makes it; the first of its systems is the one in question."""
    systems: Mapping[str, Figures] = report["systems"]
    ours = next(iter(systems.values()))
    asked = f"{report['questions']} questions, {report['answerable']} of them answerable"
    yield f"{report['course']}: {asked}; model {report['model']}"
    yield "retrieval: " + "   ".join(
        f"{name} {_number(value)}" for name, value in report["retrieval"].items()
    )
    yield ""
    names = iter(systems)
    yield _row("", [next(names), "95 %", *names])
    for label, name in _ROWS.items():
        interval = ours["intervals"].get(name)
        yield _figures(label, [each[name] for each in systems.values()], _interval(interval))
    for kind in ours["by_kind"]:
        for label, name in (("wrong on", "wrong"), ("AUROC of", "auroc")):
            yield _figures(f"{label} {kind}", [each["by_kind"][kind][name] for each in systems.values()])
    for coverage in COVERAGES:
        at = [each["risk_at_coverage"].get(f"{coverage:.2f}") for each in systems.values()]
        yield _figures(f"risk at coverage {coverage:.2f}", at)
    for label, name in _SPEED.items():
        yield _figures(label, [each[name] for each in systems.values()])
    yield ""
    for baseline, tests in report["mcnemar"].items():
        for what, test in tests.items():
            better, worse = test["first_only"], test["second_only"]
            yield f"against {baseline}, {what}: better {better}, worse {worse}, McNemar p {test['p']:.2g}"
    yield "two-stage is silent where it suits this file's own questions best, which flatters it"
    serving = report["serving"]
    peak = serving["peak_bytes"] / _MEBIBYTE
    yield f"served: {serving['cold_start_seconds']:.1f} s from cold start to SERVING, {peak:.0f} MiB at most"
    yield ""
    for gate in GATES:
        verdict = "passed" if gate.passed(ours) else "FAILED"
        yield f"{verdict}  {str(gate).ljust(_LABEL)}{_number(ours[gate.figure])}"


def _figures(label: str, values: list[float | None], interval: str = "") -> str:
    first, *others = map(_number, values)
    return _row(label, [first, interval, *others])


def _row(label: str, cells: list[str]) -> str:
    return (label.ljust(_LABEL) + "".join(cell.ljust(_CELL) for cell in cells)).rstrip()


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _interval(bounds: tuple[float, float] | None) -> str:
    return f"{bounds[0]:.2f}..{bounds[1]:.2f}" if bounds else ""
