"""`florin fraud`: draws portfolios, trains models on them, and says what the models are worth.

The libraries for that stand in an environment of their own. A command that is called elsewhere installs it when it is
missing and goes on in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ops.commands import governing
from ops.commands.options import ROOT, JsonOption

TRAIN = ROOT / ".venv" / "train"
STAMP = TRAIN / ".installed"
REQUIREMENTS = ROOT / "requirements" / "train.txt"

app = typer.Typer(
    help="Draw payments, train fraud models and measure them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class EnvironmentMissing(Exception):
    """The training environment is not there and could not be installed. The message is one sentence."""


class Protocol(StrEnum):
    single = "single"
    prequential = "prequential"


DataOption = Annotated[
    Path, typer.Option("--data", help="Payments with their labels: a .parquet or .csv file.", show_default=False)
]
HistoryOption = Annotated[
    int, typer.Option("--history-days", min=7, help="Days to learn from; the training week is the last of them.")
]
TrainFromOption = Annotated[
    int | None,
    typer.Option(
        "--train-from",
        min=0,
        help="Day on which the newest training week begins, counted from the first day of the data.",
        show_default="115 for one fold, 136 for four",
    ),
]
ThreadsOption = Annotated[int, typer.Option("--threads", min=1, max=64, help="Threads to compute with.")]


AT_THE_BANK = frozenset({"register", "record", "bounds"})
"""Commands that reach a bank: they need what reaches it, and no library of training."""


@app.callback()
def here(context: typer.Context) -> None:
    """Draw payments, train fraud models and measure them, and bring them to a bank."""
    if Path(sys.prefix).resolve() == TRAIN.resolve() or "--help" in sys.argv:
        return
    if context.invoked_subcommand in AT_THE_BANK:
        return
    install()
    arguments = sys.argv[sys.argv.index("fraud") + 1 :]
    python = str(TRAIN / "bin" / "python")
    sys.stdout.flush()
    # Threads that wait for each other do not turn in circles meanwhile: on a busy machine that is most of the time.
    environment = {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}
    os.execve(python, [python, "-P", "-m", "ops.fraud", *arguments], environment)  # noqa: S606 - our own program


def install() -> None:
    """Nothing is done when the environment is there and not older than what it is to hold."""
    if STAMP.exists() and STAMP.stat().st_mtime >= REQUIREMENTS.stat().st_mtime:
        return
    command = ["make", "--no-print-directory", str(STAMP.relative_to(ROOT))]
    try:
        # Standard output is the command's own.
        ended = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False).returncode
    except OSError:
        ended = 1
    if ended:
        raise EnvironmentMissing(f"the training environment is not installed: run `{' '.join(command)}`")


@app.command()
def simulate(  # noqa: PLR0917 - Typer passes them by name
    out: Annotated[Path, typer.Option("--out", help="The file, .parquet or .csv.", show_default=False)],
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same file.", show_default=False)],
    customers: Annotated[int, typer.Option("--customers", min=1)] = 5_000,
    terminals: Annotated[int, typer.Option("--terminals", min=1)] = 10_000,
    days: Annotated[int, typer.Option("--days", min=1, help="From 2018-04-01 on.")] = 183,
    radius: Annotated[
        float, typer.Option("--radius", help="A customer pays only at terminals nearer than this.")
    ] = 5.0,
) -> None:
    """Draw a portfolio of card payments whose frauds are known."""
    from ops.fraud.files import check_target, write_portfolio
    from ops.fraud.simulate import Portfolio, simulated

    portfolio = Portfolio(seed=seed, customers=customers, terminals=terminals, days=days, radius=radius)
    check_target(out)
    drawn = simulated(portfolio)
    write_portfolio(drawn, out)
    typer.echo(f"{out}: {len(drawn.second):,} payments of {days} days, {int(drawn.fraud.sum()):,} frauds")


@app.command()
def train(  # noqa: PLR0917 - Typer passes them by name
    data: DataOption,
    out: Annotated[Path, typer.Option("--out", help="The folder that the model goes to.", show_default=False)],
    history_days: HistoryOption = 60,
    scope: Annotated[str, typer.Option("--scope", help="Whose payments they are.")] = "CARD",
    code_version: Annotated[
        str | None, typer.Option("--code-version", help="What the model is said to be made by.", show_default="git's")
    ] = None,
    threads: ThreadsOption = 2,
) -> None:
    """Train the model that is to judge, on the last days whose labels are known, and write it down."""
    from domain.fraud.kinds import Scope
    from ops.fraud.files import read_portfolio
    from ops.fraud.payments import ScienceRefused
    from ops.fraud.train import Asked, trained, write

    if scope not in list(Scope):
        raise ScienceRefused(f"there is no scope {scope!r}; there are {', '.join(Scope)}")
    version = code_version or commit()
    asked = Asked(scope=Scope(scope), history_days=history_days, code_version=version, threads=threads)
    found = trained(read_portfolio(data), asked)
    path = write(found, out)
    typer.echo(f"{path}: {len(found.body):,} bytes, sha256 {found.sha256}")
    precision = found.measured.average_precision
    typer.echo(f"average precision {precision:.3f} in the last week whose labels are known")
    typer.echo(f"answers differ from the library's by {found.difference:.1g} at most")


def commit() -> str:
    """Of the tree that the program runs from."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return ended.stdout.strip() or "unknown"


