"""Values as YAML on one line, for files that are written and then read by people."""

from __future__ import annotations

from typing import Any

import yaml

_ENDLESS = 2**31


class _Plain(yaml.SafeDumper):
    """Writes no anchors: a value that occurs twice stands there twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Plain, text: str) -> yaml.ScalarNode:
    """A template is quoted twice: single quotes often stand in it."""
    style = '"' if "{{" in text else None
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
