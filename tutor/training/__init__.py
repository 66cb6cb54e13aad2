"""From text and questions to a GPT-2 folder, on one CPU core or a GPU."""

SEED = 20260101
"""Of every draw in training and calibration."""
