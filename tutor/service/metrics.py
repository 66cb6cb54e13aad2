"""What the tutor tells a monitoring system; Prometheus finds it over HTTP, where `--metrics` says."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server


class Metrics:
    """Safe to be written on the event loop and read from the endpoint's threads.

    Tokens per second are the rate of `generated_tokens` by that of `working_seconds`.
    """

    def __init__(self, waiting: Callable[[], float]) -> None:
        """`waiting`: the queue's length when it is asked for."""
        self.registry = CollectorRegistry()
        length = Gauge("homeroom_tutor_queue_length", "Questions that wait", registry=self.registry)
        length.set_function(waiting)
        self.questions = Counter(
            "homeroom_tutor_questions",
            "How calls ended: quoted, hint, abstained, free; cancelled, late, overloaded, stopping, failed",
            ["outcome"],
            registry=self.registry,
        )
        self.first_text_seconds = Histogram(
            "homeroom_tutor_first_token_seconds", "From the call to the first text", registry=self.registry
        )
        self.generated_tokens = Counter(
            "homeroom_tutor_generated_tokens", "Written freely", registry=self.registry
        )
        self.working_seconds = Counter(
            "homeroom_tutor_working_seconds", "During which the model was at work", registry=self.registry
        )


class MetricsEndpoint:
    """Serves what `metrics` holds, from a thread of its own, until `close`."""

    def __init__(self, address: str, metrics: Metrics) -> None:
        """`address`: "host:port". Raises OSError when it is taken or not ours."""
        host, _, port = address.rpartition(":")
        self._server, self._thread = start_http_server(int(port), host.strip("[]"), metrics.registry)

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def close(self) -> None:
        """Takes up to half a second."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
