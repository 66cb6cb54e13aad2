"""The mutation gate: one-line bugs, each of which the tests must notice. `python -m tests.mutants`."""
