"""Real processes: `simulator serve` with four workers, killed in the middle, judged from the
receiver's log alone.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Gateway
from tests.receiver import Arrival, Receiver
from tests.running import until

pytestmark = pytest.mark.slow

GAP = "0.4"


@contextmanager
def serving(
    folder: Path, *arguments: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`simulator serve` on a free port; its process and URL. It is terminated at the end if it
    still runs.
    """
    command = [sys.executable, "-m", "simulator", "serve", "--port", "0", *arguments]
    log = (folder / "serve.log").open("a")
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, "SIMULATOR_DELIVERY__RETRY": "ci", **environment},
    )
    assert process.stdout is not None
    reader = threading.Thread()
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on http://"), (line, (folder / "serve.log").read_text())
        reader = threading.Thread(target=process.stdout.read, daemon=True)
        reader.start()
        yield process, line.split()[-1]
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=30)
        if reader.ident:
            reader.join(timeout=30)  # the last child that could write has gone
        process.stdout.close()
        log.close()


def place_many(url: str, count: int) -> list[int]:
    """Place orders from many threads at once; the ids of those that were accepted."""

    def place(number: int) -> int | None:
        with Gateway(url) as gateway:
            body = {**gateway.provide(), "id": number}
            try:
                response = gateway.post(
                    "/service-orders", body, X_Scenario="ORDER_DELAYED", X_Kci_Delay=GAP
                )
            except OSError:
                return None
            return number if response.status_code == 202 else None

    with ThreadPoolExecutor(32) as pool:
        return [number for number in pool.map(place, range(1, count + 1)) if number is not None]


def judge(receiver: Receiver, orders: list[int], *, repeats: int) -> None:
    """From the receiver's log alone: nothing missing, first arrivals in order, no gap, repeats to
    the byte and few.
    """
    raws: dict[str, bytes] = {}
    firsts: dict[int, list[int]] = {}
    twice = 0
    for arrival in receiver.arrivals:
        body = arrival.body
        if body["id"] in raws:
            assert raws[body["id"]] == arrival.raw
            twice += 1
            continue
        raws[body["id"]] = arrival.raw
        firsts.setdefault(body["provideServiceOrder"]["id"], []).append(body["sequenceNumber"])
    assert set(firsts) >= set(orders)
    assert set(map(tuple, firsts.values())) == {(1, 2, 3, 4, 5)}
    assert twice <= repeats


@pytest.fixture
def store_arguments(store_url: str) -> list[str]:
    return ["--store", store_url]


def test_a_hundred_orders_at_once_through_four_workers(
    tmp_path: Path, store_arguments: list[str], receiver: Receiver
) -> None:
    with serving(tmp_path, "--workers", "4", "--gateway-url", receiver.url, *store_arguments) as (
        process,
        url,
    ):
        orders = place_many(url, 100)
        assert len(orders) == 100
        receiver.wait_for(500, within=60)
        process.terminate()
        assert process.wait(timeout=30) == 0
    judge(receiver, orders, repeats=0)
    assert len(receiver.arrivals) == 500


def test_killed_in_the_middle_and_started_again_nothing_is_missing(
    tmp_path: Path, store_arguments: list[str], receiver: Receiver
) -> None:
    arguments = ["--workers", "4", "--gateway-url", receiver.url, *store_arguments]
    with serving(tmp_path, *arguments) as (process, url):
        orders = place_many(url, 100)
        receiver.wait_for(120, within=60)
        process.kill()
        process.wait(timeout=10)
    with serving(tmp_path, *arguments) as (_, url), Gateway(url) as gateway:
        _await_completed(gateway, receiver, len(orders))
    judge(receiver, orders, repeats=64)


def test_a_killed_sender_is_started_again(tmp_path: Path, receiver: Receiver) -> None:
    with serving(tmp_path, "--gateway-url", receiver.url) as (process, url):
        orders = place_many(url, 20)
        receiver.wait_for(20, within=60)
        (sender,) = named("sender", process.pid)
        os.kill(sender, signal.SIGKILL)
        with Gateway(url) as gateway:
            _await_completed(gateway, receiver, len(orders))
        assert (
            "the sender process ended (-9): starting it again"
            in (tmp_path / "serve.log").read_text()
        )
    judge(receiver, orders, repeats=64)


