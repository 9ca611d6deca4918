"""What `serve` says when it listens: where, and what to try, ready to paste."""

from __future__ import annotations

import sys

import click

from simulator import dialects
from simulator.base import clock, instants
from simulator.config import Config, SupplierConfig
from simulator.pretend_gateway import RECEIVED
from simulator.world import pretend_path


def say_welcome(settings: Config, base_url: str) -> None:
    """Name the address, and give a first request for each supplier."""
    click.echo(f"listening on {base_url}")
    click.echo(
        "\nPlace an order; its KCIs come two seconds apart and show in this log (again with another id: a repeat starts nothing)."
    )
    for supplier in settings.suppliers:
        contract = dialects.get(supplier.dialect, supplier.contract)
        operation = contract.sample_operations("create")[0]
        # a new id at every start: a repeat would start nothing
        sample = contract.sample(operation, None, clock.wall() // instants.SECOND)
        headers = " ".join(
            f"-H '{name.title()}: {value}'" for name, value in sample.headers.items()
        )
        click.echo(f"\n{contract.title}, at {base_url}{supplier.path or '/'}:\n")
        headers += _credentials(supplier, base_url + supplier.path)
        click.echo(
            f"  curl -i {base_url}{supplier.path}{sample.path} {headers} -H 'X-Kci-Delay: 2' -d '{sample.body.decode()}'\n"
        )
        scope = "" if supplier is settings.suppliers[0] else f"/suppliers/{supplier.name}"
        click.echo(
            f"  then look:  curl {base_url}/__admin{scope}/orders\n              curl {base_url}/__admin{scope}/kcis"
        )
        if supplier.gateway.url is None and settings.pretend_gateway.mount:
            path = pretend_path(settings, supplier.name)
            click.echo(
                f"              curl {base_url}{path}{RECEIVED}   (what its pretend gateway received)"
            )
    click.echo("", nl=True)
    sys.stdout.flush()


def _credentials(supplier: SupplierConfig, url: str) -> str:
    """What a first request needs beside its headers, where the door is locked; the secrets
    themselves are not printed.
    """
    auth = supplier.auth
    if auth.kind == "oauth2":
        asks = (
            f"curl -s -u CLIENT_ID:SECRET -d grant_type=client_credentials {url}{auth.token_path}"
        )
        click.echo(
            f'  it wants a token first (auth.clients):  TOKEN=$({asks} | sed \'s/.*access_token": *"//; s/".*//\')\n'
        )
    needed = {
        "oauth2": ' -H "Authorization: Bearer $TOKEN"',
        "bearer": ' -H "Authorization: Bearer $TOKEN"',
        "basic": " -u NAME:PASSWORD",
    }
    return needed.get(auth.kind, "")
