"""The file that holds the cluster's secret: made once, private, and refused when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_cluster.config import ConfigError
from lms_cluster.secret_file import read_secret, write_new_secret


def test_a_new_secret_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "cluster.secret"
    write_new_secret(path)
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text()
    with pytest.raises(FileExistsError):
        write_new_secret(path)
    assert path.read_text() == secret
    assert read_secret(path).metadata[0][1] == secret.strip()


def test_a_secret_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "cluster.secret"
    with pytest.raises(ConfigError, match="every node needs the same file"):
        read_secret(path)
    write_new_secret(path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_secret(path)
    path.chmod(0o600)
    path.write_text("too short\n")
    with pytest.raises(ConfigError, match="at least 32"):
        read_secret(path)
