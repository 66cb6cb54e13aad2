"""The words that `lmsctl` understands, one module for each group of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lms_cluster.config import ConfigError
from lms_cluster.data_folder import DataFolderUnusable
from lms_cluster.lmsctl import administrator, backup, bootstrap, cluster, founding, inspection, receipts
from lms_cluster.lmsctl.failure import CommandFailed
from lms_cluster.operator_client import OperationRefused
from raft.errors import RaftError


def main() -> None:
    parser = argparse.ArgumentParser(prog="lmsctl", description="Look after a classroom's cluster.")
    parser.add_argument("--config", type=Path, default=Path("cluster.toml"), help="cluster.toml by default")
    areas = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (founding, cluster, bootstrap, administrator, backup, inspection, receipts):
        group.add_commands(areas)
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except (CommandFailed, ConfigError, DataFolderUnusable, OperationRefused, RaftError, OSError) as error:
        sys.exit(f"lmsctl: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
