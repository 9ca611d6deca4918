"""The commands that ask a running simulator over HTTP: orders, kcis, journal, gateways, reload,
reset.

They print tables for people, and with `--json` lines for programs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import click

from simulator.base.errors import Invalid, Problem, nearest
from simulator.client import Client, Failed
from simulator.config import Config

Row = Sequence[str]
_OF_GATEWAY = ("supplier", "url", "state", "since", "until", "reason")


def client_of(settings: Config, url: str | None, token: str | None, supplier: str | None) -> Client:
    """A client of the simulator that the options name, by default the one of the settings."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.server.host, settings.server.host)
    here = f"http://{f'[{host}]' if ':' in host else host}:{settings.server.port}"
    return Client(url or here, token=token or settings.admin_token, supplier=supplier)


def orders(client: Client, words: Sequence[str], most: int, as_json: bool, **filters: str) -> None:
    """List orders, show one order's story, or act on one."""
    if len(words) == 3 and words[0] == "signal":
        act, name = "signal", words[2]
    else:
        act, name = _words(words, ("resume", "abandon", "signal NAME"), alone=True)
    order_id = _order_id(client, name, filters.get("tenant", "")) if name else ""
    if act:
        order = (
            client.signal(words[1], order_id)
            if act == "signal"
            else client.act_on_order(act, order_id)
        )
        click.echo(
            json.dumps(order, indent=2, ensure_ascii=False)
            if as_json
            else f"{order['tenant']}/{order['ref']}: {_counted(order)}"
        )
    elif not order_id:
        _show(
            client.orders(**filters),
            most,
            as_json,
            ("id", "tenant/ref", "number", "status", "scenario", "KCIs"),
            _order_row,
        )
    elif as_json:
        click.echo(json.dumps(client.order(order_id), indent=2, ensure_ascii=False))
    else:
        click.echo(client.story(order_id), nl=False)


def _order_id(client: Client, name: str, tenant: str) -> str:
    """Our id of an order that somebody calls by it, by the caller's id of it (alone, or as
    TENANT/REF), or by our reference. Invalid where there is none, or more than one.
    """
    owner, slash, ref = name.partition("/")
    if slash:
        found = list(client.orders(tenant=owner, ref=ref))
    else:
        try:
            return str(client.order(name)["id"])
        except Failed as error:
            if error.status != 404:
                raise
        by = ({"ref": name}, {"number": name})
        found = [order for each in by for order in client.orders(tenant=tenant, **each)]
    if len(found) == 1:
        return str(found[0]["id"])
    if not found:
        said = f"there is no order {name}{f' of {tenant}' if tenant else ''}"
        raise Invalid([Problem(message=said, hint="`simulator orders` lists them")])
    several = ", ".join(f"{order['tenant']}/{order['ref']}" for order in found)
    said = f"{name} is {len(found)} orders: {several}"
    raise Invalid([Problem(message=said, hint="--tenant TENANT, or the id of one")])


def kcis(client: Client, words: Sequence[str], most: int, as_json: bool, **filters: str) -> None:
    """List the outbox, or act on one of its KCIs."""
    acts = ("resend", "withdraw", "skip")
    if len(words) == 1 and words[0] in acts and any(filters.values()):
        _act_on_all(client, words[0], filters)
        return
    act, kci_id = _words(words, acts, alone=False)
    if act:
        kci = client.act_on_kci(act, kci_id)
        click.echo(
            json.dumps(kci, indent=2, ensure_ascii=False)
            if as_json
            else f"{kci['send']}: {kci['state']}"
        )
        return
    _show(
        client.kcis(**filters),
        most,
        as_json,
        ("id", "due", "order", "no", "send", "state", "tries", "last answer"),
        _kci_row,
    )


def _act_on_all(client: Client, act: str, filters: Mapping[str, str]) -> None:
    """Act on every KCI that the filters show, and name those whose state forbids it."""
    done = 0
    for kci in list(client.kcis(**filters)):
        try:
            client.act_on_kci(act, kci["id"])
            done += 1
        except Failed as error:
            if error.status != 409:
                raise
            click.echo(f"{kci['id']}: {error.detail}", err=True)
    click.echo(f"{act}: {done}")


def journal(client: Client, most: int, as_json: bool, **filters: str) -> None:
    """List every exchange and every act."""
    _show(
        client.journal(**filters),
        most,
        as_json,
        ("at", "way", "what", "answer", "order", "findings"),
        _journal_row,
    )


