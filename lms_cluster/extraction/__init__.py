"""From a course file to its text.

A file is hostile until read: everything here but `sandbox` runs in a process of its own, `python -m
lms_cluster.extraction`, with no more memory and time than reading takes. Only that process imports parsers.
"""
