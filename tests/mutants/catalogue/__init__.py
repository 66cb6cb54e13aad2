"""Every mutant, numbered from 1 in this order."""

from __future__ import annotations

from tests.mutants.catalogue.changes import CHANGES
from tests.mutants.catalogue.protocol import PROTOCOL
from tests.mutants.catalogue.surroundings import SURROUNDINGS

MUTANTS = (*PROTOCOL, *CHANGES, *SURROUNDINGS)
