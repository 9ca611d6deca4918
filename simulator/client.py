"""A small client of the admin API, for test suites of any framework and for our own commands.

It knows HTTP and nothing else of the simulator. It returns the shapes of the admin API
(`docs/admin.md`) as plain dicts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import requests

from simulator.base.errors import SimulatorError

__tracebackhide__ = True
"""pytest shows the line of a test that asked, and not the lines of this module."""

DEFAULT_URL = "http://127.0.0.1:8080"


class Failed(SimulatorError):
    """The simulator refused, or did not answer. `status` is 0 without an answer; `code` and
    `detail` are those of its problem.
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
        """Close the connections."""
        self.http.close()

    # ---- looking

    def orders(
        self, *, tenant: str = "", ref: str = "", number: str = "", status: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Orders in the order of their arrival. `ref` is the caller's id, `number` is ours."""
        return self._items("/orders", tenant=tenant, ref=ref, number=number, status=status)

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
        """The lines of the journal that fit, oldest first. `bounds`: since, until, after."""
        asked: dict[str, Any] = {"match": dict(match or {}), **bounds, "limit": self.page}
        while True:
            page = self._json("POST", "/journal/find", asked)
            yield from page["items"]
            if page["next"] is None:
                return
            asked["after"] = page["next"]

    def count(self, match: Mapping[str, Any] | None = None, **bounds: Any) -> int:
        """How many lines of the journal fit a match."""
        return int(
            self._json("POST", "/journal/count", {"match": dict(match or {}), **bounds})["count"]
        )

    def verify(self, **expected: Any) -> dict[str, Any]:
        """Check what happened: `match` with `count`, `at_least`, `at_most`, or `sequence`. Failed
        (409) says what is different.
        """
        return dict(self._json("POST", "/verify", expected))

    def wait(
        self, kind: str, match: Mapping[str, Any] | None = None, **options: Any
    ) -> list[dict[str, Any]]:
        """Wait for a `request`, `kci`, `status` or `idle`, and return the evidence. `options`:
        count, after, within. Failed (408) says what missed by least.
        """
        asked = {"for": kind, "match": dict(match or {}), **options}
        return list(self._json("POST", "/wait", asked)["evidence"])

    def events(self, after: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """What happens, as it happens, as pairs: `exchange`, `act`, `order`, `kci` or `clock`, and
        its shape. Ends when the simulator ends.
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
        """A request that plays a scenario: `method`, `path` below the supplier's URL, `headers`,
        `body`.
        """
        return dict(self._json("GET", f"/scenarios/{scenario}")["sample"])

    def clock(self) -> dict[str, Any]:
        """The supplier's clock: mode, rate, now."""
        return dict(self._json("GET", "/clock"))

    # ---- acting

    def put_scenario(self, name: str, text: str) -> dict[str, Any]:
        """Give the supplier a scenario (YAML). It replaces a file's of the same name. Failed (422)
        lists every problem with line and column.
        """
        return dict(self._yaml("PUT", f"/scenarios/{name}", text))

    def delete_scenario(self, name: str) -> None:
        """Take away a scenario that was given."""
        self._json("DELETE", f"/scenarios/{name}")

    def check_scenario(self, text: str) -> dict[str, Any]:
        """What is wrong with a scenario's text: `errors` and `warnings`, each with line, column,
        message and hint.
        """
        return dict(self._yaml("POST", "/scenarios/check", text))

    def reload_scenarios(self) -> dict[str, Any]:
        """Let the simulator read its scenario files again, those of all suppliers. Returns the
        names that were `added`, `changed` and `removed`, with `errors` and `warnings`.
        """
        return dict(self._ask("POST", f"{self.url}/__admin/scenarios/reload").json())

    def explain(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Which `scenario` a request would play, `why`, and why not the `others`; `answer` is what
        it would be answered. A request is the body of a create, or `method`, `path`, `headers` and
        `body`. Nothing is kept.
        """
        return dict(self._json("POST", "/scenarios/explain", dict(request)))

    def set_clock(self, **members: Any) -> dict[str, Any]:
        """Set `mode`, `rate`, `now` of the clock."""
        return dict(self._json("PUT", "/clock", members))

    def advance(self, **members: Any) -> dict[str, Any]:
        """Move a manual clock (`by`, `to` or `to_next`; `settle`, `within`).

        Returns `kcis` that were sent, with their answers, `not_sent`, `retried` and `overdue`.
        `parked` are the dead KCIs behind which an order stands.
        """
        return dict(self._json("POST", "/clock/advance", members))

    def act_on_kci(self, act: str, kci_id: str) -> dict[str, Any]:
        """`resend`, `withdraw` or `skip` a KCI. Returns the KCI as it is then. Failed (409) where
        its state forbids it.
        """
        return dict(self._json("POST", f"/kcis/{kci_id}/{act}"))

    def health(self) -> dict[str, Any]:
        """How the simulator is, its senders, and each gateway."""
        return dict(self._ask("GET", f"{self.url}/__admin/health").json())

    def gateway(self) -> dict[str, Any]:
        """How the supplier's gateway is, and whether messages are held back."""
        return dict(self._json("GET", "/gateway"))

    def act_on_gateway(self, act: str) -> dict[str, Any]:
        """`stop` or `resume` the gateway, and return how it is. Failed (409) where it is so."""
        return dict(self._json("POST", f"/gateway/{act}"))

    def act_on_order(self, act: str, order_id: str) -> dict[str, Any]:
        """`resume` or `abandon` an order. Returns the order as it is then. Failed (409) where its
        state forbids it.
        """
        return dict(self._json("POST", f"/orders/{order_id}/{act}"))

    def signal(self, name: str, order_id: str) -> dict[str, Any]:
        """Give the signal that an order's story waits for. Returns the order. Failed (409) where it
        waits for another one, or for none.
        """
        return dict(self._json("POST", f"/orders/{order_id}/signals/{name}"))

    def start(
        self,
        scenario: str,
        tenant: str,
        document: Mapping[str, Any],
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Begin an order that no gateway asked for, by a scenario that `begins: supplier`. Returns
        the order.
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
        """The standing suppliers, then those that were made."""
        return list(self._ask("GET", f"{self.url}/__admin/suppliers").json()["items"])

    def make_supplier(self, **given: Any) -> dict[str, Any]:
        """Make a throw-away supplier, and return its shape. `given`: name, dialect, clock, gateway,
        default, seed ...; each may be left out.
        """
        return dict(self._ask("POST", f"{self.url}/__admin/suppliers", json=given).json())

    def delete_supplier(self, name: str) -> None:
        """Delete a throw-away supplier and everything that belongs to it."""
        self._ask("DELETE", f"{self.url}/__admin/suppliers/{name}")

    def fetch(self, url: str) -> Any:
        """GET a whole URL as JSON, for what is not the admin API: a pretend gateway's list."""
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

    def _yaml(self, method: str, path: str, text: str) -> Any:
        headers = {"Content-Type": "text/yaml; charset=utf-8"}
        return self._ask(method, self.base + path, data=text.encode(), headers=headers).json()

    def _ask(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            response = self.http.request(method, url, timeout=self.timeout, **options)
        except requests.RequestException as error:
            said = f"no simulator answers at {self.url} ({type(error).__name__})"
            raise Failed(f"{said}: start one with `simulator serve`") from None
        if response.ok:
            return response
        try:
            problem = response.json()
            detail = str(
                problem.get("detail")
                or _unsettled(problem)
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


def _unsettled(body: Mapping[str, Any]) -> str:
    """A sentence about an advance that did not come to rest; empty for another answer."""
    moving = [
        f"{kci['send']} of order {kci['order']} is {kci['state']} ({_answer(kci)})"
        for kci in body.get("unsettled", ())
    ]
    return f"not at rest in time: {'; '.join(moving)}" if moving else ""


def _answer(kci: Mapping[str, Any]) -> str:
    last = kci["last"] or {}
    answer = last.get("code") or last.get("error") or "none"
    return f"{kci['attempts']} tries, the last answer {answer}"
