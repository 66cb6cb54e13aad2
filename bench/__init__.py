"""Measurements, each a ratio within one run or a table of one run; never part of the tests."""
