"""Options that several commands share, and how a command finds its bank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ops.local.bank import LocalBank

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".local"

FolderOption = Annotated[
    Path,
    typer.Option(
        "--folder",
        envvar="FLORIN_FOLDER",
        show_default=".local",
        help="The folder of the bank; several may run side by side.",
    ),
]
RegionOption = Annotated[str | None, typer.Option("--region", help="A region of the bank.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def running_bank(folder: Path) -> LocalBank:
    """The bank of the folder; `BankMissing` when nobody runs it."""
    from ops.local.bank import BankMissing, LocalBank
    from ops.local.running import running_pid

    bank = LocalBank.load(folder.resolve())
    if running_pid(bank.folder) is None:
        raise BankMissing("the bank is not running: start it with `make up`")
    return bank


def region_of(bank: LocalBank, region: str | None) -> str:
    """The region that was named, or where the bank is at home. Raises `RegionUnknown`."""
    from ops.local.parameters import RegionUnknown

    name = region or bank.home.region
    if name not in bank.regions:
        raise RegionUnknown(f"this bank has no region {name!r}; it has {', '.join(bank.regions)}")
    return name
