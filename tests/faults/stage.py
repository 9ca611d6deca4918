"""The stage of a fault run: receiver, databases, simulators as real processes, and a client that
places and cancels all the while.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.faults.judge import SCENARIO, Asked, Post, missing, read, violations

ROOT = Path(__file__).parent.parent.parent
LONG = os.environ.get("FAULTS") == "long"
SLOTS = 64
LEASE = 6

RETRY = json.dumps([0.05, 0.1, 0.2, 0.5, *[1] * 200])
SETTINGS = {
    "SIMULATOR_DELIVERY__RETRY": RETRY,
    "SIMULATOR_DELIVERY__TIMEOUT": "1s",
    "SIMULATOR_DELIVERY__CONNECT_TIMEOUT": "1s",
    "SIMULATOR_DELIVERY__LEASE": f"{LEASE}s",
    "SIMULATOR_DELIVERY__BREAKER__PROBE_EVERY": "200ms",
    "SIMULATOR_LOG__LEVEL": "info",
}


def pause(seconds: float) -> None:
    """Let a fault last a while: what is judged does not hang on how long."""
    threading.Event().wait(seconds)


def wait_for(true: Callable[[], Any], within: float, what: str) -> Any:
    deadline = time.monotonic() + within
    while not (found := true()):
        assert time.monotonic() < deadline, f"{what}: not within {within} s"
        pause(0.02)
    return found


class Receiver:
    """The sink process, its log, and how to tell it to misbehave."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "received.jsonl"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sink", str(self.log)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        self.url, self.control = self.process.stdout.readline().split()

    def behave(self, mode: str = "ok", **more: Any) -> int:
        """Set how it behaves; how many tokens it gave so far."""
        return int(
            requests.post(self.control, json={"mode": mode, **more}, timeout=10).json()["tokens"]
        )

    def tell(self, **more: Any) -> int:
        return int(requests.post(self.control, json=more, timeout=10).json()["tokens"])

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Simulator:
    """One `simulator serve` or `simulator send`; `start` it again after it was killed."""

    def __init__(
        self,
        stage: Stage,
        command: str,
        name: str,
        store: str,
        *,
        package: Path = ROOT,
        **environment: str,
    ) -> None:
        self.stage, self.command, self.name, self.store, self.package = (
            stage,
            command,
            name,
            store,
            package,
        )
        self.environment = environment
        self.url = ""
        self.process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        arguments = [
            sys.executable,
            "-m",
            "simulator",
            self.command,
            "--store",
            self.store,
            "--gateway-url",
            self.stage.receiver.url,
        ]
        if self.command == "serve":
            arguments += [
                "--port",
                self.url.rpartition(":")[2] or "0",
                "--workers",
                "2",
                "--scenarios",
                str(self.stage.scenarios),
            ]
        folder = self.stage.folder / self.name
        folder.mkdir(exist_ok=True)
        suppliers = json.dumps(
            [
                {
                    "name": "default",
                    "path": "/",
                    "scenarios": str(self.stage.scenarios),
                    "default": "MANY",
                }
            ]
        )
        environment = {
            **os.environ,
            **SETTINGS,
            "SIMULATOR_SUPPLIERS": suppliers,
            "SIMULATOR_GATEWAY__AUTH__KIND": "none",
            "PYTHONPATH": str(self.package),
            **self.environment,
        }
        with (self.stage.folder / f"{self.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                arguments,
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        if self.command == "serve":
            assert self.process.stdout is not None
            line = self.process.stdout.readline()
            assert line.startswith("listening on "), (
                line,
                (self.stage.folder / f"{self.name}.log").read_text()[-2000:],
            )
            self.url = line.split()[-1]
            threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def pids(self) -> dict[str, int]:
        """Its living processes: the parent, the web processes, the sender."""
        assert self.process is not None
        parent = self.process.pid
        if self.command == "send":
            return {"sender": parent}
        found = {"parent": parent}
        for number, child in enumerate(children(parent)):
            name = name_of(child)
            found["sender" if name == "serve sender" else f"{name} {number}"] = child
        return found

    def kill(self) -> None:
        """Kill all of it at once."""
        for pid in reversed(list(self.pids().values())):
            signal_to(pid, signal.SIGKILL)
        self.reap()

    def reap(self) -> None:
        assert self.process is not None
        self.process.wait(timeout=40)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def stop(self) -> float:
        """SIGTERM; how long it took to end with 0."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.terminate()
        assert self.process.wait(timeout=40) == 0
        return time.monotonic() - begun

    def close(self) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.reap()
        except subprocess.TimeoutExpired:
            self.kill()


def revive(simulators: list[Simulator], *, at_once: bool = False) -> None:
    """Start again whoever has died as a whole."""
    for simulator in simulators:
        assert simulator.process is not None
        if at_once:
            simulator.process.wait(timeout=10)
        if simulator.process.poll() is not None:
            simulator.kill()
            simulator.start()


def children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


def name_of(pid: int) -> str:
    """What `ps` shows of it."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def signal_to(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


class Stage:
    """`with Stage(folder, seed) as stage`: a receiver, then simulators, then `client`; `settle`
    waits for the end and judges.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.random = random.Random(seed)
        self.asked = Asked()
        self.held = ExitStack()
        self.scenarios = folder / "scenarios"
        self.scenarios.mkdir()
        (self.scenarios / "many.yaml").write_text(SCENARIO)
        self.simulators: list[Simulator] = []
        self.numbers = iter(range(1, 10**9))
        self.lock = threading.Lock()

    def __enter__(self) -> Stage:
        self.receiver = Receiver(self.folder)
        self.held.callback(self.receiver.close)
        return self

    def __exit__(self, *error: object) -> None:
        self.held.close()

    def simulate(self, command: str, name: str, store: str, **options: Any) -> Simulator:
        simulator = Simulator(self, command, name, store, **options)
        self.held.callback(simulator.close)
        self.simulators.append(simulator)
        return simulator

    # ---- the client

    def place(self, http: requests.Session, cancel: bool) -> None:
        """Place an order at one of the simulators; later on perhaps cancel it. What was answered is
        written down at once.
        """
        with self.lock:
            number = next(self.numbers)
            doors = [simulator.url for simulator in self.simulators if simulator.command == "serve"]
            url = self.random.choice(doors)
            rest = self.random.uniform(0.05, 0.9)
        self.asked.tried.add(number)
        if not self._ask(
            http, url + "/service-orders", order_of(number), self.asked.orders, number
        ):
            return
        if cancel:
            pause(rest)
            self.asked.tried_to_cancel.add(number)
            body = {"id": 10**9 + number, "orderId": number, "reasonCode": "CUSTOMER_CHANGED_MIND"}
            self._ask(
                http, url + "/service-order-cancellations", body, self.asked.cancelled, number
            )

    def _ask(
        self, http: requests.Session, url: str, body: Any, answered: dict[int, float], number: int
    ) -> bool:
        headers = {
            "X-Request-ID": "r",
            "X-Conversation-ID": f"c{number}",
            "Tenant": "T",
            "Content-Type": "application/json",
        }
        try:
            response = http.post(url, json=body, headers=headers, timeout=15)
        except requests.RequestException:
            return False
        if response.status_code in (201, 202):
            answered[number] = time.time()
            return True
        assert response.status_code in (422, 503), (response.status_code, response.text)
        return False

    @contextmanager
    def load(self, rate: float = 12, threads: int = 6) -> Iterator[None]:
        """Place orders all the while, every third with a cancellation."""
        ended = threading.Event()
        wrong: list[BaseException] = []

        def work(chance: random.Random) -> None:
            with requests.Session() as http:
                http.trust_env = False
                while not ended.wait(chance.expovariate(rate / threads)):
                    try:
                        self.place(http, chance.random() < 0.33)
                    except BaseException as error:
                        wrong.append(error)
                        raise

        workers = [
            threading.Thread(target=work, args=(random.Random(f"{self.seed} {n}"),))
            for n in range(threads)
        ]
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            ended.set()
            for worker in workers:
                worker.join()
        assert not wrong, wrong

    # ---- the end

    def posts(self) -> list[Post]:
        return read(self.receiver.log)

    def settle(self, within: float = 60) -> list[Post]:
        """Wait until every accepted order has come to its end, then until nothing more comes."""
        self.receiver.behave()
        deadline = time.monotonic() + within
        while missing(self.asked, self.posts()) and time.monotonic() < deadline:
            pause(0.2)
        known, deadline = -1, time.monotonic() + 10
        while known != (known := len(self.posts())) and time.monotonic() < deadline:
            pause(1.5)
        return self.posts()

    def judged(self, *, duplicates: int, within: float = 60) -> list[str]:
        """What was broken, all in all."""
        return violations(self.asked, self.settle(within), duplicates=duplicates)


def order_of(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "orderType": "NEW",
        "tenant": "T",
        "address": {"id": "100023336956", "type": "UPRN"},
        "serviceOrderItem": {
            "serviceSpecification": {"id": "FTTP"},
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": "1000/115"}],
        },
        "primaryContact": {
            "name": "Ada Park",
            "email": "ada@example.test",
            "phoneNumber": "01632 960101",
        },
    }
