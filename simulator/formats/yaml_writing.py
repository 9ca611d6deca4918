"""Values as YAML on one line, for files that are written and then read by people."""

from __future__ import annotations

import re
from typing import Any

import yaml

_ENDLESS = 2**31
_NUMBER = re.compile(r"[-+]?[\d.][\d.eE+_-]*|0[xo][\da-fA-F]+")


class _Plain(yaml.SafeDumper):
    """Writes no anchors: a value that occurs twice stands there twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Plain, text: str) -> yaml.ScalarNode:
    """A template has double quotes, because single ones often stand in it, and so has a text of
    several lines. What would be a number has single ones.
    """
    style = '"' if "{{" in text or "\n" in text else "'" if _NUMBER.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _text)


def flow(value: Any) -> str:
    """A JSON value in flow style; `strict_yaml` reads the same value from it."""
    text: str = yaml.dump(
        value,
        Dumper=_Plain,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=_ENDLESS,
    )
    return text.removesuffix("\n").removesuffix("\n...")
