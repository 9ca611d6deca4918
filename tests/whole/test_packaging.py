"""A wheel in an empty environment, and an editable install: both serve the shipped scenarios from
an empty folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.slow


def environment(folder: Path) -> Path:
    """An empty environment that sees our dependencies but not our package: only the wheel can bring
    that in.
    """
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    here = subprocess.run(
        [sys.executable, "-c", "import site; print(site.getsitepackages()[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    target = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    for entry in Path(here.stdout.strip()).iterdir():
        if "supplier_simulator" not in entry.name and not entry.name.endswith(".pth"):
            Path(target.stdout.strip(), entry.name).symlink_to(entry)
    return python


def install(python: Path, *arguments: str) -> None:
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
        *arguments,
    ]
    subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what git tracks (or would): a build must not depend on what else lies about."""
    copy = tmp_path_factory.mktemp("source")
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in files.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source],
        check=True,
        capture_output=True,
    )
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(params=["wheel", "editable"])
def python(request: pytest.FixtureRequest, tmp_path: Path, source: Path) -> Iterator[Path]:
    installed = environment(tmp_path / "venv")
    install(
        installed,
        *(
            [str(request.getfixturevalue("wheel"))]
            if request.param == "wheel"
            else ["-e", str(source)]
        ),
    )
    yield installed


def test_a_wheel_has_every_module_and_scenario(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "simulator").rglob("*.py")}
    scenarios = {
        f"simulator/{path.relative_to(ROOT)}"
        for folder in ("cookbook", "scenarios")
        for path in (ROOT / folder).rglob("*.yaml")
    }
    assert modules | scenarios | {"simulator/py.typed"} <= names


def test_an_installed_simulator_serves_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [python.parent / "simulator", "serve", "--port", "0", "--scenarios", "cookbook"]
    with subprocess.Popen(
        command, cwd=empty, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        try:
            assert line.startswith("listening on "), process.stderr.read()
            from tests.conftest import Gateway

            with Gateway(line.split()[-1]) as gateway:
                shipped = [
                    path
                    for folder in ("cookbook", "scenarios")
                    for path in (ROOT / folder / "fibre_cafe").glob("*.yaml")
                ]
                assert len(gateway.admin("GET", "/scenarios")["items"]) == len(shipped)
                assert gateway.post("/service-orders", gateway.provide()).status_code == 202
        finally:
            process.terminate()
            process.communicate(timeout=30)
    assert (empty / "simulator.db").exists()


def test_an_installed_simulator_brings_its_pytest_fixtures(python: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "test_it.py").write_text(
        "def test_it(supplier, pretend_gateway):\n"
        "    assert supplier.orders == pretend_gateway.received == []\n"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    found = subprocess.run(
        command, cwd=empty, capture_output=True, text=True, env=clean, timeout=100
    )
    assert "1 passed" in found.stdout, found.stdout + found.stderr
