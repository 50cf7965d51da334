"""Commands around simulated histories."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Simulated histories.", no_args_is_help=True)


@app.command()
def replay(seed: Annotated[int, typer.Argument(help="The seed of the history.")]) -> None:
    """Tell the story of one seed. Status 1 when a promise was broken in it."""
    from ops.simulation.history import play
    from ops.simulation.run import told

    history = play(seed)
    typer.echo(told(history))
    raise typer.Exit(1 if history.broken else 0)


@app.command()
def replay_ach(seed: Annotated[int, typer.Argument(help="The seed of the history of ACH.")]) -> None:
    """Tell the story of one seed of ACH, by the fewest steps when a promise was broken in it. Status 1 then."""
    from ops.simulation.ach.history import play, shortest, told

    history = shortest(play(seed))
    typer.echo(told(history))
    raise typer.Exit(1 if history.broken else 0)


@app.callback()
def simulate() -> None:
    """Simulated histories."""
