"""Plays a drill by its name in a world, to its end or to the first thing that is not as it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.drills import ach_rejection, fraud_drift, partner_silent
from ops.drills.story import Story
from ops.drills.time_line import DrillFailed, TimeLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.drills.fraud_bank import FraudBank
    from ops.drills.world import World

DRILLS: Final = {ach_rejection.NAME: ach_rejection.run, partner_silent.NAME: partner_silent.run}


def play(name: str, world: World, say: Callable[[str], None]) -> TimeLine:
    """The time line, with what failed if something did."""
    return told(name, world, say, lambda line: DRILLS[name](Story(world, line)))


def play_fraud(bank: FraudBank, say: Callable[[str], None]) -> TimeLine:
    """As `play`, of the drill that needs a bank whose fraud scoring is whole."""
    return told(fraud_drift.NAME, bank, say, lambda line: fraud_drift.run(bank, line))


def told(name: str, world: World | FraudBank, say: Callable[[str], None], tell: Callable[[TimeLine], None]) -> TimeLine:
    line = TimeLine(drill=name, form=world.form, began_at=world.now(), say=say)
    try:
        tell(line)
    except DrillFailed as failed:
        say(f"FAILED at {failed.step}: it is not so that {failed.assertion}")
    else:
        say(f"passed: {len(line.asserted)} assertions, {len(line.lines)} steps")
    return line
