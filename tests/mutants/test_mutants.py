"""The gate itself takes minutes and is run apart; that it can run is checked here."""

from __future__ import annotations

import pytest

from tests.mutants.arena import ROOT
from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import DoesNotApply, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sin)
def test_every_mutant_still_applies_and_changes_something_that_compiles(mutant: Mutant) -> None:
    mutated = mutant.applied_to(ROOT)
    assert mutated != (ROOT / mutant.file).read_text()
    compile(mutated, mutant.file, "exec")
    assert (ROOT / mutant.first).is_file()


def test_there_are_enough_of_them_and_no_two_are_one() -> None:
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS) >= 25


def test_a_mutant_whose_line_is_gone_is_an_error() -> None:
    with pytest.raises(DoesNotApply):
        Mutant("raft/core.py", "no such line", "", "it mutates nothing", "tests").applied_to(ROOT)
