"""Ports for the processes of a local cluster."""

from __future__ import annotations

import socket

import pytest

from lms_cluster.local import ports
from lms_cluster.local.ports import free_ports


def test_the_ports_are_different_and_free_and_of_the_range() -> None:
    found = free_ports(20)
    assert len(set(found)) == 20
    assert set(found) <= set(ports.RANGE)
    for port in found:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", port))


def test_a_port_that_somebody_has_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = sorted(free_ports(2))
    monkeypatch.setattr(ports, "RANGE", range(first, second + 1, second - first))
    with socket.create_server(("127.0.0.1", first)):
        assert free_ports(1) == [second]
        with pytest.raises(OSError, match="free"):
            free_ports(2)


def test_a_port_that_was_given_out_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "RANGE", free_ports(8))
    monkeypatch.setattr(ports, "_given", set())
    assert len({port for _ in range(8) for port in free_ports(1)}) == 8
    assert len(set(free_ports(8))) == 8
