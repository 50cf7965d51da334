"""Runs the seed: customers, accounts, people to sign in, three months of history, every minute folded, each day signed.

The services are the real ones, wired by the composition root; only their clock is set by hand. The history ends at
least ten minutes in the past, and no minute of it is left unfolded.
"""

from __future__ import annotations

import os
import random
import secrets
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from time import sleep
from typing import TYPE_CHECKING, Final

from domain.access.model import Actor, Channel, Group, Relation
from domain.customers.model import Customer, CustomerKind
from domain.ids import internal_account, staff_id
from domain.ledger.model import Command, Posted, Refused, Registration
from domain.money import Money
from domain.refusals import Refusal
from domain.transfers.model import NumberTarget, Wish
from functions import composition, configuration
from ops.local.aws import Clients, session
from ops.local.bank import ACCESS_KEY, SECRET_KEY
from ops.seed import users
from ops.seed.fraud_models import draft_models
from ops.seed.history import DAYS, Happening, Holder, plan
from ops.seed.people import CUSTOMERS, STAFF, Person, profile_of
from ops.seed.rooting import root_history

if TYPE_CHECKING:
    from domain.ledger.folding import Folder
    from functions.composition import Bank
    from ops.local.bank import LocalBank, LocalRegion


SEED: Final = 20260401
"""The same bank every time, but for the days it lives on."""
SCOPE: Final = "bank"
ENDS_BEFORE: Final = timedelta(minutes=20)
OPENS: Final = time(9)
"""Before the first money of the first day arrives (UTC)."""
HOLD_LIFETIME: Final = timedelta(days=6)
USED_BOOKS: Final = ("vault_cash", "settlement", "card_settlement", "fee_income", "interest_expense")


FOLDS_MAX: Final = 60
FOLD_AGAIN_SECONDS: Final = 2.0


class SeedRefused(Exception):
    """A step of the seed was refused although it was planned to pass."""


class SeedNotFolded(Exception):
    """Another folder is at work on the books, and does not come to an end."""


class SetClock:
    """A clock that shows what the seed sets: every service of a region reads this one."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at


@dataclass(slots=True)
class Seeding:
    """One region on its way through three months."""

    region: LocalRegion
    bank: Bank
    clock: SetClock
    random: random.Random
    """What the history is drawn from, and nothing else: cut off and run again, it is the same history."""
    customers: dict[str, Customer] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    """Account -> currency."""
    refused: int = 0


def seed(bank: LocalBank, say: Callable[[str], None] | None = None) -> None:
    """Fills an empty bank. Safe to run again on the day it was cut off: every step has its own key."""
    tell = say or (lambda text: print(f"  {text}", file=sys.stderr, flush=True))
    ends = datetime.now(UTC) - ENDS_BEFORE
    os.environ.update(AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY)  # the engine's, not the person's
    with ThreadPoolExecutor(max_workers=len(bank.regions)) as pool:
        seedings = list(pool.map(lambda region: _region(bank, region, ends, tell), bank.regions.values()))
    staff = _staff(bank)
    _draft_models(seedings, staff)
    logins = [login for seeding in seedings for login in _logins(seeding)] + staff
    _sign_ins(bank, logins)
    tell(f"{len(logins)} people can sign in")


def _region(bank: LocalBank, region: LocalRegion, ends: datetime, tell: Callable[[str], None]) -> Seeding:
    """One region's customers, accounts and history."""
    last_day = (ends - timedelta(days=1)).date()
    started = datetime.combine(last_day - timedelta(days=DAYS - 1), OPENS, UTC)
    clock = SetClock(started)
    # Invented histories and the ids of an invented bank need no secrecy.
    history = random.Random(f"{SEED} {region.region} history")  # noqa: S311
    ids = random.Random(f"{SEED} {region.region} {ends}")  # noqa: S311  (never those of a run that was cut off)
    wired = composition.build(
        configuration.read({**region.environment, "AWS_REGION": region.region}),
        clock=clock,
        randomness=ids,
        session=session(),
        endpoint=bank.engine,
    )
    seeding = Seeding(region, wired, clock, history)
    holders = [_settle(seeding, person, number) for number, person in enumerate(CUSTOMERS[region.region])]
    _share_accounts(seeding, holders)
    happenings = plan(holders, last_day=last_day, randomness=history)
    for done, happening in enumerate(happenings):
        _live(seeding, happening, number=done)
        if done % 200 == 0:
            tell(f"{region.region}: {done} of {len(happenings)} events, {happening.at:%d %B}")
    _leave_holds(seeding, holders, ends)
    _fold(seeding, started, ends)
    rooted = root_history(wired, Clients(endpoint=bank.engine, region=region.region))
    tell(f"{region.region}: {len(holders)} customers, {len(happenings)} events, folded, {rooted} days signed")
    return seeding


