"""`python -m tests.tutor.quotes --questions 10000 --seed 1`; exits with 1 when something did not hold."""

from __future__ import annotations

import argparse
import os
import sys

from tests.tutor.quotes.campaign import QUESTIONS_A_COURSE, Tally, play_course
from tutor.__main__ import WEIGHTS

FAILURES_MAX = 25


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="tests.tutor.quotes", description="Quotes that are their material's."
    )
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--course", type=int, help="only this course of the seed")
    parser.add_argument("--model", default=str(WEIGHTS), help="a GPT-2 folder (default: the shipped one)")
    arguments = parser.parse_args()
    # Beside other work, threads that wait for each other cost more than one alone.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from tutor.service.loading import load_pipeline  # noqa: PLC0415
    from tutor.types import Mode  # noqa: PLC0415

    pipeline = load_pipeline(arguments.model, WEIGHTS, Mode.QUOTED)
    tally, number = Tally(), arguments.course or 0
    while tally.questions < arguments.questions and len(tally.failures) < FAILURES_MAX:
        size = min(QUESTIONS_A_COURSE, arguments.questions - tally.questions)
        play_course(pipeline, arguments.seed, number, size, tally, lambda words: print(words, flush=True))
        print(f"course {number}: {tally}; {tally.sway}", flush=True)
        if arguments.course is not None:
            break
        number += 1
    if tally.sway.steers:
        print("instructions in the pages steer which other sentences are quoted")
    return 1 if tally.failures or tally.sway.steers else 0


if __name__ == "__main__":
    sys.exit(main())
