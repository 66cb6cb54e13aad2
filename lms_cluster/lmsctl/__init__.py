"""`lmsctl`: founding a cluster, looking after it, and mending it, from the command line."""

from __future__ import annotations

from lms_cluster.lmsctl.command_line import main

__all__ = ["main"]
