"""How a model can fail us: as what is to be loaded, or on another machine."""

RETRY_SECONDS = 5.0


class ModelUnusable(Exception):
    """The folder or hub name is not a GPT-2 that can be loaded; the message says why."""


class ServerFailed(Exception):
    """The message says why, in our words: the server's might repeat a key or a question."""

    def __init__(self, why: str, retry_seconds: float = RETRY_SECONDS, passing: bool = False) -> None:
        """`retry_seconds`: when to ask again. `passing`: it may be over in a moment."""
        super().__init__(why)
        self.retry_seconds = retry_seconds
        self.passing = passing


class ServerAway(ServerFailed):
    """It gives no answer now, whatever is asked."""


class ServerStumbled(ServerFailed):
    """It could not answer this question."""
