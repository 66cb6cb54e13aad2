"""The demo course's people. Their passwords are made on first use, and kept where only the owner can read."""

from __future__ import annotations

import csv
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

ROSTER = Path(__file__).parent / "course" / "roster.csv"


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    display_name: str
    role: str
    password: str


def load_accounts(folder: Path) -> dict[str, Account]:
    """Everyone on the roster, by username, with the passwords of the classroom in `folder`."""
    path = folder / "accounts.json"
    with ROSTER.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    passwords: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [row["username"] for row in rows if row["username"] not in passwords]
    if missing:
        passwords |= {username: secrets.token_urlsafe(9) for username in missing}
        _write_private(path, json.dumps(passwords, indent=2))
    return {
        row["username"]: Account(
            row["username"], row["display_name"], row["role"], passwords[row["username"]]
        )
        for row in rows
    }


def first(accounts: dict[str, Account], role: str) -> Account:
    """The first on the roster with this role."""
    return next(account for account in accounts.values() if account.role == role)


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
