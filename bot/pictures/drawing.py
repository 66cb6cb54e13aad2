"""How a picture comes to be: in a thread of its own, one after another, with matplotlib loaded for the first.

A picture that fails is left out of its reply, which says the same in words.
"""

from __future__ import annotations

import asyncio
import contextvars
import io
import logging
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from bot.core.model import OutgoingFile

if TYPE_CHECKING:
    from matplotlib.figure import Figure

log = logging.getLogger(__name__)

SECONDS_MAX = 20.0
"""The first one loads matplotlib, and may have it look for fonts."""
DOTS_PER_INCH = 110
INK, PAPER = "#1f2933", "#ffffff"
COLOURS = ("#2f6fab", "#3a9d6e", "#d08c2f", "#b4505a")

_PLAIN: Any = {
    # What people typed is no formula.
    "text.parse_math": False,
    "text.usetex": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": PAPER,
    "font.size": 10.0,
}

_worker = ThreadPoolExecutor(1, thread_name_prefix="pictures")


async def picture(
    name: str, plot: Callable[[Figure], None], width: float = 7.0, height: float = 4.0
) -> tuple[OutgoingFile, ...]:
    """A PNG that `plot` draws on an empty figure of this size in inches, speaking the reader's language;
    nothing when it cannot be drawn."""
    # The thread speaks as this task does.
    context = contextvars.copy_context()
    drawing = asyncio.get_running_loop().run_in_executor(_worker, context.run, _png, plot, width, height)
    try:
        async with asyncio.timeout(SECONDS_MAX):
            content = await drawing
    except TimeoutError:
        log.warning("%s was not drawn within %s s", name, SECONDS_MAX)
        return ()
    except Exception:
        log.exception("%s cannot be drawn", name)
        return ()
    return (OutgoingFile(name, "image/png", content, picture=True),)


def _png(plot: Callable[[Figure], None], width: float, height: float) -> bytes:
    # Loaded here: it takes half a second and tens of megabytes, and many a bot is never asked for a picture.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context(_PLAIN), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box.
        warnings.simplefilter("ignore")
        figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
        plot(figure)
        content = io.BytesIO()
        figure.savefig(content, format="png")
    return content.getvalue()
