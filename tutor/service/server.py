"""Brings the tutor up, keeps its health honest, and takes it down without leaving a question hanging."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from protos import tutor_pb2
from protos.tutor_pb2_grpc import add_TutorServiceServicer_to_server
from tutor.pipeline import Pipeline
from tutor.service.metrics import MetricsEndpoint
from tutor.service.queue import AnswerQueue
from tutor.service.servicer import TutorServicer
from tutor.stop import Stop, Stopped

GRACE_SECONDS = 5.0
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""Above the limit on a context, so that an oversized one is refused by name."""

SERVICE = tutor_pb2.DESCRIPTOR.services_by_name["TutorService"].full_name

log = structlog.get_logger("tutor")


class CannotListen(Exception):
    """The address is taken or not ours; the message names it."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens on `port`; serving once `start` returned."""

    server: grpc.aio.Server
    health: health_aio.HealthServicer
    queue: AnswerQueue
    port: int

    async def load(self, load: Callable[[], Pipeline]) -> Pipeline:
        """Loads and warms the model, then reports SERVING; raises what `load` raises."""
        pipeline = await self.queue.start(load)
        await _report(self.health, health_pb2.HealthCheckResponse.SERVING)
        return pipeline

    async def stop(self) -> None:
        """Reports NOT_SERVING, refuses new calls, gives those in work a grace, and ends the worker."""
        await self.health.enter_graceful_shutdown()
        await self.server.stop(GRACE_SECONDS)
        await self.queue.close()


async def listen(host: str, port: int, queue_limit: int) -> Running:
    """Starts to listen, NOT_SERVING; port 0 lets the system choose. Raises CannotListen."""
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.so_reuseport", 0),
        ]
    )
    queue = AnswerQueue(queue_limit)
    add_TutorServiceServicer_to_server(TutorServicer(queue), server)
    health = health_aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    reflection.enable_server_reflection((SERVICE, "grpc.health.v1.Health", reflection.SERVICE_NAME), server)
    await _report(health, health_pb2.HealthCheckResponse.NOT_SERVING)
    try:
        bound = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError as error:
        raise CannotListen(f"cannot listen on {host}:{port}") from error
    await server.start()
    return Running(server, health, queue, bound)


async def serve(
    host: str, port: int, queue_limit: int, load: Callable[[Stop], Pipeline], metrics: str | None = None
) -> None:
    """Serves until SIGTERM or SIGINT; prints one line once ready. `metrics`: "host:port" for Prometheus, or
    None. Raises CannotListen, and as `load` does, which may raise Stopped once it is told to stop."""
    running = await listen(host, port, queue_limit)
    endpoint: MetricsEndpoint | None = None
    stopping, stop = asyncio.Event(), Stop()
    loop = asyncio.get_running_loop()

    def end() -> None:
        stop.tell()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    try:
        if metrics:
            endpoint = _measured(running, metrics)
        pipeline = await running.load(lambda: load(stop))
        print(
            f"tutor ready on {host}:{running.port} (model {pipeline.model}, {pipeline.mode.value})",
            flush=True,
        )
        await stopping.wait()
        log.info("stopping", waiting=running.queue.waiting)
    except Stopped:
        log.info("stopping before the model was there")
    finally:
        await running.stop()
        if endpoint:
            await asyncio.to_thread(endpoint.close)


def _measured(running: Running, address: str) -> MetricsEndpoint:
    try:
        return MetricsEndpoint(address, running.queue.metrics)
    except OSError as error:
        raise CannotListen(f"cannot serve metrics on {address}") from error


async def _report(health: health_aio.HealthServicer, status: int) -> None:
    for name in ("", SERVICE):
        await health.set(name, status)
