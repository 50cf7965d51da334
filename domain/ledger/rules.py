"""The decision: heads, a command and a moment go in; a journal with its lines comes out, or a refusal.

Pure: no clock, no store, no randomness. `decide` may also answer that it must see more heads first.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.calendars import booked_day, calendar_day
from domain.ids import incoming_account, internal_account, is_internal, prefix_of
from domain.ledger import guards
from domain.ledger.chart import BOOKS, Book, book_of
from domain.ledger.effects import EFFECTS, Asked
from domain.ledger.guards import Moment, Needed, Step
from domain.ledger.hashing import digest_of, hash_to_follow, sealed_line, shard_of
from domain.ledger.kinds import KINDS, Effect, Guard, Kind
from domain.ledger.model import (
    CLOCK_AHEAD_MAX,
    EFFECTIVE_DAYS_BACK_MAX,
    LEGS_MAX,
    Batching,
    Claim,
    Command,
    ItemPlace,
    Journal,
    LedgerSettings,
    Leg,
    LegItem,
    Limits,
    Line,
    LinePlace,
    Position,
    Side,
    State,
    Unbalanced,
)
from domain.ledger.shards import draw_from_shards, fill_shard, is_shard, shard_account
from domain.ledger.store import Writes
from domain.money import Money
from domain.refusals import (
    AlreadySo,
    ClockUncertain,
    CurrencyMismatch,
    EffectiveDateOutOfRange,
    FieldFault,
    InputInvalid,
    InsufficientFunds,
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


@dataclass(frozen=True, slots=True)
class Decision:
    writes: Writes
    states: Mapping[str, State]


def decide(asking: Asking, heads: Mapping[str, State]) -> Decision | Refusal | Needed:
    """`heads` are the states read for this attempt; accounts without a line are absent."""
    booked_at = max([asking.now, *(head.booked_at for head in heads.values())])
    if booked_at - asking.now > CLOCK_AHEAD_MAX:
        return ClockUncertain()
    day = booked_day(asking.settings.jurisdiction, booked_at)
    effective_on = asking.command.effective_on or day
    if not day - timedelta(days=EFFECTIVE_DAYS_BACK_MAX) <= effective_on <= day:
        return EffectiveDateOutOfRange((day - timedelta(days=EFFECTIVE_DAYS_BACK_MAX)).isoformat(), day.isoformat())
    expires_at = asking.command.expires_at
    if expires_at is not None and expires_at <= asking.now:
        return InputInvalid((FieldFault(("expiresAt",), "IN_THE_PAST", "a hold expires later than now"),))
    drafts = draft_legs(asking, heads)
    if not isinstance(drafts, tuple):
        return drafts
    if refusal := _mismatch(drafts, asking, heads):
        return refusal
    moment = Moment(booked_at, calendar_day(asking.settings.jurisdiction, booked_at), asking.now)
    steps = _steps(asking, drafts, heads, moment)
    if not isinstance(steps, dict):
        return steps
    return _written(asking, drafts, steps, heads, _Dates(booked_at, day, effective_on))


def accounts_to_read(command: Command, original: Journal | None, settings: LedgerSettings) -> tuple[str, ...]:
    """The guarded accounts a command is known to touch before any head is read, in the order of its roles."""
    kind = KINDS[command.kind]
    named = [command.parties[role] for role in kind.roles]
    named += [account for account, _ in command.shares]
    if original is not None:
        named += [_owner_of(leg.account) for leg in original.legs]
    positions = [_book_account(book, command, amount, settings) for book, amount in _guarded_books(kind)]
    positions += [leg.account.partition("@")[0] for leg in original.legs if is_shard(leg.account)] if original else []
    named += [
        shard_account(position, settings.region, number) for position in positions for number in range(settings.shards)
    ]
    named += command.joint_limits or ()
    return tuple(dict.fromkeys(account for account in named if is_guarded(account)))


def is_guarded(account: str) -> bool:
    """Customer accounts, joint limits and shards of guarded internal accounts have a head; others only items."""
    return is_shard(account) or not is_internal(account)


def refused(asking: Asking, refusal: Refusal, heads: Mapping[str, State]) -> Writes:
    """The journal that keeps a refusal, guarded by the heads it was decided on."""
    booked_at = max([asking.now, *(head.booked_at for head in heads.values())])
    day = booked_day(asking.settings.jurisdiction, booked_at)
    command = asking.command
    journal = Journal(
        id=asking.journal_id,
        kind=command.kind,
        initiator=command.initiator,
        legs=(),
        lines=tuple(head.key for head in heads.values()),
        booked_at=booked_at,
        booked_day=day,
        effective_on=command.effective_on or day,
        fingerprint=asking.fingerprint,
        refusal=refusal,
        amount=_asked_amount(command, asking.original),
        reverses=command.reverses,
        hold=command.hold,
        evidence=command.evidence,
    )
    journal = replace(journal, digest=digest_of(journal))
    return Writes(
        journal=journal, absent=tuple((head.account, _next(head, asking.settings)) for head in heads.values())
    )


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
    owners = [owner for owner in (_owner_of(draft.account) for draft in drafts) if is_guarded(owner)]
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
        return (Draft(_owner_of(leg.account), side, money),)
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


def _mismatch(drafts: Sequence[Draft], asking: Asking, heads: Mapping[str, State]) -> Refusal | None:
    """What makes the command meaningless for these accounts; nothing of it is stored."""
    if len(drafts) > LEGS_MAX:
        raise ValueError(f"{len(drafts)} legs; a journal has at most {LEGS_MAX}")
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
    asked = [(_owner_of(draft.account), draft.money.currency) for draft in drafts]
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


def _steps(
    asking: Asking, drafts: Sequence[Draft], heads: Mapping[str, State], moment: Moment
) -> dict[str, Step] | Refusal | Needed:
    """Every guarded account the journal changes, as after its line."""
    command, kind = asking.command, asking.kind
    steps: dict[str, Step] = {}
    needed_lists: list[str] = []

    if kind.effect is Effect.OPEN:
        account = command.parties["account"]
        if account in heads:
            return AlreadySo(account, "open")
        return {account: Step(_opened(asking, moment))}

    if kind.effect in EFFECTS:
        account = command.parties["account"]
        outcome = EFFECTS[kind.effect](Step(heads[account]), Asked(command, kind, asking.journal_id, moment))
        if not isinstance(outcome, Step):
            return outcome  # before its holds are listed, nothing can be said of the legs of a capture
        steps[account] = outcome

    for draft in sorted(drafts, key=lambda draft: draft.side is Side.CREDIT):  # debits decide first
        if not is_guarded(draft.account):
            continue
        step = steps.get(draft.account) or Step(heads[draft.account])
        outcome = _apply(step, draft, kind, moment, drawn=kind.effect in EFFECTS and draft.account in steps)
        if isinstance(outcome, Refusal):
            return outcome
        if isinstance(outcome, Needed):
            needed_lists += outcome.hold_lists
        else:
            steps[draft.account] = outcome
    if needed_lists:
        return Needed(hold_lists=tuple(dict.fromkeys(needed_lists)))
    return _with_joint_limits(steps, heads, moment)


def _apply(step: Step, draft: Draft, kind: Kind, moment: Moment, *, drawn: bool) -> Step | Refusal | Needed:
    """One leg. `drawn`: the kind's effect has asked the guards already (a capture)."""
    if draft.side is step.state.normal:
        return guards.credit(step, draft.money.minor, guarded=not kind.forced)
    if kind.forced:
        return guards.force(step, draft.money.minor, moment=moment)
    if is_shard(draft.account):
        taken = guards.debit(step, draft.money.minor, guards=frozenset({Guard.FUNDS}), moment=moment)
        short = isinstance(taken, InsufficientFunds)  # then all shards together are, and the account is named
        return InsufficientFunds(draft.account.partition("@")[0]) if short else taken
    asked: frozenset[Guard] = frozenset() if drawn else kind.guards
    return guards.debit(step, draft.money.minor, guards=asked, moment=moment)