def _settle(seeding: Seeding, person: Person, number: int) -> Holder:
    """A customer with their accounts."""
    jurisdiction = seeding.region.jurisdiction
    customer = seeding.bank.customers.create(
        scope=SCOPE, key=f"seed-{person.login}", kind=person.kind, profile=profile_of(person, jurisdiction, number)
    )
    if isinstance(customer, Refusal):
        raise SeedRefused(f"{person.login}: {customer.message}")
    seeding.customers[person.login] = customer
    accounts = [
        _open(seeding, customer, product=product, currency=currency, key=f"seed-{product}-{currency}")
        for product, currency in person.accounts
    ]
    (main, second), currencies = accounts, [currency for _, currency in person.accounts]
    same = currencies[0] == currencies[1]
    return Holder(person.login, person.kind, main, second if same else None, None if same else second)


def _open(seeding: Seeding, customer: Customer, *, product: str, currency: str, key: str) -> str:
    opened = seeding.bank.accounts.open_account(
        _actor(customer.id, Group.CUSTOMER), customer=customer, product=product, currency=currency, key=key
    )
    if isinstance(opened, Refusal):
        raise SeedRefused(f"{product} in {currency} for {customer.id}: {opened.message}")
    seeding.currencies[opened.id] = currency
    return opened.id


def _share_accounts(seeding: Seeding, holders: list[Holder]) -> None:
    """A couple shares an account, and a business lets its bookkeeper look."""
    people = [holder for holder in holders if holder.kind is CustomerKind.PERSON]
    businesses = [holder for holder in holders if holder.kind is CustomerKind.BUSINESS]
    shared = [(people[0], people[1], Relation.JOINT_OWNER), (businesses[0], people[2], Relation.DELEGATE)]
    for holder, other, relation in shared:
        owner = seeding.customers[holder.login]
        added = seeding.bank.accounts.add_relation(
            _actor(owner.id, Group.CUSTOMER),
            account=holder.main,
            person=seeding.customers[other.login].id,
            relation=relation,
        )
        if isinstance(added, Refusal):
            raise SeedRefused(f"{relation.value} of {holder.login}: {added.message}")


def _live(seeding: Seeding, happening: Happening, *, number: int) -> None:
    """Posts one happening. A refusal that is stored (no funds at the end of the month) is part of life."""
    seeding.clock.at = happening.at
    key = f"seed-{number}"
    if happening.kind == "transfer":
        answer: object = seeding.bank.transfers.transfer(
            _actor(seeding.customers[happening.by].id, Group.CUSTOMER),
            Wish(
                source=happening.account,
                destination=_target(seeding, happening.to or ""),
                amount=_money(seeding, happening),
                memo=happening.memo,
            ),
            key=key,
        )
    elif happening.kind == "card":
        answer = _card(seeding, happening, key)
    else:
        answer = _post(seeding, happening, key, _role(happening.kind))
    _note(seeding, answer, f"{happening.kind} of {happening.account}")


def _note(seeding: Seeding, answer: object, what: str) -> None:
    """Counts what was refused for its account's sake; any other refusal means that the plan is wrong."""
    refusal = answer.refusal if isinstance(answer, Refused) else answer
    if isinstance(refusal, Refusal):
        if not refusal.stored:
            raise SeedRefused(f"{what}: {refusal.message}")
        seeding.refused += 1


def _card(seeding: Seeding, happening: Happening, key: str) -> Posted | Refused:
    """A card payment: authorised now, cleared a day later, sometimes for a little less."""
    held = _post(
        seeding,
        replace(happening, kind="hold_placed"),
        key,
        "account",
        expires_at=happening.at + HOLD_LIFETIME,
    )
    if isinstance(held, Refused):
        return held
    seeding.clock.at = happening.at + timedelta(minutes=3)
    taken = happening.minor if seeding.random.random() < 0.7 else happening.minor - 1_00  # noqa: PLR2004
    cleared = replace(happening, kind="card_captured", minor=taken)
    return _post(seeding, cleared, f"{key}-clear", "account", hold=held.journal.hold, release_rest=True)


