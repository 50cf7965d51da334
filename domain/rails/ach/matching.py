"""Which of our entries a return is about.

A trace number is unique on its day and comes again on another, so it is never matched alone: the amount, the day of
settlement and the receiving bank must agree too. What does not agree wholly is given to a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

CANDIDATES_MAX: Final = 100
"""Entries of one trace number: one for each day it was used on within the time anything may come back."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of ours with the trace number of the return."""

    id: str
    trace: str
    amount_minor: int
    settled_on: date
    effective_on: date
    """As its batch header said; a return's header may carry this day instead of settlement."""
    rdfi8: str
    returned: bool = False
    """A return of it has been taken already."""


@dataclass(frozen=True, slots=True)
class ReturnSeen:
    """What a return says of the entry it returns."""

    trace: str
    """Original trace number, columns 7 to 21 of the addenda."""
    amount_minor: int
    rdfi8: str
    """The receiving bank of the original entry, columns 28 to 35 of the addenda."""
    original_on: date | None
    """Effective entry date of the header it copies; None where it is blank or no date."""


@dataclass(frozen=True, slots=True)
class Matched:
    id: str
    without_date: bool
    """The return named no day; everything else agreed, and with one entry alone."""


@dataclass(frozen=True, slots=True)
class AlreadyReturned:
    """It returns an entry that has come back before: to be dishonoured (R67)."""

    id: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several entries agree: a person chooses."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearMiss:
    id: str
    differs: tuple[str, ...]
    """Of "amount", "day", "rdfi"."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """No entry agrees. `near` are those of the same trace number, with what differs, nearest first."""

    near: tuple[NearMiss, ...]


Match = Matched | AlreadyReturned | Ambiguous | Unmatched


def match_return(seen: ReturnSeen, candidates: Sequence[Candidate]) -> Match:
    """Chooses among entries. Other trace numbers than the return's are passed over."""
    if len(candidates) > CANDIDATES_MAX:
        raise ValueError(f"{len(candidates)} candidates are more than {CANDIDATES_MAX}")
    misses = {one.id: _differs(seen, one) for one in candidates if one.trace == seen.trace}
    agreeing = [one for one in candidates if misses.get(one.id) == ()]
    if not agreeing:
        near = sorted(misses.items(), key=lambda item: (len(item[1]), item[0]))
        return Unmatched(tuple(NearMiss(name, differs) for name, differs in near))
    fresh = [one for one in agreeing if not one.returned]
    if len(fresh) == 1:
        return Matched(fresh[0].id, without_date=seen.original_on is None)
    if not fresh and len(agreeing) == 1:
        return AlreadyReturned(agreeing[0].id)
    return Ambiguous(tuple(sorted(one.id for one in fresh or agreeing)))


def _differs(seen: ReturnSeen, one: Candidate) -> tuple[str, ...]:
    days = {one.settled_on, one.effective_on}
    checks = (
        (seen.amount_minor != one.amount_minor, "amount"),
        (seen.original_on is not None and seen.original_on not in days, "day"),
        (seen.rdfi8 != one.rdfi8, "rdfi"),
    )
    return tuple(name for wrong, name in checks if wrong)
