"""What a log line is, and what never stands in one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging, structlog
from lms_cluster.structured_logging import log_structured_lines
log_structured_lines("n7")
structlog.get_logger("ours").info("hello", number=1)
logging.getLogger("theirs").warning("careful %s", "now")
structlog.get_logger("ours").debug("not shown")
def fail(token):
    raise ValueError("broken")
try:
    fail("secret-token")
except ValueError as error:
    structlog.get_logger("ours").error("failed", exc_info=error)
"""


def test_every_line_is_json_with_the_node_and_no_local_variables() -> None:
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, cwd=root
    )
    ours, theirs, failed = (json.loads(line) for line in result.stderr.splitlines())
    assert (ours["event"], ours["number"], ours["level"], ours["node"]) == ("hello", 1, "info", "n7")
    assert (theirs["event"], theirs["level"], theirs["node"]) == ("careful now", "warning", "n7")
    assert failed["exception"][0]["exc_value"] == "broken"
    assert "secret-token" not in json.dumps(failed)
    assert result.stdout == ""
