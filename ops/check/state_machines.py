"""The definitions of the state machines, filled in as they are deployed, are States Language: asl-validator says so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

DEFINITIONS: Final = Path("infra/state_machines")
REPORTS: Final = Path(".local/reports/state_machines")
VALIDATOR: Final = Path("ops/check/asl/node_modules/.bin/asl-validator")
SECONDS_MAX: Final = 60
FUNCTION: Final = "arn:aws:lambda:us-east-1:000000000000:function:any"


def filled(text: str) -> str:
    """What CloudFormation makes of a definition: seconds are numbers, the rest are names."""
    return re.sub(r"\$\{(\w+)\}", lambda found: "60" if found[1].endswith("Seconds") else FUNCTION, text)


def main() -> int:
    REPORTS.mkdir(parents=True, exist_ok=True)
    paths = []
    for path in sorted(DEFINITIONS.glob("*.asl.yaml")):
        paths.append(REPORTS / path.name)
        paths[-1].write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
    arguments = [part for path in paths for part in ("--yaml-path", str(path))]
    done = subprocess.run(
        [str(VALIDATOR), *arguments], capture_output=True, text=True, check=False, timeout=SECONDS_MAX
    )
    if done.returncode or not paths or done.stdout.count(" is valid") != len(paths):
        print(done.stdout + done.stderr, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
