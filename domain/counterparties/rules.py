"""What a counterparty may look like, and how it moves from one status to another: pure functions."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.calendars import banking_days_after
from domain.counterparties.model import (
    ANSWERS_ALLOWED,
    CHANGES_MAX,
    CORRECTED,
    VERIFICATIONS_MAX,
    AccountType,
    Answer,
    Change,
    Correction,
    Counterparty,
    CounterpartyClosed,
    CounterpartyCreditOnly,
    CounterpartyNotVerified,
    CounterpartyStatus,
    CounterpartyVerified,
    Details,
    Direction,
    NothingToConfirm,
    TooManyChanges,
    Verification,
    VerificationMethod,
    VerificationsExhausted,
    VerificationStatus,
    VerificationUnderway,
    masked,
)
from domain.ids import ID_LENGTH_MAX, Randomness
from domain.jurisdictions import JURISDICTIONS, aba_check_digit
from domain.refusals import FieldFault

NAME_LENGTH_MAX: Final = 140
"""As long as a party's name in ISO 20022 (Max140Text); a rail that has less room shortens it."""
ACCOUNT_NUMBER_LENGTH_MAX: Final = 17
"""DFI Account Number (NACHA Operating Rules, Appendix Three)."""
MICRO_ENTRY_MINOR_MAX: Final = 99
"""A micro-entry is less than a dollar (NACHA Operating Rules, Subsection 2.7.1)."""
LIVE_BANKING_DAYS: Final = 3
"""No entry before the third banking day after its prenote settled (NACHA Operating Rules, Subsection 2.6.2)."""
VERIFICATION_LIFETIME: Final = timedelta(days=14)
"""A weekend, a holiday, the two banking days of a return, and some days to look at a statement."""

