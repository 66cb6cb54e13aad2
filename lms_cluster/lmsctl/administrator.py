"""`lmsctl administrator`: the way back in for an administrator whom no other one can help."""

from __future__ import annotations

import argparse

from lms_cluster.config import load_config
from lms_cluster.operator_client import OperatorClient
from lms_cluster.secret_file import read_secret
from lms_cluster.tokens import digest, new_token

SAID = """\
The password of {user} is void, and every session of theirs has ended. To sign in, they say to the bot, in a
private chat:

/start {code}

It opens once, until {expires}, and is shown this once. Whoever opens it first is signed in as {user}, who
then chooses a new password with /password. It stands in the audit, entry {index}, term {term}."""


def add_commands(areas: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verbs = areas.add_parser("administrator", help="let one in again who has lost every way").add_subparsers(
        required=True, metavar="VERB"
    )
    verb = verbs.add_parser(
        "reset", help="void an administrator's password and sessions, and print a one-time sign-in code"
    )
    verb.add_argument("user", metavar="USER", help="user name of an administrator")
    verb.set_defaults(run=_reset)


def _reset(arguments: argparse.Namespace) -> None:
    """The code is made here and printed here; the cluster is told its digest. Raises ConfigError, OSError,
    OperationRefused."""
    config = load_config(arguments.config)
    client = OperatorClient(config.addresses, read_secret(config.secret_file))
    code = new_token()
    done = client.reset_administrator(arguments.user, digest(code))
    expires = done.expires.ToDatetime(config.time_zone).strftime("%Y-%m-%d %H:%M %Z")
    print(SAID.format(user=arguments.user, code=code, expires=expires, index=done.index, term=done.term))
