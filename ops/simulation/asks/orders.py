"""Transfers on days to come: ordered, and cancelled again."""

from datetime import timedelta

from domain.calendars import calendar_day
from domain.money import Money
from domain.transfers.model import Rhythm, Schedule, Wish
from ops.simulation.cast import acting
from ops.simulation.operations import Operation
from ops.simulation.scene import Scene


def order(scene: Scene) -> Operation:
    source = scene.party()
    payee = scene.party(source.currency, source)
    key, actor = scene.key(), acting(source.owner)
    wish = Wish(source.account, payee.target, Money(scene.minor(), source.currency))
    today = calendar_day(scene.settings.jurisdiction, scene.time.now())
    weekly = scene.chance(0.15)
    days = Schedule(
        rhythm=Rhythm.WEEKLY if weekly else Rhythm.ONCE,
        starts_on=today + timedelta(days=scene.rng.randrange(1, 4)),
        count=2 if weekly else None,
    )
    return Operation(
        text=f"order {source.name} -> {payee.name} {wish.amount.minor} {days.rhythm} from {days.starts_on} [{key}]",
        kind="order",
        ask=lambda process: process.transfers.orders.schedule(actor, wish, days=days, key=key),
        initiator=source.account,
        scope=actor.person,
        key=key,
        keyed=False,
    )


def cancel(scene: Scene) -> Operation | None:
    ordered = scene.done("order")
    if not ordered:
        return None
    ended = [one for one in ordered if one.told and scene.has_ended(one.told.mark)]
    found = scene.rng.choice(ended if ended and scene.chance(0.5) else ordered)
    actor = acting(scene.party_of(found.initiator).owner)
    order_id = found.told.mark if found.told else ""
    return Operation(
        text=f"cancellation of ({found.text})",
        kind="cancellation",
        ask=lambda process: process.transfers.orders.cancel(actor, order_id),
        keyed=False,
    )
