"""`florin fraud` in the training environment, which has the libraries and little else."""

from __future__ import annotations

import sys

import typer

from ops.commands.fraud import EnvironmentMissing, app
from ops.fraud.payments import ScienceRefused

REFUSED_STATUS = 2


def main() -> None:
    try:
        app(prog_name="florin fraud")
    except (ScienceRefused, EnvironmentMissing) as refused:
        typer.echo(f"florin: {refused}", err=True)
        sys.exit(REFUSED_STATUS)
    except KeyboardInterrupt:
        sys.exit(130)


main()
