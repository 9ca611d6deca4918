"""The shipped scenarios that need no rehearsal at a start, because the tests have rehearsed them.

A rehearsal of all of them takes longer than the rest of a start. So a folder with exactly these
texts is only read, as long as its supplier leaves the contract as it is. Change one byte, and the
folder is rehearsed like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from simulator.base import seed
from simulator.scenario import read_file

PROVEN = {
    "fibre_cafe": "b07149ea608a86c8f9de9c2781c7c1df",
    "mef": "36161241d4017070fe7f3c7fca690ddb",
}
"""By dialect, the digest of its folder: `tests/rehearsal/test_proven.py` says what it must be."""


def digest_of(files: Iterable[Path]) -> str:
    """One digest of the names and texts of scenario files. Invalid when one cannot be read."""
    texts = ((file.name, read_file(file).hex()) for file in files)
    return seed.digest(*(part for pair in texts for part in pair))
