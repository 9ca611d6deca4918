"""A small client of a running simulator's admin API, for test suites of any framework and for our own commands.

It speaks HTTP and nothing else: what it returns are the shapes of the admin API (`docs/admin.md`), as plain dicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import requests

from simulator.errors import SimulatorError

DEFAULT_URL = "http://127.0.0.1:8080"


class Failed(SimulatorError):
    """The simulator refused, or did not answer: `status` (0 without an answer), `code` and `detail` of its problem."""

    def __init__(self, detail: str, *, status: int = 0, code: str = "unreachable", body: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.body = dict(body or {})


class Client:
    """`Client(url)` asks the first supplier; `supplier` names another. Every method may raise Failed.

    `timeout` in seconds; lists are fetched `page` items at a time.
    """

    def __init__(
        self, url: str = DEFAULT_URL, *, token: str | None = None, supplier: str | None = None, timeout: float = 60, page: int = 1000
    ) -> None:
        self.url = url.rstrip("/")
        self.base = f"{self.url}/__admin" + (f"/suppliers/{supplier}" if supplier else "")
        self.timeout = timeout
        self.page = page
        self.http = requests.Session()
        self.http.trust_env = False
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    # ---- looking -------------------------------------------------------------------------------------------------------

    def orders(self, *, tenant: str = "", ref: str = "", status: str = "") -> Iterator[dict[str, Any]]:
        """Orders in the order of their arrival."""
        return self._items("/orders", tenant=tenant, ref=ref, status=status)

    def order(self, order_id: str) -> dict[str, Any]:
        """One order, by our id of it."""
        return dict(self._json("GET", f"/orders/{order_id}"))

    def story(self, order_id: str) -> str:
        """An order's life, one line an event."""
        return self._ask("GET", f"{self.base}/orders/{order_id}/story", params={"format": "text"}).text

    def kcis(self, *, order: str = "", state: str = "") -> Iterator[dict[str, Any]]:
        """The outbox, by due moment."""
        return self._items("/kcis", order=order, state=state)

    def journal(self, *, order: str = "", direction: str = "") -> Iterator[dict[str, Any]]:
        """Every exchange, oldest first; `direction` is in or out."""
        return self._items("/journal", order=order, direction=direction)

    def clock(self) -> dict[str, Any]:
        """The supplier's clock: mode, rate, now."""
        return dict(self._json("GET", "/clock"))

    # ---- acting --------------------------------------------------------------------------------------------------------

    def set_clock(self, **members: Any) -> dict[str, Any]:
        """Set `mode`, `rate`, `now` of the clock."""
        return dict(self._json("PUT", "/clock", members))

    def advance(self, **members: Any) -> dict[str, Any]:
        """Move a manual clock (`by`, `to` or `to_next`; `settle`, `within`): the KCIs that were sent, with their answers."""
        return dict(self._json("POST", "/clock/advance", members))

    def pin(self, scenario: str, *, times: int | None = None, when: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Let the next `times` orders that fit `when` play a scenario."""
        return dict(self._json("POST", "/pins", {"scenario": scenario, "times": times, "when": dict(when or {})}))

    def unpin(self) -> None:
        """Take every pin away."""
        self._json("DELETE", "/pins")

    def reset(self) -> None:
        """Forget orders, KCIs, journal and pins."""
        self._json("POST", "/reset")

    # ---- suppliers -----------------------------------------------------------------------------------------------------

    def suppliers(self) -> list[dict[str, Any]]:
        """The standing suppliers, then those that were made."""
        return list(self._ask("GET", f"{self.url}/__admin/suppliers").json()["items"])

    def make_supplier(self, **given: Any) -> dict[str, Any]:
        """Make a throw-away supplier (`name`, `dialect`, `clock`, `gateway`, `default`, `seed`, each may be left out): its shape."""
        return dict(self._ask("POST", f"{self.url}/__admin/suppliers", json=given).json())

    def delete_supplier(self, name: str) -> None:
        """Delete a throw-away supplier, with all that is its own."""
        self._ask("DELETE", f"{self.url}/__admin/suppliers/{name}")

    # ---- the wire ------------------------------------------------------------------------------------------------------

    def _items(self, path: str, **filters: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        asked: dict[str, Any] = {**{name: value for name, value in filters.items() if value}, "limit": self.page}
        while True:
            page = self._ask("GET", self.base + path, params=asked).json()
            yield from page["items"]
            if page["next"] is None:
                return
            asked["after"] = page["next"]

    def _json(self, method: str, path: str, body: Any = None) -> Any:
        return self._ask(method, self.base + path, json=body).json()

    def _ask(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            response = self.http.request(method, url, timeout=self.timeout, **options)
        except requests.RequestException as error:
            raise Failed(f"no simulator answers at {self.url} ({type(error).__name__}): start one with `simulator serve`") from None
        if response.ok:
            return response
        try:
            problem = response.json()
            detail = str(problem.get("detail") or f"{response.status_code} {response.reason}")
        except (ValueError, AttributeError):
            raise Failed(
                f"{self.url} answered {response.status_code}: it is no simulator", status=response.status_code, code="foreign"
            ) from None
        raise Failed(detail, status=response.status_code, code=str(problem.get("code", "")), body=problem)
