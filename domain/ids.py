"""Identifiers with readable prefixes. Ids grant nothing; they say what a thing is and where it lives.

cus_us_01K…            customer, with its jurisdiction
stf_01K…               member of staff
acc_us0417_01K…        customer account: jurisdiction, slot, ULID
inc_us0417_01K…        the incoming internal account of that account (batched credits)
lim_us0417_01K…        joint limit: a log of its own
ord_us0417_01K…        transfer order (scheduled, recurring)
pay_us0417_<base32>    payment: the same text as a journal of its account, scope and key would have
ent_us0417_<base32>    ACH entry that we originate, named after what it is made of
rce_us9999_<base32>    ACH entry that came in, named after its file and line; in no slot
rcf_us_useast1_<hex>   ACH file that came in, named after where it was put, its name and its content
fil_us_useast1_20261130-SD1_1  ACH file: its region, window and number; one that replaces it adds a point and a number
bat_us_useast1_20261130-SD1_1_3  ACH batch: its file and its number in that
cpy_us0417_01K…        counterparty: a customer's account at another bank, in the customer's own slot
jrn_us0417_<base32>    journal, in the slot of its initiating account
hld_us0417_<base32>    hold: the same text as the journal that placed it
dlv_01K…               delivery of a partner
int_us_usd_settlement  internal account: jurisdiction, currency, name in the chart of accounts
apr_<base32>           approval: of its maker and the maker's key
cas_<base32>           case: of its kind, its subject and the key it was opened with
dec_<base32>           fraud decision: of the payment or journal that it judges
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_MAX: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
_ULID_LENGTH: Final = 26
_ULID_TIME_LENGTH: Final = 10
"""The signs, of the 26, that hold the milliseconds."""
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = tuple(first + second for first in _CROCKFORD for second in _CROCKFORD)
"""Two signs for each ten bits."""
_PLACED = re.compile(r"(acc|inc|lim|ord|cpy|jrn|hld|pay|ent|rce)_([a-z]{2})([0-9]{4})_([0-9A-Za-z]{26,32})", re.ASCII)
_CUSTOMER = re.compile(r"cus_([a-z]{2})_([0-9A-HJKMNP-TV-Z]{26})", re.ASCII)
_INTERNAL = re.compile(r"int_([a-z]{2})_([a-z]{3})_([a-z0-9_]{1,40})", re.ASCII)
_STAFF = re.compile(r"stf_[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)
_DELIVERY = re.compile(r"dlv_[0-9A-HJKMNP-TV-Z]{26}", re.ASCII)
_FILE = re.compile(r"fil_[a-z]{2}_[a-z0-9]{6,16}_[0-9A-Z-]{8,20}_[0-9]{1,4}(\.[0-9]{1,2}){0,8}", re.ASCII)
_BATCH = re.compile(rf"bat_({_FILE.pattern.removeprefix('fil_')})_([0-9]{{1,4}})", re.ASCII)
_RECEIVED_FILE = re.compile(r"rcf_[a-z]{2}_[a-z0-9]{6,16}_[0-9a-f]{32}", re.ASCII)
_NAMED = re.compile(r"int_[a-z]{2}_[a-z]{3}_[a-z_]{1,40}", re.ASCII)
"""Names in the chart of accounts have no digits."""
_WORK = re.compile(r"(apr|cas|dec)_[a-z2-7]{32}", re.ASCII)
_SHAPES: Final = (_PLACED, _CUSTOMER, _STAFF, _DELIVERY, _FILE, _BATCH, _RECEIVED_FILE, _NAMED, _WORK)
ID_LENGTH_MAX: Final = 64
NO_SLOT: Final = "9999"
"""Stands where a slot would, in ids of what belongs to no account."""
JOURNAL_IDS_KEPT: Final = 256
"""A request asks for the id of its journal several times: what its key led to, each attempt, a retry."""


class Randomness(Protocol):
    """The part of `random.Random` that the bank uses; `random.SystemRandom` on a server, a seed in a test."""

    def getrandbits(self, k: int, /) -> int: ...
    def random(self) -> float: ...
    def randrange(self, start: int, stop: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account, journal, hold, limit, order or counterparty lives."""

    jurisdiction: str
    slot: int

    def __str__(self) -> str:
        return f"{self.jurisdiction}{self.slot:04d}"


def ulid(now: datetime, randomness: Randomness) -> str:
    """A ULID: 48 bits of milliseconds and 80 random bits, in Crockford's base32; sorts by time."""
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    value = (milliseconds << 80) | randomness.getrandbits(80)
    return "".join([_PAIRS[(value >> shift) & 1023] for shift in range(120, -1, -10)])


def ulid_moment(placed_id: str) -> datetime | None:
    """When the ULID of an id was made, to the millisecond; None when the id has none."""
    match = _PLACED.fullmatch(placed_id)
    if match is None or len(match[4]) != _ULID_LENGTH:
        return None
    value = 0
    for sign in match[4][:_ULID_TIME_LENGTH]:
        digit = _CROCKFORD.find(sign)
        if digit < 0:
            return None
        value = value * len(_CROCKFORD) + digit
    return _EPOCH + timedelta(milliseconds=value) if value <= _MILLISECONDS_MAX else None


