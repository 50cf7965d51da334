"""How much of what could be tried a run tries: a share that leaves nothing untried altogether, or all of it.

`make test` is run before each change lands, and has to stay within minutes. What was taken out of it for that runs in
`make unit-full`, which sets `FLORIN_FULL=1`. A share is the same in every run; `FLORIN_TURN=1`, `2` and so on are the
shares after the first, and all turns together are the whole.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

FULL: Final = "FLORIN_FULL"
TURN: Final = "FLORIN_TURN"
EXAMPLES: Final = 100
"""Of a property of which nothing else is said, in full."""
EXAMPLES_ONE_IN: Final = 2
OF_EXAMPLES: Final = "examples of a property"

Case = TypeVar("Case")

drawn: Final[dict[str, int]] = {}
"""What shares were drawn of in this process, each one in how many: for the end of the run."""


def full() -> bool:
    return bool(os.environ.get(FULL))


def turn() -> int:
    return int(os.environ.get(TURN, "0"))


def share(cases: Sequence[Case], *, one_in: int, of: str, place: int = 0) -> list[Case]:
    """One in so many of the cases, in their order. Whoever has another `place` is given others, until all are given."""
    if full() or one_in == 1:
        return list(cases)
    drawn[of] = one_in
    return [case for number, case in enumerate(cases) if (number + place + turn()) % one_in == 0]


def examples(number: int = EXAMPLES) -> int:
    """How many examples of a property are made up."""
    if full():
        return number
    drawn[OF_EXAMPLES] = EXAMPLES_ONE_IN
    return number // EXAMPLES_ONE_IN


def told(shares: Mapping[str, int]) -> str:
    """For people: what of a run was a share."""
    if not shares:
        return "shares: none, everything is tried"
    each = ", ".join(f"{of} 1 in {one_in}" for of, one_in in sorted(shares.items()))
    return f"shares of turn {turn()}: {each}; {FULL}=1 tries everything"
