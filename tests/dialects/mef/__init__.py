"""The second contract: the documents of its published pages lie in `published.json` as they stand
there.
"""

from __future__ import annotations

import copy
import json
from itertools import count
from pathlib import Path
from typing import Any

import requests

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "published.json").read_text())


def published(name: str, **members: Any) -> dict[str, Any]:
    """A published document, with other members where a test wants them; None leaves one out."""
    document = {**copy.deepcopy(PUBLISHED[name]), **members}
    return {key: value for key, value in document.items() if value is not None}


class Buyer:
    """The Buyer's part over HTTP."""

    def __init__(self, url: str, path: str = "/mef", supplier: str = "mef") -> None:
        self.url = url + path
        self.admin_url = f"{url}/__admin/suppliers/{supplier}"
        self.http = requests.Session()
        self.http.trust_env = False
        self.serials = count(1)

    def __enter__(self) -> Buyer:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def send(
        self, method: str, path: str, body: Any = None, /, **headers: str
    ) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body) if body is not None else None
        known = {"Content-Type": "application/json"} if data is not None else {}
        sent = {**known, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.http.request(method, self.url + path, data=data, headers=sent, timeout=30)

    def place(self, scenario: str = "INSTALLED", **members: Any) -> dict[str, Any]:
        """An order under a number of its own; what was answered."""
        body = published(
            "create_request", **{"buyerPurchaseOrderNumber": f"PO-{next(self.serials)}", **members}
        )
        response = self.send("POST", "/orders", body, X_Scenario=scenario)
        assert response.status_code == 201, response.text
        return response.json()  # type: ignore[no-any-return]

    def replace(self, order: dict[str, Any], **members: Any) -> requests.Response:
        """A new version of an order."""
        body = {
            key: value for key, value in order.items() if key not in ("id", "link", "orderStatus")
        }
        changed = {**body, "objectType": "order-create-update", "buyerOrderVersion": "2", **members}
        return self.send(
            "PUT",
            f"/orders/{order['id']}",
            {key: value for key, value in changed.items() if value is not None},
        )

    def change(self, order: dict[str, Any], **members: Any) -> requests.Response:
        return self.send(
            "PATCH", f"/orders/{order['id']}", {"objectType": "order-create-update", **members}
        )

    def act(self, order: dict[str, Any], verb: str, body: Any = None) -> requests.Response:
        return self.send("POST", f"/orders/{order['id']}/{verb}", body)

    def get(self, path: str) -> Any:
        return self.send("GET", path).json()

    def status(self, order: dict[str, Any]) -> str:
        return str(self.get(f"/orders/{order['id']}")["orderStatus"])

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        response = self.http.request(method, self.admin_url + path, json=body, timeout=60)
        assert response.ok, response.text
        return response.json()

    def advance(self, by: str = "42d") -> Any:
        return self.admin("POST", "/clock/advance", {"by": by})