def gateways(client: Client, act: str, as_json: bool) -> None:
    """Show how each gateway is and which senders run, or act on one gateway."""
    if act:
        gateway = client.act_on_gateway(act)
        click.echo(
            json.dumps(gateway, indent=2)
            if as_json
            else f"{gateway['supplier']}: {gateway['state']}"
        )
        return
    health = client.health()
    if as_json:
        click.echo(json.dumps(health, indent=2, ensure_ascii=False))
        return
    rows = [[str(gateway[name] or "") for name in _OF_GATEWAY] for gateway in health["gateways"]]
    for line in table(_OF_GATEWAY, rows):
        click.echo(line)
    sender = health["sender"]
    places = ", ".join(f"{one['host']} (pid {one['pid']})" for one in sender["running"]) or "none"
    click.echo(f"senders: {places}; {sender['waiting']} KCIs waiting, {sender['dead']} dead")


def reload(client: Client, as_json: bool) -> int:
    """Let the scenario files be read again; 0 when all are right, 1 when one is wrong."""
    read = client.reload_scenarios()
    if as_json:
        click.echo(json.dumps(read, indent=2, ensure_ascii=False))
        return 1 if read["errors"] else 0
    for word in ("added", "changed", "removed"):
        if names := read[word]:
            click.echo(f"{word}: {', '.join(names)}")
    for problem in read["errors"]:
        click.echo(str(Problem(**problem)), err=True)
    for problem in read["warnings"]:
        click.echo(f"warning: {Problem(**problem)}", err=True)
    if not any(read[name] for name in ("added", "changed", "removed", "errors")):
        click.echo("nothing has changed")
    return 1 if read["errors"] else 0


def _words(words: Sequence[str], acts: Sequence[str], *, alone: bool) -> tuple[str, str]:
    """An act and an id, or neither; an id `alone` where that means something."""
    if len(words) == 2 and words[0] in acts:
        return words[0], words[1]
    if len(words) < (2 if alone else 1):
        return "", words[0] if words else ""
    hint = nearest(words[0], acts)
    raise Invalid(
        [
            Problem(
                message=f"`{' '.join(words)}` is not an act and an id",
                hint=f"{hint}, then an id" if hint else "",
            )
        ]
    )


def _show(
    items: Iterable[Mapping[str, Any]],
    most: int,
    as_json: bool,
    heads: Row,
    row_of: Callable[[Mapping[str, Any]], Row],
) -> None:
    """Print JSON lines or a table, and say so when there is more."""
    found = iter(items)
    shown = list(islice(found, most)) if most else list(found)
    if as_json:
        for item in shown:
            click.echo(json.dumps(item, ensure_ascii=False))
        return
    for line in table(heads, [row_of(item) for item in shown]):
        click.echo(line)
    if next(found, None) is not None:
        click.echo(f"the first {most}; --most 0 shows all", err=True)


def table(heads: Row, rows: Sequence[Row]) -> list[str]:
    """Lines with aligned columns. Without rows, the heads alone."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (heads, *rows)
    ]


def _order_row(order: Mapping[str, Any]) -> Row:
    ref = f"{order['tenant']}/{order['ref']}"
    return (
        order["id"],
        ref,
        order["number"] or "",
        order["status"],
        order["scenario"],
        _counted(order),
    )


def _counted(order: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {state}" for state, count in order["kcis"].items() if count)


def _kci_row(kci: Mapping[str, Any]) -> Row:
    last = kci["last"] or {}
    answer = str(last.get("code") or last.get("error") or "")
    number = "" if kci["sequence"] is None else str(kci["sequence"])
    return (
        kci["id"],
        kci["due_at"] or "not known yet",
        kci["order"],
        number,
        kci["send"],
        kci["state"],
        str(kci["attempts"]),
        answer[:60],
    )


def _journal_row(line: Mapping[str, Any]) -> Row:
    act = line["act"]
    response = line["response"]
    answer = str(response.get("code") or response.get("error") or "")
    what = act["what"] if act else f"{line['method']} {line['path']}"
    said = [act["message"]] if act else [finding["message"] for finding in line["findings"]]
    said += [f"fault {line['fault']['word']}"] if line["fault"] else []
    return (
        line["at"],
        line["direction"],
        what[:80],
        answer[:40],
        line["order"] or "",
        "; ".join(said)[:100],
    )
