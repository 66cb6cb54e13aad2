"""`python -m lms_cluster.local`: the commands of `cluster.sh` that start, stop and show a cluster."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from lms_cluster.local.cluster import ClusterError, LocalCluster
from protos import lms_pb2

HOME = Path(".homeroom")
ROLES = {
    lms_pb2.NODE_ROLE_LEADER: "leader",
    lms_pb2.NODE_ROLE_CANDIDATE: "candidate",
    lms_pb2.NODE_ROLE_FOLLOWER: "follower",
}


def up(arguments: argparse.Namespace) -> None:
    if (HOME / "cluster.toml").exists():
        cluster = LocalCluster.open(HOME)
        if arguments.nodes not in (None, len(cluster.nodes)):
            raise ClusterError(
                f"A cluster of {len(cluster.nodes)} nodes lives in {HOME}/. Start it with ./cluster.sh up, "
                f"or stop it and move {HOME}/ away to make another."
            )
    else:
        cluster = LocalCluster.create(HOME, arguments.nodes or 3)
    print(f"starting the tutor and {len(cluster.nodes)} nodes …", flush=True)
    cluster.start()
    show(cluster)


def down(_: argparse.Namespace) -> None:
    LocalCluster.open(HOME).stop()
    print("stopped; the data stays in .homeroom/")


def status(_: argparse.Namespace) -> None:
    show(LocalCluster.open(HOME))


def kill(arguments: argparse.Namespace) -> None:
    cluster = LocalCluster.open(HOME)
    name = cluster.leader() if arguments.node == "leader" else arguments.node
    if name is None:
        raise ClusterError("No node leads at the moment.")
    process = cluster.node(name)
    pid = process.pid()
    if pid is None:
        raise ClusterError(f"{name} does not run.")
    process.kill()
    print(f"killed {name} (pid {pid}) with SIGKILL; bring it back with ./cluster.sh restart {name}")


def restart(arguments: argparse.Namespace) -> None:
    cluster = LocalCluster.open(HOME)
    process = cluster.node(arguments.node)
    process.stop()
    process.start()
    cluster.wait_ready([process], [cluster.address(arguments.node)])
    show(cluster)


def logs(arguments: argparse.Namespace) -> None:
    cluster = LocalCluster.open(HOME)
    processes = [cluster.node(arguments.node)] if arguments.node else [*cluster.nodes.values(), cluster.tutor]
    files = [str(process.log) for process in processes if process.log.exists()]
    follow = ["-F"] if sys.stdout.isatty() else []
    subprocess.run(["/usr/bin/env", "tail", "-n", "40", *follow, *files], check=False)  # noqa: S603


def show(cluster: LocalCluster) -> None:
    """A line a node, as each sees itself."""
    print(f"{'node':8}{'address':20}{'role':10}{'term':>6}{'commit':>9}{'applied':>9}")
    for node_id in cluster.nodes:
        address = cluster.address(node_id)
        answer = cluster.status(node_id)
        if answer is None:
            print(f"{node_id:8}{address:20}{'down':10}")
            continue
        print(
            f"{node_id:8}{address:20}{ROLES.get(answer.role, '?'):10}{answer.term:>6}"
            f"{answer.commit_index:>9}{answer.applied_index:>9}"
        )
    print(f"{'tutor':8}{cluster.config.tutor:20}{'up' if cluster.tutor.pid() else 'down'}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="cluster.sh", description="Run a classroom on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("up", help="start the tutor and the nodes")
    command.add_argument(
        "--nodes", type=int, choices=range(1, 8), metavar="N", help="1 to 7; 3 for a new cluster"
    )
    command.set_defaults(run=up)
    commands.add_parser("down", help="stop everything").set_defaults(run=down)
    commands.add_parser("status", help="each node's own view").set_defaults(run=status)
    command = commands.add_parser("kill", help="kill a node with -9")
    command.add_argument("node", help='a node, or "leader"')
    command.set_defaults(run=kill)
    command = commands.add_parser("restart", help="start a node again")
    command.add_argument("node")
    command.set_defaults(run=restart)
    command = commands.add_parser(
        "logs", help="the last lines each process wrote; follows them in a terminal"
    )
    command.add_argument("node", nargs="?")
    command.set_defaults(run=logs)
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except ClusterError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
