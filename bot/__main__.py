"""`python -m bot console | script FILE… | telegram`: the classroom as a conversation."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import signal
import sys
import tempfile
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from bot.adapters.script import Transcript
from bot.app import ConsoleOptions, run_console, run_script, run_telegram
from bot.client.api import LmsError
from bot.config import Config, ConfigError, from_addresses, from_file
from bot.player import TranscriptFailed
from bot.store import StoreUnreadable
from bot.structured_logging import log_structured_lines
from bot.telegram_settings import TOKEN_VARIABLE, WEBHOOK_URL_VARIABLE, from_environment
from bot.transcript import TranscriptError

EXIT_FAILED = 1
EXIT_MISUSED = 2

PASSWORD_VARIABLE = "HOMEROOM_PASSWORD"  # noqa: S105 -- its name, not its value


def main(words: Sequence[str] | None = None) -> None:
    arguments = _parser().parse_args(words)
    sys.exit(_run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    """The exit status: 1 when something failed or was refused, 2 when the bot was started wrongly."""
    # A person's prompt is no place for the bot's diary; what is wrong is said there all the same.
    chatting = arguments.place == "console" and sys.stdin.isatty() and sys.stderr.isatty()
    log_structured_lines(warnings_only=chatting or arguments.place == "script")
    try:
        config = from_addresses(arguments.nodes) if arguments.nodes else from_file(arguments.config)
        match arguments.place:
            case "console":
                return asyncio.run(_until_told(_console(config, arguments)))
            case "script":
                return asyncio.run(_until_told(_script(config, arguments)))
            case _:
                return asyncio.run(_until_told(_telegram(config, arguments)))
    except (ConfigError, TranscriptError, StoreUnreadable, OSError, ModuleNotFoundError) as error:
        print(f"homeroom: {error}", file=sys.stderr)
        return EXIT_MISUSED
    except LmsError as error:
        print(f"homeroom: {error.message or error.reason}", file=sys.stderr)
    except TranscriptFailed as failed:
        print(failed, file=sys.stderr)
    return EXIT_FAILED


async def _console(config: Config, arguments: argparse.Namespace) -> int:
    options = ConsoleOptions(
        user=arguments.user or "",
        password=os.environ.get(PASSWORD_VARIABLE, ""),
        strict=arguments.strict,
        plain=arguments.plain or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb",
        json=arguments.json,
        language=_language(),
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that has no letter for something shows a question mark; the reply is not lost for it.
        sys.stdout.reconfigure(errors="replace")
    status = await run_console(config, arguments.state, options)
    _close_stdout()
    return status


def _language() -> str:
    """The language of messages, as POSIX finds it in the environment."""
    return next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")


def _close_stdout() -> None:
    """Python complains at its end about what nobody reads any more, as after `| head`."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _script(config: Config, arguments: argparse.Namespace) -> int:
    transcripts = [Transcript.read(path) for path in arguments.files]
    # Every play begins with nobody signed in.
    with tempfile.TemporaryDirectory(prefix="homeroom-script-") as state:
        await run_script(config, Path(state), transcripts)
    return 0


async def _telegram(config: Config, arguments: argparse.Namespace) -> int:
    await run_telegram(config, arguments.state, from_environment(os.environ))
    return 0


async def _until_told(work: Coroutine[Any, Any, int]) -> int:
    """Run `work`; SIGTERM and SIGINT cancel it, so that it can put its things in order: no failure."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="homeroom-bot", description="The classroom as a conversation.")
    places = parser.add_subparsers(dest="place", required=True)
    console = places.add_parser("console", help="chat in this terminal, or through a pipe")
    console.add_argument("--user", help=f"who speaks; signed in with {PASSWORD_VARIABLE} when that is set")
    console.add_argument("--strict", action="store_true", help="stop with status 1 at the first refusal")
    console.add_argument("--plain", action="store_true", help="no colours, as with NO_COLOR")
    console.add_argument(
        "--json", action="store_true", help="one JSON object a reply, lines read as from a pipe"
    )
    script = places.add_parser("script", help="play transcripts and compare what is answered")
    script.add_argument("files", nargs="+", type=Path, metavar="FILE")
    telegram = places.add_parser(
        "telegram",
        help=f"serve Telegram; its token is read from {TOKEN_VARIABLE}, and updates are asked for "
        f"unless {WEBHOOK_URL_VARIABLE} says where they are to be sent",
    )
    for place in (console, script, telegram):
        place.add_argument(
            "--config", type=Path, default=Path("cluster.toml"), help="cluster.toml by default"
        )
        place.add_argument("--nodes", metavar="HOST:PORT,…", help="the nodes, instead of --config")
    for place in (console, telegram):
        place.add_argument(
            "--state",
            type=Path,
            default=Path(".homeroom/bot"),
            metavar="DIR",
            help="what is remembered, and files received (.homeroom/bot by default)",
        )
    return parser


if __name__ == "__main__":
    main()
