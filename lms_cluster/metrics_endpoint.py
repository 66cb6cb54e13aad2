"""Where Prometheus finds a node: HTTP, on the address that cluster.toml names and on no other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import Future

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

COLLECT_SECONDS = 2.0


class MetricsEndpoint:
    """Serves what `registry` collects, from a thread of its own, until `close`."""

    def __init__(self, address: str, registry: CollectorRegistry) -> None:
        """`address`: "host:port". To be made on the running event loop. Raises OSError when it is taken."""
        host, _, port = address.rpartition(":")
        served = CollectorRegistry(auto_describe=False)
        served.register(_OnTheLoop(registry, asyncio.get_running_loop()))
        try:
            self._server, self._thread = start_http_server(int(port), host.strip("[]"), served)
        except OSError as error:
            raise OSError(f"cannot serve metrics on {address}: {error}") from error

    def close(self) -> None:
        """Takes up to half a second: not for the event loop's thread, which a scrape may wait for."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _OnTheLoop(Collector):
    """What is measured belongs to the event loop's thread, and is read there."""

    def __init__(self, registry: CollectorRegistry, loop: asyncio.AbstractEventLoop) -> None:
        self._registry = registry
        self._loop = loop

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        """Raises TimeoutError when the event loop does not come to it."""
        collected: Future[list[Metric]] = Future()

        def collect() -> None:
            try:
                collected.set_result(list(self._registry.collect()))
            except Exception as error:
                collected.set_exception(error)

        self._loop.call_soon_threadsafe(collect)
        return collected.result(COLLECT_SECONDS)
