"""The rows of bad input: each has a number, and a test that names it.

A: what a gateway sends; B: scenario files; C: templates; D: settings; E: the admin API.
"""

from __future__ import annotations

from pathlib import Path

from tests.whole.test_bad_operation import D, E
from tests.whole.test_bad_orders import RAW, A
from tests.whole.test_bad_scenarios import B, C

ROWS = {
    "A": (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 17, 19, 21, 23, 24, 26, 29, 30),
    "B": (*range(1, 11), 12, 14, 15, 17, 20, 21),
    "C": (1, 2, 3, 4, 5, 6, 7, 9),
    "D": (1, 2, 3, 4, 5, 6, 8, 10),
    "E": (1, 2, 3, 4, 5, 6, 7, 10, 11),
}
ELSEWHERE = {
    "D8": "test_a_second_one_on_the_same_store_or_port_is_refused_in_one_line",
}


def test_every_row_is_here() -> None:
    here = "".join(path.read_text() for path in Path(__file__).parent.glob("test_bad_*.py"))
    others = "".join(
        path.read_text()
        for path in Path(__file__).parent.parent.rglob("test_*.py")
        if path.name != Path(__file__).name
    )
    named = {row.split(" ")[0] for row, *_ in (*A, *RAW, *B, *C, *D, *E)}
    for letter, numbers in ROWS.items():
        for number in numbers:
            name = f"{letter}{number}"
            found = (
                name in named
                or f"_{name.lower()}_" in here
                or f"def {ELSEWHERE.get(name, '?')}" in others
            )
            assert found, f"no test names {name}"
