"""`lmsctl bootstrap`: the classroom's first administrator."""

from __future__ import annotations

import argparse
import getpass
import os

import grpc

from lms_cluster.config import load_config
from lms_cluster.lmsctl.failure import CommandFailed
from lms_cluster.secret_file import read_secret
from protos.lms_pb2 import BootstrapRequest
from protos.lms_pb2_grpc import AdminServiceStub

PASSWORD_VARIABLE = "HOMEROOM_ADMIN_PASSWORD"  # noqa: S105 -- the variable's name
SECONDS = 5.0


def add_commands(areas: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = areas.add_parser("bootstrap", help="create the first administrator")
    command.add_argument("user", help="user name")
    command.add_argument("--name", default="", help="as people read it; the user name by default")
    command.set_defaults(run=_bootstrap)


def _bootstrap(arguments: argparse.Namespace) -> None:
    """Create the first administrator, through whichever node answers. Raises CommandFailed, ConfigError."""
    username = arguments.user
    config = load_config(arguments.config)
    secret = read_secret(config.secret_file)
    password = os.environ.get(PASSWORD_VARIABLE) or _typed(f"Password for {username}: ")
    request = BootstrapRequest(username=username, password=password, display_name=arguments.name or username)
    for node in config.nodes:
        with grpc.insecure_channel(node.address) as channel:
            try:
                AdminServiceStub(channel).Bootstrap(request, timeout=SECONDS, metadata=secret.metadata)
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise CommandFailed(error.details()) from None
                continue
        print(f"{username} is the administrator")
        return
    raise CommandFailed("no node answers with a quorum behind it")


def _typed(question: str) -> str:
    """Raises CommandFailed."""
    try:
        return getpass.getpass(question)
    except EOFError:
        raise CommandFailed(f"nobody typed a password; {PASSWORD_VARIABLE} may hold it instead") from None