def _with_joint_limits(
    steps: dict[str, Step], heads: Mapping[str, State], moment: Moment
) -> dict[str, Step] | Refusal | Needed:
    """Adds the logs of the joint limits that what was counted falls under."""
    counted: dict[str, int] = defaultdict(int)
    for step in steps.values():
        if step.counted_minor:
            for limit in step.state.joint_limits:
                counted[limit] += step.counted_minor
    unread = tuple(limit for limit in counted if limit not in heads)
    if unread:
        return Needed(accounts=unread)
    for limit, amount_minor in counted.items():
        outcome = guards.count_jointly(heads[limit], amount_minor, moment.day)
        if isinstance(outcome, Refusal):
            return outcome
        steps[limit] = outcome
    return steps


def _opened(asking: Asking, moment: Moment) -> State:
    command = asking.command
    account = command.parties["account"]
    if command.currency is None:
        raise ValueError("account_opened needs a currency")
    normal = BOOKS[account.partition("@")[0].split("_", 3)[3]].normal if is_shard(account) else Side.CREDIT
    return State(
        account=account,
        position=Position(asking.settings.epoch, 0),
        currency=command.currency,
        normal=normal,
        limits=command.limits or Limits(),
        joint_limits=command.joint_limits or (),
        booked_at=moment.booked_at,
        booked_day=moment.day,
    )


