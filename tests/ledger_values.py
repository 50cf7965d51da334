"""Ledger values for tests: plain examples with everything else filled in, and strategies over the whole model."""

import base64
import hashlib
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from domain.ids import hold_id
from domain.ledger.hashing import GENESIS, digest_of, sealed_line
from domain.ledger.kinds import KINDS
from domain.ledger.model import (
    HOLDS_MAX,
    JOINT_LIMITS_MAX,
    LEGS_MAX,
    MEMO_BYTES_MAX,
    Batching,
    Claim,
    Hold,
    ItemPlace,
    Journal,
    Leg,
    LegItem,
    Limits,
    Line,
    LinePlace,
    Position,
    Registration,
    Side,
    State,
    Status,
    Total,
)
from domain.money import AMOUNT_MINOR_MAX, EXPONENTS, Money
from domain.refusals import Refusal, stored_refusals

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, UTC)
MONDAY = date(2026, 3, 2)
REGION = "us-east-1"
SETTLEMENT = "int_us_usd_settlement"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def account(n: int, *, slot: int = 17) -> str:
    return f"acc_us{slot:04d}_01KAE7Z0Q8{n:016d}"


def joint_limit(n: int) -> str:
    return f"lim_us0017_01KAE7Z0Q8{n:016d}"


def journal_named(name: str, *, place: str = "us0017") -> str:
    text = base64.b32encode(hashlib.sha256(name.encode()).digest()[:20]).decode().lower()
    return f"jrn_{place}_{text}"


def digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def hold(n: int, *, remaining_minor: int = 25_00, expires_at: datetime | None = NOON + timedelta(days=7)) -> Hold:
    return Hold(hold_id(journal_named(f"hold {n}")), remaining_minor, expires_at)


def holds_of(*holds: Hold) -> dict[str, Any]:
    """The fields of a state that follow from its open holds; the position is filled in by `state`."""
    return {
        "holds": holds,
        "holds_count": len(holds),
        "held_minor": sum(hold.remaining_minor for hold in holds),
        "earliest_expiry": min((hold.expires_at for hold in holds if hold.expires_at), default=None),
    }


def state(name: str, seq: int = 1, *, epoch: int = 1, **said: Any) -> State:
    position = Position(epoch, seq)
    if said.get("holds"):
        said.setdefault("holds_at", position)
    facts: dict[str, Any] = {"currency": "USD", "booked_at": NOON, "booked_day": MONDAY, **said}
    return State(account=name, position=position, **facts)


def line(name: str, seq: int = 1, *, journal: str | None = None, **said: Any) -> Line:
    of_line = {field: said.pop(field) for field in list(said) if field in Line.__dataclass_fields__}
    facts: dict[str, Any] = {
        "journal": journal or journal_named(f"{name} {seq}"),
        "digest": digest(f"{name} {seq}"),
        "kind": "transfer",
        "amount_minor": -10_50,
        "held_change_minor": 0,
        "counter": account(99),
        "effective_on": MONDAY,
        "subject": None,
        "released": (),
        "previous_hash": GENESIS,
        **of_line,
    }
    return sealed_line(Line(state=state(name, seq, **said), **facts))


def journal(name: str, *, seal: bool = True, **said: Any) -> Journal:
    """A transfer of 10.50 from the first account to the second, each line the first of its log."""
    facts: dict[str, Any] = {
        "id": journal_named(name),
        "kind": "transfer",
        "initiator": account(1),
        "legs": (
            Leg(account(1), Side.DEBIT, Money(10_50, "USD"), LinePlace(1, 1)),
            Leg(account(2), Side.CREDIT, Money(10_50, "USD"), LinePlace(1, 1)),
        ),
        "lines": ((account(1), Position(1, 1)), (account(2), Position(1, 1))),
        "booked_at": NOON,
        "booked_day": MONDAY,
        "effective_on": MONDAY,
        "fingerprint": f"1:{digest(name).hex()}",
        "amount": Money(10_50, "USD"),
        **said,
    }
    made = Journal(**facts)
    return Journal(**{**facts, "digest": digest_of(made)}) if seal else made


