"""`python -m tests.mutants [NUMBER …]`: plant each mutant (or those), and see whether the tests notice.

Exit status: 0 when all are killed, 1 when one survives, 2 when nothing can be said: a mutant does not
apply, or its killer fails without it too.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from tests.mutants.arena import ROOT, Arena, Verdict
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import DoesNotApply

AT_ONCE = 2


def main(numbers: list[int]) -> int:
    chosen = numbers or list(range(1, len(MUTANTS) + 1))
    try:
        for number in chosen:
            MUTANTS[number - 1].applied_to(ROOT)
    except DoesNotApply as error:
        print(f"a mutant does not apply: {error}")
        return 2
    with Arena.open() as one, Arena.open() as other:
        free: SimpleQueue[Arena] = SimpleQueue()
        free.put(one)
        free.put(other)

        def judge(number: int) -> Verdict:
            arena = free.get()
            try:
                verdict = arena.meet(MUTANTS[number - 1])
            finally:
                free.put(arena)
            print(told(number, verdict), flush=True)
            return verdict

        with ThreadPoolExecutor(AT_ONCE) as pool:
            verdicts = list(pool.map(judge, chosen))
    survived = sum(verdict.killer is None for verdict in verdicts)
    print(f"{len(chosen)} mutants, {len(chosen) - survived} killed, {survived} survived")
    if not all(verdict.is_sound for verdict in verdicts):
        return 2
    return 1 if survived else 0


def told(number: int, verdict: Verdict) -> str:
    sin = MUTANTS[number - 1].sin
    if verdict.killer is None:
        return f"mutant {number} SURVIVED ({verdict.seconds:.0f} s) — {sin}"
    doubt = "" if verdict.is_sound else ", which FAILS WITHOUT IT TOO"
    return f"mutant {number} killed by {verdict.killer}{doubt} ({verdict.seconds:.0f} s) — {sin}"


if __name__ == "__main__":
    sys.exit(main([int(number) for number in sys.argv[1:]]))