@dataclass(frozen=True, slots=True)
class _Dates:
    booked_at: datetime
    booked_day: date
    effective_on: date


def _written(
    asking: Asking,
    drafts: Sequence[Draft],
    steps: Mapping[str, Step],
    heads: Mapping[str, State],
    dates: _Dates,
) -> Decision:
    """The journal, its lines and its items, with positions, digests and hashes; adds up to zero or stops."""
    command, settings = asking.command, asking.settings
    positions = {
        account: _next(heads[account], settings) if account in heads else Position(settings.epoch, 1)
        for account in steps
    }
    shard = shard_of(asking.journal_id, settings.shards)
    legs = tuple(
        Leg(
            draft.account,
            draft.side,
            draft.money,
            LinePlace(positions[draft.account].epoch, positions[draft.account].seq)
            if draft.account in positions
            else ItemPlace(settings.region, shard),
        )
        for draft in drafts
    )
    _check_balanced(legs)
    subject = next((step.subject for step in steps.values() if step.subject), None)
    journal = Journal(
        id=asking.journal_id,
        kind=command.kind,
        initiator=command.initiator,
        legs=legs,
        lines=tuple(positions.items()),
        booked_at=dates.booked_at,
        booked_day=dates.booked_day,
        effective_on=dates.effective_on,
        fingerprint=asking.fingerprint,
        amount=_journal_amount(legs, asking),
        reverses=command.reverses,
        hold=subject,
        expires_at=command.expires_at,
        forced=asking.kind.forced,
        shortfall_minor=_shortfall(steps, heads) if asking.kind.forced else 0,
        memo=command.memo,
        evidence=command.evidence,
    )
    journal = replace(journal, digest=digest_of(journal))
    lines = tuple(
        _line(account, step, positions[account], journal, heads.get(account)) for account, step in steps.items()
    )
    extended = set(steps)
    writes = Writes(
        journal=journal,
        lines=lines,
        legs=tuple(
            _leg_item(journal, number, leg, leg.place)
            for number, leg in enumerate(legs)
            if isinstance(leg.place, ItemPlace)
        ),
        claim=_claim(asking, journal),
        absent=tuple(
            (account, _next(head, settings))
            for account, head in heads.items()
            if account not in extended and _decided_on(account, head, drafts)
        ),
        registered=(
            incoming_account(command.parties["account"]) if asking.kind.effect is Effect.START_BATCHING else None
        ),
    )
    return Decision(writes, {line.account: line.state for line in lines})


def _decided_on(account: str, head: State, drafts: Sequence[Draft]) -> bool:
    """Shards that were passed over and accounts whose credits are batched decided nothing that must still be true."""
    return not is_shard(account) and not (
        head.batching is Batching.ON and any(draft.account == incoming_account(account) for draft in drafts)
    )


