"""Reading the files that a user names: regular files only, so that nothing waits for a pipe."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from simulator.base.errors import Invalid, Problem

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read(path: Path, most: int) -> bytes:
    """The bytes of a regular file, one more than `most` at the most. OSError, with a `strerror`
    for people, when it is something else or cannot be read.
    """
    _check_kind(path.stat().st_mode)
    # without O_NONBLOCK, a pipe that took the file's place meanwhile would wait for its writer
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        _check_kind(os.fstat(descriptor).st_mode)
        return file.read(most + 1)


def _check_kind(mode: int) -> None:
    kind = stat.S_IFMT(mode)
    if kind != stat.S_IFREG:
        raise OSError(0, f"it is {_KINDS.get(kind, 'something else')}, not a regular file")


def load(path: Path, most: int) -> bytes:
    """The same; Invalid names the file when it cannot be read."""
    try:
        return read(path, most)
    except FileNotFoundError:
        said = "no such file"
    except OSError as error:
        said = f"cannot be read: {error.strerror}"
    raise Invalid([Problem(message=said, file=str(path), code="unreadable")])
