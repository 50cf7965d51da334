"""What is asked badly: a key used again for something else, accounts and amounts that make no sense."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from domain.calendars import calendar_day
from domain.ledger.model import Command
from domain.money import Money
from domain.refusals import IdempotencyKeyReused
from ops.simulation.asks.posting import posting
from ops.simulation.operations import Operation
from ops.simulation.scene import BANK, Scene

NOBODY: Final = "acc_us0001_01J00000000000000000000009"
"""The id of an account that does not exist."""
DAYS_TO_COME: Final = 400
"""Longer than any history, so that it is still to come when a caller asks again."""
HOLD_OF_NOBODY: Final = "hld_us0001_01j00000000000000000000009"


def other_body(scene: Scene) -> Operation | None:
    """A key that led to a journal, with another request."""
    used = [one for one in scene.asked[-40:] if one.kind == "transfer" and one.told and one.told.for_ever]
    if not used:
        return None
    first = scene.rng.choice(used)
    party = scene.party_of(first.initiator)
    command = Command(
        kind="cash_withdrawal",
        initiator=first.initiator,
        scope=first.scope,
        key=first.key,
        parties={"source": first.initiator},
        amounts={"amount": Money(scene.minor(), party.currency)},
    )
    operation = posting(command, f"with the key of ({first.text})")
    operation.keyed = False
    operation.only = IdempotencyKeyReused.code
    return operation


def again(scene: Scene) -> Operation | None:
    """The very same request, long after its answer."""
    asked = [one for one in scene.asked[-40:] if one.told is not None and one.keyed]
    return scene.rng.choice(asked) if asked else None


def nonsense(scene: Scene) -> Operation:
    """A transfer that cannot mean anything for these accounts."""
    source = scene.party("USD")
    payee = scene.party("USD", source)
    command = Command(
        kind="transfer",
        initiator=source.account,
        scope=BANK,
        key=scene.key(),
        parties={"source": source.account, "destination": payee.account},
        amounts={"amount": Money(scene.minor(), "USD")},
    )
    today = calendar_day(scene.settings.jurisdiction, scene.time.now())
    what, bad = scene.rng.choice(
        (
            ("of nothing", replace(command, amounts={"amount": Money(0, "USD")})),
            ("to itself", replace(command, parties={"source": source.account, "destination": source.account})),
            ("to nobody", replace(command, parties={"source": source.account, "destination": NOBODY})),
            ("in another currency", replace(command, amounts={"amount": Money(100, "EUR")})),
            ("for a day to come", replace(command, effective_on=today + timedelta(days=DAYS_TO_COME))),
        )
    )
    return posting(bad, f"{source.name} {what}")


def back_dated(scene: Scene) -> Operation:
    """Nothing bad: effective some days ago."""
    party = scene.party()
    minor = scene.minor()
    today = calendar_day(scene.settings.jurisdiction, scene.time.now())
    command = Command(
        kind="fee",
        initiator=party.account,
        scope=BANK,
        key=scene.key(),
        parties={"source": party.account},
        amounts={"amount": Money(minor, party.currency)},
        effective_on=today - timedelta(days=scene.rng.randrange(1, 80)),
    )
    effects = {party.account: -minor, f"fee_income/{party.currency}": minor}
    return posting(command, f"{party.name} {minor}, back-dated", effects)


def unknown_hold(scene: Scene) -> Operation:
    party = scene.party()
    command = Command(
        kind="hold_released",
        initiator=party.account,
        scope=BANK,
        key=scene.key(),
        parties={"account": party.account},
        hold=HOLD_OF_NOBODY,
    )
    return posting(command, f"{party.name}, of no hold")
