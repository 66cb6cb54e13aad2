"""`lmsctl cluster`: who takes part, how far everybody is, and who leads."""

from __future__ import annotations

import argparse

from lms_cluster.config import ADDRESS, NODE_ID, ClusterConfig, load_config
from lms_cluster.lmsctl.failure import CommandFailed
from lms_cluster.lmsctl.status import table
from lms_cluster.operator_client import OperatorClient
from lms_cluster.secret_file import read_secret
from protos.lms_pb2 import ChangeMembershipRequest, Membership


def add_commands(areas: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verbs = areas.add_parser("cluster", help="the nodes").add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("status", help="each node's own view")
    verb.set_defaults(run=_status)
    verb = verbs.add_parser("add", help="let a node receive the log; it does not vote yet")
    verb.add_argument("node", metavar="ID")
    verb.add_argument("--address", metavar="HOST:PORT", help="as in cluster.toml by default")
    verb.set_defaults(run=_add)
    verb = verbs.add_parser("promote", help="give a node that has caught up a vote")
    verb.add_argument("node", metavar="ID")
    verb.set_defaults(run=_promote)
    verb = verbs.add_parser("remove", help="let a node leave for good")
    verb.add_argument("node", metavar="ID")
    verb.set_defaults(run=_remove)
    verb = verbs.add_parser("transfer", help="have another node lead")
    verb.add_argument("node", metavar="ID", nargs="?", default="", help="whoever is furthest by default")
    verb.set_defaults(run=_transfer)


def _status(arguments: argparse.Namespace) -> None:
    config = load_config(arguments.config)
    views = _client(config).statuses(with_state_hash=True)
    print("\n".join(table(config.addresses, views)))
    if not any(views.values()):
        raise CommandFailed("no node answers")


def _add(arguments: argparse.Namespace) -> None:
    config = load_config(arguments.config)
    if not NODE_ID.fullmatch(arguments.node):
        raise CommandFailed(f'a node\'s id has letters, digits and "-"; {arguments.node!r} has not')
    address = arguments.address or config.addresses.get(arguments.node)
    if not address:
        raise CommandFailed(f"{arguments.node} is not in {arguments.config}; say where it is with --address")
    if not ADDRESS.fullmatch(address):
        raise CommandFailed(f'expected --address "host:port", got {address!r}')
    _change(config, ChangeMembershipRequest(add_learners={arguments.node: address}))


def _promote(arguments: argparse.Namespace) -> None:
    _change(load_config(arguments.config), ChangeMembershipRequest(promote=[arguments.node]))


def _remove(arguments: argparse.Namespace) -> None:
    _change(load_config(arguments.config), ChangeMembershipRequest(remove=[arguments.node]))


def _transfer(arguments: argparse.Namespace) -> None:
    config = load_config(arguments.config)
    print(f"{_client(config).transfer_leadership(arguments.node)} leads")


def _change(config: ClusterConfig, change: ChangeMembershipRequest) -> None:
    print(described(_client(config).change_membership(change)))


def _client(config: ClusterConfig) -> OperatorClient:
    return OperatorClient(config.addresses, read_secret(config.secret_file))


def described(membership: Membership) -> str:
    learners = f"; learners: {' '.join(membership.learners)}" if membership.learners else ""
    return f"voters: {' '.join(membership.voters)}{learners}"