def customer_id(jurisdiction: str, now: datetime, randomness: Randomness) -> str:
    return f"cus_{jurisdiction}_{ulid(now, randomness)}"


def staff_id(now: datetime, randomness: Randomness) -> str:
    return f"stf_{ulid(now, randomness)}"


def delivery_id(now: datetime, randomness: Randomness) -> str:
    return f"dlv_{ulid(now, randomness)}"


def account_id(place: Place, now: datetime, randomness: Randomness) -> str:
    return f"acc_{place}_{ulid(now, randomness)}"


def joint_limit_id(place: Place, now: datetime, randomness: Randomness) -> str:
    return f"lim_{place}_{ulid(now, randomness)}"


def order_id(place: Place, now: datetime, randomness: Randomness) -> str:
    return f"ord_{place}_{ulid(now, randomness)}"


def counterparty_id(place: Place, now: datetime, randomness: Randomness) -> str:
    return f"cpy_{place}_{ulid(now, randomness)}"


def incoming_account(account: str) -> str:
    """The internal account that takes the credits of an account switched to batching."""
    return "inc_" + account.removeprefix("acc_")


def internal_account(jurisdiction: str, currency: str, name: str) -> str:
    return f"int_{jurisdiction}_{currency.lower()}_{name}"


@lru_cache(maxsize=JOURNAL_IDS_KEPT)
def journal_id(initiator: str, scope: str, key: str) -> str:
    """hash(initiating account, scope, idempotency key): 160 bits, in the slot of the initiating account."""
    joined = f"{initiator}\x00{scope}\x00{key}".encode()
    text = base64.b32encode(hashlib.sha256(joined).digest()[:20]).decode().lower()
    return f"jrn_{_place_text(initiator)}_{text}"


def work_id(prefix: str, *parts: str) -> str:
    """An id that follows from what a piece of work is, so that asking for it twice asks for it once: 160 bits."""
    digest = hashlib.sha256("\x00".join(parts).encode()).digest()[:20]
    return f"{prefix}_{base64.b32encode(digest).decode().lower()}"


def decision_id(subject: str) -> str:
    """What is judged is judged once."""
    return work_id("dec", subject)


def hold_id(placing_journal: str) -> str:
    """A hold is named after the journal that placed it."""
    return "hld_" + placing_journal.removeprefix("jrn_")


def payment_id(account: str, scope: str, key: str) -> str:
    """A payment is made once for its account, scope and key, as a journal is."""
    return "pay_" + journal_id(account, scope, key).removeprefix("jrn_")


def entry_id(subject: str, *parts: str) -> str:
    """An ACH entry is made once of what it is made of, such as a payment and its attempt; it lies where that lies."""
    return "ent_" + journal_id(subject, "entry", "\x00".join(parts)).removeprefix("jrn_")


def received_entry_id(jurisdiction: str, file: str, line: int) -> str:
    """An ACH entry that came in is the line of a file, and lies in no slot."""
    return f"rce_{jurisdiction}{NO_SLOT}_{work_id('rce', file, str(line)).removeprefix('rce_')}"


def batch_id(file: str, number: int) -> str:
    """An ACH batch is one of a file, by its number there."""
    return f"bat_{file.removeprefix('fil_')}_{number}"


def file_of_batch(batch: str) -> tuple[str, int] | None:
    """The file of a batch and its number there; None when the text is no such id."""
    match = _BATCH.fullmatch(batch)
    return (f"fil_{match[1]}", int(match.groups()[-1])) if match else None


def place_of(placed_id: str) -> Place | None:
    """The place that stands in the id of an account or of what lives beside one; None when the text is no such id."""
    match = _PLACED.fullmatch(placed_id)
    return Place(match[2], int(match[3])) if match else None


def prefix_of(any_id: str) -> str:
    return any_id.partition("_")[0]


def is_account(text: str) -> bool:
    return text.startswith("acc_") and place_of(text) is not None


def is_internal(account: str) -> bool:
    """Internal accounts keep their legs as items of their own; `inc_` accounts are internal too."""
    return account.startswith(("int_", "inc_"))


def customer_jurisdiction(text: str) -> str | None:
    match = _CUSTOMER.fullmatch(text)
    return match[1] if match else None


def is_id(text: str) -> bool:
    """Whether it has the whole shape of some id. Nothing else that people write has: no name, no number of a card."""
    return any(shape.fullmatch(text) for shape in _SHAPES)


def internal_currency(account: str) -> str | None:
    match = _INTERNAL.fullmatch(account)
    return match[2].upper() if match else None


def _place_text(initiator: str) -> str:
    place = place_of(initiator)
    if place:
        return str(place)
    match = _INTERNAL.fullmatch(initiator.partition("@")[0])  # a shard's log is its account's
    if not match:
        raise ValueError(f"{initiator[:ID_LENGTH_MAX]!r} is no account")
    return f"{match[1]}{NO_SLOT}"  # journals that an internal account initiates have no slot
