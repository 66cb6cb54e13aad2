"""`lmsctl administrator reset` lets in an administrator whom nobody in the classroom can help any more."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client.api import Audit, LmsError
from lms_cluster.lmsctl import main
from lms_cluster.operator_client import OperationRefused, OperatorClient
from lms_cluster.tokens import digest, new_token
from raft.runtime.secret import ClusterSecret
from tests.solo.classroom import SoloClassroom, seated
from tests.solo.driver import NODE_ID
from tests.world import sign_in

Lmsctl = Callable[..., Awaitable[None]]


class Clock:
    time = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def classroom(clock: Clock) -> AsyncIterator[SoloClassroom]:
    """With "ruth" beside root: an administrator for a test to lock out, while root looks on."""
    async with seated(clock) as classroom:
        classroom.seat("ruth", "Ruth", "administrator", "password of ruth")
        yield classroom


@pytest.fixture
def lmsctl(classroom: SoloClassroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lmsctl:
    """Runs the words after `lmsctl --config cluster.toml`."""
    secret_file, config = tmp_path / "cluster.secret", tmp_path / "cluster.toml"
    secret_file.touch(mode=0o600)
    secret_file.write_text(classroom.secret)
    config.write_text(
        f'title = "T"\ntime_zone = "Europe/Berlin"\ntutor = "127.0.0.1:9"\nsecret_file = "{secret_file}"\n'
        f'[[nodes]]\nid = "{NODE_ID}"\naddress = "{classroom.address}"\ndata = "{classroom.folder}"\n'
    )

    async def run(*words: str) -> None:
        monkeypatch.setattr("sys.argv", ["lmsctl", "--config", str(config), *words])
        await asyncio.to_thread(main)

    return run


async def newest_act(classroom: SoloClassroom) -> Audit:
    root = await sign_in(classroom.client, "root")
    return (await classroom.client.audit(root)).items[0]


async def refused(call: Awaitable[object]) -> str:
    """The reason."""
    with pytest.raises(LmsError) as error:
        await call
    return error.value.reason


async def test_the_code_that_is_printed_signs_in_once_and_is_kept_nowhere(
    classroom: SoloClassroom,
    lmsctl: Lmsctl,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = classroom.client
    lost = (await client.login("ruth", "password of ruth")).token
    await lmsctl("administrator", "reset", "ruth")
    printed, errors = capsys.readouterr()
    (code,) = re.findall("^/start (.{43})$", printed, re.MULTILINE)
    assert await refused(client.account(lost)) == "SESSION_ENDED"
    assert await refused(client.login("ruth", "password of ruth")) == "BAD_CREDENTIALS"
    act = await newest_act(classroom)
    assert (act.by_operator, act.username, act.deed, act.object) == (True, "", "reset passwords", "ruth")
    assert f"entry {act.index}, term {act.term}." in printed
    session = await client.login_by_link(code)
    assert (await client.account(session.token)).username == "ruth"
    assert await refused(client.login_by_link(code)) == "LINK_USED"
    logged = capsys.readouterr()
    assert printed.count(code) == 1
    assert code not in errors + logged.out + logged.err + caplog.text


async def test_the_classroom_knows_the_codes_digest_alone(
    classroom: SoloClassroom, lmsctl: Lmsctl, capsys: pytest.CaptureFixture[str]
) -> None:
    applied: list[bytes] = []
    classroom.after_each(lambda command: applied.append(command.SerializeToString()))
    await lmsctl("administrator", "reset", "ruth")
    (code,) = re.findall("^/start (.{43})$", capsys.readouterr().out, re.MULTILINE)
    stored = b"".join(path.read_bytes() for path in classroom.folder.rglob("*") if path.is_file())
    for known in (stored, b"".join(applied)):
        assert digest(code) in known
        assert code.encode() not in known


async def test_the_code_is_good_for_a_day(
    classroom: SoloClassroom, lmsctl: Lmsctl, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = []
    for username in ("ruth", "root"):
        await lmsctl("administrator", "reset", username)
        printed = capsys.readouterr().out
        assert "until 2026-11-04 13:00 CET" in printed
        codes += re.findall("^/start (.{43})$", printed, re.MULTILINE)
    clock.time += timedelta(hours=24, seconds=-1)
    assert (await classroom.client.login_by_link(codes[0])).user.username == "ruth"
    clock.time += timedelta(seconds=1)
    assert await refused(classroom.client.login_by_link(codes[1])) == "LINK_EXPIRED"


@pytest.mark.parametrize(
    ("username", "said"),
    [
        ("ada", "ada is no administrator; an administrator can reset their password."),
        ("grace", "grace is no administrator"),
        ("nobody", "There is no user nobody."),
        ("Not A Name", "username: must be 2 to 32 of the characters"),
        ("ruth", "This account is disabled."),
    ],
)
async def test_it_is_for_an_enabled_administrator_only(
    classroom: SoloClassroom, lmsctl: Lmsctl, username: str, said: str
) -> None:
    root, ada = await sign_in(classroom.client, "root"), await sign_in(classroom.client, "ada")
    await classroom.client.set_disabled(root, "disabling", "ruth", True)
    with pytest.raises(SystemExit, match=said):
        await lmsctl("administrator", "reset", username)
    assert (await newest_act(classroom)).deed == "disable and enable users"
    assert (await classroom.client.account(ada)).username == "ada"


async def test_whoever_shows_another_secret_is_refused(classroom: SoloClassroom) -> None:
    before = await newest_act(classroom)
    stranger = OperatorClient({NODE_ID: classroom.address}, ClusterSecret("x" * 43))
    with pytest.raises(OperationRefused) as error:
        await asyncio.to_thread(stranger.reset_administrator, "ruth", digest(new_token()))
    assert error.value.reason == "NO_SECRET"
    assert await newest_act(classroom) == before
    assert (await classroom.client.login("ruth", "password of ruth")).token


async def test_asked_again_with_the_same_code_it_is_done_once(classroom: SoloClassroom) -> None:
    operator = OperatorClient({NODE_ID: classroom.address}, ClusterSecret(classroom.secret))
    code = new_token()
    first = await asyncio.to_thread(operator.reset_administrator, "ruth", digest(code))
    session = await classroom.client.login_by_link(code)
    again = await asyncio.to_thread(operator.reset_administrator, "ruth", digest(code))
    assert again == first
    assert (await newest_act(classroom)).index == first.index
    assert (await classroom.client.account(session.token)).username == "ruth"
    with pytest.raises(OperationRefused) as error:
        await asyncio.to_thread(operator.reset_administrator, "root", digest(code))
    assert error.value.reason == "REQUEST_ID_REUSED"


async def test_what_is_no_digest_is_refused(classroom: SoloClassroom) -> None:
    operator = OperatorClient({NODE_ID: classroom.address}, ClusterSecret(classroom.secret))
    with pytest.raises(OperationRefused, match="code_sha256: must be 32 bytes, you sent 5"):
        await asyncio.to_thread(operator.reset_administrator, "ruth", b"short")
