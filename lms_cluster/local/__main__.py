"""`python -m lms_cluster.local`: the commands of `cluster.sh` that start, stop and show a cluster."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from lms_cluster.config import ConfigError
from lms_cluster.lmsctl.status import table
from lms_cluster.local.changes import add_node, remove_node, restart_all
from lms_cluster.local.cluster import ClusterError, LocalCluster

HOME = Path(".homeroom")


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
    if not files:
        # Without a file, tail would wait for what is typed.
        raise ClusterError("Nothing was written yet. Start the classroom with ./cluster.sh up.")
    follow = ["-F"] if sys.stdout.isatty() else []
    subprocess.run(["/usr/bin/env", "tail", "-n", "40", *follow, *files], check=False)  # noqa: S603


def add(arguments: argparse.Namespace) -> None:
    cluster = LocalCluster.open(HOME)
    before = set(cluster.nodes)
    cluster = add_node(cluster, arguments.node or "")
    for node_id in sorted(set(cluster.nodes) - before):
        print(f"{node_id} has joined, and has a vote")
    show(cluster)


def remove(arguments: argparse.Namespace) -> None:
    cluster = remove_node(LocalCluster.open(HOME), arguments.node)
    print(f"{arguments.node} was removed; its data stays in {HOME}/{arguments.node}/")
    show(cluster)


def roll(_: argparse.Namespace) -> None:
    cluster = LocalCluster.open(HOME)
    restart_all(cluster)
    show(cluster)


def show(cluster: LocalCluster) -> None:
    """Everybody's own view, and what does not fit together."""
    views = cluster.operator().statuses(with_state_hash=True)
    print("\n".join(table(cluster.config.addresses, views)))
    print(f"logs, data and configuration: {cluster.folder}")


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
    command = commands.add_parser("add", help="let one more node join")
    command.add_argument("node", nargs="?", help="its id; the next free one by default")
    command.set_defaults(run=add)
    command = commands.add_parser("remove", help="let a node leave for good")
    command.add_argument("node")
    command.set_defaults(run=remove)
    commands.add_parser("roll", help="restart all nodes, one after another").set_defaults(run=roll)
    command = commands.add_parser(
        "logs", help="the last lines each process wrote; follows them in a terminal"
    )
    command.add_argument("node", nargs="?")
    command.set_defaults(run=logs)
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except (ClusterError, ConfigError, OSError) as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