ROUTING_NUMBER_RULE: Final = "is 9 digits with their check digit"
ACCOUNT_NUMBER_RULE: Final = (
    f"is 1 to {ACCOUNT_NUMBER_LENGTH_MAX} letters, digits and hyphens, and more than zeros and hyphens"
)
_ROUTING = re.compile(r"[0-9]{9}", re.ASCII)
_ACCOUNT = re.compile(rf"(?=.*[1-9A-Za-z])[0-9A-Za-z-]{{1,{ACCOUNT_NUMBER_LENGTH_MAX}}}", re.ASCII)
_RETURN_CODE = re.compile(r"R[0-9]{2}", re.ASCII)
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of signs that nobody sees: they make two names look like one, or one read as another."""
_OPEN: Final = frozenset({VerificationStatus.INTENDED, VerificationStatus.SENT, VerificationStatus.SETTLED})
_ANSWERABLE: Final = frozenset({VerificationStatus.SENT, VerificationStatus.SETTLED})


# Input.


def details_faults(details: Details) -> tuple[FieldFault, ...]:
    return (
        *name_faults(details.name),
        *routing_number_faults(details.routing_number),
        *account_number_faults(details.account_number),
    )


def name_faults(name: str) -> tuple[FieldFault, ...]:
    hidden = any(unicodedata.category(sign) in _HIDDEN for sign in name)
    if 1 <= len(name) <= NAME_LENGTH_MAX and not hidden and name == name.strip():
        return ()
    rule = f"is not 1 to {NAME_LENGTH_MAX} printable characters without spaces around them"
    return (FieldFault(("name",), "NAME_MALFORMED", rule),)


def routing_number_faults(number: str) -> Iterator[FieldFault]:
    where = ("routingNumber",)
    if number in {jurisdiction.routing_number for jurisdiction in JURISDICTIONS.values()}:
        yield FieldFault(where, "ROUTING_NUMBER_OWN", "is this bank's own: pay its accounts by a transfer")
    elif not well_formed_routing_number(number):
        yield FieldFault(where, "ROUTING_NUMBER_MALFORMED", ROUTING_NUMBER_RULE)


def well_formed_routing_number(number: str) -> bool:
    """Nine digits that end in the ABA check digit; nine zeros pass the sum and are no bank."""
    return bool(_ROUTING.fullmatch(number)) and int(number) > 0 and aba_check_digit(number[:8]) == number[8]


def account_number_faults(number: str) -> Iterator[FieldFault]:
    if not _ACCOUNT.fullmatch(number):
        yield FieldFault(("accountNumber",), "ACCOUNT_NUMBER_MALFORMED", ACCOUNT_NUMBER_RULE)


def amounts_faults(amounts: Sequence[int]) -> tuple[FieldFault, ...]:
    if len(amounts) == 2 and all(1 <= amount <= MICRO_ENTRY_MINOR_MAX for amount in amounts):  # noqa: PLR2004 - a pair
        return ()
    rule = f"are two amounts of 1 to {MICRO_ENTRY_MINOR_MAX} cents"
    return (FieldFault(("amounts",), "AMOUNTS_MALFORMED", rule),)


def correction_faults(correction: Correction) -> tuple[FieldFault, ...]:
    """A correction says exactly what its code is about, and says it well."""
    faults: list[FieldFault] = []
    if not 1 <= len(correction.noc) <= ID_LENGTH_MAX:
        faults.append(FieldFault(("noc",), "ID_MALFORMED", f"is an id of at most {ID_LENGTH_MAX} characters"))
    if CORRECTED.get(correction.code) != frozenset(correction.parts):
        faults.append(FieldFault(("code",), "CORRECTION_MISMATCH", "does not correct what is given"))
    if correction.name is not None:
        faults += name_faults(correction.name)
    if correction.routing_number is not None:
        faults += routing_number_faults(correction.routing_number)
    if correction.account_number is not None:
        faults += account_number_faults(correction.account_number)
    return tuple(faults)


def check_return_code(code: str) -> str:
    """Return codes come from the rail, which has read them: another text is a fault."""
    if not _RETURN_CODE.fullmatch(code):
        raise ValueError("a return code is R and two digits")
    return code


# Keys, and what is put under seals and digests.


def request_id(*parts: str) -> str:
    """Names a request by who asked and with which key. Hashed: a caller may have put a name into its key."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def account_text(routing_number: str, account_number: str) -> str:
    """One account, for the digest: the routing number has nine digits, so no two accounts read alike."""
    return routing_number + account_number


def details_text(details: Details) -> str:
    return _text(
        [details.name, details.routing_number, details.account_number, details.account_type, details.holder_kind]
    )


def before_text(details: Details, correction: Correction) -> str:
    """What a correction writes over, for the change's own seal."""
    was = {
        "NAME": details.name,
        "ROUTING_NUMBER": details.routing_number,
        "ACCOUNT_NUMBER": details.account_number,
        "ACCOUNT_TYPE": details.account_type.value,
    }
    return json.dumps({part.value: was[part] for part in correction.parts}, ensure_ascii=False, sort_keys=True)


def amounts_text(amounts: Sequence[int]) -> str:
    """In no order: the statement on which they stand has its own."""
    return _text(sorted(amounts))


def amounts_from(text: str) -> tuple[int, int]:
    first, second = json.loads(text)
    return int(first), int(second)


def _text(parts: Sequence[str | int | None]) -> str:
    return json.dumps(list(parts), ensure_ascii=False, separators=(",", ":"))


def drawn_amounts(randomness: Randomness) -> tuple[int, int]:
    """Two different amounts of 1 to 99 cents, each pair as likely as any other."""
    first = randomness.randrange(1, MICRO_ENTRY_MINOR_MAX + 1)
    second = randomness.randrange(1, MICRO_ENTRY_MINOR_MAX)
    return first, second + (second >= first)


# Looking.