def _post(
    seeding: Seeding,
    happening: Happening,
    key: str,
    role: str,
    *,
    hold: str | None = None,
    expires_at: datetime | None = None,
    release_rest: bool = False,
) -> Posted | Refused:
    return seeding.bank.ledger.post(
        Command(
            kind=happening.kind,
            initiator=happening.account,
            scope=SCOPE,
            key=key,
            parties={role: happening.account},
            amounts={"amount": _money(seeding, happening)},
            hold=hold,
            expires_at=expires_at,
            release_rest=release_rest,
        )
    )


def _leave_holds(seeding: Seeding, holders: list[Holder], ends: datetime) -> None:
    """A hotel's deposits: open holds to look at, which expire in some days."""
    seeding.clock.at = ends
    for number, holder in enumerate(holders[:3]):
        deposit = Happening(at=ends, kind="hold_placed", account=holder.main, minor=120_00 + number)
        expires_at = datetime.combine(ends.date() + HOLD_LIFETIME, OPENS, UTC)
        answer = _post(seeding, deposit, f"seed-deposit-{number}", "account", expires_at=expires_at)
        _note(seeding, answer, f"deposit of {holder.login}")


def _fold(seeding: Seeding, started: datetime, ends: datetime) -> None:
    """Puts the books on the folder's list from the first day of the history on, and folds all of it."""
    code, since = seeding.region.jurisdiction, started.strftime("%Y%m%d")
    for currency in ("USD", "EUR"):
        for book in USED_BOOKS:
            seeding.bank.ledger_store.register(Registration(internal_account(code, currency, book), since))
    seeding.clock.at = datetime.now(UTC)
    fold_through(seeding.bank.folder, ends)


def fold_through(folder: Folder, ends: datetime, *, pause: Callable[[float], None] = sleep) -> None:
    """Folds until no shard lags behind the end of the history.

    Once the books are on its list, the deployed folder is at work on them too. Where both meet on a shard one of them
    gives way, and the other may be far from done when this run is over.
    """
    for _ in range(FOLDS_MAX):
        if folder.fold().up_to >= ends:
            return
        pause(FOLD_AGAIN_SECONDS)
    raise SeedNotFolded(f"the books are not folded up to {ends} after {FOLDS_MAX} runs")


def _logins(seeding: Seeding) -> list[users.Login]:
    return [
        users.Login(
            name=person.login,
            display=person.name,
            kind=person.kind.value.lower(),
            person=seeding.customers[person.login].id,
            groups=(Group.CUSTOMER,),
            region=seeding.region.region,
        )
        for person in CUSTOMERS[seeding.region.region]
    ]


def _staff(bank: LocalBank) -> list[users.Login]:
    source = random.Random(SEED)  # noqa: S311  (as above)
    hired = datetime(2026, 1, 5, tzinfo=UTC)
    return [
        users.Login(
            name=member.login,
            display=member.name,
            kind="staff",
            person=staff_id(hired, source),
            groups=member.groups,
            region=bank.home.region,
        )
        for member in STAFF
    ]


def _draft_models(seedings: list[Seeding], staff: list[users.Login]) -> None:
    """By the first analyst: drafts, which decide nothing."""
    analyst = next(login for login in staff if Group.FRAUD_ANALYST in login.groups)
    for seeding in seedings:
        draft_models(seeding.bank.registry, _actor(analyst.person, Group.FRAUD_ANALYST))


def _sign_ins(bank: LocalBank, logins: list[users.Login]) -> None:
    """Customers exist in every pool of their jurisdiction, staff in every pool."""
    password = f"Local-{secrets.token_urlsafe(12)}-7a"
    for region in bank.regions.values():
        cognito = Clients(endpoint=bank.engine, region=region.region).cognito
        for login in logins:
            if login.kind == "staff" or bank.regions[login.region].jurisdiction == region.jurisdiction:
                users.create(cognito, pool_id=region.pool_id, login=login, password=password)
    users.write(bank, logins, password)


def _actor(person: str, group: Group) -> Actor:
    return Actor(
        person=person,
        groups=frozenset({group}),
        source_ip=None,
        correlation_id="seed",
        channel=Channel.BANK,
    )


def _target(seeding: Seeding, account: str) -> NumberTarget:
    record = seeding.bank.accounts.records([account])[account]
    return NumberTarget(routing_number=record.routing_number, account_number=record.number)


def _money(seeding: Seeding, happening: Happening) -> Money:
    return Money(happening.minor, seeding.currencies[happening.account])


def _role(kind: str) -> str:
    return "source" if kind in ("payment_sent", "fee") else "destination"
