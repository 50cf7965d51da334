"""Commands about the local bank as a whole: start, stop, look, listen, fill."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ops.commands.options import FOLDER, FolderOption, JsonOption, RegionOption, region_of, running_bank

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.local.bank import LocalBank


def up(
    folder: FolderOption = FOLDER,
    regions: Annotated[
        str | None,
        typer.Option("--regions", help="Regions, separated by commas.", show_default="us-east-1,us-west-2"),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget all data of the last run first.")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="Leave out the seed: no people, no money.")] = False,
    no_sponsor: Annotated[bool, typer.Option("--no-sponsor", help="Leave out the sponsor bank.")] = False,
    *,
    ach_window_seconds: Annotated[
        int | None,
        typer.Option(
            "--ach-window-seconds", min=1, max=3600, help="Between two cut-offs of ACH files.", show_default="60"
        ),
    ] = None,
) -> None:
    """Start the bank, and fill it when it is new."""
    from ops.commands.welcome import welcome
    from ops.local.addresses import FIRST_HEALTH_SECONDS, health_fault
    from ops.local.parameters import ACH_WINDOW_SECONDS, REGIONS_DEFAULT
    from ops.local.running import stop_running
    from ops.local.stack import DeployFault
    from ops.local.start import forget, is_settled, settle, start_bank

    say = timed_say()
    folder = folder.resolve()
    if fresh:
        stop_running(folder)
        forget(folder)
    named = regions.split(",") if regions else list(REGIONS_DEFAULT)
    bank = start_bank(
        folder,
        regions=named,
        say=say,
        sponsor=not no_sponsor,
        ach_window_seconds=ach_window_seconds or ACH_WINDOW_SECONDS,
    )
    for region in bank.regions.values():
        fault = health_fault(region, seconds=FIRST_HEALTH_SECONDS)
        if fault:
            raise DeployFault(fault)
    if not is_settled(folder):
        if empty:
            settle(bank, regions=[])
        else:
            fill(bank)
    for line in welcome(bank):
        typer.echo(line)


def fill(bank: LocalBank) -> None:
    """Seed the bank, and keep what it got."""
    from ops.local.start import mark_seeded
    from ops.seed.run import seed as run_seed

    say = timed_say()
    say("seeding")
    run_seed(bank, say)
    mark_seeded(bank)
    say("seeded and saved")


def down(folder: FolderOption = FOLDER) -> None:
    """Stop the bank. Its data stays for the next start."""
    from ops.local.running import stop_running

    stopped = stop_running(folder.resolve())
    typer.echo("stopped; the data stays" if stopped else "no bank was running")


def status(folder: FolderOption = FOLDER, as_json: JsonOption = False) -> None:
    """Show the addresses of the bank and whether they answer."""
    from concurrent.futures import ThreadPoolExecutor

    from ops.local.addresses import health_fault
    from ops.local.status import status_document
    from ops.sponsor.keeping import condition

    bank = running_bank(folder)
    with ThreadPoolExecutor() as pool:
        faults = dict(zip(bank.regions, pool.map(health_fault, bank.regions.values()), strict=True))
    document = status_document(
        bank,
        healthy={region: fault is None for region, fault in faults.items()},
        sponsor=condition(bank.folder, datetime.now(UTC)),
    )
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    typer.echo(f"florin {bank.version}")
    for region, stands in document["regions"].items():
        typer.echo(f"{region:<12} {stands['graphql']}  {faults[region] or 'healthy'}")
    typer.echo(f"{'GraphiQL':<12} {bank.graphiql}")
    typer.echo(f"{'sponsor bank':<12} {document['sponsor']}")


def seed(folder: FolderOption = FOLDER) -> None:
    """Fill a bank that was started empty."""
    from ops.commands.asking import BadInput
    from ops.local.start import seeded_regions

    bank = running_bank(folder)
    if seeded_regions(bank.folder):
        raise BadInput("the bank is seeded already; `./florin up --fresh` begins again")
    fill(bank)


def logs(
    folder: FolderOption = FOLDER,
    function: Annotated[str | None, typer.Option("--function", help="Part of a function's name.")] = None,
    region: RegionOption = None,
    minutes: Annotated[int, typer.Option("--minutes", min=1, help="How far back to begin.")] = 15,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
) -> None:
    """Print what the functions wrote."""
    from ops.local.function_logs import LogReader, log_groups

    bank = running_bank(folder)
    regions = [region_of(bank, region)] if region else list(bank.regions)
    reader = LogReader(bank, regions=regions, function=function or "", since=time.time() - minutes * 60)
    if not log_groups(bank, regions=regions, function=function or ""):
        from ops.commands.asking import BadInput

        raise BadInput(f"no function of {', '.join(regions)} has {function!r} in its name")
    while True:
        for line in reader.read():
            typer.echo(line)
        if not follow:
            return
        time.sleep(1.0)


def timed_say() -> Callable[[str], None]:
    began = time.monotonic()

    def say(text: str) -> None:
        typer.echo(f"{time.monotonic() - began:6.1f} s  {text}")

    return say
