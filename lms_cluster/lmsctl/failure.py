"""How a command ends that could not do what was asked."""

from __future__ import annotations


class CommandFailed(Exception):
    """The message is for the person at the command line: what stands in the way, and what to do."""
