"""The HTTP client towards gateways, against a server that writes whatever bytes a test gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from simulator.config import Config
from simulator.gateway import Result, decide
from simulator.gateway.client import MOST_READ
from simulator.model import Kci, Step
from tests.gateway.raw import OK, PAUSE, TAKEN, Post, Raw, with_client


@pytest.fixture
def post(settings_for: Callable[..., Config]) -> Iterator[Callable[..., list[Result]]]:
    """Post as often as there are answers: what came of each."""

    def run(*answers: tuple[bytes, bool], timeout: str = "5s") -> list[Result]:
        async def work(post: Post) -> list[Result]:
            return [await post() for _ in answers]

        with Raw(answers) as server:
            results = with_client(settings_for(server.url, timeout=timeout), work)
            run.connections = server.connections  # type: ignore[attr-defined]
        return results

    yield run


def state(result: Result, config: Config) -> str:
    kci = Kci(id="k", order="o", request="r", position=1, due_at=0, step=Step(), attempts=1)
    return decide(result, kci, (), config.suppliers[0].policy).outcome


WHOLE = [
    OK + b"Content-Length: 0\r\n\r\n",
    OK + b"Content-Length: 4\r\n\r\ndone",
    OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n",
    OK + b"\r\nuntil the end of the connection",
    TAKEN,
]
CUT = [
    OK + b"Content-Length: 100\r\n\r\ndone",
    OK + b"Content-Length: 100\r\n\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n40\r\ndone",
    OK + b"Content-Length: 5000\r\n\r\n" + b"x" * 4000,
]


@pytest.mark.parametrize("answer", WHOLE)
def test_a_whole_answer_counts(
    post: Callable[..., list[Result]], make_config: Callable[..., Config], answer: bytes
) -> None:
    (result,) = post((answer, True))
    assert result.code in (200, 204) and result.findings == ()
    assert state(result, make_config()) == "delivered"


@pytest.mark.parametrize("answer", CUT)
def test_an_answer_that_breaks_off_is_a_failed_try(
    post: Callable[..., list[Result]], make_config: Callable[..., Config], answer: bytes
) -> None:
    (result,) = post((answer, True))
    (finding,) = result.findings
    came = len(answer.partition(b"\r\n\r\n")[2].replace(b"4\r\n", b"").replace(b"\r\n", b""))
    assert result.code is None and "200 broke off" in result.error
    assert (finding.rule, finding.message) == ("delivery.incomplete_answer", result.error)
    assert finding.got <= came
    assert state(result, make_config()) == "retry"


@pytest.mark.slow
def test_an_answer_that_never_ends_is_a_failed_try(
    post: Callable[..., list[Result]], make_config: Callable[..., Config]
) -> None:
    (result,) = post((OK + b"Content-Length: 10\r\n\r\nhalf", False), timeout="300ms")
    assert result.code is None and "no complete answer in time" in result.error
    assert [finding.got for finding in result.findings] == [4]
    assert state(result, make_config()) == "retry"


def test_a_long_answer_is_read_to_its_end_and_its_connection_kept(
    post: Callable[..., list[Result]],
) -> None:
    long = OK + b"Content-Length: 500000\r\n\r\n" + b"x" * 500_000
    results = post((long, False), (long, False))
    assert [(result.code, len(result.body)) for result in results] == [(200, 1024)] * 2
    assert post.connections == 1  # type: ignore[attr-defined]


def test_an_answer_without_an_end_in_sight_is_not_read_and_its_connection_closed(
    post: Callable[..., list[Result]],
) -> None:
    size = MOST_READ * 4
    huge = OK + f"Content-Length: {size}\r\n\r\n".encode() + b"x" * size
    results = post((huge, False), (huge, False))
    assert [result.code for result in results] == [200, 200]
    rules = [finding.rule for result in results for finding in result.findings]
    assert rules == ["delivery.long_answer"] * 2
    assert post.connections == 2  # type: ignore[attr-defined]


def test_a_token_may_come_in_pieces(make_config: Callable[..., Config]) -> None:
    token = b'{"access_token": "t",' + PAUSE + b' "expires_in": 60}'
    length = len(token.replace(PAUSE, b""))
    given = OK + f"Content-Length: {length}\r\n\r\n".encode() + token
    with Raw([(given, False), (TAKEN, False)]) as server:
        config = make_config(gateway={"url": server.url, "auth": {"kind": "oauth2"}})
        result = with_client(config, lambda post: post())
    assert (result.code, result.sent["Authorization"]) == (204, "Bearer t")
