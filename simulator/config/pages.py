"""What is written from the table of settings: the example `config.yaml`, and the table of the docs.

`python -m simulator.config.pages` writes both into the working directory, a checkout.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.config.declared import Section, Setting, members
from simulator.config.table import DEFAULTS, SECTIONS, SEED, SUPPLIERS, SupplierConfig

WIDTH = 100
BEGIN, END = "<!-- the table of settings: make docs -->", "<!-- end of the table -->"
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./:@-]*|\d+[a-z]+")
_HEAD = """\
# Every setting with its default. Leave out what you do not change.
# The environment overrides this file: SIMULATOR_GATEWAY__URL=http://gateway.test:9000
"""


def example() -> str:
    """The file `config.yaml`: every setting with its default and what it means."""
    lines = [_HEAD]
    for name, (about, kinds) in SECTIONS.items():
        lines += [f"{name}:" + (f"  # {about}" if about else "")]
        for kind in kinds:
            lines += _lines(kind, "  ")
        lines.append("")
    lines += [_line("seed", None, SEED, ""), "", f"suppliers:  # {SUPPLIERS}"]
    meanings = {key: one.about for key, _, one in members(SupplierConfig)}
    for place, entry in enumerate(DEFAULTS["suppliers"]):
        for key, value in entry.items():
            indent = "  - " if key == "name" else "    "
            lines.append(_line(key, value, meanings[key] if not place else "", indent))
    return "\n".join(lines) + "\n"


def _lines(kind: type, indent: str) -> Iterator[str]:
    for key, _, one in members(kind):
        if isinstance(one, Section):
            yield f"{indent}{key}:  # {one.about}"
            yield from _lines(one.kind, indent + "  ")
        else:
            yield _line(key, one.default, one.about, indent)


def _line(key: str, value: Any, about: str, indent: str) -> str:
    """One setting; what it means stands behind it where there is room, else above it."""
    text = f"{indent}{key}: {_shown(value)}"
    if not about or len(text) + len(about) + 4 <= WIDTH:
        return text + (f"  # {about}" if about else "")
    above = textwrap.wrap(about, WIDTH - len(indent) - 2)
    return "\n".join([*(f"{indent}# {part}" for part in above), text])


def _shown(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value)


def table() -> str:
    """The table of docs/configuration.md."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, (_, kinds) in SECTIONS.items():
        for kind in kinds:
            rows += _rows(kind, name)
    rows.append(f"| `seed` | null | {SEED}. |")
    for key, _, one in members(SupplierConfig):
        if isinstance(one, Setting):
            rows.append(_row(f"suppliers[].{key}", one))
    return "\n".join([*rows, f"| `suppliers` | two, as in the example | {SUPPLIERS}. |"])


def _rows(kind: type, path: str) -> Iterator[str]:
    for key, _, one in members(kind):
        if isinstance(one, Section):
            yield from _rows(one.kind, f"{path}.{key}")
        else:
            yield _row(f"{path}.{key}", one)


def _row(path: str, one: Setting) -> str:
    about = one.about[0].upper() + one.about[1:]
    meaning = f"{about}. {one.more}".strip()
    return f"| `{path}` | `{_shown(one.default)}` | {meaning} |"


def page(text: str) -> str:
    """The page of the documentation, with its table written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main() -> None:
    """Write both files."""
    Path("config.yaml").write_text(example(), encoding="utf-8")
    configuration = Path("docs/configuration.md")
    text = page(configuration.read_text(encoding="utf-8"))
    configuration.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