def status_at(counterparty: Counterparty, now: datetime) -> CounterpartyStatus:
    """What it is now: a verification that was not heard of in time has proved nothing."""
    latest = counterparty.verification
    verifying = counterparty.status is CounterpartyStatus.VERIFYING
    if verifying and latest and verification_status_at(latest, now) is VerificationStatus.EXPIRED:
        return CounterpartyStatus.UNVERIFIED
    return counterparty.status


def verification_status_at(verification: Verification, now: datetime) -> VerificationStatus:
    late = verification.status in _OPEN and now >= verification.expires_at
    return VerificationStatus.EXPIRED if late else verification.status


UseDeclined = CounterpartyClosed | CounterpartyNotVerified | CounterpartyCreditOnly


def use_refusal(counterparty: Counterparty, on_day: date, direction: Direction, now: datetime) -> UseDeclined | None:
    """Why no entry may go to the account on a day; None when it may."""
    status = status_at(counterparty, now)
    if status is CounterpartyStatus.CLOSED:
        return CounterpartyClosed(counterparty.id)
    live_from = counterparty.verification.live_from if counterparty.verification else None
    if status is not CounterpartyStatus.VERIFIED or live_from is None:
        return CounterpartyNotVerified(counterparty.id, status.value)
    if on_day < live_from:
        return CounterpartyNotVerified(counterparty.id, status.value, live_from.isoformat())
    if direction is Direction.DEBIT and counterparty.account_type is AccountType.LOAN:
        return CounterpartyCreditOnly(counterparty.id)
    return None


def holds(counterparty: Counterparty, number_digest: str) -> bool:
    """Whether this is its number still: not closed, and not corrected to another."""
    return counterparty.status is not CounterpartyStatus.CLOSED and counterparty.number_digest == number_digest


def is_intended(counterparty: Counterparty, attempt: int) -> bool:
    return verification_of(counterparty, attempt).status is VerificationStatus.INTENDED


# Moving. Each answers the counterparty as it is to be; the same one when there is nothing to change.

StartDeclined = CounterpartyClosed | CounterpartyVerified | VerificationUnderway | VerificationsExhausted


def start_refusal(counterparty: Counterparty, now: datetime) -> StartDeclined | None:
    """Why no verification may be started now."""
    match status_at(counterparty, now):
        case CounterpartyStatus.CLOSED:
            return CounterpartyClosed(counterparty.id)
        case CounterpartyStatus.VERIFIED:
            return CounterpartyVerified(counterparty.id)
        case CounterpartyStatus.VERIFYING if not _used_up(counterparty.verification):
            return VerificationUnderway(counterparty.id)
    if counterparty.verifications_used >= VERIFICATIONS_MAX:
        return VerificationsExhausted(counterparty.id)
    return None


def added_after(counterparty: Counterparty, before: Counterparty | None) -> Counterparty:
    """A new one with the count of the one that had its number before."""
    return replace(counterparty, verifications_before=before.verifications_used) if before else counterparty


def started(
    counterparty: Counterparty,
    *,
    request: str,
    method: VerificationMethod,
    sealed_amounts: bytes | None,
    now: datetime,
) -> Counterparty | StartDeclined:
    """A verification that is intended now. One of this request there is already stays as it is."""
    if verification_by(counterparty, request):
        return counterparty
    if refusal := start_refusal(counterparty, now):
        return refusal
    verification = Verification(
        attempt=len(counterparty.verifications) + 1,
        request=request,
        method=method,
        started_at=now,
        expires_at=now + VERIFICATION_LIFETIME,
        sealed_amounts=sealed_amounts,
    )
    return replace(
        counterparty,
        status=CounterpartyStatus.VERIFYING,
        verifications=(*counterparty.verifications, verification),
        version=counterparty.version + 1,
    )


def sent(counterparty: Counterparty, attempt: int) -> Counterparty:
    """The rail has it. What was heard of it meanwhile stands."""
    verification = verification_of(counterparty, attempt)
    if verification.status is not VerificationStatus.INTENDED:
        return counterparty
    return _with(counterparty, replace(verification, status=VerificationStatus.SENT))


