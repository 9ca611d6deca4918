"""What is allowed in the settings and yet worth a word: secrets that others can read."""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_SECRETS = {"client_secret", "token", "password", "tokens", "users", "clients"}
_INVENTED = {"", "simulator-secret"}


def of_layer(layer: Any, name: str, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Remarks about one layer of the settings as it was given: a file (`name`), or what came from
    elsewhere (empty).
    """
    if isinstance(layer, dict) and set(layer) == {"file"} and isinstance(layer["file"], str):
        if _is_open(Path(layer["file"])):
            yield f"{'.'.join(path)}: others can read the file {layer['file']}: chmod 600"
    elif isinstance(layer, (dict, list)):
        for key, value in layer.items() if isinstance(layer, dict) else enumerate(layer):
            yield from of_layer(value, name, (*path, str(key)))
    elif name and isinstance(layer, str) and layer not in _INVENTED and _SECRETS & set(path):
        said = f"a secret stands in {name}: better {{file: PATH}}, or the environment"
        yield f"{'.'.join(path)}: {said}"


def of_gateway(supplier: str, url: str | None, kind: str) -> Iterator[str]:
    """A piece of advice about a gateway that gets our credentials in plain text over a network."""
    parts = urlsplit(url or "")
    if parts.scheme == "http" and kind != "none" and not is_loopback(parts.hostname or ""):
        said = f"our credentials ({kind}) can be read on the way"
        yield f"suppliers: {supplier}: {url} is not encrypted: {said}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself, by its name alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")


def interpolations(
    layer: Any, path: tuple[Hashable, ...] = ()
) -> Iterator[tuple[tuple[Hashable, ...], str]]:
    """Texts like `${NAME}`, which mean nothing here, each with its place."""
    if isinstance(layer, (dict, list)):
        for key, value in layer.items() if isinstance(layer, dict) else enumerate(layer):
            yield from interpolations(value, (*path, key))
    elif isinstance(layer, str) and layer.startswith("${") and layer.endswith("}"):
        yield path, layer[2:-1].partition(":")[0]


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False
