"""The decision: heads, a command and a moment go in; a journal with its lines comes out, or a refusal.

Pure: no clock, no store, no randomness. `decide` may also answer that it must see more heads first.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.calendars import banking_day_on_or_after, booked_day, calendar_day
from domain.ids import incoming_account
from domain.ledger import guards
from domain.ledger.chart import BOOKS
from domain.ledger.drafts import Asking, Draft, draft_legs, is_guarded, mismatch
from domain.ledger.effects import EFFECTS, Asked
from domain.ledger.guards import Moment, Needed, Step
from domain.ledger.hashing import digest_of, hash_to_follow, sealed_line, shard_of
from domain.ledger.kinds import Effect, Guard, Kind
from domain.ledger.model import (
    CLOCK_AHEAD_MAX,
    EFFECTIVE_DAYS_BACK_MAX,
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
    evolve,
)
from domain.ledger.shards import is_shard
from domain.ledger.store import Writes
from domain.money import Money
from domain.refusals import (
    AlreadySo,
    ClockUncertain,
    EffectiveDateOutOfRange,
    FieldFault,
    InputInvalid,
    InsufficientFunds,
    Refusal,
)


@dataclass(frozen=True, slots=True)
class Decision:
    writes: Writes
    states: Mapping[str, State]


def decide(asking: Asking, heads: Mapping[str, State]) -> Decision | Refusal | Needed:
    """`heads` are the states read for this attempt; accounts without a line are absent."""
    booked_at = max([asking.now, *(head.booked_at for head in heads.values())])
    if booked_at - asking.now > CLOCK_AHEAD_MAX:
        return ClockUncertain()
    jurisdiction = asking.settings.jurisdiction
    today = calendar_day(jurisdiction, booked_at)
    day = banking_day_on_or_after(jurisdiction.calendar, today)
    effective_on = asking.command.effective_on or day
    if not day - timedelta(days=EFFECTIVE_DAYS_BACK_MAX) <= effective_on <= day:
        return EffectiveDateOutOfRange((day - timedelta(days=EFFECTIVE_DAYS_BACK_MAX)).isoformat(), day.isoformat())
    expires_at = asking.command.expires_at
    if expires_at is not None and expires_at <= asking.now:
        return InputInvalid((FieldFault(("expiresAt",), "IN_THE_PAST", "a hold expires later than now"),))
    drafts = draft_legs(asking, heads)
    if not isinstance(drafts, tuple):
        return drafts
    if refusal := mismatch(drafts, asking, heads):
        return refusal
    moment = Moment(booked_at, today, asking.now)
    steps = _steps(asking, drafts, heads, moment)
    if not isinstance(steps, dict):
        return steps
    return _written(asking, drafts, steps, heads, _Dates(booked_at, day, effective_on))


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
    journal = evolve(journal, digest=digest_of(journal))
    return Writes(
        journal=journal, absent=tuple((head.account, _next(head, asking.settings)) for head in heads.values())
    )


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
    journal = evolve(journal, digest=digest_of(journal))
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
    after = evolve(
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
