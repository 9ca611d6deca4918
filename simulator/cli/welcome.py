"""What `serve` prints when it listens: the address, and requests to try, ready to paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from simulator import dialects
from simulator.base import clock, instants
from simulator.config import Config, SupplierConfig
from simulator.pretend_gateway import RECEIVED
from simulator.world import pretend_path

_FIRST = """
Place an order. Its KCIs come two seconds apart and show in this log. For another order, change the
id: the same request again is answered as before and starts nothing."""
_LOOK = " " * 14
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
        admin = f"{base_url}/__admin" + ("" if is_first else f"/suppliers/{supplier.name}")
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
    headers = [f"-H '{name.title()}: {value}'" for name, value in sample.headers.items()]
    credentials = _CREDENTIALS.get(supplier.auth.kind, "")
    asked = f"{' '.join(headers)}{credentials} -H 'X-Kci-Delay: 2' -d '{sample.body.decode()}'"
    yield f"  curl -i {url}{sample.path} {asked}\n"
