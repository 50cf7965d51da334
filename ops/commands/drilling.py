"""`florin drill`: breaks something on purpose and asserts, step by step, what must happen then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.commands.options import ROOT

if TYPE_CHECKING:
    from ops.drills.time_line import TimeLine

DRILLS_FOLDER = ROOT / ".local" / "drills"

app = typer.Typer(help="Break something on purpose, and see that the bank copes.", no_args_is_help=True)


class DrillRefused(Exception):
    """The drill could not be begun. The message is one sentence."""


InProcessOption = Annotated[
    bool,
    typer.Option("--in-process/--running", help="On a bank in memory, or on the local bank that runs."),
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", help="Where the report goes.", show_default=".local/drills/NAME/drill-report.json"),
]


@app.command("ach-rejection")
def ach_rejection(in_process: InProcessOption = True, report: ReportOption = None) -> None:
    """The sponsor bank rejects a file, a batch and an entry, and acknowledges twice."""
    from ops.drills import ach_rejection as drill

    play(drill.NAME, in_process=in_process, report=report)


@app.command("partner-silent")
def partner_silent(in_process: InProcessOption = True, report: ReportOption = None) -> None:
    """The sponsor bank does not answer, then answers nonsense, then late and twice."""
    from ops.drills import partner_silent as drill

    play(drill.NAME, in_process=in_process, report=report)


@app.command("fraud-drift")
def fraud_drift(report: ReportOption = None) -> None:
    """What is paid and stolen changes, the model that follows is a bad one, and then none can be read."""
    from ops.drills import fraud_drift as drill
    from ops.drills.fraud_bank import FraudBank
    from ops.drills.run import play_fraud

    ended(play_fraud(FraudBank(), typer.echo), drill.NAME, report)


def play(name: str, *, in_process: bool, report: Path | None) -> None:
    """Status 1 when an assertion failed."""
    from ops.drills.in_process import InProcess
    from ops.drills.run import play as played

    if not in_process:
        raise DrillRefused(f"the drill {name} is not played on a running bank yet; --in-process plays it in memory")
    ended(played(name, InProcess(), typer.echo), name, report)


def ended(line: TimeLine, name: str, report: Path | None) -> None:
    from ops.drills.time_line import REPORT

    line.write(report or DRILLS_FOLDER / name / REPORT)
    raise typer.Exit(1 if line.failed else 0)
