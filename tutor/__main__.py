"""Command line of the tutor: serve answers, train a model, fit its calibration, evaluate it on a course."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

import structlog

from tutor.evaluation import BASELINES
from tutor.pipeline import Pipeline
from tutor.stop import Stop
from tutor.training.sizes import DEFAULT_SIZE, SIZES

WEIGHTS = Path(__file__).parent / "weights"
DEFAULT_DATA = Path("../shared/tutor-data")


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0, 1 when the command failed, 2 for a wrong command line."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "serve" and (wrong := _contradiction(options)):
        parser.error(wrong)
    command = {"serve": _serve, "train": _train, "calibrate": _calibrate, "evaluate": _evaluate}[
        options.command
    ]
    return command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tutor", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    serve = commands.add_parser("serve", help="answer questions over gRPC")
    serve.add_argument("--port", type=_port, required=True, help="0 lets the system choose")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument(
        "--backend",
        choices=("gpt2", "openai"),
        default="gpt2",
        help="a model in this process, or an OpenAI-compatible server (its key: HOMEROOM_TUTOR_API_KEY)",
    )
    serve.add_argument("--base-url", metavar="URL", help="of that server, like http://127.0.0.1:8000")
    serve.add_argument(
        "--model", help="a GPT-2 folder or hub name (default: the shipped one), or the server's name for it"
    )
    serve.add_argument(
        "--mode", choices=("quote", "free"), default="quote", help="quote the materials, or write freely"
    )
    serve.add_argument("--queue", type=_positive, default=32, metavar="N", help="how many questions may wait")
    serve.add_argument(
        "--metrics",
        type=_address,
        metavar="HOST:PORT",
        help="where Prometheus finds metrics (default: nowhere)",
    )

    train = commands.add_parser("train", help="train a model folder from the training data")
    train.add_argument("--data", type=Path, default=DEFAULT_DATA)
    train.add_argument("--out", type=Path, required=True)
    train.add_argument("--size", choices=tuple(SIZES), default=DEFAULT_SIZE)
    train.add_argument("--minutes", type=float, help="a budget; without it, the size's full schedule")
    train.add_argument("--device", choices=("cpu", "cuda"), default="cpu")

    calibrate = commands.add_parser(
        "calibrate", help="fit the answer's probability on the development questions"
    )
    calibrate.add_argument("--data", type=Path, default=DEFAULT_DATA)
    calibrate.add_argument(
        "--model", type=Path, default=WEIGHTS, help="a GPT-2 folder; calibration.json goes there"
    )
    calibrate.add_argument(
        "--questions",
        type=_positive,
        default=220,
        metavar="N",
        help="at most so many of every source; half fit, half report",
    )

    evaluate = commands.add_parser("evaluate", help="judge the tutor by a course and questions about it")
    evaluate.add_argument("--course", type=Path, required=True, metavar="DIR", help="a folder of .md pages")
    evaluate.add_argument(
        "--questions", type=Path, required=True, metavar="FILE.jsonl", help="one JSON object a line"
    )
    evaluate.add_argument(
        "--baseline", choices=BASELINES, action="append", help="may be repeated; without it, every one"
    )
    evaluate.add_argument("--model", default=str(WEIGHTS), help="a GPT-2 folder (default: the shipped one)")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return port


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host:
        raise argparse.ArgumentTypeError("an address is host:port")
    _port(port)
    return text


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _contradiction(options: argparse.Namespace) -> str:
    """What of the options of `serve` does not go together; empty when all of it does."""
    if options.backend == "gpt2":
        return "--base-url goes with --backend openai" if options.base_url else ""
    if not options.base_url or not options.model:
        return "--backend openai needs --base-url and --model"
    return (
        "--mode free goes with --backend gpt2: a server is held to quotes" if options.mode == "free" else ""
    )


def _serve(options: argparse.Namespace) -> int:
    _log_to_stderr()
    return _serve_remote(options) if options.backend == "openai" else _serve_local(options)


def _serve_remote(options: argparse.Namespace) -> int:
    from tutor.backends.openai import ServerUnusable  # noqa: PLC0415
    from tutor.calibration import CalibrationUnreadable  # noqa: PLC0415
    from tutor.service.remote import load_remote  # noqa: PLC0415
    from tutor.service.server import CannotListen, serve  # noqa: PLC0415

    def load(stop: Stop) -> Pipeline:
        return load_remote(options.base_url, options.model, WEIGHTS, stop)

    try:
        asyncio.run(serve(options.host, options.port, options.queue, load, options.metrics))
    except (CannotListen, ServerUnusable, CalibrationUnreadable) as error:
        return _failed(error)
    return 0


def _serve_local(options: argparse.Namespace) -> int:
    model = options.model or str(WEIGHTS)
    # A thread that waits for another is not to spin: beside busy neighbours that costs ten times the answer.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if Path(model).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from tutor.backends.failure import ModelUnusable  # noqa: PLC0415
    from tutor.calibration import CalibrationUnreadable  # noqa: PLC0415
    from tutor.service.loading import load_pipeline  # noqa: PLC0415
    from tutor.service.server import CannotListen, serve  # noqa: PLC0415
    from tutor.types import Mode  # noqa: PLC0415

    mode = Mode.FREE if options.mode == "free" else Mode.QUOTED
    try:
        asyncio.run(
            serve(
                options.host,
                options.port,
                options.queue,
                lambda stop: load_pipeline(model, WEIGHTS, mode),
                options.metrics,
            )
        )
    except (CannotListen, ModelUnusable, CalibrationUnreadable) as error:
        return _failed(error)
    return 0


def _train(options: argparse.Namespace) -> int:
    from tutor.training.data import DataMissing  # noqa: PLC0415
    from tutor.training.run import Order, train  # noqa: PLC0415

    try:
        train(Order(SIZES[options.size], options.data, options.out, options.device, options.minutes))
    except DataMissing as error:
        return _failed(error)
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from tutor.backends.failure import ModelUnusable  # noqa: PLC0415
    from tutor.training.calibrate import calibrate  # noqa: PLC0415
    from tutor.training.data import DataMissing  # noqa: PLC0415

    try:
        calibrate(options.data, options.model, options.questions)
    except (DataMissing, ModelUnusable) as error:
        return _failed(error)
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from tutor.backends.failure import ModelUnusable  # noqa: PLC0415
    from tutor.calibration import CalibrationUnreadable  # noqa: PLC0415
    from tutor.evaluation.course import CourseUnreadable  # noqa: PLC0415
    from tutor.evaluation.questions import QuestionsUnreadable  # noqa: PLC0415
    from tutor.evaluation.run import evaluate  # noqa: PLC0415
    from tutor.evaluation.serving import DoesNotServe  # noqa: PLC0415

    try:
        evaluate(options.course, options.questions, options.model, WEIGHTS, options.baseline or BASELINES)
    except (
        CourseUnreadable,
        QuestionsUnreadable,
        ModelUnusable,
        CalibrationUnreadable,
        DoesNotServe,
    ) as error:
        return _failed(error)
    return 0


def _failed(error: Exception) -> int:
    print(f"tutor: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
