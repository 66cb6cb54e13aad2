"""How good the tutor is on a course with questions: alone in the tutor it knows the cluster's retrieval."""

BASELINES = ("bm25", "two-stage", "words", "untuned", "free")
"""What the tutor is compared with, in the order of the table."""
