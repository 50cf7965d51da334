"""A command's legs before they have their places: the template filled, or an original turned round.

Also what makes a command meaningless for its accounts, of which nothing is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from domain.ids import incoming_account, internal_account, is_internal, prefix_of
from domain.ledger import guards
from domain.ledger.chart import BOOKS, Book, book_of
from domain.ledger.guards import Step
from domain.ledger.hashing import shard_of
from domain.ledger.kinds import KINDS, Effect, Kind
from domain.ledger.model import (
    LEGS_MAX,
    Batching,
    Claim,
    Command,
    Journal,
    LedgerSettings,
    Leg,
    Side,
    State,
)
from domain.ledger.shards import draw_from_shards, fill_shard, is_shard, shard_account
from domain.money import Money
from domain.refusals import (
    CurrencyMismatch,
    FieldFault,
    InputInvalid,
    NotFound,
    NothingToReverse,
    NotReversible,
    Refusal,
    SameAccount,
)

BATCH_MOVED: Final = "batch_moved"
BATCH_RETURNED: Final = "batch_returned"
"""The reversal that gives back a batched credit which its account could not take."""
INCOMING: Final = "incoming"
"""The role of the incoming account in the journal that drains it."""
PLAIN_LEGS: Final = 2
"""A journal of one debit and one credit of the same money can be reversed in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A command with all that is decided before its heads are read."""

    command: Command
    journal_id: str
    fingerprint: str
    settings: LedgerSettings
    now: datetime
    original: Journal | None = None
    claim: Claim | None = None
    """The latest reversal claim on the original."""

    @property
    def kind(self) -> Kind:
        return KINDS[self.command.kind]


@dataclass(frozen=True, slots=True)
class Draft:
    """One leg before it has its place: `account` is a guarded log or an internal account."""

    account: str
    side: Side
    money: Money


def accounts_to_read(command: Command, original: Journal | None, settings: LedgerSettings) -> tuple[str, ...]:
    """The guarded accounts a command is known to touch before any head is read, in the order of its roles."""
    named = [command.parties[role] for role in _roles(command.kind)]
    named += [account for account, _ in command.shares]
    if original is not None:
        named += [owner_of(leg.account) for leg in original.legs]
    positions = [_book_account(book, command, amount, settings) for book, amount in _guarded_books(command.kind)]
    positions += [leg.account.partition("@")[0] for leg in original.legs if is_shard(leg.account)] if original else []
    named += [
        shard_account(position, settings.region, number) for position in positions for number in range(settings.shards)
    ]
    named += command.joint_limits or ()
    return tuple(dict.fromkeys(account for account in named if is_guarded(account)))


def is_guarded(account: str) -> bool:
    """Customer accounts, joint limits and shards of guarded internal accounts have a head; others only items."""
    return is_shard(account) or not is_internal(account)


def draft_legs(asking: Asking, heads: Mapping[str, State]) -> tuple[Draft, ...] | Refusal:
    """The kind's template filled with the command's parties and amounts, or the original's legs turned round."""
    if asking.kind.effect is Effect.REVERSE:
        return _reversing_legs(asking, heads)
    drafts: list[Draft] = []
    for template in asking.kind.legs:
        if template.many:
            drafts += [Draft(_credited(to, heads), template.side, money) for to, money in asking.command.shares]
            continue
        money = asking.command.amounts[template.amount]
        if template.book is not None and BOOKS[template.book].guarded:
            placed = _shard_legs(BOOKS[template.book], template.side, money, asking, heads)
            if not placed:
                return NotFound(_book_account(template.book, asking.command, template.amount, asking.settings))
            drafts += placed
        elif template.book is not None:
            drafts.append(
                Draft(
                    _book_account(template.book, asking.command, template.amount, asking.settings),
                    template.side,
                    money,
                )
            )
        else:
            account = asking.command.parties[template.role or ""]
            if template.side is Side.CREDIT and not template.direct:
                account = _credited(account, heads)
            drafts.append(Draft(account, template.side, money))
    if asking.kind.name == BATCH_MOVED:
        return tuple(drafts)
    owners = [owner for owner in (owner_of(draft.account) for draft in drafts) if is_guarded(owner)]
    if len(set(owners)) < len(owners):
        return SameAccount(next(account for account in owners if owners.count(account) > 1))
    return tuple(drafts)


def _shard_legs(book: Book, side: Side, money: Money, asking: Asking, heads: Mapping[str, State]) -> tuple[Draft, ...]:
    """The shards that take or pay an amount; none when the bank keeps no such position."""
    account = internal_account(asking.settings.jurisdiction.code, money.currency, book.name)
    shards = [state for name, state in heads.items() if name.partition("@")[0] == account]
    if not shards:
        return ()
    start = shard_of(asking.journal_id, len(shards))
    drawn = draw_from_shards(shards, money.minor, start) if side is not book.normal else None
    # When all together are short, one is asked for everything and refuses: after the other accounts had their say.
    parts = drawn or fill_shard(shards, money.minor, start)
    return tuple(Draft(shard, side, Money(minor, money.currency)) for shard, minor in parts)


def _credited(account: str, heads: Mapping[str, State]) -> str:
    """Where a credit goes: the account itself, or its incoming account while its credits are batched."""
    head = heads.get(account)
    batched = head is not None and head.batching is Batching.ON and guards.credit(Step(head), 0, guarded=True)
    return incoming_account(account) if isinstance(batched, Step) else account