@app.command()
def evaluate(  # noqa: PLR0917 - Typer passes them by name
    data: DataOption,
    protocol: Annotated[Protocol, typer.Option("--protocol", help="One fold, or four.")] = Protocol.prequential,
    history_days: HistoryOption = 7,
    train_from: TrainFromOption = None,
    threads: ThreadsOption = 2,
    as_json: JsonOption = False,
) -> None:
    """Measure the model beside logistic regression and a random forest that learn from the same payments."""
    from ops.fraud.evaluate import Asked, Prepared, as_plain, as_text, evaluated
    from ops.fraud.files import read_portfolio

    asked = Asked(protocol=protocol.value, history_days=history_days, newest=train_from, threads=threads)
    found = evaluated(Prepared(read_portfolio(data)), asked)
    typer.echo(json.dumps(as_plain(found), indent=2) if as_json else as_text(found))


@app.command()
def backtest(  # noqa: PLR0917 - Typer passes them by name
    data: DataOption,
    model: Annotated[Path, typer.Option("--model", help="The document of the model.", show_default=False)],
    champion: Annotated[
        Path | None,
        typer.Option(
            "--champion", help="The document that decides now; without one, a random forest.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where the record goes, for `record`.", show_default=False)
    ] = None,
    train_from: TrainFromOption = None,
    threads: ThreadsOption = 2,
    as_json: JsonOption = False,
) -> None:
    """Measure a model against the champion over four folds, as its promotion needs. Status 1 when it is not better."""
    from ops.fraud.backtest import Asked, recipe_of
    from ops.fraud.backtest import backtest as measured
    from ops.fraud.files import read_portfolio
    from ops.fraud.payments import ScienceRefused
    from ops.fraud.records import as_json as plain
    from ops.fraud.records import as_text, better, written

    theirs = recipe_of(champion) if champion else None
    asked = Asked(model=recipe_of(model), champion=theirs, newest=train_from, threads=threads)
    found = measured(read_portfolio(data), asked)
    if out is not None:
        try:
            out.write_bytes(written(found))
        except OSError as fault:
            raise ScienceRefused(f"{out}: {fault.strerror or fault}") from fault
    typer.echo(plain(found) if as_json else as_text(found))
    raise typer.Exit(0 if better(found) else 1)


app.command("register")(governing.register)
app.command("record")(governing.record)
app.command("bounds")(governing.bounds)