def test_no_child_outlives_a_killed_parent(tmp_path: Path, receiver: Receiver) -> None:
    with serving(tmp_path, "--gateway-url", receiver.url) as (process, url):
        process.kill()
        process.wait(timeout=10)
    # the lock on the store is inherited by every child: the second start waits until the last of
    # them has gone
    with serving(tmp_path, "--gateway-url", receiver.url) as (_, again), Gateway(again) as gateway:
        assert gateway.admin("GET", "/health", code=None)["version"]
    port = int(url.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_gateway_that_hangs_does_not_keep_the_next_start_waiting(tmp_path: Path) -> None:
    """A post may last five minutes here; the children of a killed parent end all the same."""
    patient = {"SIMULATOR_DELIVERY__TIMEOUT": "5m", "SIMULATOR_DELIVERY__LEASE": "6m"}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gateway_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        arguments = ["--gateway-url", gateway_url]
        without_token = {**patient, "SIMULATOR_GATEWAY__AUTH__KIND": "none"}
        with serving(tmp_path, *arguments, **without_token) as (process, url):
            with Gateway(url) as gateway:
                order = gateway.post("/service-orders", gateway.provide(), X_Kci_Delay="0.1")
                assert order.status_code == 202
            connection, _ = silent.accept()
            children = _children(process.pid)
            process.kill()
            process.wait(timeout=10)
            until(lambda: not any(map(_runs, children)), within=6)
        connection.close()
    with serving(tmp_path, *arguments, **without_token) as (_, again):
        assert again


def test_a_second_one_on_the_same_store_or_port_is_refused_in_one_line(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url):
        port = url.rpartition(":")[2]
        (tmp_path / "link.db").symlink_to(tmp_path / "simulator.db")
        for arguments, said in [
            (["--port", "0"], f"simulator.db is already in use by pid {process.pid}"),
            (
                ["--port", "0", "--store", "sqlite:///link.db"],
                f"link.db is already in use by pid {process.pid}",
            ),
            (
                ["--port", port, "--store", "sqlite:///other.db"],
                f"cannot listen on 127.0.0.1:{port}: Address already in use",
            ),
        ]:
            second = subprocess.run(
                [sys.executable, "-m", "simulator", "serve", *arguments],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert second.returncode == 2
            assert said in second.stderr and len(second.stderr.splitlines()) == 1, second.stderr


def test_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    said = (tmp_path / "serve.log").read_text()
    assert "Traceback" not in said and "; Ctrl-C again ends at once" in said
    assert said.endswith("simulator: stopped\n")


MAKEFILE = """
run:
	{python} -m simulator serve --port 0 --gateway-url {gateway}
"""


@contextmanager
def holding() -> Iterator[tuple[Receiver, threading.Event]]:
    """A gateway that keeps its answers back until an event."""
    may_answer = threading.Event()

    def answer(number: int, arrival: Arrival) -> int:
        assert may_answer.wait(timeout=60)
        return 204

    with Receiver(answer) as receiver:
        try:
            yield receiver, may_answer
        finally:
            may_answer.set()


@contextmanager
def making(folder: Path, gateway_url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`serve` as `make` runs it, in a process group of their own; `make` and the URL."""
    makefile = MAKEFILE.format(python=sys.executable, gateway=gateway_url)
    (folder / "Makefile").write_text(makefile)
    with (
        (folder / "serve.log").open("w") as log,
        subprocess.Popen(
            ["make", "--silent", "run"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        ) as make,
    ):
        assert make.stdout is not None
        try:
            yield make, make.stdout.readline().split()[-1]
            make.stdout.read()  # until the last of them has gone
        finally:
            with suppress(ProcessLookupError):
                os.killpg(make.pid, signal.SIGKILL)


def test_a_repeated_term_kills_nobody_and_no_kci_is_sent_twice(tmp_path: Path) -> None:
    """TERM to the process group of `make` comes twice: make passes it on to `serve`, which has got
    it already.
    """
    log = tmp_path / "serve.log"
    with holding() as (receiver, may_answer):
        with making(tmp_path, receiver.url) as (make, url):
            (serve,) = _children(make.pid)
            orders = place_many(url, 1)
            receiver.wait_for(1)
            os.killpg(make.pid, signal.SIGTERM)
            until(lambda: "simulator: stopping: " in log.read_text())

            def is_heard_again() -> bool:
                os.kill(serve, signal.SIGTERM)
                return "asked again to stop: waiting for the sender process" in log.read_text()

            until(is_heard_again)
            may_answer.set()
        said = log.read_text()
        assert "killed" not in said and "simulator: stopped\n" in said
        with serving(tmp_path, "--gateway-url", receiver.url) as (_, url), Gateway(url) as gateway:
            _await_completed(gateway, receiver, 1)
        judge(receiver, orders, repeats=0)


def test_a_second_ctrl_c_waits_for_nothing(tmp_path: Path) -> None:
    with (
        holding() as (receiver, _),
        serving(tmp_path, "--gateway-url", receiver.url) as (
            process,
            url,
        ),
    ):
        place_many(url, 1)
        receiver.wait_for(1)
        for said in ("; Ctrl-C again ends at once", "the sender process is not waited for: killed"):
            process.send_signal(signal.SIGINT)
            until(lambda text=said: text in (tmp_path / "serve.log").read_text())  # type: ignore[misc]
        assert process.wait(timeout=30) == 0


def test_the_pretend_gateway_alone_takes_what_a_simulator_sends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulator", "gateway", "--port", "0"]
    with (
        (tmp_path / "gateway.log").open("w") as log,
        subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=log, text=True
        ) as pretend,
    ):
        assert pretend.stdout is not None
        home = pretend.stdout.readline().split()[-1]
        with (
            serving(tmp_path, "--gateway-url", home, "--clock", "manual") as (_, url),
            Gateway(url) as gateway,
        ):
            gateway.place()
            gateway.advance()
            received = gateway.http.get(f"{home}/kcis", timeout=30).json()["items"]
        pretend.terminate()
    assert (tmp_path / "gateway.log").read_text().endswith("simulator: stopped\n")
    assert [row["code"] for row in received] == [204, 204, 204] and not any(
        row["findings"] for row in received
    )


def _await_completed(gateway: Gateway, receiver: Receiver, count: int) -> None:
    """Wait for arrivals until every order is completed; each arrival is a reason to look again."""

    def completed() -> bool:
        return len(gateway.admin("GET", "/orders?status=COMPLETED&limit=1000")["items"]) >= count

    with receiver.changed:
        for _ in range(600):
            if completed():
                return
            receiver.changed.wait(0.1)
    raise AssertionError("not every order was completed")


def _runs(pid: int) -> bool:
    """Whether a process is there, and not only waits to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields: list[Any] = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(status.parent.name))
    return sorted(found)


def named(name: str, parent: int) -> list[int]:
    """Those children of a `serve` that `ps` shows as `web`, or as `sender`."""
    found = []
    for pid in _children(parent):
        with suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text() == f"serve {name}\n":
                found.append(pid)
    return found


def test_a_sender_alone_shares_a_store_with_others(
    tmp_path: Path, postgresql_url: str, receiver: Receiver
) -> None:
    shared = ["--store", postgresql_url, "--gateway-url", receiver.url]
    log = tmp_path / "send.log"
    with log.open("w") as written:
        alone = subprocess.Popen(
            [sys.executable, "-m", "simulator", "send", *shared], cwd=tmp_path, stderr=written
        )
    try:
        with serving(tmp_path, *shared) as (process, url):
            orders = place_many(url, 50)
            # from now on only the other one sends
            (sender,) = named("sender", process.pid)
            os.kill(sender, signal.SIGSTOP)
            receiver.wait_for(250, within=60)
            os.kill(sender, signal.SIGCONT)
    finally:
        alone.terminate()
        assert alone.wait(timeout=30) == 0
    assert log.read_text().endswith("simulator: stopped\n")
    judge(receiver, orders, repeats=64)
