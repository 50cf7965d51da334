"""Sends a request of the corpus again: `python -m tests.fuzz.replay FILE`, to a bank in memory.

With `--bank FOLDER` to the local bank that runs there (`.local` for that of `make up`), in which it opens the accounts
that the request needs; then it prints the command for curl too.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ops.commands.options import running_bank
from tests.fuzz import town
from tests.fuzz.corpus import Kept, curl, load
from tests.fuzz.deployed import Deployed
from tests.fuzz.requests import Answered


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.replay", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--bank", type=Path, metavar="FOLDER")
    asked = parser.parse_args(arguments)
    found = load(asked.file)
    answered = _of_bank(found, asked.bank) if asked.bank else _in_memory(found)
    _say(f"{answered.status} {answered.body.decode(errors='replace')}", *answered.faults)
    return 1 if answered.faults or answered.status >= 500 else 0


def _in_memory(found: Kept) -> Answered:
    with town.inside(town.Town()) as bank:
        return bank.answer(found.sent, town.cast())


def _of_bank(found: Kept, folder: Path) -> Answered:
    place = Deployed(running_bank(folder))
    _say(curl(found.sent, place.cast, place.address))
    return place.answer(found.sent)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
