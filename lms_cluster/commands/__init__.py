"""Replicated commands: what each one checks, writes and announces."""

from __future__ import annotations

from protos.command_pb2 import Command, Outcome


def apply_command(command: Command, index: int, term: int) -> Outcome:
    """Apply one entry. Runs inside Classroom.apply; a refusal is an Outcome, and leaves no rows behind."""
    raise NotImplementedError
