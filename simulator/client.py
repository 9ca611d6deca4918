"""A small client of a running simulator's admin API, for test suites of any framework and for our
own commands.

It speaks HTTP and nothing else: what it returns are the shapes of the admin API (`docs/admin.md`),
as plain dicts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import requests

from simulator.base.errors import SimulatorError

DEFAULT_URL = "http://127.0.0.1:8080"


class Failed(SimulatorError):
    """The simulator refused, or did not answer: `status` (0 without an answer), `code` and `detail`
    of its problem.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int = 0,
        code: str = "unreachable",
        body: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.body = dict(body or {})


class Client:
    """`Client(url)` asks the first supplier; `supplier` names another. Every method may raise
    Failed.

    `timeout` in seconds; lists are fetched `page` items at a time.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        token: str | None = None,
        supplier: str | None = None,
        timeout: float = 60,
        page: int = 1000,
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    # ---- looking

    def orders(
        self, *, tenant: str = "", ref: str = "", status: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Orders in the order of their arrival."""
        return self._items("/orders", tenant=tenant, ref=ref, status=status)

    def order(self, order_id: str) -> dict[str, Any]:
        """One order, by our id of it."""
        return dict(self._json("GET", f"/orders/{order_id}"))

    def story(self, order_id: str) -> str:
        """An order's life, one line an event."""
        return self._ask(
            "GET", f"{self.base}/orders/{order_id}/story", params={"format": "text"}
        ).text

    def kcis(self, *, order: str = "", state: str = "") -> Iterator[dict[str, Any]]:
        """The outbox, by due moment."""
        return self._items("/kcis", order=order, state=state)

    def journal(self, *, order: str = "", direction: str = "") -> Iterator[dict[str, Any]]:
        """Every exchange and every act, oldest first; `direction` is in, out or act."""
        return self._items("/journal", order=order, direction=direction)

    def find(
        self, match: Mapping[str, Any] | None = None, **bounds: Any
    ) -> Iterator[dict[str, Any]]:
        """The exchanges that fit a match (`since`, `until`, `after`), oldest first."""
        asked: dict[str, Any] = {"match": dict(match or {}), **bounds, "limit": self.page}
        while True:
            page = self._json("POST", "/journal/find", asked)
            yield from page["items"]
            if page["next"] is None:
                return
            asked["after"] = page["next"]

    def count(self, match: Mapping[str, Any] | None = None, **bounds: Any) -> int:
        """How many exchanges fit a match."""
        return int(
            self._json("POST", "/journal/count", {"match": dict(match or {}), **bounds})["count"]
        )

    def verify(self, **expected: Any) -> dict[str, Any]:
        """Say what must have happened: `match` with `count`, `at_least`, `at_most`, or `sequence`.
        Failed (409) tells the difference.
        """
        return dict(self._json("POST", "/verify", expected))

    def wait(
        self, kind: str, match: Mapping[str, Any] | None = None, **options: Any
    ) -> list[dict[str, Any]]:
        """Wait for a `request`, `kci`, `status` or `idle` (`count`, `after`, `within`): the
        evidence. Failed (408) tells the nearest.
        """
        return list(
            self._json("POST", "/wait", {"for": kind, "match": dict(match or {}), **options})[
                "evidence"
            ]
        )

    def events(self, after: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """What happens, as it happens: (`exchange`, `act`, `order`, `kci` or `clock`, its shape);
        ends when the simulator does.
        """
        known = {"Last-Event-ID": str(after)} if after is not None else {}
        with self._ask("GET", f"{self.base}/events", headers=known, stream=True) as response:
            kind = ""
            try:
                for line in response.iter_lines(chunk_size=1):
                    name, _, value = line.decode().partition(": ")
                    kind = value if name == "event" else kind
                    if name == "data":
                        yield kind, json.loads(value)
            except requests.RequestException:
                return

    def sample(self, scenario: str) -> dict[str, Any]:
        """A request (`method`, `path` below the supplier's URL, `headers`, `body`) that a scenario
        can be played with.
        """
        return dict(self._json("GET", f"/scenarios/{scenario}")["sample"])

    def clock(self) -> dict[str, Any]:
        """The supplier's clock: mode, rate, now."""
        return dict(self._json("GET", "/clock"))

    # ---- acting

    def put_scenario(self, name: str, text: str) -> dict[str, Any]:
        """Give the supplier a scenario (YAML), over a file's of its name. Failed (422) tells every
        problem with line and column.
        """
        return dict(self._ask("PUT", f"{self.base}/scenarios/{name}", data=text.encode()).json())

    def delete_scenario(self, name: str) -> None:
        """Take a scenario away that was given."""
        self._json("DELETE", f"/scenarios/{name}")

    def check_scenario(self, text: str) -> dict[str, Any]:
        """What is wrong with a scenario's text: `errors` and `warnings`, each with line, column,
        message and hint.
        """
        return dict(self._ask("POST", f"{self.base}/scenarios/check", data=text.encode()).json())

    def set_clock(self, **members: Any) -> dict[str, Any]:
        """Set `mode`, `rate`, `now` of the clock."""
        return dict(self._json("PUT", "/clock", members))

    def advance(self, **members: Any) -> dict[str, Any]:
        """Move a manual clock (`by`, `to` or `to_next`; `settle`, `within`). Returns `kcis` that were
        sent, with their answers; `not_sent`; and in `parked` the dead KCIs that hold an order up.
        """
        return dict(self._json("POST", "/clock/advance", members))

    def act_on_kci(self, act: str, kci_id: str) -> dict[str, Any]:
        """`resend`, `withdraw` or `skip` a KCI: the KCI as it is then. Failed (409) where its state
        forbids it.
        """
        return dict(self._json("POST", f"/kcis/{kci_id}/{act}"))

    def health(self) -> dict[str, Any]:
        """How the simulator is, its senders, and each gateway."""
        return dict(self._ask("GET", f"{self.url}/__admin/health").json())

    def gateway(self) -> dict[str, Any]:
        """How the supplier's gateway is, and whether messages are held back."""
        return dict(self._json("GET", "/gateway"))

    def act_on_gateway(self, act: str) -> dict[str, Any]:
        """`stop` or `resume` the gateway: how it is then. Failed (409) where it is so already."""
        return dict(self._json("POST", f"/gateway/{act}"))

    def act_on_order(self, act: str, order_id: str) -> dict[str, Any]:
        """`resume` or `abandon` an order: the order as it is then. Failed (409) where its state
        forbids it.
        """
        return dict(self._json("POST", f"/orders/{order_id}/{act}"))

    def signal(self, name: str, order_id: str) -> dict[str, Any]:
        """Give the signal that an order's story waits for: the order. Failed (409) where it waits
        for another one, or for none.
        """
        return dict(self._json("POST", f"/orders/{order_id}/signals/{name}"))

    def start(
        self,
        scenario: str,
        tenant: str,
        document: Mapping[str, Any],
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Begin an order that no gateway asked for, by a scenario that `begins: supplier`: the
        order.
        """
        body = {
            "scenario": scenario,
            "tenant": tenant,
            "document": dict(document),
            "params": dict(params or {}),
        }
        return dict(self._json("POST", "/start", body))

    def pin(
        self, scenario: str, *, times: int | None = None, when: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Let the next `times` orders that fit `when` play a scenario."""
        return dict(
            self._json(
                "POST", "/pins", {"scenario": scenario, "times": times, "when": dict(when or {})}
            )
        )

    def unpin(self) -> None:
        """Take every pin away."""
        self._json("DELETE", "/pins")

    def reset(self) -> None:
        """Forget orders, KCIs, journal and pins."""
        self._json("POST", "/reset")

    # ---- suppliers

    def suppliers(self) -> list[dict[str, Any]]:
        """The standing suppliers, then those that were made, as their shapes."""
        return list(self._ask("GET", f"{self.url}/__admin/suppliers").json()["items"])

    def make_supplier(self, **given: Any) -> dict[str, Any]:
        """Make a throw-away supplier (`name`, `dialect`, `clock`, `gateway`, `default`, `seed`,
        each may be left out): its shape.
        """
        return dict(self._ask("POST", f"{self.url}/__admin/suppliers", json=given).json())

    def delete_supplier(self, name: str) -> None:
        """Delete a throw-away supplier, with all that is its own."""
        self._ask("DELETE", f"{self.url}/__admin/suppliers/{name}")

    def fetch(self, url: str) -> Any:
        """GET a whole URL as JSON: for what lies beside the admin API, such as a pretend gateway's
        list.
        """
        return self._ask("GET", url).json()

    # ---- the wire

    def _items(self, path: str, **filters: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        asked: dict[str, Any] = {
            **{name: value for name, value in filters.items() if value},
            "limit": self.page,
        }
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
            raise Failed(
                f"no simulator answers at {self.url} ({type(error).__name__}): start one with `simulator serve`"
            ) from None
        if response.ok:
            return response
        try:
            problem = response.json()
            detail = str(
                problem.get("detail")
                or _said(problem)
                or f"{response.status_code} {response.reason}"
            )
        except (ValueError, AttributeError):
            raise Failed(
                f"{self.url} answered {response.status_code}: it is no simulator",
                status=response.status_code,
                code="foreign",
            ) from None
        raise Failed(
            detail, status=response.status_code, code=str(problem.get("code", "")), body=problem
        )


def _said(body: Mapping[str, Any]) -> str:
    """What an advance that did not come to rest says."""
    moving = [
        f"{kci['send']} of order {kci['order']} is {kci['state']} ({_answer(kci)})"
        for kci in body.get("unsettled", ())
    ]
    return f"not at rest in time: {'; '.join(moving)}" if moving else ""


def _answer(kci: Mapping[str, Any]) -> str:
    last = kci["last"] or {}
    return f"{kci['attempts']} tries, the last answer {last.get('code') or last.get('error') or 'none'}"
