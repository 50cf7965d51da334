"""Another process, which hashes in another order."""

import os
import subprocess
import sys


def said_elsewhere(statement: str) -> str:
    """What the statement prints there."""
    done = subprocess.run(
        [sys.executable, "-c", statement],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
