"""Replicated commands: what each one checks, writes and announces."""

from __future__ import annotations

from lms_cluster.commands.apply import apply_command

__all__ = ["apply_command"]
