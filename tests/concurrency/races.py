"""Races: two things that cannot both be, asked at the same moment. Each pair with the outcomes that are legal.

An outcome is what the two were answered, in the order in which they stand here. Where both may post, the log
says which came first, and only one order is legal.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.ledger.model import EXPIRY_GRACE, Command, Limits, Posted
from tests.concurrency.bank import Bank, usd

POSTED: Final = "posted"
Outcome = tuple[str, str]
BEHIND: Final = timedelta(seconds=1)
"""How far the first racer's clock is behind, in the race against an expiry: open for him, it is over for the other."""
BETWEEN: Final = timedelta(seconds=0.12)
"""From one race against an expiry to the next."""
SETTING_SECONDS: Final = 0.15
"""The time that setting up one race may take, on a busy machine."""


@dataclass(frozen=True, slots=True)
class Race:
    """Two commands that start together; `at` is when, where that matters."""

    one: Command
    two: Command
    account: str
    """The log in which the two meet."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    name: str
    set_up: Callable[[Bank, int, int], Race]
    legal: Mapping[Outcome, str]
    """Outcome -> which of the two has the lower version where both posted (`one` or `two`), else nothing."""
    behind: timedelta = timedelta(0)


def _capture(bank: Bank, account: str, hold: str) -> Command:
    return bank.command("card_captured", account, parties={"account": account}, hold=hold, amounts=usd(10))


def _hold(bank: Bank, account: str, expires_at: datetime | None = None) -> str:
    placed = bank.posted("hold_placed", account, amounts=usd(10), expires_at=expires_at)
    assert placed.journal.hold is not None
    return placed.journal.hold


def capture_release(bank: Bank, _: int, __: int) -> Race:
    account = bank.open(minor=100)
    hold = _hold(bank, account)
    release = bank.command("hold_released", account, parties={"account": account}, hold=hold)
    return Race(_capture(bank, account, hold), release, account)


def capture_expiry(bank: Bank, number: int, races: int) -> Race:
    """At the start the hold has expired for the sweeper's clock and not for the capturer's, a second behind."""
    starts = bank.started + timedelta(seconds=1 + SETTING_SECONDS * races) + EXPIRY_GRACE + BETWEEN * number
    account = bank.open(minor=100)
    hold = _hold(bank, account, starts - EXPIRY_GRACE - BEHIND / 2)
    expiry = bank.command("holds_expired", account, parties={"account": account}, hold=hold)
    return Race(_capture(bank, account, hold), expiry, account, at=starts)


def reverse_reverse(bank: Bank, _: int, __: int) -> Race:
    payer, payee = bank.open(minor=100), bank.open(minor=100)
    parties = {"source": payer, "destination": payee}
    original = bank.ledger.post(bank.command("transfer", payer, parties=parties, amounts=usd(60)))
    assert isinstance(original, Posted)
    one, two = (bank.command("reversal", payer, parties={}, reverses=original.journal.id) for _ in range(2))
    return Race(one, two, payer)


def freeze_transfer(bank: Bank, _: int, __: int) -> Race:
    payer, payee = bank.open(minor=100), bank.open()
    freeze = bank.command("debits_frozen", payer, parties={"account": payer})
    return Race(freeze, _transfer(bank, payer, payee, 60), payer)


def close_credit(bank: Bank, _: int, __: int) -> Race:
    payer, payee = bank.open(minor=100), bank.open()
    close = bank.command("account_closed", payee, parties={"account": payee})
    return Race(close, _transfer(bank, payer, payee, 60), payee)


def limits_transfer(bank: Bank, _: int, __: int) -> Race:
    payer, payee = bank.open(minor=100), bank.open()
    change = bank.command("limits_set", payer, parties={"account": payer}, limits=Limits(per_transfer_minor=50))
    return Race(change, _transfer(bank, payer, payee, 60), payer)


def joint_limit(bank: Bank, _: int, __: int) -> Race:
    """Each debit alone is within the limit, and the two accounts have no log in common but the limit's."""
    limit = bank.open_joint_limit(100)
    one, two = (bank.open(minor=100, under=(limit,)) for _ in range(2))
    return Race(_withdrawal(bank, one, 60), _withdrawal(bank, two, 60), limit)


def _transfer(bank: Bank, payer: str, payee: str, minor: int) -> Command:
    parties = {"source": payer, "destination": payee}
    return bank.command("transfer", payer, parties=parties, amounts=usd(minor))


def _withdrawal(bank: Bank, payer: str, minor: int) -> Command:
    return bank.command("cash_withdrawal", payer, parties={"source": payer}, amounts=usd(minor))


PAIRS: Final = (
    Pair(
        name="capture/release",
        set_up=capture_release,
        legal={(POSTED, "HOLD_UNKNOWN"): "", ("HOLD_UNKNOWN", POSTED): ""},
    ),
    Pair(
        name="capture/expiry",
        set_up=capture_expiry,
        # Late for the capturer's clock too: then he hears that it has expired, or that it is gone.
        legal={(POSTED, "HOLD_UNKNOWN"): "", ("HOLD_UNKNOWN", POSTED): "", ("HOLD_EXPIRED", POSTED): ""},
        behind=BEHIND,
    ),
    Pair(
        name="reverse/reverse",
        set_up=reverse_reverse,
        legal={(POSTED, "NOTHING_TO_REVERSE"): "", ("NOTHING_TO_REVERSE", POSTED): ""},
    ),
    Pair(
        name="freeze/transfer",
        set_up=freeze_transfer,
        legal={(POSTED, POSTED): "two", (POSTED, "ACCOUNT_FROZEN"): ""},
    ),
    Pair(
        name="close/credit",
        set_up=close_credit,
        legal={(POSTED, "DESTINATION_UNAVAILABLE"): "", ("BALANCE_NOT_ZERO", POSTED): ""},
    ),
    Pair(
        name="limit change/transfer",
        set_up=limits_transfer,
        legal={(POSTED, POSTED): "two", (POSTED, "LIMIT_EXCEEDED"): ""},
    ),
    Pair(
        name="two accounts under one joint limit",
        set_up=joint_limit,
        legal={(POSTED, "LIMIT_EXCEEDED"): "", ("LIMIT_EXCEEDED", POSTED): ""},
    ),
)


def wait_for(race: Race) -> None:
    if race.at is not None:
        time.sleep(max(0.0, (race.at - datetime.now(UTC)).total_seconds()))
