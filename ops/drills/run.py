"""Plays a drill by its name in a world, to its end or to the first thing that is not as it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.drills import ach_rejection, partner_silent
from ops.drills.story import Story
from ops.drills.time_line import DrillFailed, TimeLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from ops.drills.world import World

DRILLS: Final = {ach_rejection.NAME: ach_rejection.run, partner_silent.NAME: partner_silent.run}


def play(name: str, world: World, say: Callable[[str], None]) -> TimeLine:
    """The time line, with what failed if something did."""
    line = TimeLine(drill=name, form=world.form, began_at=world.now(), say=say)
    try:
        DRILLS[name](Story(world, line))
    except DrillFailed as failed:
        say(f"FAILED at {failed.step}: it is not so that {failed.assertion}")
    else:
        say(f"passed: {len(line.asserted)} assertions, {len(line.lines)} steps")
    return line
