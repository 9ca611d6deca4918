"""Only regular files are read, whatever a folder or a setting names: nothing waits for a pipe."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator import config
from simulator.base.errors import Invalid
from simulator.cli import main
from simulator.formats import files
from simulator.rehearsal.books import open_book


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path)


ODD = [
    (pipe, "cannot be read: it is a named pipe, not a regular file"),
    (bound_socket, "cannot be read: it is a socket, not a regular file"),
    (device, "cannot be read: it is a device, not a regular file"),
    (folder, "cannot be read: it is a folder, not a regular file"),
    (loop, "cannot be read: Too many levels of symbolic links"),
]


@pytest.mark.parametrize(("make", "said"), ODD)
def test_what_is_no_regular_file_is_named_beside_the_problems_of_the_others(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    odd = tmp_path / "a.yaml"
    make(odd)
    (tmp_path / "b.yaml").write_text("scenario: B\nreply: acept\n")
    result = run("check", str(tmp_path))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{odd}: {said}",
        f"{tmp_path}/b.yaml:2:8: unknown reply `acept` (did you mean `accept`?)",
    ]
    settings = config.load(
        environment={}, overrides={"suppliers": [{"name": "s", "scenarios": str(tmp_path)}]}
    )
    with pytest.raises(Invalid) as caught:
        open_book(settings.suppliers[0])
    assert f"{odd}: {said}" in map(str, caught.value.problems)


@pytest.mark.parametrize(("make", "said"), ODD)
def test_one_file_that_is_not_regular_is_one_line(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    odd = tmp_path / "a.yaml"
    make(odd)
    for arguments in (["explain", str(odd)], ["serve", "--config", str(odd)]):
        result = run(*arguments)
        assert result.exit_code != 0 and result.stderr == f"simulator: {odd}: {said}\n"
    secret = {"gateway": {"auth": {"token": {"file": str(odd)}}}}
    with pytest.raises(Invalid, match=f"the file {odd} {said}"):
        config.load(environment={}, overrides=secret)


def test_a_file_is_read_to_its_bound_and_one_byte_more(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abcdef")
    link = tmp_path / "link"
    link.symlink_to(path)
    assert (files.read(path, 3), files.read(link, 6)) == (b"abcd", b"abcdef")
