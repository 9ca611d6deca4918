"""What the commands share: their options, the settings, how errors are printed."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.base.errors import Invalid, Problem, Refused, SimulatorError
from simulator.ops import logs

if TYPE_CHECKING:
    from simulator.config import Config


class Group(click.Group):
    """Prints our own errors as plain lines and exits with 2, never with a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except Invalid as error:
            for problem in error.problems:
                click.echo(f"simulator: {problem}", err=True)
        except Refused as error:
            for message in error.messages:
                click.echo(f"simulator: {message}", err=True)
        except SimulatorError as error:
            click.echo(f"simulator: {error}", err=True)
        sys.exit(2)


def settings_of(**options: Any) -> Config:
    """The settings of a command: its options over environment over file over defaults."""
    from simulator import config

    overrides: dict[str, Any] = {}
    for path, value in options.items():
        if value is None or path == "config":
            continue
        branch = overrides
        *parents, last = path.split("__")
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[last] = value
    return config.load(
        Path(options["config"]) if options.get("config") else None, overrides=overrides
    )


def with_log(settings: Config) -> Config:
    """Set up the log of this process as the settings say."""
    logs.begin(settings.log.format, settings.log.level)
    return settings


config_option = click.option(
    "--config", metavar="FILE", help="The settings; config.yaml of this folder where there is one."
)
store_option = click.option(
    "--store",
    "store__url",
    metavar="URL",
    help="sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
)
gateway_option = click.option(
    "--gateway-url",
    "gateway__url",
    metavar="URL",
    help="Where KCIs go; the built-in pretend gateway otherwise.",
)
dialect_option = click.option(
    "--dialect",
    metavar="NAME",
    help="The wire contract; by default what the file's folder is named after.",
)
_MOST = 50


def scenario_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which scenarios the first supplier plays."""
    folder = click.option(
        "--scenarios",
        metavar="FOLDER",
        help="A folder of scenarios for the first supplier, beside the shipped ones. The word "
        "`cookbook`: the shipped edge cases, for all suppliers.",
    )
    only = click.option("--only", is_flag=True, help="Play the scenarios of that folder alone.")
    return folder(only(command))


def with_scenarios(settings: Config, folder: str | None, only: bool) -> Config:
    """The settings with the folder of `--scenarios` for the first supplier. The cookbook is also
    for the others that have no folder of their own.
    """
    from dataclasses import replace

    from simulator.base import cookbook

    first, *rest = settings.suppliers
    own = cookbook.meant(folder, first.dialect) if folder else first.scenarios
    first = replace(first, scenarios=own, only=only or first.only)
    if first.only and not first.scenarios:
        raise Invalid([Problem(message="--only: name a folder with --scenarios")])
    if folder == cookbook.COOKBOOK:
        rest = [
            replace(each, scenarios=each.scenarios or cookbook.meant(folder, each.dialect))
            for each in rest
        ]
    return replace(settings, suppliers=(first, *rest))


def running(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a command about a running simulator; the command gets a client."""

    @functools.wraps(command)
    def run(
        url: str | None, token: str | None, supplier: str | None, config: str | None, **options: Any
    ) -> None:
        from simulator.cli.remote import client_of

        with client_of(settings_of(config=config), url, token, supplier) as client:
            command(client, **options)

    return located(run)


def located(run: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which simulator is meant, and which supplier of it."""
    for option in (
        config_option,
        click.option("--supplier", metavar="NAME", help="Which supplier; the first one otherwise."),
        click.option("--token", help="The admin token; that of the settings otherwise."),
        click.option(
            "--url",
            metavar="URL",
            help="Where the simulator answers; the address of the settings otherwise.",
        ),
    ):
        run = option(run)
    return run


def listing(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a command that lists things."""
    as_json = click.option("--json", "as_json", is_flag=True, help="JSON lines instead of a table.")
    most = click.option(
        "--most",
        type=click.IntRange(min=0),
        default=_MOST,
        show_default=True,
        help="How many; 0 shows all.",
    )
    return as_json(most(running(command)))
