"""Why a survivor may live: `reasons.toml`, and which of its reasons a survivor falls under.

A reason says in words what the mutant cannot change, and knows its mutants by module, function and the line put in.
One that explains no survivor any more is told, so that the list stays as short as the truth.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops.mutation.results import Mutant

FILE: Final = Path("ops/mutation/reasons.toml")
_ANY: Final = ".*"


@dataclass(frozen=True, slots=True)
class Case:
    """Patterns (each for the whole text) of the survivors that a reason is about."""

    module: re.Pattern[str]
    function: re.Pattern[str]
    put: re.Pattern[str]
    gone: re.Pattern[str] = re.compile(_ANY)
    """For a line that two mutants put in, in different places."""

    def covers(self, mutant: Mutant) -> bool:
        return bool(
            self.module.fullmatch(mutant.module)
            and self.function.fullmatch(mutant.function)
            and self.put.fullmatch(mutant.put)
            and self.gone.fullmatch(mutant.gone)
        )


@dataclass(frozen=True, slots=True)
class Reason:
    why: str
    cases: tuple[Case, ...]


def load(path: Path = FILE) -> tuple[Reason, ...]:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Reason(one["why"], tuple(_case(case) for case in one["cases"])) for one in told["reason"])


def _case(said: Mapping[str, str]) -> Case:
    names = ("module", "function", "put", "gone")
    unknown = set(said) - set(names)
    if unknown:
        raise ValueError(f"a case of a reason has no {sorted(unknown)}")
    return Case(*(re.compile(said.get(name, _ANY)) for name in names))


def explained(mutants: Iterable[Mutant], reasons: Sequence[Reason]) -> tuple[dict[str, list[Mutant]], list[Mutant]]:
    """The survivors by the first reason that covers them, and those that none does."""
    found: dict[str, list[Mutant]] = {}
    rest: list[Mutant] = []
    for mutant in mutants:
        why = next((one.why for one in reasons if any(case.covers(mutant) for case in one.cases)), None)
        if why is None:
            rest.append(mutant)
        else:
            found.setdefault(why, []).append(mutant)
    return found, rest


def idle(mutants: Sequence[Mutant], reasons: Sequence[Reason]) -> list[str]:
    """Cases that cover no survivor: the code or the tests have moved on."""
    return [
        f"{one.why} ({case.module.pattern} {case.function.pattern} {case.put.pattern})"
        for one in reasons
        for case in one.cases
        if not any(case.covers(mutant) for mutant in mutants)
    ]
