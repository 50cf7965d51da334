"""The `florin` command: which words it knows, and what a person reads when one of them cannot be done.

Commands import what they need when they run. What stops one is said in a sentence on standard error, with status 2;
a traceback is left for what nobody expected.
"""

from __future__ import annotations

import sys

import typer

from ops.commands import (
    ach,
    asking,
    bank,
    checking,
    documents,
    drilling,
    fraud,
    people,
    simulating,
    sponsor,
    webhooks,
)

REFUSED_STATUS = 2

app = typer.Typer(
    name="florin",
    help="Run, ask and check a local bank.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("up")(bank.up)
app.command("down")(bank.down)
app.command("status")(bank.status)
app.command("logs")(bank.logs)
app.command("seed")(bank.seed)
app.command("users")(people.users)
app.command("token")(people.token)
app.command("graphql")(asking.graphql)
app.command("schema")(checking.schema)
app.command("verify")(checking.verify)
app.add_typer(ach.app, name="ach")
app.add_typer(simulating.app, name="simulate")
app.add_typer(documents.app, name="documents")
app.add_typer(webhooks.app, name="webhook")
app.add_typer(drilling.app, name="drill")
app.add_typer(fraud.app, name="fraud")
app.add_typer(sponsor.app, name="sponsor")


def main() -> None:
    from ops.commands.refusals import REFUSALS

    try:
        app()
    except REFUSALS as refused:
        typer.echo(f"florin: {refused}", err=True)
        sys.exit(REFUSED_STATUS)
    except KeyboardInterrupt:
        sys.exit(130)
