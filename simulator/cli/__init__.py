"""The command line: `simulator COMMAND`.

A command imports what it needs when it runs, so that `--help` is quick. Here stand the options
alone; even the settings are imported by the first command that reads them.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from simulator import __version__
from simulator.cli.options import (
    Group,
    config_option,
    dialect_option,
    gateway_option,
    listing,
    located,
    running,
    scenario_options,
    settings_of,
    store_option,
    with_log,
    with_scenarios,
)


@click.group(
    cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}
)
@click.version_option(__version__, prog_name="simulator")
def main() -> None:
    """The supplier that is not real: a simulated network operator for testing telecom gateways."""


@main.command(short_help="Serve the simulator.")
@config_option
@click.option("--host", "server__host", help="The address to listen on.")
@click.option("--port", "server__port", type=int, help="The port to listen on; 0 picks a free one.")
@click.option("--workers", "server__workers", type=int, help="Web processes.")
@click.option("--threads", "server__threads", type=int, help="Threads of each web process.")
@store_option
@gateway_option
@scenario_options
@click.option(
    "--watch/--no-watch",
    "server__watch",
    default=None,
    help="Play changed scenario files while it runs.",
)
@click.option("--seed", help="Fix chance: the same run comes out the same.")
@click.option(
    "--clock",
    "clock__mode",
    type=click.Choice(["real", "scaled", "manual"]),
    help="How supplier time moves.",
)
@click.option(
    "--log-format",
    "log__format",
    type=click.Choice(["text", "json"]),
    help="Lines for people, or JSON lines.",
)
@click.option(
    "--rate",
    "clock__rate",
    type=float,
    help="How fast a scaled clock moves: 60 makes a minute of a second.",
)
def serve(scenarios: str | None, only: bool, **options: Any) -> None:
    """Serve the simulator: web processes, the sender, and the pretend gateway."""
    import gc

    gc.disable()  # what a start makes stays: looking for garbage in it takes a tenth of the time
    try:
        from simulator.cli.serve import serve as run

        run(with_scenarios(with_log(settings_of(**options)), scenarios, only))
    finally:
        gc.enable()


@main.command(short_help="Run a sender alone.")
@config_option
@store_option
@gateway_option
def send(**options: Any) -> None:
    """Run a sender alone, beside other machines that share a PostgreSQL store."""
    from simulator.cli.serve import send as run

    run(with_log(settings_of(**options)))


@main.command(short_help="Play scenarios and print their stories.")
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
@scenario_options
@config_option
def demo(names: tuple[str, ...], scenarios: str | None, only: bool, **options: Any) -> None:
    """Play scenarios (by default all) against a new simulator; print each story."""
    from simulator.cli.demo import demo as run

    settings = with_scenarios(settings_of(**options), scenarios, only)
    sys.exit(0 if run(settings, names) else 1)


@main.command(short_help="Run the pretend gateway alone.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8090, show_default=True, type=int, help="0 picks a free one.")
@config_option
def gateway(host: str, port: int, **options: Any) -> None:
    """Run the pretend gateway alone: it gives tokens, checks KCIs and keeps them until it ends."""
    from simulator.cli.serve import pretend

    pretend(with_log(settings_of(**options)), host, port)


@main.command(short_help="Check scenario files.")
@click.argument("paths", nargs=-1, metavar="[FILE|FOLDER]...")
@dialect_option
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="Lines for people, a list for programs, or the commands of a GitHub workflow.",
)
@config_option
def check(
    paths: tuple[str, ...], dialect: str | None, strict: bool, form: str, **options: Any
) -> None:
    """Check scenario files, by default those of the configured suppliers.

    The exit status is 1 when a file is wrong, 2 when the check could not run.
    """
    from simulator.cli.files import check as run

    sys.exit(run(settings_of(**options), paths, dialect, form, strict=strict))


@main.command(short_help="Show a scenario as a story.")
@click.argument("name", metavar="[SCENARIO|FILE]", default="")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a parameter; may be repeated.",
)
@click.option(
    "--request",
    "request_file",
    metavar="FILE",
    help="A request as JSON: a create's body, or {method, path, headers, body}.",
)
@click.option("--render", is_flag=True, help="Show each document that is sent, and its moment.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "mermaid"]),
    default="text",
    show_default=True,
    help="A story, or a drawing in the language of Mermaid.",
)
@dialect_option
@scenario_options
@config_option
def explain(
    name: str,
    dialect: str | None,
    scenarios: str | None,
    only: bool,
    config: str | None,
    **asked: Any,
) -> None:
    """Show a scenario as a story before it runs.

    With --request: which scenario this request would play, and why not the others. The story is
    then that of this request; without a name, it is the story of the scenario that would play.
    --scenarios and --only as for `serve`: which scenarios there are.
    """
    from simulator.cli.explaining import explain as run

    settings = with_scenarios(settings_of(config=config), scenarios, only)
    click.echo(run(settings, name, dialect, **asked))


@main.command(short_help="Print a contract as OpenAPI 3.1.")
@dialect_option
@config_option
def openapi(dialect: str | None, **options: Any) -> None:
    """Print a contract as OpenAPI 3.1.

    It is printed as the first supplier of the settings with this contract plays it.
    """
    from simulator.cli.files import openapi as run

    click.echo(run(settings_of(**options), dialect))


@main.command(short_help="Print the JSON Schema of scenario files.")
@dialect_option
def schema(dialect: str | None) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from simulator.cli.files import schema as run

    click.echo(run(dialect))


@main.command(short_help="List orders, show one's story, or act on one.")
@click.argument("words", nargs=-1, metavar="[[ACT] ORDER]")
@click.option("--tenant", default="", help="Only this tenant's.")
@click.option("--ref", default="", help="Only the order of this reference of theirs.")
@click.option("--status", default="", help="Only those in this status.")
@listing
def orders(client: Any, words: tuple[str, ...], **options: Any) -> None:
    """List a running simulator's orders, or show one's story (ORDER).

    ORDER is our id of it, the caller's own (with --tenant or as TENANT/REF where two tenants have
    it), or our reference. `resume ORDER` lets an order go on behind a KCI that was given up;
    `abandon ORDER` gives up all that it still has to send; `signal NAME ORDER` gives the signal
    that its story waits for (`wait: NAME`).
    """
    from simulator.cli.remote import orders as run

    run(client, words, **options)


@main.command(short_help="List KCIs, sent and to be sent, or act on one.")
@click.argument("words", nargs=-1, metavar="[ACT [ID]]")
@click.option("--order", default="", metavar="ID", help="Only this order's.")
@click.option(
    "--state",
    default="",
    help="waiting, paused, attempted, delivered, silenced, withdrawn, dead or skipped.",
)
@listing
def kcis(client: Any, words: tuple[str, ...], **options: Any) -> None:
    """List a running simulator's KCIs, sent and to be sent, by due moment.

    `resend ID` sends one that was delivered, dead or skipped again; `withdraw ID` takes a waiting
    one back; `skip ID` gives one up that is dead or waits for another try. Without an ID, and with
    --state or --order, an act is done to all that these show: `kcis resend --state dead`.
    """
    from simulator.cli.remote import kcis as run

    run(client, words, **options)


@main.command(short_help="List every exchange with the gateway.")
@click.option("--order", default="", metavar="ID", help="Only this order's.")
@click.option(
    "--direction",
    type=click.Choice(["in", "out", "act"]),
    default=None,
    help="The gateway's requests, ours, or an operator's acts.",
)
@listing
def journal(client: Any, direction: str | None, **options: Any) -> None:
    """List every exchange of a running simulator with the gateway, oldest first."""
    from simulator.cli.remote import journal as run

    run(client, direction=direction or "", **options)


@main.command(short_help="Turn one order's life into a scenario file.")
@click.argument("order", metavar="[ORDER]", default="")
@click.option("--har", metavar="FILE", help="Record from a HAR file instead.")
@click.option("--journal", metavar="FILE", help="Record from JSON lines instead.")
@click.option(
    "--order", "which", metavar="ID", default="", help="Which order of the file, if it has several."
)
@click.option("--name", default="RECORDED", show_default=True, help="The scenario's name.")
@dialect_option
@located
def record(
    order: str,
    har: str | None,
    journal: str | None,
    which: str,
    name: str,
    dialect: str | None,
    config: str | None,
    **where: str | None,
) -> None:
    """Print a scenario file that plays the life of one order again.

    ORDER is our id of an order of a running simulator, or TENANT/REF. With --har or --journal the
    life is that of an order in a file: traffic of a real supplier, or an exported journal. What the
    file cannot say stands in its comments, and is warned of.
    """
    from simulator.cli import recording
    from simulator.cli.files import contract_of
    from simulator.cli.remote import client_of

    settings = settings_of(config=config)
    if not order:
        contract = contract_of(settings, dialect or settings.suppliers[0].dialect)
        click.echo(recording.of_file(contract, har, journal, which, name), nl=False)
        return
    if har or journal or which:
        raise click.UsageError("an ORDER is of a running simulator: it needs no file")
    supplier = where["supplier"]
    with client_of(settings, where["url"], where["token"], supplier) as client:
        click.echo(recording.of_running(settings, client, supplier, order, name), nl=False)


@main.command(short_help="Show how each gateway is, or stop or resume one.")
@click.argument("act", required=False, type=click.Choice(["stop", "resume"]))
@click.option("--json", "as_json", is_flag=True, help="The health of the simulator as JSON.")
@running
def gateways(client: Any, act: str | None, as_json: bool) -> None:
    """Show how each gateway of a running simulator is, and which senders run.

    A gateway's KCIs may be held back; the reason is shown. `stop` holds back all KCIs of a supplier
    (`--supplier`), `resume` lets them go, whatever held them back.
    """
    from simulator.cli.remote import gateways as run

    run(client, act or "", as_json)


@main.command(short_help="Read the scenario files again.")
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
@running
def reload(client: Any, as_json: bool) -> None:
    """Let a running simulator read its scenario files again; print what is new, and what is wrong.

    The exit status is 1 when a file is wrong: then what was read before is still played.
    """
    from simulator.cli.remote import reload as run

    sys.exit(run(client, as_json))


@main.command(short_help="Forget orders, KCIs and the journal.")
@running
def reset(client: Any) -> None:
    """Delete the orders, KCIs, journal and pins of a running simulator; its clock stays."""
    client.reset()
    click.echo("forgotten: orders, KCIs, journal, pins")