def _reversing_legs(asking: Asking, heads: Mapping[str, State]) -> tuple[Draft, ...] | Refusal:
    original, command = asking.original, asking.command
    if original is None:
        return NotFound(command.reverses or "")
    if not original.posted or not KINDS[original.kind].reversible or original.amount is None:
        return NotReversible(original.id)
    done_minor = asking.claim.reversed_minor if asking.claim else 0
    left_minor = original.amount.minor - done_minor
    wanted = command.amounts.get("amount", Money(left_minor, original.amount.currency))
    if wanted.currency != original.amount.currency:
        return CurrencyMismatch(original.id, original.amount.currency, wanted.currency)
    if wanted.minor <= 0 or wanted.minor > left_minor:
        return NothingToReverse(original.id, left_minor)
    if command.kind == BATCH_RETURNED:
        return _returned_legs(asking, heads, original, wanted)
    plain = len(original.legs) == PLAIN_LEGS and original.legs[0].money == original.legs[1].money
    if wanted.minor != original.amount.minor and not plain:
        return NotReversible(original.id)  # a part of several legs has no one meaning
    drafts: list[Draft] = []
    for leg in original.legs:
        drafts += _undone(leg, wanted if plain else leg.money, asking, heads)
    return tuple(drafts)


def _undone(leg: Leg, money: Money, asking: Asking, heads: Mapping[str, State]) -> tuple[Draft, ...]:
    """The leg turned round. What a shard took is drawn from all of them: this one may have spent it since."""
    side = leg.side.opposite
    if not is_shard(leg.account):
        return (Draft(owner_of(leg.account), side, money),)
    book = book_of(leg.account)
    return (Draft(leg.account, side, money),) if side is book.normal else _shard_legs(book, side, money, asking, heads)


def _returned_legs(
    asking: Asking, heads: Mapping[str, State], original: Journal, wanted: Money
) -> tuple[Draft, ...] | Refusal:
    """One batched credit, from the incoming account that still has it back to the account that paid it."""
    incoming = incoming_account(asking.command.initiator)
    credited = next((leg for leg in original.legs if leg.account == incoming and leg.money == wanted), None)
    payer = next(
        (leg for leg in original.legs if leg.side is Side.DEBIT and leg.money.currency == wanted.currency), None
    )
    if credited is None or payer is None:
        return NotReversible(original.id)
    return (Draft(incoming, Side.DEBIT, wanted), *_undone(payer, wanted, asking, heads))


def mismatch(drafts: Sequence[Draft], asking: Asking, heads: Mapping[str, State]) -> Refusal | None:
    """What makes the command meaningless for these accounts; nothing of it is stored."""
    if len(drafts) > LEGS_MAX:
        raise ValueError(f"{len(drafts)} legs; a journal has at most {LEGS_MAX}")
    currency = asking.command.currency if asking.kind.effect is Effect.OPEN else None
    if currency is not None and currency not in asking.settings.currencies:
        text = f"the bank keeps books in {', '.join(asking.settings.currencies)}"
        return InputInvalid((FieldFault(("currency",), "CURRENCY_NOT_KEPT", text),))
    missing = _stranger(asking) or _unopened(asking, heads)
    return NotFound(missing) if missing else _wrong_currency(drafts, asking, heads)


def _unopened(asking: Asking, heads: Mapping[str, State]) -> str | None:
    opened = asking.command.parties["account"] if asking.kind.effect is Effect.OPEN else None
    for guarded in accounts_to_read(asking.command, None, asking.settings):
        if guarded not in heads and guarded != opened and not is_shard(guarded):
            return guarded
    return None


def _wrong_currency(
    drafts: Sequence[Draft], asking: Asking, heads: Mapping[str, State]
) -> NotFound | CurrencyMismatch | None:
    asked = [(owner_of(draft.account), draft.money.currency) for draft in drafts]
    amount, account = asking.command.amounts.get("amount"), asking.command.parties.get("account")
    if amount and account:
        asked.append((account, amount.currency))
    for owner, currency in asked:
        if not is_guarded(owner):
            continue
        if owner not in heads:
            return NotFound(owner)
        if heads[owner].currency != currency:
            return CurrencyMismatch(owner, heads[owner].currency, currency)
    for limit in asking.command.joint_limits or ():
        counting = asking.command.currency or heads[asking.command.parties["account"]].currency
        if heads[limit].currency != counting:
            return CurrencyMismatch(limit, heads[limit].currency, counting)
    return None


def _stranger(asking: Asking) -> str | None:
    """A party that cannot play its role: money moves between customer accounts, and only limits are limits."""
    command, kind = asking.command, asking.kind
    holders = [command.parties[leg.role] for leg in kind.legs if leg.role and leg.role != INCOMING]
    holders += [account for account, _ in command.shares]
    guarded = list(command.parties.values()) if kind.effect is not Effect.NONE else []
    strangers = [account for account in holders if prefix_of(account) != "acc"]
    strangers += [account for account in guarded if not is_guarded(account)]
    strangers += [limit for limit in command.joint_limits or () if prefix_of(limit) != "lim"]
    return next(iter(strangers), None)


def owner_of(account: str) -> str:
    """A batched credit belongs to the account whose incoming account took it."""
    return "acc_" + account.removeprefix("inc_") if account.startswith("inc_") else account


@cache
def _roles(kind: str) -> tuple[str, ...]:
    return KINDS[kind].roles


@cache
def _guarded_books(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple((leg.book, leg.amount) for leg in KINDS[kind].legs if leg.book and BOOKS[leg.book].guarded)


def _book_account(book: str, command: Command, amount: str, settings: LedgerSettings) -> str:
    return internal_account(settings.jurisdiction.code, command.amounts[amount].currency, book)
