"""Each `requirements/NAME.txt` holds what its `NAME.in` asks for, no more and no less, and pins it by hash.

Resolving again would need the network and a minute; comparing the two files needs neither, and finds every edit of
an `.in` that was not followed by `make lock`.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)")
ASKED_BY = re.compile(r"-r (?P<file>requirements/[a-z]+\.in)")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a pinned file: its version, whether it has hashes, and which `.in` files ask for it."""

    version: Version
    hashed: bool
    asked_by: frozenset[str]


def main() -> int:
    folder = Path("requirements")
    differences = [line for path in sorted(folder.glob("*.in")) for line in compare(path)]
    for line in differences:
        print(line, file=sys.stderr)
    if differences:
        print("requirement files are out of step: run `make lock`", file=sys.stderr)
    return 1 if differences else 0


def compare(path: Path) -> list[str]:
    """What differs between one `.in` file and its `.txt`, as sentences."""
    pinned_path = path.with_suffix(".txt")
    if not pinned_path.exists():
        return [f"{pinned_path}: missing"]
    asked = read_asked(path)
    pins = read_pins(pinned_path.read_text(encoding="utf-8"))
    found = [f"{pinned_path}: {name} has no hash" for name, pin in pins.items() if not pin.hashed]
    for name, requirement in asked.items():
        pin = pins.get(name)
        if pin is None:
            found.append(f"{pinned_path}: {requirement} is not pinned")
        elif not requirement.specifier.contains(pin.version, prereleases=True):
            found.append(f"{pinned_path}: {name}=={pin.version} is not {requirement}")
    own = path.as_posix()
    for name, pin in pins.items():
        if own in pin.asked_by and name not in asked:
            found.append(f"{pinned_path}: {name} is pinned for {own}, which does not ask for it")
    return found


def read_asked(path: Path) -> dict[str, Requirement]:
    """What the file asks for, with the files it includes."""
    asked: dict[str, Requirement] = {}
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.split("#")[0].strip()
        if line.startswith("-r "):
            asked |= read_asked(path.parent / line.removeprefix("-r ").strip())
        elif line and not line.startswith("-"):
            requirement = Requirement(line)
            asked[canonicalize_name(requirement.name)] = requirement
    return asked


def read_pins(text: str) -> dict[str, Pin]:
    """The packages of a pinned file by name."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    pins: dict[str, Pin] = {}
    for block in blocks:
        pinned = PINNED.match(block)
        if pinned:
            pins[canonicalize_name(pinned["name"])] = Pin(
                version=Version(pinned["version"]),
                hashed="--hash=sha256:" in block,
                asked_by=frozenset(match["file"] for match in ASKED_BY.finditer(block)),
            )
    return pins


if __name__ == "__main__":
    sys.exit(main())
