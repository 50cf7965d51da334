"""Shares of a week against those of the weeks before: what is chance, and what has moved by enough to matter.

Of what was stopped how much was fraud (precision), of the frauds how much was stopped (recall), and of all payments how
much is fraud. A share that fell is tested exactly, because a week may hold no more than thirty frauds.
"""

from bisect import bisect_left
from math import erfc, exp, lgamma, sqrt
from typing import Final

from domain.fraud.kinds import Scope
from domain.fraud.monitoring_model import Level, Measure, Signal
from domain.fraud.registry_model import MILLION

FRAUDS_MIN: Final = 30
FLAGGED_MIN: Final = 50
"""A share of fewer is mostly chance."""
SHARE_FELL_MILLIONTHS: Final = 50_000
"""Five in a hundred: below this nobody acts on precision or recall, however sure it is. Half of what was usual is
enough too: a share of less than that would otherwise fall to nothing unseen."""
DEVIATIONS: Final = 4.0
"""Of chance."""
CHANCE: Final = erfc(DEVIATIONS / sqrt(2)) / 2
"""Of so many deviations to one side: once in 32,000 looks at nothing."""
TAIL_TERMS_MAX: Final = 100_000
TAIL_REST: Final = 1e-9
"""Of a tail: what comes after a term so small changes nothing."""
SHARE_ROSE_TIMES: Final = 1.25
"""Frauds among payments, against what is usual."""


def share_millionths(part: int, whole: int) -> int | None:
    return part * MILLION // whole if whole else None


def fell(
    measure: Measure, scope: Scope, now: tuple[int, int], usual: tuple[int, int], least: int, *, cold: bool
) -> Signal:
    """A share of the window against that of the weeks before: fallen by more than chance, and by enough to matter."""
    part, whole = now
    found = share_millionths(part, whole) or 0
    if whole < least:
        return Signal(measure, scope.value, Level.TOO_FEW, found, 0, whole)
    if usual[1] < least:
        return Signal(measure, scope.value, Level.NO_BASELINE, found, 0, whole)
    # The least part that is not fallen: what has fallen stays so with less.
    limit = bisect_left(range(whole), True, key=lambda one: not has_fallen((one, whole), usual))
    level = Level.SHIFTED if part < limit else Level.FINE
    if cold and level is Level.SHIFTED:
        level = Level.COLD
    return Signal(measure, scope.value, level, found, share_millionths(limit, whole) or 0, whole)


def unknown(scope: Scope, now: tuple[int, int], usual: tuple[int, int], *, cold: bool) -> Signal:
    """Of what was stopped, how much nobody knows the outcome of: more than usual, or less."""
    measure, (part, whole) = Measure.UNKNOWN_SHARE, now
    more = part * usual[1] > usual[0] * whole
    found = fell(measure, scope, _rest(now) if more else now, _rest(usual) if more else usual, FLAGGED_MIN, cold=cold)
    level = Level.MOVED if found.level is Level.SHIFTED else found.level
    limit = MILLION - found.limit_millionths if more else found.limit_millionths
    return Signal(measure, scope.value, level, share_millionths(part, whole) or 0, limit, whole)


def _rest(share: tuple[int, int]) -> tuple[int, int]:
    part, whole = share
    return whole - part, whole


def has_fallen(now: tuple[int, int], usual: tuple[int, int]) -> bool:
    """Whether a share, as part and whole, has fallen by more than chance, and by enough to matter."""
    (part, whole), (usual_part, usual_whole) = now, usual
    lost = usual_part * whole - part * usual_whole  # of the share, times both wholes
    enough = lost * MILLION >= SHARE_FELL_MILLIONTHS * whole * usual_whole or 2 * lost >= usual_part * whole > 0
    return enough and chance_of_so_few(now, usual) < CHANCE


def chance_of_so_few(now: tuple[int, int], usual: tuple[int, int]) -> float:
    """How likely the window's part is so small or smaller if both shares are one (Fisher's exact test, one-sided):
    the tail of the hypergeometric distribution, from its largest term down.

    Only of a part that is less than what is usual: the terms of the tail then become smaller.
    """
    (part, whole), (usual_part, usual_whole) = now, usual
    of, rest = part + usual_part, whole + usual_whole - part - usual_part
    term = exp(_log_choose(of, part) + _log_choose(rest, whole - part) - _log_choose(of + rest, whole))
    tail = 0.0
    for smaller in range(part, max(part - TAIL_TERMS_MAX, -1), -1):
        tail += term
        if tail >= CHANCE or term <= tail * TAIL_REST:
            break
        term *= smaller * (rest - whole + smaller) / ((of - smaller + 1) * (whole - smaller + 1))
    return tail


def _log_choose(of: int, some: int) -> float:
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)


def rose(scope: Scope, now: tuple[int, int], usual: tuple[int, int], *, cold: bool) -> Signal:
    (part, whole), (usual_part, usual_whole) = now, usual
    found = share_millionths(part, whole) or 0
    if whole and not usual_whole and part >= FRAUDS_MIN:
        return Signal(Measure.FRAUD_SHARE, scope.value, Level.NO_BASELINE, found, 0, whole)
    if part + usual_part < FRAUDS_MIN or not whole or not usual_whole:
        return Signal(Measure.FRAUD_SHARE, scope.value, Level.TOO_FEW, found, 0, whole)
    was = usual_part / usual_whole
    chance = sqrt(max(was, 1 / usual_whole) * (1 / whole + 1 / usual_whole))
    limit = round(max(was * SHARE_ROSE_TIMES, was + DEVIATIONS * chance) * MILLION)
    level = Level.SHIFTED if found > limit else Level.FINE
    if cold and level is Level.SHIFTED:
        level = Level.COLD
    return Signal(Measure.FRAUD_SHARE, scope.value, level, found, limit, whole)
