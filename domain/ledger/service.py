"""What can be asked of the ledger. The one writer of balances.

`post` loads, decides and writes once, in a bounded loop: a lost race, a throttle or a lost answer is read, decided
and sent again with a new stamp; the journal's own key makes every repetition end in one journal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.clock import Clock
from domain.ids import Randomness, journal_id
from domain.ledger.drafts import Asking, accounts_to_read
from domain.ledger.form import malformed
from domain.ledger.guards import Needed
from domain.ledger.hashing import fingerprint
from domain.ledger.model import (
    EFFECTIVE_DAYS_BACK_MAX,
    Balance,
    Claim,
    Command,
    Fault,
    Hold,
    Journal,
    LedgerSettings,
    Line,
    Position,
    Posted,
    Refused,
    State,
    TornRecord,
)
from domain.ledger.rules import Decision, decide, refused
from domain.ledger.store import Appended, Conflict, LedgerStore, Replayed, Slice, StampRefused, Unanswered, Writes
from domain.refusals import (
    ClockUncertain,
    IdempotencyKeyReused,
    InputInvalid,
    OutcomeUnknown,
    Refusal,
    TryAgain,
)

TRIES_MAX: Final = 10
"""Writers of one account that collide ten times in a row are beyond what one log takes; see docs/ledger.md."""
PAUSE_FIRST_SECONDS: Final = 0.01
PAUSE_MAX_SECONDS: Final = 0.25
ROUNDS_OF_READING_MAX: Final = 4
"""Heads, then lists of holds, then joint limits: a decision that still wants to read after that is wrong."""
SEARCH_STEPS_MAX: Final = 64
PAGE: Final = 100


@dataclass(slots=True)
class _Progress:
    """What the loop has learnt so far."""

    unknown: bool = False
    """One of our own attempts went unanswered: a journal found later may be ours."""
    found: bool = False
    """The journal is there, but what it names could not be read yet."""

    def unsure(self, refusal: Refusal) -> Refusal:
        """A refusal that says that nothing was posted, unless an attempt may still have, or has, posted it."""
        return OutcomeUnknown() if self.unknown or self.found else refusal


class Ledger:
    def __init__(
        self,
        *,
        store: LedgerStore,
        settings: LedgerSettings,
        clock: Clock,
        randomness: Randomness,
        pause: Callable[[float], None],
    ) -> None:
        self.settings = settings
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._pause = pause

    def post(self, command: Command) -> Posted | Refused:
        """Posts the command, or says why not; the same key gives the same answer for ever.

        Stored refusals: those of `domain.refusals` marked so. Not stored: InputInvalid, NotFound, SameAccount,
        CurrencyMismatch, EffectiveDateOutOfRange, IdempotencyKeyReused, ClockUncertain, TryAgain, OutcomeUnknown.
        """
        if faults := malformed(command):
            return Refused(InputInvalid(faults))
        return self._tried(lambda progress: self._attempt(command, progress))

    def refuse(self, command: Command, refusal: Refusal) -> Posted | Refused:
        """Keeps a refusal that was not decided from account state as the answer of the command's key, for ever.

        It is answered once it is kept; if the key led to something already, that is the answer. Raises ValueError for
        a refusal that is never kept. Not stored: InputInvalid, IdempotencyKeyReused, ClockUncertain, TryAgain,
        OutcomeUnknown.
        """
        if not refusal.stored:
            raise ValueError(f"{refusal.code} is never the answer of a key")
        if faults := malformed(command):
            return Refused(InputInvalid(faults))
        return self._tried(lambda progress: self._attempt_refusal(command, refusal, progress))

    def answered(self, command: Command) -> Posted | Refused | None:
        """What the command's key led to, or that it was another command's; None when it was never used.

        Not stored: InputInvalid, IdempotencyKeyReused, TryAgain.
        """
        if faults := malformed(command):
            return Refused(InputInvalid(faults))
        asking = self._asking(command)
        try:
            found = self._store.journal(asking.journal_id)
            return self._replay(found, asking, _Progress()) if found else None
        except Unanswered:
            return Refused(TryAgain())

    def fingerprint(self, command: Command) -> str:
        """What a key's second request is held against: the same for the same arguments."""
        return fingerprint(command)

    def preview(self, command: Command) -> Posted | Refused:
        """What `post` would answer now: the same reading and deciding, and nothing written."""
        if faults := malformed(command):
            return Refused(InputInvalid(faults))
        try:
            asking, _, decision = self._decided(command)
            found = self._store.journal(asking.journal_id)
        except Unanswered:
            return Refused(TryAgain())
        if found:
            return self._replay(found, asking, _Progress())
        if isinstance(decision, Refusal):
            return Refused(decision)
        return Posted(journal=decision.writes.journal, states=decision.states)

    def outcome(self, *, initiator: str, scope: str, key: str) -> Posted | Refused | None:
        """What a key led to, without the request that used it; None when it was never used."""
        journal = self._store.journal(journal_id(initiator, scope, key))
        return None if journal is None else self._answer(journal, replayed=True)

    def journal(self, journal_id: str) -> Journal | None:
        return self._store.journal(journal_id)

    def journals(self, journal_ids: Sequence[str]) -> Mapping[str, Journal]:
        """Those that exist, by id, in one reading."""
        return self._store.journals_named(journal_ids)

    def head(self, account: str) -> State | None:
        return self._store.heads([account]).get(account)

    def heads(self, accounts: Sequence[str]) -> Mapping[str, State]:
        return self._store.heads(accounts)

    def holds(self, account: str) -> tuple[Hold, ...]:
        """The open holds; an expired one is open until a line says otherwise."""
        head = self.head(account)
        return () if head is None else self._listed(head).holds or ()

    def holds_in(self, states: Sequence[State]) -> Mapping[tuple[str, Position], tuple[Hold, ...]]:
        """The holds that were open in these states, by account and position, in one reading at most."""
        places = [(state.account, state.holds_at) for state in states if state.holds is None and state.holds_at]
        lines = self._store.lines_at(places) if places else {}
        return {state.key: self._listed_in(state, lines).holds or () for state in states}

    def line(self, account: str, position: Position) -> Line | None:
        return self._store.line(account, position)

    def lines(
        self,
        account: str,
        *,
        after: Position | None = None,
        before: Position | None = None,
        descending: bool = False,
        limit: int,
    ) -> Slice[Line]:
        return self._store.lines(account, after=after, before=before, descending=descending, limit=limit)

    def states_of(self, journal: Journal) -> Mapping[str, State]:
        """The states after the lines a posted journal names."""
        states = {}
        for account, position in journal.lines if journal.posted else ():
            line = self._store.line(account, position)
            if line is None:
                raise TornRecord(f"{journal.id} names a line of {account} that does not exist: {position}")
            states[account] = line.state
        return states

    def balance(
        self, account: str, *, booked_at: datetime | None = None, effective_on: date | None = None
    ) -> Balance | None:
        """Balances now, as of a booked instant, or by effective date; None where the account had no line yet.

        By effective date D: what was booked by the end of D, plus later-booked lines effective on or before D.
        With both, what the second answer was at that instant. Held is as of the last line booked that counts.
        """
        head = self.head(account)
        if head is None:
            return None
        last = head.position if booked_at is None else self._last(head, lambda line: line.state.booked_at <= booked_at)
        if last is None:
            return None
        if effective_on is None:
            return _balance(self._state(account, last))
        by_day = self._last(head, lambda line: line.state.booked_day <= effective_on)
        base = min(last, by_day) if by_day else None
        late_minor = self._late_minor(account, after=base, until=last, effective_on=effective_on)
        if base is None:
            return None if late_minor is None else _opening_balance(head, late_minor)
        return _balance(self._state(account, base), late_minor or 0)

    # The write, one attempt at a time.

    def _tried(self, attempt: Callable[[_Progress], Posted | Refused | None]) -> Posted | Refused:
        progress = _Progress()
        for number in range(TRIES_MAX):
            if number:
                ceiling = min(PAUSE_MAX_SECONDS, PAUSE_FIRST_SECONDS * 2**number)
                self._pause(self._randomness.random() * ceiling)
            answer = attempt(progress)
            if answer is not None:
                return answer
        return Refused(progress.unsure(TryAgain()))

    def _attempt_refusal(self, command: Command, refusal: Refusal, progress: _Progress) -> Posted | Refused | None:
        """No head was read, so none is guarded: nothing that another journal does makes the refusal untrue."""
        asking = self._asking(command)
        writes = refused(asking, refusal, {})
        try:
            outcome = self._sent(writes, asking, progress)
            if isinstance(outcome, Replayed):
                return self._replay(outcome.journal, asking, progress)
        except Unanswered:
            return None
        except StampRefused:
            return Refused(progress.unsure(ClockUncertain()))
        return Refused(refusal, writes.journal) if isinstance(outcome, Appended) else None

    def _attempt(self, command: Command, progress: _Progress) -> Posted | Refused | None:
        """One reading, deciding and sending; None when it is to be tried again."""
        try:
            asking, heads, decision = self._decided(command)
            if isinstance(decision, Refusal) and not decision.stored:
                found = self._store.journal(asking.journal_id)
                return self._replay(found, asking, progress) if found else Refused(progress.unsure(decision))
            writes = refused(asking, decision, heads) if isinstance(decision, Refusal) else decision.writes
            outcome = self._sent(writes, asking, progress)
            if isinstance(outcome, Replayed):
                return self._replay(outcome.journal, asking, progress)
        except Unanswered:
            return None
        except StampRefused:
            return Refused(progress.unsure(ClockUncertain()))
        if not isinstance(outcome, Appended):
            return None
        if isinstance(decision, Refusal):
            return Refused(decision, writes.journal)
        return Posted(journal=writes.journal, states=decision.states)

    def _sent(self, writes: Writes, asking: Asking, progress: _Progress) -> Appended | Replayed | Conflict:
        try:
            return self._store.append(writes, now=asking.now)
        except Unanswered:
            progress.unknown = True
            raise

    def _decided(self, command: Command) -> tuple[Asking, Mapping[str, State], Decision | Refusal]:
        original = self._store.journal(command.reverses) if command.reverses else None
        claim = self._store.last_claim(original.id) if original else None
        heads = dict(self._store.heads(self._to_read(command, original)))
        for _ in range(ROUNDS_OF_READING_MAX):
            asking = self._asking(command, original, claim)
            decision = decide(asking, heads)
            if not isinstance(decision, Needed):
                return asking, heads, decision
            self._read_needed(decision, heads)
        raise Fault(f"{command.kind} asks to read without end")

    def _asking(self, command: Command, original: Journal | None = None, claim: Claim | None = None) -> Asking:
        return Asking(
            command=command,
            journal_id=journal_id(command.initiator, command.scope, command.key),
            fingerprint=command.stands_for or fingerprint(command),
            settings=self.settings,
            now=self._clock.now(),
            original=original,
            claim=claim,
        )

    def _to_read(self, command: Command, original: Journal | None) -> tuple[str, ...]:
        named = accounts_to_read(command, original, self.settings)
        return tuple(dict.fromkeys((*named, *command.known_joint_limits)))

    def _read_needed(self, needed: Needed, heads: dict[str, State]) -> None:
        for account in needed.hold_lists:
            heads[account] = self._listed(heads[account])
        if needed.accounts:
            read = self._store.heads(needed.accounts)
            if missing := set(needed.accounts) - set(read):
                raise TornRecord(f"accounts name joint limits that do not exist: {sorted(missing)}")
            heads.update(read)

    def _listed(self, state: State) -> State:
        """The state with its open holds, which an earlier line may list."""
        if state.holds is not None or state.holds_at is None:
            return self._listed_in(state, {})
        place = state.account, state.holds_at
        line = self._store.line(*place)
        return self._listed_in(state, {place: line} if line else {})

    def _listed_in(self, state: State, lines: Mapping[tuple[str, Position], Line]) -> State:
        if state.holds is not None:
            return state
        line = lines.get((state.account, state.holds_at)) if state.holds_at else None
        if line is None or line.state.holds is None:
            raise TornRecord(f"{state.account} has {state.holds_count} holds that no line lists")
        return state.with_listed(line.state.holds)

    def _replay(self, journal: Journal, asking: Asking, progress: _Progress) -> Posted | Refused:
        if journal.fingerprint != asking.fingerprint:
            return Refused(IdempotencyKeyReused(journal.id))
        progress.found = True
        return self._answer(journal, replayed=not progress.unknown)

    def _answer(self, journal: Journal, *, replayed: bool) -> Posted | Refused:
        if journal.refusal is not None:
            return Refused(journal.refusal, journal, replayed)
        return Posted(journal=journal, states=self.states_of(journal), replayed=replayed)

    # As-of reading.

    def _last(self, head: State, wanted: Callable[[Line], bool]) -> Position | None:
        """The last position for which `wanted` holds, of a condition that holds up to some line and not after."""
        low, high = (
            0,
            head.position.seq,
        )  # seq `low` is wanted (0 stands before the first line), `high + 1` is not
        for _ in range(SEARCH_STEPS_MAX):
            if low == high:
                return Position(self.settings.epoch, low) if low else None
            middle = (low + high + 1) // 2
            if wanted(self._existing(head.account, Position(self.settings.epoch, middle))):
                low = middle
            else:
                high = middle - 1
        raise Fault(f"{head.account} has more lines than a search of {SEARCH_STEPS_MAX} steps can meet")

    def _late_minor(self, account: str, *, after: Position | None, until: Position, effective_on: date) -> int | None:
        """What lines booked after `after`, up to `until`, but effective by the day add; None when there is none."""
        beyond = Position(until.epoch, until.seq + 1)
        reach = timedelta(days=EFFECTIVE_DAYS_BACK_MAX)
        late: list[int] = []
        while True:
            page = self._store.lines(account, after=after, before=beyond, limit=PAGE)
            for line in page.rows:
                if line.state.booked_day - effective_on > reach:
                    return sum(late) if late else None
                if line.effective_on <= effective_on:
                    late.append(line.amount_minor)
            if not page.more:
                return sum(late) if late else None
            after = page.rows[-1].position

    def _state(self, account: str, position: Position) -> State:
        return self._existing(account, position).state

    def _existing(self, account: str, position: Position) -> Line:
        line = self._store.line(account, position)
        if line is None:
            raise TornRecord(f"{account} has a gap at {position.epoch}/{position.seq}")
        return line


def _balance(state: State, late_minor: int = 0) -> Balance:
    late_seen_minor = late_minor * state.normal.sign
    return Balance(
        currency=state.currency,
        ledger_minor=state.ledger_minor + late_seen_minor,
        held_minor=state.held_minor,
        available_minor=state.available_minor + late_seen_minor,
        position=state.position,
    )


def _opening_balance(head: State, late_minor: int) -> Balance:
    """Lines effective before the account's first booked day: a balance of just those."""
    seen_minor = late_minor * head.normal.sign
    return Balance(
        currency=head.currency,
        ledger_minor=seen_minor,
        held_minor=0,
        available_minor=seen_minor,
        position=Position(head.position.epoch, 0),
    )