def leg_item(name: str, *, shard: int = 0, leg: int = 1, minor: int = 10_50, **said: Any) -> LegItem:
    facts: dict[str, Any] = {
        "account": SETTLEMENT,
        "region": REGION,
        "journal": journal_named(name),
        "digest": digest(name),
        "kind": "payment_sent",
        "currency": "USD",
        "counter": account(1),
        "booked_at": NOON,
        "booked_day": MONDAY,
        "effective_on": MONDAY,
        **said,
    }
    return LegItem(shard=shard, leg=leg, signed_minor=minor, **facts)


def total(seq: int, *, shard: int = 0) -> Total:
    return Total(
        account=SETTLEMENT,
        region=REGION,
        shard=shard,
        position=Position(1, seq),
        day="20260302",
        hhmm=f"{12 + seq // 60:02d}{seq % 60:02d}",
        booked_day=MONDAY,
        count=2,
        credits_minor=10**20,
        debits_minor=5,
        posted_minor=-(10**37),
        digest=digest("minute"),
        previous_hash=digest("before"),
        hash=digest("after"),
    )


# Strategies.

numbers_of_38_digits = st.integers(min_value=-(10**38) + 1, max_value=10**38 - 1)
amounts = st.integers(min_value=1, max_value=AMOUNT_MINOR_MAX)
currencies = st.sampled_from(sorted(EXPONENTS))
money = st.builds(Money, amounts, currencies)
instants = st.datetimes(datetime(2001, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive here
days = st.dates(date(2001, 1, 1), date(2200, 1, 1))
digests = st.binary(min_size=32, max_size=32)
kinds = st.sampled_from(sorted(KINDS))
places = st.builds("{}{:04d}".format, st.sampled_from(["us", "eu"]), st.integers(0, 9999))
ulids = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from("01234567"),
    st.text(alphabet=_CROCKFORD, min_size=25, max_size=25),
)
hashes = st.binary(min_size=20, max_size=20).map(lambda raw: base64.b32encode(raw).decode().lower())
journal_ids = st.builds("jrn_{}_{}".format, places, hashes)
hold_ids = st.builds("hld_{}_{}".format, places, hashes)
account_ids = st.builds("acc_{}_{}".format, places, ulids)
incoming_ids = st.builds("inc_{}_{}".format, places, ulids)
limit_ids = st.builds("lim_{}_{}".format, places, ulids)
internal_ids = st.sampled_from([SETTLEMENT, "int_eu_eur_fee_income", "int_us_usd_payout_clearing"])
shard_ids = st.builds("{}@{}.{}".format, internal_ids, st.just(REGION), st.integers(0, 99))
log_ids = st.one_of(account_ids, limit_ids, shard_ids)
leg_accounts = st.one_of(account_ids, internal_ids, incoming_ids, shard_ids)
positions = st.builds(Position, st.integers(1, 9999), st.integers(1, 10**12 - 1))

holds = st.builds(Hold, hold_ids, st.integers(0, 10**38 - 1), st.none() | instants)
limits = st.builds(Limits, amounts | st.just(0), st.none() | amounts, st.none() | amounts)


@st.composite
def states(draw: st.DrawFn) -> State:
    position = draw(positions)
    listed = draw(st.none() | st.lists(holds, max_size=HOLDS_MAX).map(tuple))
    if listed is None:
        of_holds: dict[str, Any] = {
            "holds": None,
            "holds_count": draw(st.integers(1, HOLDS_MAX)),
            "holds_at": draw(positions),
            "earliest_expiry": draw(st.none() | instants),
        }
    else:
        of_holds = holds_of(*listed) | {"holds_at": position if listed else None}
    return State(
        account=draw(log_ids),
        position=position,
        currency=draw(currencies),
        normal=draw(st.sampled_from(Side)),
        posted_minor=draw(numbers_of_38_digits),
        held_minor=draw(numbers_of_38_digits),
        **{name: value for name, value in of_holds.items() if name != "held_minor"},
        status=draw(st.sampled_from(Status)),
        limits=draw(limits),
        joint_limits=draw(st.lists(limit_ids, max_size=JOINT_LIMITS_MAX).map(tuple)),
        batching=draw(st.sampled_from(Batching)),
        day=draw(st.none() | days),
        day_debits_minor=draw(numbers_of_38_digits),
        booked_at=draw(instants),
        booked_day=draw(days),
        hash=draw(digests | st.just(b"")),
    )


lines = st.builds(
    Line,
    state=states(),
    journal=journal_ids,
    digest=digests,
    kind=kinds,
    amount_minor=numbers_of_38_digits,
    held_change_minor=numbers_of_38_digits,
    counter=st.none() | leg_accounts,
    effective_on=days,
    subject=st.none() | hold_ids | journal_ids,
    released=st.lists(hold_ids, max_size=HOLDS_MAX).map(tuple),
    previous_hash=digests,
)

line_places = st.builds(LinePlace, st.integers(1, 9999), st.integers(1, 10**12 - 1))
item_places = st.builds(ItemPlace, st.sampled_from([REGION, "eu-west-1"]), st.integers(0, 999))
legs = st.builds(Leg, leg_accounts, st.sampled_from(Side), money, line_places | item_places)

_facts = {"str": st.text(max_size=40), "int": numbers_of_38_digits, "str | None": st.none() | st.text(max_size=40)}


def refusals_of(kind: type[Refusal]) -> st.SearchStrategy[Refusal]:
    """Any refusal of one class, its facts drawn by their declared types."""
    facts = {field.name: _facts[_type_name(field.type)] for field in fields(kind)}
    return st.builds(kind, **facts)


def _type_name(declared: Any) -> str:
    return declared.__name__ if isinstance(declared, type) else str(declared)


stored = st.one_of([refusals_of(kind) for kind in stored_refusals().values()])
written_lines = st.lists(st.tuples(log_ids, positions), max_size=6).map(tuple)
evidence = st.lists(st.text(max_size=80), max_size=5).map(tuple)


@st.composite
def journals(draw: st.DrawFn) -> Journal:
    of_legs = draw(st.lists(legs, max_size=LEGS_MAX).map(tuple))
    more = draw(written_lines)
    from_legs = tuple(
        (leg.account, Position(leg.place.epoch, leg.place.seq)) for leg in of_legs if isinstance(leg.place, LinePlace)
    )
    return Journal(
        id=draw(journal_ids),
        kind=draw(kinds),
        initiator=draw(st.one_of(account_ids, internal_ids, incoming_ids)),
        legs=of_legs,
        lines=draw(st.sampled_from([from_legs, from_legs + more, more, from_legs[::-1]])),
        booked_at=draw(instants),
        booked_day=draw(days),
        effective_on=draw(days),
        fingerprint=draw(digests.map(lambda raw: f"1:{raw.hex()}") | st.text(min_size=1, max_size=90)),
        refusal=draw(st.none() | stored),
        amount=draw(st.none() | money),
        reverses=draw(st.none() | journal_ids),
        hold=draw(st.none() | hold_ids),
        expires_at=draw(st.none() | instants),
        forced=draw(st.booleans()),
        shortfall_minor=draw(st.integers(0, 10**38 - 1)),
        memo=draw(st.none() | st.binary(min_size=1, max_size=MEMO_BYTES_MAX)),
        evidence=draw(evidence),
        digest=draw(digests),
    )


leg_items = st.builds(
    LegItem,
    account=st.one_of(internal_ids, incoming_ids),
    region=st.sampled_from([REGION, "eu-west-1"]),
    shard=st.integers(0, 999),
    journal=journal_ids,
    digest=digests,
    leg=st.integers(0, LEGS_MAX - 1),
    kind=kinds,
    signed_minor=numbers_of_38_digits,
    currency=currencies,
    counter=st.none() | leg_accounts,
    booked_at=instants,
    booked_day=days,
    effective_on=days,
)
claims = st.builds(Claim, journal_ids, st.integers(1, 999_999), journal_ids, st.integers(1, 10**38 - 1))
registrations = st.builds(Registration, st.one_of(internal_ids, incoming_ids), days.map(lambda day: f"{day:%Y%m%d}"))
totals = st.builds(
    Total,
    account=st.one_of(internal_ids, incoming_ids),
    region=st.sampled_from([REGION, "eu-west-1"]),
    shard=st.integers(0, 999),
    position=positions,
    day=days.map(lambda day: f"{day:%Y%m%d}"),
    hhmm=st.times().map(lambda time: f"{time:%H%M}"),
    booked_day=days,
    count=st.integers(0, 10**9),
    credits_minor=st.integers(0, 10**38 - 1),
    debits_minor=st.integers(0, 10**38 - 1),
    posted_minor=numbers_of_38_digits,
    digest=digests,
    previous_hash=digests,
    hash=digests,
)
