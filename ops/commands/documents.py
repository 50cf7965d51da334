"""`florin documents`: which documents applications have published into the build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Documents that applications publish into the build.", no_args_is_help=True)


class DocumentsRefused(Exception):
    """Nothing was published. The message has a line for each thing that is wrong."""


ApplicationArgument = Annotated[str, typer.Argument(help="Whose they are, such as web or ios.")]


@app.command()
def publish(
    application: ApplicationArgument,
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Folders, .graphql files or manifests.")],
) -> None:
    """Add documents to those of an application. What its older versions use stays."""
    from ops import documents

    new = documents.publish(paths, application)
    for one in new:
        typer.echo(f"{one.id}  {one.operation}{'' if one.compiled else '  (not compiled)'}")
    typer.echo(f"{len(new)} new documents of {application}")


@app.command()
def withdraw(
    application: ApplicationArgument,
    ids: Annotated[list[str] | None, typer.Argument(help="Of those to take back; all without.")] = None,
) -> None:
    """Take documents back: whoever still sends them is refused."""
    from ops import documents

    typer.echo(f"{documents.withdraw(application, ids or ())} documents of {application} withdrawn")


@app.command("list")
def list_documents() -> None:
    """Show what is published, and what of it the library answers because it cannot be compiled."""
    from ops import documents

    for row in documents.listed():
        one = row.document
        why = f"  not compiled: {row.why_not_compiled}" if row.why_not_compiled else ""
        typer.echo(f"{one.id}  {one.application}  {one.operation}  cost {one.cost}{why}")


@app.command()
def check() -> None:
    """Check every published document against the schema. Status 1 when one would fail."""
    from ops import documents

    faults = documents.check()
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
