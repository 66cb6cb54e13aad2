"""`lmsctl receipt`: whether a receipt for a submission is genuine."""

from __future__ import annotations

import argparse

from lms_cluster.config import ClusterConfig, load_config
from lms_cluster.lmsctl.failure import CommandFailed
from lms_cluster.operator_client import OperatorClient
from protos.lms_pb2 import VerifyReceiptRequest


def add_commands(areas: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verbs = areas.add_parser("receipt", help="receipts for submissions").add_subparsers(
        required=True, metavar="VERB"
    )
    verb = verbs.add_parser("verify", help="whether a receipt is what the nodes hold")
    verb.add_argument("submission", metavar="SUBMISSION", help="as in the receipt, for example S17")
    verb.add_argument("sha256", metavar="SHA256", help="of the whole submission")
    verb.add_argument("entry", type=int, metavar="ENTRY")
    verb.add_argument("term", type=int, metavar="TERM")
    verb.add_argument("--node", metavar="ID", help="ask this one alone; every node by default")
    verb.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> None:
    """Genuine is what a node says that holds it, unless another one holds something else in its place."""
    config = load_config(arguments.config)
    if arguments.node and arguments.node not in config.addresses:
        raise CommandFailed(f"{arguments.node} is not in {arguments.config}")
    if not (0 < arguments.entry < 1 << 63 and 0 < arguments.term < 1 << 63):
        raise CommandFailed("an entry and a term are whole numbers from 1 on")
    receipt = VerifyReceiptRequest(
        submission_id=arguments.submission,
        sha256=arguments.sha256,
        index=arguments.entry,
        term=arguments.term,
    )
    verdicts = _verdicts(config, [arguments.node] if arguments.node else list(config.addresses), receipt)
    if not verdicts:
        raise CommandFailed("nothing can be said of this receipt: no node that answers has got as far as it")
    if not all(verdicts):
        raise CommandFailed("this receipt is not genuine")
    print("the receipt is genuine")


def _verdicts(config: ClusterConfig, nodes: list[str], receipt: VerifyReceiptRequest) -> list[bool]:
    """Of those that answer and have applied that far. Needs no secret."""
    client = OperatorClient(config.addresses, None)
    verdicts = []
    for node_id in nodes:
        answer = client.verify_receipt(node_id, receipt)
        print(f"{node_id} {answer.finding}" if answer else f"{node_id} does not answer")
        if answer and (answer.genuine or answer.applied_index >= receipt.index):
            verdicts.append(answer.genuine)
    return verdicts