def _line(account: str, step: Step, position: Position, journal: Journal, before: State | None) -> Line:
    state = step.state
    listed = before is None or state.holds is not before.holds
    if listed or state.holds_count == 0:
        holds, holds_at = state.holds, (position if state.holds_count else None)
    else:
        holds, holds_at = None, state.holds_at
    after = replace(
        state,
        position=position,
        holds=holds,
        holds_at=holds_at,
        booked_at=journal.booked_at,
        booked_day=journal.booked_day,
        hash=b"",
    )
    return sealed_line(
        Line(
            state=after,
            journal=journal.id,
            digest=journal.digest,
            kind=journal.kind,
            amount_minor=after.posted_minor - (before.posted_minor if before else 0),
            held_change_minor=after.held_minor - (before.held_minor if before else 0),
            counter=_counter(journal.legs, account),
            effective_on=journal.effective_on,
            subject=step.subject or journal.reverses,
            released=step.released,
            previous_hash=hash_to_follow(before),
        )
    )


def _leg_item(journal: Journal, number: int, leg: Leg, place: ItemPlace) -> LegItem:
    return LegItem(
        account=leg.account,
        region=place.region,
        shard=place.shard,
        journal=journal.id,
        digest=journal.digest,
        leg=number,
        kind=journal.kind,
        signed_minor=leg.signed_minor,
        currency=leg.money.currency,
        counter=_counter(journal.legs, leg.account),
        booked_at=journal.booked_at,
        booked_day=journal.booked_day,
        effective_on=journal.effective_on,
    )


def _claim(asking: Asking, journal: Journal) -> Claim | None:
    if asking.original is None or journal.amount is None:
        return None
    before = asking.claim or Claim(asking.original.id, 0, "", 0)
    return Claim(asking.original.id, before.n + 1, journal.id, before.reversed_minor + journal.amount.minor)


def _check_balanced(legs: Sequence[Leg]) -> None:
    sums: dict[str, int] = defaultdict(int)
    for leg in legs:
        sums[leg.money.currency] += leg.signed_minor
    if any(sums.values()):
        raise Unbalanced(f"legs add up to {dict(sums)}")


def _journal_amount(legs: Sequence[Leg], asking: Asking) -> Money | None:
    """What the journal moves: its debits in the currency of its first leg; of a hold, the amount asked for."""
    if not legs:
        return asking.command.amounts.get("amount")
    currency = legs[0].money.currency
    moved = sum(leg.money.minor for leg in legs if leg.side is Side.DEBIT and leg.money.currency == currency)
    return Money(moved, currency)


def _asked_amount(command: Command, original: Journal | None) -> Money | None:
    if command.shares:
        return Money(sum(money.minor for _, money in command.shares), command.shares[0][1].currency)
    first = command.amounts.get("amount") or command.amounts.get("sold")
    return first or (original.amount if original else None)


def _shortfall(steps: Mapping[str, Step], heads: Mapping[str, State]) -> int:
    """How much further below its limit a forced debit took its account."""
    return sum(
        max(0, -step.state.available_minor) - max(0, -heads[account].available_minor)
        for account, step in steps.items()
        if step.state.available_minor < min(0, heads[account].available_minor)
    )


def _counter(legs: Sequence[Leg], account: str) -> str | None:
    own = next((leg.side for leg in legs if leg.account == account), None)
    return next((leg.account for leg in legs if leg.side is not own), None) if own else None


def _next(head: State, settings: LedgerSettings) -> Position:
    return Position(settings.epoch, head.position.seq + 1)


def _owner_of(account: str) -> str:
    """A batched credit belongs to the account whose incoming account took it."""
    return "acc_" + account.removeprefix("inc_") if account.startswith("inc_") else account


def _guarded_books(kind: Kind) -> tuple[tuple[str, str], ...]:
    return tuple((leg.book, leg.amount) for leg in kind.legs if leg.book and BOOKS[leg.book].guarded)


def _book_account(book: str, command: Command, amount: str, settings: LedgerSettings) -> str:
    return internal_account(settings.jurisdiction.code, command.amounts[amount].currency, book)
