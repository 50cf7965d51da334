"""Commands that check: the schema against its file, a running bank against its promises."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from ops.commands.options import FOLDER, FolderOption, JsonOption, running_bank


def schema(
    check: Annotated[
        bool, typer.Option("--check", help="Compare with graph/schema.graphql, and refuse what breaks clients.")
    ] = False,
    changes: Annotated[bool, typer.Option("--changes", help="List what changed since the last release.")] = False,
    federated: Annotated[bool, typer.Option("--federated", help="Print it with the keys of its entities.")] = False,
    release: Annotated[bool, typer.Option("--release", help="Take it for released from now on.")] = False,
) -> None:
    """Print the schema of the API, or judge it."""
    from ops import schema as api
    from ops.federated_schema import federated as with_keys

    if check:
        faults = api.faults(_today())
        for fault in faults:
            typer.echo(fault, err=True)
        if faults:
            raise typer.Exit(1)
    elif changes:
        for change in api.changes(_today()):
            typer.echo(f"{change.severity.value:9}  {change.what}")
    elif release:
        api.release()
    else:
        typer.echo(with_keys(api.sdl()) if federated else api.sdl(), nl=False)


def _today() -> date:
    return datetime.now(UTC).date()


def verify(
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Nothing is writing: judge at once.")] = False,
) -> None:
    """Judge the books of the running bank. Status 1 when anything is off."""
    from ops.verify.command import run_verify

    raise typer.Exit(run_verify(running_bank(folder), as_json=as_json, quiet=quiet))