def abandoned(counterparty: Counterparty, attempt: int, failure: str | None) -> Counterparty:
    """What was intended and will not be sent any more. Without a failure it has only expired."""
    verification = verification_of(counterparty, attempt)
    if verification.status is not VerificationStatus.INTENDED:
        return counterparty
    status = VerificationStatus.FAILED if failure else VerificationStatus.EXPIRED
    outcome = CounterpartyStatus.FAILED if failure else CounterpartyStatus.UNVERIFIED
    return _with(counterparty, replace(verification, status=status, failure=failure), outcome)


def settled(counterparty: Counterparty, attempt: int, settled_on: date, *, calendar: str) -> Counterparty:
    """Its entries are settled. A prenote has passed, from its third banking day on and unless it still comes back."""
    verification = verification_of(counterparty, attempt)
    if verification.settled_on or verification.status is VerificationStatus.FAILED:
        return counterparty
    known = replace(verification, settled_on=settled_on)
    if verification.method is VerificationMethod.PRENOTE:
        live_from = banking_days_after(calendar, settled_on, LIVE_BANKING_DAYS)
        passed = replace(known, status=VerificationStatus.PASSED, live_from=live_from)
        return _with(counterparty, passed, CounterpartyStatus.VERIFIED)
    if verification.status is VerificationStatus.PASSED:
        return _with(counterparty, known)
    return _with(counterparty, replace(known, status=VerificationStatus.SETTLED))


def returned(counterparty: Counterparty, attempt: int, return_code: str) -> Counterparty:
    """One of its entries came back: whatever was known of it before, it has failed."""
    verification = verification_of(counterparty, attempt)
    if verification.status is VerificationStatus.FAILED:
        return counterparty
    failed = replace(verification, status=VerificationStatus.FAILED, failure=return_code, live_from=None)
    return _with(counterparty, failed, CounterpartyStatus.FAILED)


CountDeclined = CounterpartyClosed | NothingToConfirm


def counted(
    counterparty: Counterparty, *, request: str, fingerprint: str, now: datetime
) -> Counterparty | CountDeclined:
    """Counts an answer to the latest micro-entries, before anything is compared. Counted before, it counts once."""
    if answer_of(counterparty, request):
        return counterparty
    if counterparty.status is CounterpartyStatus.CLOSED:
        return CounterpartyClosed(counterparty.id)
    latest = counterparty.verification
    if latest is None or verification_status_at(latest, now) not in _ANSWERABLE or latest.answers_left <= 0:
        return NothingToConfirm(counterparty.id)
    answers = (*latest.answers, Answer(request, fingerprint))
    return _with(counterparty, replace(latest, answers=answers))


def judged(counterparty: Counterparty, *, request: str, right: bool, today: date) -> Counterparty:
    """Writes what an answer was. The last wrong one fails the verification; a right one passes it."""
    verification, answer = counted_answer(counterparty, request)
    if answer.right is not None:
        return counterparty
    answers = tuple(replace(one, right=right) if one.request == request else one for one in verification.answers)
    known = replace(verification, answers=answers)
    if known.status not in _ANSWERABLE:
        return _with(counterparty, known)
    if right:
        passed = replace(known, status=VerificationStatus.PASSED, live_from=today)
        return _with(counterparty, passed, CounterpartyStatus.VERIFIED)
    if [one.right for one in answers] == [False] * ANSWERS_ALLOWED:
        failed = replace(known, status=VerificationStatus.FAILED, failure="AMOUNTS_WRONG")
        return _with(counterparty, failed, CounterpartyStatus.FAILED)
    return _with(counterparty, known)


