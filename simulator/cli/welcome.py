"""What `serve` prints when it listens: the address, and requests to try, ready to paste."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping

from simulator import dialects
from simulator.base import clock, instants
from simulator.config import Config, SupplierConfig
from simulator.front.paths import ADMIN
from simulator.model import Incoming, Order
from simulator.pretend_gateway import RECEIVED
from simulator.world import pretend_path

_FIRST = """
Place an order. Its KCIs come two seconds apart and show in this log. For another order, change the
id: the same request again is answered as before and starts nothing."""
_LOOK = " " * 14
_DELAY = " -H 'X-Kci-Delay: 2'"
NUMBER = "NUMBER"
_WHERE = f" ({NUMBER} is the id in the answer to the order)"
_TOKEN = r"""sed 's/.*access_token": *"//; s/".*//'"""
_CREDENTIALS = {
    "oauth2": ' -H "Authorization: Bearer $TOKEN"',
    "bearer": ' -H "Authorization: Bearer $TOKEN"',
    "basic": " -u NAME:PASSWORD",
}


def welcome(settings: Config, base_url: str, seeds: Mapping[str, str]) -> str:
    """The address, the seeds of the suppliers, and a first request for each."""
    seeded = [f"seed {line}" for line in seeds_told(seeds)]
    head = [f"listening on {base_url}", *seeded, _FIRST]
    return "\n".join([*head, *_told(settings, base_url), ""])


def seeds_told(seeds: Mapping[str, str]) -> Iterator[str]:
    """The seed of the run, ready to be pasted behind `--seed`; those of suppliers where they
    differ.
    """
    if len(set(seeds.values())) == 1:
        (seed,) = set(seeds.values())
        yield f"{seed}   (to draw the same again: simulator serve --seed {shlex.quote(seed)})"
    else:
        yield from (f"of {name}: {seed}" for name, seed in seeds.items())


def _told(settings: Config, base_url: str) -> Iterator[str]:
    for supplier in settings.suppliers:
        yield from _request(supplier, base_url)
        is_first = supplier is settings.suppliers[0]
        admin = f"{base_url}{ADMIN}" + ("" if is_first else f"/suppliers/{supplier.name}")
        yield f"  then look:  curl {admin}/orders"
        yield f"{_LOOK}curl {admin}/kcis"
        if supplier.gateway.url is None and settings.pretend_gateway.mount:
            path = f"{base_url}{pretend_path(settings, supplier.name)}{RECEIVED}"
            yield f"{_LOOK}curl {path}   (what its pretend gateway received)"


def _request(supplier: SupplierConfig, base_url: str) -> Iterator[str]:
    """A first order as a curl command."""
    contract = dialects.get(supplier.dialect, supplier.contract)
    operation = contract.sample_operations("create")[0]
    # each start needs a new id: the store may know the order of the last one
    sample = contract.sample(operation, None, clock.wall() // instants.SECOND)
    url = base_url + supplier.path
    yield f"\n{contract.title}, at {url or '/'}:\n"
    if supplier.auth.kind == "oauth2":
        token_url = url + supplier.auth.token_path
        asks = f"curl -s -u CLIENT_ID:SECRET -d grant_type=client_credentials {token_url}"
        yield f"  it wants a token first (auth.clients):  TOKEN=$({asks} | {_TOKEN})\n"
    credentials = _CREDENTIALS.get(supplier.auth.kind, "")
    yield f"  {_curl(url, sample, credentials + _DELAY)}\n"
    order = _order(sample, operation)
    where = "" if NUMBER not in contract.sample("cancellation", order, 1).path else _WHERE
    yield f"  a change of it and its end, while it is under way{where}:"
    yield "  X-Kci-Delay: 20 in the order leaves you the time\n"
    for action in ("amendment", "cancellation"):
        asked = contract.sample_operations(action)[-1]
        later = contract.sample(asked, order, clock.wall() // instants.SECOND)
        yield f"  {_curl(url, later, credentials)}\n"


def _order(sample: Incoming, operation: str) -> Order:
    """The order that a sample places, as far as it is known before."""
    document = json.loads(sample.body)
    return Order(
        id="",
        supplier="",
        tenant=str(document.get("tenant", "")),
        ref=str(document.get("id", "")),
        operation=operation,
        document=document,
        scenario="",
        digest="",
        seed_key="",
        number=NUMBER,
    )


def _curl(url: str, sample: Incoming, more: str) -> str:
    """A request as a command."""
    method = "" if sample.method == "POST" and sample.body else f" -X {sample.method}"
    headers = "".join(f" -H '{name.title()}: {value}'" for name, value in sample.headers.items())
    body = f" -d '{sample.body.decode()}'" if sample.body else ""
    return f"curl -i{method} {url}{sample.path}{headers}{more}{body}"
