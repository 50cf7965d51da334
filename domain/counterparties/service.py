"""What can be asked about counterparties: add, prove, correct and close them, and whether a rail may use one.

Everything is done once: an adding by its key, a verification and an answer by theirs, a correction by its notification.
What a rail is to send is written down before it is asked, and written again when the rail has it; whoever dies in
between, the same request or `finish_verification` goes on from there, under the same attempt.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, Protocol, TypeVar

from domain import keys
from domain.access.model import Action, Actor
from domain.access.service import refusal_of, relation_to_customer
from domain.calendars import calendar_day
from domain.clock import Clock
from domain.counterparties import rules
from domain.counterparties.model import (
    AmountsWrong,
    Change,
    Correction,
    Counterparty,
    CounterpartyExists,
    CounterpartyKeyReused,
    CounterpartyStatus,
    Creation,
    Details,
    Direction,
    NothingToConfirm,
    NumberClaim,
    OpenedCounterparty,
    Verification,
    VerificationMethod,
    VerificationStatus,
    masked,
)
from domain.counterparties.store import CounterpartyPage, CounterpartyStore, Taken
from domain.customers.model import Customer, CustomerStatus
from domain.ids import Place, Randomness, counterparty_id, prefix_of
from domain.jurisdictions import JURISDICTIONS
from domain.refusals import InputInvalid, JurisdictionMismatch, NotAllowed, NotFound, Refusal, TryAgain, WrongRegion
from domain.sealing import Sealer, Shredded

__all__ = ["Counterparties", "CounterpartyPage", "Verifier"]

JURISDICTION: Final = "us"
"""Routing numbers are of banks in the United States, and so are the rails that reach them."""
TRIES_MAX: Final = 10
"""Lost races on one counterparty: three answers, each counted and compared, a settlement, a return, a closing."""
TURNS_MAX: Final = 5
"""Lost races for one number, or for one key: clicks of one person."""
PAGE_MAX: Final = 100
UNSENT_MAX: Final = 100
"""What one sweep sends; the next takes the next."""
NAME: Final = "counterparty.name"
NUMBER: Final = "counterparty.number"
AMOUNTS: Final = "counterparty.amounts"
BEFORE: Final = "counterparty.before"
CREATION: Final = "counterparty.creation"
ACCOUNT: Final = "counterparty.account"
ANSWER: Final = "counterparty.answer"

Moved = TypeVar("Moved", bound=Refusal)


class Verifier(Protocol):
    """The rail that carries verifications. (counterparty, attempt) is the key of what it sends: asked again, it sends
    nothing twice. It answers True when it has taken it over, False when it takes nothing now: it is asked again later.
    """

    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool: ...

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        """Two credits of these cents, and one debit of their sum."""
        ...


class Counterparties:
    """The counterparties whose customers' slots live in this region."""

    def __init__(
        self,
        *,
        store: CounterpartyStore,
        sealer: Sealer,
        verifier: Verifier,
        elsewhere: Callable[[str], WrongRegion | NotFound | None],
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        """`elsewhere`: why this region cannot answer for a placed id, as `Accounts.elsewhere` says it."""
        self._store = store
        self._sealer = sealer
        self._verifier = verifier
        self._elsewhere = elsewhere
        self._clock = clock
        self._randomness = randomness

    # Adding and closing.

    def add(self, actor: Actor, *, customer: Customer, details: Details, key: str) -> Counterparty | Refusal:
        """Adds an account elsewhere, once per (customer, acting person, key); asked the same again, answers with it as
        it is now.

        Refusals: InputInvalid, NotAllowed, NotFound, WrongRegion, JurisdictionMismatch, Shredded,
        CounterpartyKeyReused, CounterpartyExists, TryAgain.
        """
        if faults := (*keys.key_faults(key), *rules.details_faults(details)):
            return InputInvalid(faults)
        relation = relation_to_customer(actor, customer.id)
        if refusal := refusal_of(actor, Action.MANAGE_COUNTERPARTIES, relation=relation, subject_id=customer.id):
            return refusal
        if unfit := self._unfit(customer):
            return unfit
        fingerprint = self._sealer.digest(customer.id, rules.details_text(details), CREATION)
        if isinstance(fingerprint, Shredded):
            return fingerprint
        creation_id = rules.request_id("counterparty", customer.id, actor.person, key)
        creation = self._store.creation(creation_id) or self._created(customer, details, creation_id, fingerprint)
        if isinstance(creation, Refusal):
            return creation
        if creation.fingerprint != fingerprint:
            return CounterpartyKeyReused(creation.counterparty)
        return self._existing(creation.counterparty)

    def close(self, actor: Actor, counterparty: str) -> Counterparty | Refusal:
        """Ends it for ever: no new entry goes there. Said again, it changes nothing.

        Refusals: NotFound, NotAllowed, WrongRegion, TryAgain.
        """
        found = self._seen(actor, counterparty, Action.CLOSE_COUNTERPARTY)
        if isinstance(found, Refusal):
            return found
        now = self._clock.now()
        return self._moved(counterparty, lambda row: rules.closed(row, now))

    def _unfit(self, customer: Customer) -> JurisdictionMismatch | WrongRegion | NotFound | Shredded | None:
        if customer.jurisdiction != JURISDICTION:
            return JurisdictionMismatch()
        if elsewhere := self._elsewhere(self._drawn_id(customer)):
            return elsewhere
        return None if customer.status is CustomerStatus.ACTIVE else Shredded(customer.id)

    def _drawn_id(self, customer: Customer) -> str:
        place = Place(customer.jurisdiction, customer.slot)
        return counterparty_id(place, self._clock.now(), self._randomness)

    def _created(
        self, customer: Customer, details: Details, creation_id: str, fingerprint: str
    ) -> Creation | CounterpartyExists | Shredded | TryAgain:
        drafted = self._drafted(customer, details)
        if isinstance(drafted, Shredded):
            return drafted
        creation = Creation(creation_id, drafted.id, fingerprint)
        for _ in range(TURNS_MAX):
            latest = self._store.number_claim(drafted.number_digest)
            before = self._existing(latest.counterparty) if latest else None
            claimed = self._store.creation(creation_id)
            if claimed:
                return claimed
            if before and rules.holds(before, drafted.number_digest):
                return CounterpartyExists(before.id)
            number = NumberClaim(drafted.number_digest, latest.turn + 1 if latest else 1, drafted.id)
            if self._store.add(rules.added_after(drafted, before), creation, number) is not Taken.NUMBER:
                return self._claimed(creation_id)
        return TryAgain()

    def _drafted(self, customer: Customer, details: Details) -> Counterparty | Shredded:
        drawn = self._drawn_id(customer)
        name = self._sealer.seal(customer.id, details.name.encode(), _of(NAME, drawn))
        number = self._sealer.seal(customer.id, details.account_number.encode(), _of(NUMBER, drawn))
        digest = self._number_digest(customer.id, details)
        if isinstance(name, Shredded) or isinstance(number, Shredded) or isinstance(digest, Shredded):
            return Shredded(customer.id)
        return Counterparty(
            id=drawn,
            customer=customer.id,
            sealed_name=name,
            routing_number=details.routing_number,
            sealed_number=number,
            masked_number=masked(details.account_number),
            number_digest=digest,
            account_type=details.account_type,
            holder_kind=details.holder_kind,
            added_at=self._clock.now(),
        )

    def _claimed(self, creation_id: str) -> Creation:
        creation = self._store.creation(creation_id)
        if creation is None:
            raise RuntimeError("a counterparty was added a moment ago and its key is free")
        return creation

    def _number_digest(self, customer: str, details: Details) -> str | Shredded:
        text = rules.account_text(details.routing_number, details.account_number)
        return self._sealer.digest(customer, text, ACCOUNT)

    # Looking.

    def get(self, actor: Actor, counterparty: str) -> Counterparty | Refusal:
        """Refusals: NotFound, NotAllowed, WrongRegion."""
        return self._seen(actor, counterparty, Action.VIEW_CUSTOMER)

    def get_all(self, actor: Actor, counterparties: Sequence[str]) -> dict[str, Counterparty]:
        """Those of this region that exist and the actor may see, by id; at most a hundred are asked for, none twice."""
        here = [name for name in counterparties if prefix_of(name) == "cpy" and self._elsewhere(name) is None]
        found = self._store.counterparties(here) if here else ()
        return {row.id: row for row in found if self._refusal(actor, row, Action.VIEW_CUSTOMER) is None}

    def counterparties_of(
        self, actor: Actor, customer: str, *, before: str | None = None, limit: int = 25
    ) -> CounterpartyPage | NotFound | NotAllowed:
        """A customer's counterparties in this region, the newest first, closed ones too."""
        if not 1 <= limit <= PAGE_MAX:
            raise ValueError(f"a page has 1 to {PAGE_MAX} counterparties, not {limit}")
        relation = relation_to_customer(actor, customer)
        refusal = refusal_of(actor, Action.VIEW_CUSTOMER, relation=relation, subject_id=customer)
        return refusal or self._store.counterparties_of(customer, before=before, limit=limit)

    def customer_of(self, counterparty: str) -> str | None:
        """Whose it is, whoever asks: for the bank's own records, never an answer."""
        found = self._store.counterparty(counterparty)
        return found.customer if found else None

    def name(self, counterparty: Counterparty) -> str | Shredded:
        """The holder's name, for those who may see it."""
        opened = self._sealer.open(counterparty.customer, counterparty.sealed_name, _of(NAME, counterparty.id))
        return opened if isinstance(opened, Shredded) else opened.decode()

    def status(self, counterparty: Counterparty) -> CounterpartyStatus:
        return rules.status_at(counterparty, self._clock.now())

    def verification_status(self, verification: Verification) -> VerificationStatus:
        return rules.verification_status_at(verification, self._clock.now())

    # For the rails. None of these is reached by the API.

    def kept(self, counterparty: str) -> Counterparty:
        """As it is kept, whoever asks; one that a payment names exists."""
        return self._existing(counterparty)

    def opened(self, counterparty: str) -> OpenedCounterparty | NotFound | WrongRegion | Shredded:
        """The name and the full numbers, also of a closed one: what was sent may still come back."""
        found = self._found(counterparty)
        if isinstance(found, Refusal):
            return found
        details = self._details(found)
        if isinstance(details, Shredded):
            return details
        return OpenedCounterparty(found.id, found.customer, found.version, details)

    def usable(
        self, counterparty: str, *, on_day: date, direction: Direction
    ) -> NotFound | WrongRegion | rules.UseDeclined | None:
        """Why no entry that settles on a day may go there; None when it may."""
        found = self._found(counterparty)
        if isinstance(found, Refusal):
            return found
        return rules.use_refusal(found, on_day, direction, self._clock.now())

    def micro_amounts(self, counterparty: str, *, attempt: int) -> tuple[int, int] | NotFound | WrongRegion | Shredded:
        """The cents of an attempt's two credits, for who writes its entries."""
        found = self._found(counterparty)
        if isinstance(found, Refusal):
            return found
        return self._amounts(found, rules.verification_of(found, attempt))

    # Verifying.

    def start_verification(
        self, actor: Actor, counterparty: str, *, method: VerificationMethod, key: str
    ) -> Counterparty | Refusal:
        """Begins to prove a counterparty, once per (acting person, key), and gives it to the rail.

        Refusals: InputInvalid, NotFound, NotAllowed, WrongRegion, CounterpartyKeyReused, CounterpartyClosed,
        CounterpartyVerified, VerificationUnderway, VerificationsExhausted, Shredded, TryAgain.
        """
        if faults := keys.key_faults(key):
            return InputInvalid(faults)
        found = self._seen(actor, counterparty, Action.MANAGE_COUNTERPARTIES)
        if isinstance(found, Refusal):
            return found
        request = rules.request_id("verification", counterparty, actor.person, key)
        amounts = self._drawn_amounts(found, method)
        if isinstance(amounts, Shredded):
            return amounts
        now = self._clock.now()
        begun = self._moved(
            counterparty,
            lambda row: rules.started(row, request=request, method=method, sealed_amounts=amounts, now=now),
        )
        if isinstance(begun, Refusal):
            return begun
        verification = rules.verification_by(begun, request)
        if verification is None or verification.method is not method:
            return CounterpartyKeyReused(counterparty)
        return self._sent(begun, verification)

    def unsent(self) -> tuple[str, ...]:
        """Counterparties whose verification was intended, and cut off before the rail had it; the oldest first."""
        return self._store.unsent(limit=UNSENT_MAX)

    def finish_verification(self, counterparty: str) -> bool:
        """Gives the rail what was intended for a counterparty, or writes down that nothing is sent any more; whether
        that is done."""
        found = self._existing(counterparty)
        latest = found.verification
        if latest is None:
            return True
        after = self._sent(found, latest)
        still = isinstance(after, Counterparty) and rules.is_intended(after, latest.attempt)
        return not still and not isinstance(after, TryAgain)

    def verification_settled(
        self, counterparty: str, *, attempt: int, settled_on: date
    ) -> Counterparty | NotFound | WrongRegion | TryAgain:
        """The attempt's entries settled on a day. Said again, or after they came back, it changes nothing."""
        found = self._found(counterparty)
        if isinstance(found, Refusal):
            return found
        calendar = JURISDICTIONS[found.place.jurisdiction].calendar
        return self._moved(counterparty, lambda row: rules.settled(row, attempt, settled_on, calendar=calendar))

    def verification_returned(
        self, counterparty: str, *, attempt: int, return_code: str
    ) -> Counterparty | NotFound | WrongRegion | TryAgain:
        """An entry of the attempt came back (R01 to R99): it has failed, whatever was known before."""
        code = rules.check_return_code(return_code)
        found = self._found(counterparty)
        if isinstance(found, Refusal):
            return found
        return self._moved(counterparty, lambda row: rules.returned(row, attempt, code))

    def confirm(self, actor: Actor, counterparty: str, *, amounts: Sequence[int], key: str) -> Counterparty | Refusal:
        """Answers what the micro-entries were, in cents and any order. The answer is counted by a conditional write
        before it is compared: answers at the same time count each. The same key with the same amounts counts once.

        Refusals: InputInvalid, NotFound, NotAllowed, WrongRegion, CounterpartyKeyReused, CounterpartyClosed,
        NothingToConfirm, AmountsWrong, Shredded, TryAgain.
        """
        if faults := (*keys.key_faults(key), *rules.amounts_faults(amounts)):
            return InputInvalid(faults)
        found = self._seen(actor, counterparty, Action.MANAGE_COUNTERPARTIES)
        if isinstance(found, Refusal):
            return found
        request = rules.request_id("answer", counterparty, actor.person, key)
        fingerprint = self._sealer.digest(found.customer, rules.amounts_text(amounts), _of(ANSWER, counterparty))
        if isinstance(fingerprint, Shredded):
            return fingerprint
        now = self._clock.now()
        counted = self._moved(
            counterparty, lambda row: rules.counted(row, request=request, fingerprint=fingerprint, now=now)
        )
        return counted if isinstance(counted, Refusal) else self._compared(counted, request, fingerprint, amounts)

    def _compared(
        self, counted: Counterparty, request: str, fingerprint: str, amounts: Sequence[int]
    ) -> Counterparty | CounterpartyKeyReused | NothingToConfirm | AmountsWrong | Shredded | NotFound | TryAgain:
        verification, answer = rules.counted_answer(counted, request)
        if answer.fingerprint != fingerprint:
            return CounterpartyKeyReused(counted.id)
        judged: Counterparty | NotFound | TryAgain = counted
        if answer.right is None:
            wanted = self._amounts(counted, verification)
            if isinstance(wanted, Shredded):
                return wanted
            right = sorted(wanted) == sorted(amounts)
            today = calendar_day(JURISDICTIONS[counted.place.jurisdiction], self._clock.now())
            judged = self._moved(counted.id, lambda row: rules.judged(row, request=request, right=right, today=today))
        if isinstance(judged, Refusal):
            return judged
        verification, answer = rules.counted_answer(judged, request)
        if not answer.right:
            return AmountsWrong(counted.id, rules.answers_left_after(verification, request))
        return judged if verification.status is VerificationStatus.PASSED else NothingToConfirm(counted.id)

    def _sent(
        self, counterparty: Counterparty, verification: Verification
    ) -> Counterparty | NotFound | Shredded | TryAgain:
        """Gives an intended verification to the rail, or writes down that nothing is sent any more."""
        attempt = verification.attempt
        if not rules.is_intended(counterparty, attempt):
            return counterparty
        if self.verification_status(verification) is VerificationStatus.EXPIRED:
            return self._moved(counterparty.id, lambda row: rules.abandoned(row, attempt, None))
        details = self._details(counterparty)
        if isinstance(details, Shredded):
            ended = self._moved(counterparty.id, lambda row: rules.abandoned(row, attempt, Shredded.code))
            return ended if isinstance(ended, TryAgain) else details
        if not self._taken(counterparty, verification):
            return counterparty
        return self._moved(counterparty.id, lambda row: rules.sent(row, attempt))

    def _taken(self, counterparty: Counterparty, verification: Verification) -> bool:
        if verification.method is VerificationMethod.PRENOTE:
            return self._verifier.send_prenote(counterparty, attempt=verification.attempt)
        amounts = self._amounts(counterparty, verification)
        if isinstance(amounts, Shredded):
            return False
        return self._verifier.send_micro_entries(counterparty, attempt=verification.attempt, amounts=amounts)

    def _drawn_amounts(self, counterparty: Counterparty, method: VerificationMethod) -> bytes | Shredded | None:
        """Sealed when they are drawn: from here on only what opens the seal knows them."""
        if method is VerificationMethod.PRENOTE:
            return None
        text = rules.amounts_text(rules.drawn_amounts(self._randomness))
        return self._sealer.seal(counterparty.customer, text.encode(), _of(AMOUNTS, counterparty.id))

    def _amounts(self, counterparty: Counterparty, verification: Verification) -> tuple[int, int] | Shredded:
        if verification.sealed_amounts is None:
            raise ValueError(f"attempt {verification.attempt} of {counterparty.id} sends no micro-entries")
        opened = self._sealer.open(counterparty.customer, verification.sealed_amounts, _of(AMOUNTS, counterparty.id))
        return opened if isinstance(opened, Shredded) else rules.amounts_from(opened.decode())

    # Correcting.

    def apply_correction(
        self, counterparty: str, correction: Correction, *, approval: str
    ) -> Counterparty | InputInvalid | NotFound | WrongRegion | rules.CorrectionDeclined | Refusal:
        """Changes the account to what a notification of change says, once per notification. What was proved stays
        proved: the receiving bank warrants what it corrects (NACHA Operating Rules, Subsection 3.9.1).

        `approval`: that of the case of the notification, which two people resolved. Who calls this vouches for it, and
        reads the correction from the notification itself.

        Refusals: InputInvalid, NotFound, WrongRegion, CounterpartyClosed, TooManyChanges, Shredded, TryAgain.
        """
        if faults := rules.correction_faults(correction):
            return InputInvalid(faults)
        found = self._found(counterparty)
        if isinstance(found, Refusal):
            return found
        return self._moved(counterparty, lambda row: self._corrected(row, correction, approval))

    def _corrected(
        self, row: Counterparty, correction: Correction, approval: str
    ) -> Counterparty | rules.CorrectionDeclined | Shredded:
        if rules.change_by(row, correction.noc):
            return row
        if refusal := rules.correction_refusal(row):
            return refusal
        was = self._details(row)
        if isinstance(was, Shredded):
            return was
        details = rules.corrected_details(was, correction)
        name = self._sealer.seal(row.customer, details.name.encode(), _of(NAME, row.id))
        number = self._sealer.seal(row.customer, details.account_number.encode(), _of(NUMBER, row.id))
        before = self._sealer.seal(row.customer, rules.before_text(was, correction).encode(), _of(BEFORE, row.id))
        digest = self._number_digest(row.customer, details)
        if (
            isinstance(name, Shredded)
            or isinstance(number, Shredded)
            or isinstance(before, Shredded)
            or isinstance(digest, Shredded)
        ):
            return Shredded(row.customer)
        change = Change(
            noc=correction.noc,
            code=correction.code,
            approval=approval,
            at=self._clock.now(),
            parts=correction.parts,
            sealed_before=before,
        )
        return rules.corrected(row, details, change, sealed_name=name, sealed_number=number, number_digest=digest)

    # Around all of them.

    def _details(self, row: Counterparty) -> Details | Shredded:
        name = self.name(row)
        number = self._sealer.open(row.customer, row.sealed_number, _of(NUMBER, row.id))
        if isinstance(name, Shredded) or isinstance(number, Shredded):
            return Shredded(row.customer)
        return Details(name, row.routing_number, number.decode(), row.account_type, row.holder_kind)

    def _found(self, counterparty: str) -> Counterparty | NotFound | WrongRegion:
        if prefix_of(counterparty) != "cpy":
            return NotFound(counterparty)
        return self._elsewhere(counterparty) or self._store.counterparty(counterparty) or NotFound(counterparty)

    def _seen(
        self, actor: Actor, counterparty: str, action: Action
    ) -> Counterparty | NotFound | NotAllowed | WrongRegion:
        found = self._found(counterparty)
        if isinstance(found, Refusal):
            return found
        return self._refusal(actor, found, action) or found

    def _refusal(self, actor: Actor, counterparty: Counterparty, action: Action) -> NotFound | NotAllowed | None:
        relation = relation_to_customer(actor, counterparty.customer)
        return refusal_of(actor, action, relation=relation, subject_id=counterparty.id)

    def _existing(self, counterparty: str) -> Counterparty:
        found = self._store.counterparty(counterparty)
        if found is None:
            raise RuntimeError(f"{counterparty} was claimed and is not there")
        return found

    def _moved(
        self, counterparty: str, decide: Callable[[Counterparty], Counterparty | Moved]
    ) -> Counterparty | Moved | TryAgain:
        """Writes what is decided of the counterparty as it is stored; when somebody else was quicker, decides again."""
        for _ in range(TRIES_MAX):
            stored = self._existing(counterparty)
            decided = decide(stored)
            if not isinstance(decided, Counterparty) or decided == stored:
                return decided
            if self._store.replace(decided, version=stored.version):
                return decided
        return TryAgain()


def _of(purpose: str, counterparty: str) -> str:
    """What a seal is for: one counterparty's blob does not open as another's."""
    return f"{purpose} {counterparty}"