def closed(counterparty: Counterparty, now: datetime) -> Counterparty:
    """Ended for ever. What was only intended is not sent; what was sent may still be heard of."""
    if counterparty.status is CounterpartyStatus.CLOSED:
        return counterparty
    latest = counterparty.verification
    if latest and latest.status is VerificationStatus.INTENDED:
        failed = replace(latest, status=VerificationStatus.FAILED, failure="CLOSED")
        counterparty = replace(counterparty, verifications=(*counterparty.verifications[:-1], failed))
    return replace(counterparty, status=CounterpartyStatus.CLOSED, closed_at=now, version=counterparty.version + 1)


CorrectionDeclined = CounterpartyClosed | TooManyChanges


def correction_refusal(counterparty: Counterparty) -> CorrectionDeclined | None:
    if counterparty.status is CounterpartyStatus.CLOSED:
        return CounterpartyClosed(counterparty.id)
    return TooManyChanges(counterparty.id) if len(counterparty.changes) >= CHANGES_MAX else None


def change_by(counterparty: Counterparty, noc: str) -> Change | None:
    return next((change for change in counterparty.changes if change.noc == noc), None)


def corrected_details(details: Details, correction: Correction) -> Details:
    return Details(
        name=correction.name or details.name,
        routing_number=correction.routing_number or details.routing_number,
        account_number=correction.account_number or details.account_number,
        account_type=correction.account_type or details.account_type,
        holder_kind=details.holder_kind,
    )


def corrected(
    counterparty: Counterparty,
    details: Details,
    change: Change,
    *,
    sealed_name: bytes,
    sealed_number: bytes,
    number_digest: str,
) -> Counterparty:
    return replace(
        counterparty,
        sealed_name=sealed_name,
        routing_number=details.routing_number,
        sealed_number=sealed_number,
        masked_number=masked(details.account_number),
        number_digest=number_digest,
        account_type=details.account_type,
        changes=(*counterparty.changes, change),
        version=counterparty.version + 1,
    )


# Verifications and answers within a counterparty.


def verification_of(counterparty: Counterparty, attempt: int) -> Verification:
    """A rail speaks of what it was given to send: an attempt that is not there is a fault."""
    if not 1 <= attempt <= len(counterparty.verifications):
        raise ValueError(f"{counterparty.id} has no verification {attempt}")
    return counterparty.verifications[attempt - 1]


def verification_by(counterparty: Counterparty, request: str) -> Verification | None:
    return next((one for one in counterparty.verifications if one.request == request), None)


def answer_of(counterparty: Counterparty, request: str) -> tuple[Verification, Answer] | None:
    for verification in counterparty.verifications:
        for answer in verification.answers:
            if answer.request == request:
                return verification, answer
    return None


def counted_answer(counterparty: Counterparty, request: str) -> tuple[Verification, Answer]:
    found = answer_of(counterparty, request)
    if found is None:
        raise ValueError(f"{counterparty.id} has no answer of this request, which was counted a moment ago")
    return found


def answers_left_after(verification: Verification, request: str) -> int:
    """How many answers were left when this one had been counted: the same however often it is asked."""
    place = next(place for place, answer in enumerate(verification.answers) if answer.request == request)
    return verification.answers_allowed - place - 1


def _used_up(verification: Verification | None) -> bool:
    """All answers are counted, and one was cut off before it was compared: nothing can pass it any more but that."""
    return verification is not None and verification.answers_allowed > 0 and verification.answers_left <= 0


def _with(
    counterparty: Counterparty, verification: Verification, status: CounterpartyStatus | None = None
) -> Counterparty:
    """The counterparty with one verification changed. Only the latest decides what it is, and never of a closed one."""
    place = verification.attempt - 1
    verifications = counterparty.verifications
    decides = verification.attempt == len(verifications) and counterparty.status is not CounterpartyStatus.CLOSED
    return replace(
        counterparty,
        status=status if status and decides else counterparty.status,
        verifications=(*verifications[:place], verification, *verifications[place + 1 :]),
        version=counterparty.version + 1,
    )
