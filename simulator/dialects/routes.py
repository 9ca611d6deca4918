"""Which operation of a contract a request is for. Its method and path are matched once, for the
server and for rehearsals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from simulator.base.errors import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One operation of the contract. `{name}` in the path is a variable part; routes that are not
    `shown` are left out of messages.
    """

    method: str
    path: str
    operation: str
    shown: bool = True


_VARIABLE = re.compile(r"\\{(\w+)\\}")
"""A variable part of an escaped path."""


class Router:
    """A contract's routes, ready to match. What answers GET answers HEAD too."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.fixed: dict[str, dict[str, Route]] = {}
        self.variable: dict[re.Pattern[str], dict[str, Route]] = {}
        self.paths = ", ".join(dict.fromkeys(route.path for route in routes if route.shown))
        for route in routes:
            methods = self._methods_at(route.path)
            if route.method == "GET":
                methods.setdefault("HEAD", route)
            methods[route.method] = route

    def _methods_at(self, path: str) -> dict[str, Route]:
        if "{" not in path:
            return self.fixed.setdefault(path, {})
        return self.variable.setdefault(_pattern_of(path), {})

    def match(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """The route of a request and the variable parts of its path. Refused: unknown_path, or
        wrong_method with the methods that are possible.
        """
        possible: set[str] = set()
        for methods, variables in self._at("/" + path.lstrip("/")):
            if method in methods:
                return methods[method], variables
            possible |= methods.keys()
        if not possible:
            said = f"there is nothing at {path[:200]}; this supplier has {self.paths}"
            raise Refused("unknown_path", [said])
        allow = sorted(possible)
        said = f"{method} is not possible at {path[:200]}, only {', '.join(allow)}"
        raise Refused("wrong_method", [said], allow=allow)

    def _at(self, path: str) -> Iterator[tuple[Mapping[str, Route], Mapping[str, str]]]:
        """The routes of a path by their methods; a path without variable parts goes first."""
        if methods := self.fixed.get(path):
            yield methods, {}
        for pattern, methods in self.variable.items():
            if found := pattern.fullmatch(path):
                yield methods, found.groupdict()


def _pattern_of(path: str) -> re.Pattern[str]:
    """What a path with variable parts matches; a part holds no slash."""
    return re.compile(_VARIABLE.sub(r"(?P<\1>[^/]+)", re.escape(path)))


@lru_cache(maxsize=64)
def router_of(routes: tuple[Route, ...]) -> Router:
    """The router of a contract, made once for each."""
    return Router(routes)


def filled(path: str, **variables: str) -> str:
    """A path with its variable parts filled in, each quoted for a URL."""
    if "{" not in path:
        return path
    for name, value in variables.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path
