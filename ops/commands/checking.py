"""Commands that check: the schema against its file, a running bank against its promises."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.commands.options import FOLDER, FolderOption, JsonOption, running_bank


def schema(
    check: Annotated[bool, typer.Option("--check", help="Compare with graph/schema.graphql instead.")] = False,
) -> None:
    """Print the schema of the API."""
    from ops.commands.options import ROOT
    from ops.schema import compare, sdl

    path = ROOT / "graph" / "schema.graphql"
    if not check:
        typer.echo(sdl(), nl=False)
        return
    difference = compare(path)
    if difference:
        typer.echo(difference, err=True)
        typer.echo(f"florin: {path.name} is not the schema: run `./florin schema > graph/{path.name}`", err=True)
        raise typer.Exit(1)


def verify(
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Nothing is writing: judge at once.")] = False,
) -> None:
    """Judge the books of the running bank. Status 1 when anything is off."""
    from ops.verify.command import run_verify

    raise typer.Exit(run_verify(running_bank(folder), as_json=as_json, quiet=quiet))
