"""The file with the secret that the cluster's nodes show each other: readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from lms_cluster.config import ConfigError
from raft.runtime.secret import ClusterSecret


def read_secret(path: Path) -> ClusterSecret:
    """Raises ConfigError."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: the cluster's secret cannot be read ({error}); every node needs the same file"
        ) from None
    if mode & 0o077:
        raise ConfigError(f"{path}: others may read the cluster's secret; chmod 600 it")
    try:
        return ClusterSecret(text.strip())
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None


def write_new_secret(path: Path) -> None:
    """Raises FileExistsError: a secret in use is never replaced."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
