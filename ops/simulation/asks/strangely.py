"""What is refused before any account's state is asked: of people, products, regions and keys that do not fit."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from domain.access.model import Relation
from domain.accounts.model import (
    RELATIONS_MAX,
    AccountKeyReused,
    CustomerErased,
    LimitAboveProduct,
    ProductUnavailable,
    Related,
    TooManyRelations,
)
from domain.accounts.numbers import random_number
from domain.calendars import calendar_day
from domain.customers.model import Customer, CustomerStatus
from domain.ids import customer_id
from domain.ledger.model import Limits
from domain.money import Money
from domain.refusals import CrossRegionNotSupported, JurisdictionMismatch, NotAllowed, Refusal, WrongRegion
from domain.transfers.model import NumberTarget, OrderKeyReused, Rhythm, Schedule, Wish
from ops.simulation.cast import acting, clerk
from ops.simulation.operations import Operation
from ops.simulation.processes import Process
from ops.simulation.scene import Scene

WEST_SLOT: Final = 1_000
"""A slot of the same jurisdiction that another region serves."""
OF_THE_WEST: Final = "acc_us1000_01J00000000000000000000007"
OF_EUROPE: Final = "cus_eu_01J00000000000000000000007"


def not_theirs(scene: Scene) -> Operation:
    """A customer freezes an account: only staff may."""
    party, key = scene.party(), scene.key()
    return Operation(
        text=f"freeze of {party.name} by its owner [{key}]",
        kind="account_frozen",
        ask=lambda process: process.accounts.freeze(
            acting(party.owner), account=party.account, key=key, debits_only=False
        ),
        initiator=party.account,
        scope=party.owner.id,
        key=key,
        only=NotAllowed.code,
    )


def from_elsewhere(scene: Scene) -> Operation:
    payee, key = scene.party("USD"), scene.key()
    actor, wish = acting(payee.owner), Wish(OF_THE_WEST, payee.target, Money(scene.minor(), "USD"))
    return Operation(
        text=f"transfer from an account of another region -> {payee.name} [{key}]",
        kind="transfer",
        ask=lambda process: process.transfers.transfer(actor, wish, key=key),
        initiator=OF_THE_WEST,
        scope=actor.person,
        key=key,
        only=WrongRegion.code,
    )


def to_elsewhere(scene: Scene) -> Operation:
    source, key = scene.party("USD"), scene.key()
    target = NumberTarget(source.target.routing_number, random_number(WEST_SLOT, scene.rng))
    actor, wish = acting(source.owner), Wish(source.account, target, Money(scene.minor(), "USD"))
    return Operation(
        text=f"transfer {source.name} -> an account of another region [{key}]",
        kind="transfer",
        ask=lambda process: process.transfers.transfer(actor, wish, key=key),
        initiator=source.account,
        scope=actor.person,
        key=key,
        only=CrossRegionNotSupported.code,
    )


def key_of_an_opening(scene: Scene) -> Operation | None:
    """Used again for an account in another currency."""
    opened = scene.done("opening")
    if not opened:
        return None
    first = scene.rng.choice(opened)
    party = scene.party_of(first.told.mark if first.told else "")
    other = "EUR" if party.currency == "USD" else "USD"
    return _opening(f"with the key of ({first.text})", party.owner, first.key, AccountKeyReused.code, currency=other)


def unknown_product(scene: Scene) -> Operation:
    owner = scene.party().owner
    return _opening("of no product", owner, scene.key(), ProductUnavailable.code, product="platinum")


def by_the_erased(scene: Scene) -> Operation:
    erased = replace(scene.party().owner, status=CustomerStatus.ERASED)
    return _opening("by a customer who was erased", erased, scene.key(), CustomerErased.code)


def _opening(
    text: str, owner: Customer, key: str, only: str, *, product: str = "checking", currency: str = "USD"
) -> Operation:
    return Operation(
        text=f"opening {text} [{key}]",
        kind="opening",
        ask=lambda process: process.accounts.open_account(
            acting(owner), customer=owner, product=product, currency=currency, key=key
        ),
        key=key,
        keyed=False,
        only=only,
    )


def above_the_product(scene: Scene) -> Operation:
    party, key = scene.party(), scene.key()
    limits = Limits(per_day_minor=10**15)
    actor = clerk()
    return Operation(
        text=f"limits_set {party.name}, above its product [{key}]",
        kind="limits_set",
        ask=lambda process: process.accounts.set_limits(actor, account=party.account, limits=limits, key=key),
        initiator=party.account,
        scope=actor.person,
        key=key,
        only=LimitAboveProduct.code,
    )


def key_of_an_order(scene: Scene) -> Operation | None:
    """Used again for another amount."""
    ordered = scene.done("order")
    if not ordered:
        return None
    first = scene.rng.choice(ordered)
    source = scene.party_of(first.initiator)
    wish = Wish(source.account, scene.party(source.currency, source).target, Money(77_777, source.currency))
    today = calendar_day(scene.settings.jurisdiction, scene.time.now())
    days = Schedule(rhythm=Rhythm.ONCE, starts_on=today + timedelta(days=2), count=None)
    return Operation(
        text=f"another order with the key of ({first.text})",
        kind="order",
        ask=lambda process: process.transfers.orders.schedule(acting(source.owner), wish, days=days, key=first.key),
        key=first.key,
        keyed=False,
        only=OrderKeyReused.code,
    )


def of_another_jurisdiction(scene: Scene) -> Operation:
    party = scene.party()
    return Operation(
        text=f"relation of a customer of another jurisdiction to {party.name}",
        kind="relation",
        ask=lambda process: process.accounts.add_relation(
            clerk(), account=party.account, person=OF_EUROPE, relation=Relation.DELEGATE
        ),
        keyed=False,
        only=JurisdictionMismatch.code,
    )


def with_too_many(scene: Scene) -> Operation:
    """One delegate more than an account may have."""
    party, now = scene.party(), scene.time.now()
    people = [customer_id("us", now, scene.rng) for _ in range(RELATIONS_MAX + 1)]

    def ask(process: Process) -> Related | Refusal:
        for person in people[:-1]:
            process.accounts.add_relation(clerk(), account=party.account, person=person, relation=Relation.DELEGATE)
        return process.accounts.add_relation(
            clerk(), account=party.account, person=people[-1], relation=Relation.DELEGATE
        )

    return Operation(
        text=f"a delegate too many of {party.name}",
        kind="relation",
        ask=ask,
        keyed=False,
        only=TooManyRelations.code,
    )
