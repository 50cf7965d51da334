"""Seeds whose histories once broke a promise: they are run first, for ever."""

from pathlib import Path
from typing import Final

SEEDS: Final = Path(__file__).resolve().parents[2] / "tests" / "simulation" / "seeds.txt"


def kept(path: Path = SEEDS) -> list[int]:
    """One seed a line; what follows a `#` says what it once found."""
    lines = path.read_text().splitlines() if path.exists() else []
    seeds = [line.partition("#")[0].strip() for line in lines]
    return [int(seed) for seed in seeds if seed]


def keep(seed: int, what: str, path: Path = SEEDS) -> None:
    if seed not in kept(path):
        with path.open("a") as file:
            file.write(f"{seed}  # {what.splitlines()[-1][:90]}\n")
