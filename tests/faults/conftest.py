"""The fault suite's stores: a SQLite file, or a PostgreSQL of its own that may be stopped."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import _binaries
from tests.faults.stage import Simulator, Stage, pause

DATABASES = ["sqlite", "postgresql"]


class Server:
    """A PostgreSQL that a test may stop and start."""

    def __init__(self) -> None:
        binaries = _binaries()
        if binaries is None:
            pytest.skip("no PostgreSQL binaries (initdb, postgres) are installed")
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="simulator-faults-"))
        self.user: dict[str, Any] = (
            {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
        )
        if self.user:
            shutil.chown(self.folder, **self.user)
        self._run(
            "initdb",
            "-D",
            str(self.folder / "data"),
            "-U",
            "simulator",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        self.start()

    def _run(self, name: str, *arguments: str) -> None:
        with (self.folder / "pg.log").open("a") as log:
            subprocess.run(
                [self.binaries / name, *arguments],
                check=True,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self.user,
            )

    def start(self) -> None:
        options = f"-c listen_addresses= -c max_connections=200 -k {self.folder}"
        self._run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-w",
            "-l",
            str(self.folder / "server.log"),
            "-o",
            options,
            "start",
        )

    def stop(self) -> None:
        """As a crash: no checkpoint, every connection cut."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def database(self, name: str) -> str:
        self._run("createdb", "-h", str(self.folder), "-U", "simulator", name)
        return f"postgresql://simulator@/{name}?host={self.folder}"

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/s.db"
    running: Server = request.getfixturevalue("server")
    return running.database(
        "f" + tmp_path.name.replace("-", "_").replace("[", "_").replace("]", "_").lower()[-50:]
    )


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage with a receiver; the seed of all its chance is printed where a test fails."""
    seed = int(os.environ.get("FAULTS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    with Stage(tmp_path, seed) as opened:
        yield opened
    for log in sorted(tmp_path.glob("*.log")):
        text = log.read_text()
        assert "Traceback" not in text, text[text.index("Traceback") - 500 :][:3000]


@pytest.fixture
def cast(stage: Stage, store: str) -> Callable[..., list[Simulator]]:
    """The simulators of a store: one `serve` on a SQLite file; on PostgreSQL two, and a sender
    alone.
    """

    def play(**options: Any) -> list[Simulator]:
        print(f"seed {stage.seed}")  # noqa: T201 - pytest shows it where a test fails: FAULTS_SEED repeats it
        found = [stage.simulate("serve", "one", store, **options)]
        if not store.startswith("sqlite"):
            found += [
                stage.simulate("serve", "two", store, **options),
                stage.simulate("send", "three", store, **options),
            ]
            pause(1)
        return found

    return play
