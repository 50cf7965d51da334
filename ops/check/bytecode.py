"""Whether the artifact of the functions has bytecode that their runtime uses:
`python -m ops.check.bytecode .aws-sam/build/GraphqlFunction --runtime python3.13`.

Packages date every file 1980 and /var/task is read-only, so bytecode that is checked by date is refused, and whatever
has none is compiled again by every cold start. Nothing asks unchecked bytecode whether it is of the source beside it:
it runs, so that is asked here.
"""

import argparse
import sys
from _imp import source_hash  # the public one knows the magic number of the running Python alone
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HEADER_BYTES: Final = 16
"""PEP 552: magic number and flags of four bytes each, then eight of the source's hash or date."""
UNCHECKED_HASH: Final = 0b01
"""The flags of bytecode that names its source by hash and asks nobody to check it (PEP 552)."""


SHOWN_MAX: Final = 20
"""A build that went wrong went wrong everywhere."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A Python, as bytecode is made for it."""

    tag: str
    """Stands in the name of the file; another one is not looked at."""
    magic: int
    """Stands in its first bytes; another one is refused. The numbers are in CPython's `importlib`."""

    @property
    def start(self) -> bytes:
        return self.magic.to_bytes(2, "little") + b"\r\n"

    def hash(self, source: bytes) -> bytes:
        """What bytecode says of its source: a hash that is keyed by the magic number."""
        return source_hash(int.from_bytes(self.start, "little"), source)


RUNTIMES: Final = {
    "python3.11": Runtime("cpython-311", 3495),
    "python3.12": Runtime("cpython-312", 3531),
    "python3.13": Runtime("cpython-313", 3571),
    "python3.14": Runtime("cpython-314", 3627),
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.check.bytecode", description=__doc__)
    parser.add_argument("artifact", type=Path)
    parser.add_argument("--runtime", choices=RUNTIMES, required=True)
    asked = parser.parse_args(arguments)
    found = list(unusable(asked.artifact, RUNTIMES[asked.runtime]))
    for line in found[:SHOWN_MAX]:
        print(line)
    sources = sum(1 for _ in asked.artifact.rglob("*.py"))
    print(f"{sources} modules, {len(found)} without bytecode that {asked.runtime} uses")
    return 1 if found or not sources else 0


def unusable(artifact: Path, runtime: Runtime) -> Iterator[str]:
    """The modules that the runtime would compile again, or would run other than they are written; and why."""
    for source in sorted(artifact.rglob("*.py")):
        why = _why_unusable(source, runtime)
        if why:
            yield f"{source.relative_to(artifact)}: {why}"


def _why_unusable(source: Path, runtime: Runtime) -> str | None:
    compiled = source.parent / "__pycache__" / f"{source.stem}.{runtime.tag}.pyc"
    if not compiled.is_file():
        return "no bytecode"
    header = compiled.read_bytes()[:HEADER_BYTES]
    if len(header) < HEADER_BYTES or header[:4] != runtime.start:
        return "bytecode of another Python"
    if int.from_bytes(header[4:8], "little") != UNCHECKED_HASH:
        return "bytecode that is checked, and refused"
    if header[8:] != runtime.hash(source.read_bytes()):
        return "bytecode of another source"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
