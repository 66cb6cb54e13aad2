"""A receipt is checked against the nodes, by anybody who holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from lms_cluster.lmsctl import main
from lms_cluster.local.ports import free_ports
from protos.lms_pb2 import NewAssignment, NewSubmission, VerifyReceiptRequest
from tests.lms_cluster.services.cluster import Person, RunningCluster

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def config(cluster: RunningCluster, tmp_path: Path) -> Path:
    """Names a secret that is not there: whoever checks a receipt needs none."""
    lines = ['title = "T"', 'time_zone = "UTC"', f'tutor = "{cluster.config.tutor}"']
    lines.append(f'secret_file = "{tmp_path / "no.secret"}"')
    for node in cluster.config.nodes:
        lines += ["[[nodes]]", f'id = "{node.id}"', f'address = "{node.address}"', f'data = "{node.data}"']
    path = tmp_path / "cluster.toml"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def lmsctl(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[str, str]]:
    """What `lmsctl receipt verify` prints, and why it failed; empty when it succeeded."""

    def run(*words: str) -> tuple[str, str]:
        monkeypatch.setattr("sys.argv", ["lmsctl", "--config", str(config), "receipt", "verify", *words])
        try:
            main()
        except SystemExit as ended:
            return capsys.readouterr().out, str(ended.code)
        return capsys.readouterr().out, ""

    return run


def add_dead_node(config: Path, node_id: str) -> None:
    (port,) = free_ports(1)
    node = f'[[nodes]]\nid = "{node_id}"\naddress = "127.0.0.1:{port}"\ndata = "{config.parent}"\n'
    config.write_text(f"{config.read_text()}\n{node}")


async def hand_in(people: dict[str, Person]) -> VerifyReceiptRequest:
    due = Timestamp()
    due.FromDatetime(datetime.now(UTC) + timedelta(days=1))
    assignment = (await people["grace"].post(assignment=NewAssignment(title="E", points=1, due=due))).item.id
    response = await people["ada"].post(submission=NewSubmission(assignment_id=assignment, text="Because."))
    submission = response.item.submission
    assert (submission.index, submission.term) == (response.index, response.term)
    return VerifyReceiptRequest(
        submission_id=response.item.id, sha256=submission.sha256, index=response.index, term=response.term
    )


async def test_every_node_knows_a_genuine_receipt_and_no_other(
    cluster: RunningCluster, people: dict[str, Person], lmsctl: Callable[..., tuple[str, str]]
) -> None:
    receipt = await hand_in(people)
    id_, sha256, index, term = receipt.submission_id, receipt.sha256, str(receipt.index), str(receipt.term)
    said, failure = await asyncio.to_thread(lmsctl, id_, sha256, index, term)
    assert not failure
    assert said.endswith("the receipt is genuine\n")
    said, failure = await asyncio.to_thread(lmsctl, id_, sha256, index, term, "--node", "n2")
    assert (said, failure) == (f"n2 holds it at entry {index}, term {term}\nthe receipt is genuine\n", "")

    for words in (
        (id_, "0" * 64, index, term),
        (id_, sha256, str(receipt.index - 1), term),
        (id_, sha256, index, str(receipt.term + 1)),
        ("S999", sha256, index, term),
        ("nonsense", sha256, index, term),
    ):
        said, failure = await asyncio.to_thread(lmsctl, *words)
        assert failure == "lmsctl: this receipt is not genuine"
        assert said.count("\n") == 3


async def test_who_does_not_hold_the_digest_learns_nothing_of_what_is_there(
    cluster: RunningCluster, people: dict[str, Person]
) -> None:
    receipt = await hand_in(people)
    admin = cluster.admin("n1")
    guess = VerifyReceiptRequest(submission_id=receipt.submission_id, sha256="0" * 64, index=1, term=1)
    nothing = VerifyReceiptRequest(submission_id="S999", sha256="0" * 64, index=1, term=1)
    assert (await admin.VerifyReceipt(guess)).finding == (await admin.VerifyReceipt(nothing)).finding


async def test_a_receipt_that_no_node_has_got_as_far_as_is_neither_genuine_nor_false(
    cluster: RunningCluster, people: dict[str, Person], lmsctl: Callable[..., tuple[str, str]]
) -> None:
    receipt = await hand_in(people)
    words = (receipt.submission_id, "0" * 64, "999999999", str(receipt.term))
    _, failure = await asyncio.to_thread(lmsctl, *words)
    assert "nothing can be said of this receipt" in failure


async def test_a_node_that_does_not_answer_says_nothing_against_a_receipt(
    cluster: RunningCluster, people: dict[str, Person], config: Path, lmsctl: Callable[..., tuple[str, str]]
) -> None:
    add_dead_node(config, "n4")
    receipt = await hand_in(people)
    words = (receipt.submission_id, receipt.sha256, str(receipt.index), str(receipt.term))
    said, failure = await asyncio.to_thread(lmsctl, *words)
    assert not failure
    assert "n4 does not answer\nthe receipt is genuine\n" in said
    said, failure = await asyncio.to_thread(lmsctl, *words, "--node", "n4")
    assert "nothing can be said of this receipt" in failure
    said, failure = await asyncio.to_thread(lmsctl, *words, "--node", "n9")
    assert "n9 is not in" in failure
