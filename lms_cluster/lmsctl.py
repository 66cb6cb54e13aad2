"""`lmsctl`: a look at the cluster, and its first account, from the command line."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

import grpc

from lms_cluster.config import ClusterConfig, ConfigError, load_config
from protos.lms_pb2 import (
    BootstrapRequest,
    GetClusterStatusRequest,
    GetClusterStatusResponse,
    NodeRole,
)
from protos.lms_pb2_grpc import AdminServiceStub

PASSWORD_VARIABLE = "HOMEROOM_ADMIN_PASSWORD"  # noqa: S105 -- the variable's name
SECONDS = 5.0


class CommandFailed(Exception):
    """The message is for the person at the command line."""


def show_status(config: ClusterConfig) -> None:
    """A line a node, as each sees itself. Raises CommandFailed when none answers."""
    answers = {node.id: _status(node.address) for node in config.nodes}
    print(f"{'node':8}{'address':24}{'role':10}{'term':>6}{'commit':>10}{'applied':>10}  state")
    for node in config.nodes:
        answer = answers[node.id]
        if answer is None:
            print(f"{node.id:8}{node.address:24}does not answer")
            continue
        role = NodeRole.Name(answer.role).removeprefix("NODE_ROLE_").lower()
        print(
            f"{node.id:8}{node.address:24}{role:10}{answer.term:>6}{answer.commit_index:>10}"
            f"{answer.applied_index:>10}  {answer.state_hash[:12]}"
        )
    known = [answer for answer in answers.values() if answer]
    if not known:
        raise CommandFailed("no node answers")
    newest = max(known, key=lambda answer: answer.applied_index)
    tutor = f"reachable, model {newest.tutor_model}" if newest.tutor_reachable else "unreachable"
    print(f"tutor: {tutor}; pending questions: {newest.pending_queries}; users: {newest.users}")


def bootstrap(config: ClusterConfig, username: str, name: str) -> None:
    """Create the first administrator, through whichever node answers. Raises CommandFailed."""
    password = os.environ.get(PASSWORD_VARIABLE) or getpass.getpass(f"Password for {username}: ")
    request = BootstrapRequest(username=username, password=password, display_name=name or username)
    for node in config.nodes:
        with grpc.insecure_channel(node.address) as channel:
            try:
                AdminServiceStub(channel).Bootstrap(request, timeout=SECONDS)
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise CommandFailed(error.details()) from None
                continue
        print(f"{username} is the administrator")
        return
    raise CommandFailed("no node answers with a quorum behind it")


def _status(address: str) -> GetClusterStatusResponse | None:
    with grpc.insecure_channel(address) as channel:
        try:
            request = GetClusterStatusRequest(with_state_hash=True)
            return AdminServiceStub(channel).GetClusterStatus(request, timeout=SECONDS)
        except grpc.RpcError:
            return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="lmsctl", description="Look after a classroom's cluster.")
    parser.add_argument("--config", type=Path, default=Path("cluster.toml"), help="cluster.toml by default")
    areas = parser.add_subparsers(dest="area", required=True)
    cluster = areas.add_parser("cluster", help="the nodes").add_subparsers(dest="verb", required=True)
    cluster.add_parser("status", help="each node's own view")
    first = areas.add_parser("bootstrap", help="create the first administrator")
    first.add_argument("user", help="user name")
    first.add_argument("--name", default="", help="as people read it; the user name by default")
    arguments = parser.parse_args()
    try:
        config = load_config(arguments.config)
        if arguments.area == "cluster":
            show_status(config)
        else:
            bootstrap(config, arguments.user, arguments.name)
    except (ConfigError, CommandFailed) as error:
        sys.exit(f"lmsctl: {error}")


if __name__ == "__main__":
    main()
