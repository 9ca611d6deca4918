"""Which operation of a contract a request is for. Its method and path are matched once, for the
server and for rehearsals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

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


class Router:
    """A contract's routes, ready to match."""

    def __init__(self, routes: Sequence[Route]) -> None:
        rules = [
            Rule(rule_of(route.path), methods=[route.method], endpoint=route) for route in routes
        ]
        self.urls = Map(rules, merge_slashes=False, redirect_defaults=False).bind("supplier")
        self.paths = ", ".join(dict.fromkeys(route.path for route in routes if route.shown))

    def match(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """The route of a request and the variable parts of its path. Refused: unknown_path, or
        wrong_method with the methods that are possible.
        """
        try:
            route, variables = self.urls.match(path, method)
        except MethodNotAllowed as error:
            allow = sorted(error.valid_methods or ())
            raise Refused(
                "wrong_method",
                [f"{method} is not possible at {path[:200]}, only {', '.join(allow)}"],
                allow=allow,
            ) from None
        except HTTPException:
            raise Refused(
                "unknown_path",
                [f"there is nothing at {path[:200]}; this supplier has {self.paths}"],
            ) from None
        return route, variables


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


def rule_of(path: str) -> str:
    """A path of ours in werkzeug's notation."""
    return path.replace("{", "<").replace("}", ">")
