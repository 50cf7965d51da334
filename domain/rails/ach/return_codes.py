"""Return reason codes: who sends each, until when, for which entries; what we do with one, and which one we send.

Deadlines are about when a return is *available* to the other bank: by the opening of a banking day. The last day to
send is therefore the banking day before, whose night the operator still delivers in time.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.rails.ach.calendar import add_banking_days, next_banking_day, previous_banking_day
from domain.rails.ach.sec_codes import Receiver
from domain.rails.ach.tables import AccountKind, Direction, Reason, Source


class Sender(StrEnum):
    RDFI = "rdfi"
    ODFI = "odfi"
    OPERATOR = "operator"
    AGENCY = "agency"
    GATEWAY = "gateway"


class Clock(StrEnum):
    """What a return's deadline runs from and how long."""

    TWO_BANKING_DAYS = "two_banking_days"
    """Available by the opening of the second banking day after settlement of the entry."""
    SIXTY_DAYS = "sixty_days"
    """Available by the opening of the banking day after the sixtieth calendar day after settlement."""
    REFUSAL = "refusal"
    """Available by the opening of the second banking day after the receiver refused the credit."""
    REQUEST = "request"
    """As the two banks agree; the originating bank's request is answered within ten banking days."""
    AGREEMENT = "agreement"
    """Whenever the originating bank has agreed."""
    NEXT_DELIVERY = "next_delivery"
    """The operator's next delivery of files."""
    FIVE_BANKING_DAYS = "five_banking_days"
    """Within five banking days of settlement of the entry: returns by a gateway."""
    DISHONOUR = "dishonour"
    """Within five banking days of settlement of the return."""
    CONTEST = "contest"
    """Within two banking days of settlement of the dishonoured return."""
    AGENCY = "agency"
    """As the federal agency says; no figure was found."""


class Policy(StrEnum):
    """What we do when an entry of ours comes back with a code."""

    RETRY = "retry"
    """May be presented again, under the rules of reinitiation."""
    RETRY_WITH_CONSENT = "retry_with_consent"
    """Only after the receiver has agreed anew."""
    MEND = "mend"
    """Something in our entry was wrong: mend it and send a new one."""
    STOP = "stop"
    """Nothing more is sent until somebody has looked."""
    CLOSE_COUNTERPARTY = "close_counterparty"
    """The account is gone: the counterparty takes no more entries."""
    NEW_ACCOUNT = "new_account"
    """The counterparty needs another account, verified anew."""
    UNAUTHORISED = "unauthorised"
    """The receiver denies it: no entry under this authorisation again, and it counts in the unauthorised rate."""
    FRAUD_CASE = "fraud_case"
    """Somebody of fraud looks at the originator."""
    ANSWER = "answer"
    """An answer to a return of ours, or to a dishonour: handled with it, no return of an entry."""


@dataclass(frozen=True, slots=True)
class ReturnCode:
    code: str
    title: str
    sender: Sender
    clock: Clock
    receiver: Receiver
    """Whose accounts the code is for."""
    directions: frozenset[Direction]
    """Of the entry that is returned."""
    secs: frozenset[str] | None
    """None: every class but those in `secs_excluded`."""
    secs_excluded: frozenset[str]
    statement: bool
    """The receiving bank must hold a written statement of unauthorised debit."""
    date_of_death: bool
    """Columns 22 to 27 of the addenda carry a date of death, where it is known."""
    policy: Policy
    source: Source


_PAGES: Final = Source("docs.galileo-ft.com and apidocs.paynearme.com, ACH return codes")
_TITLES: Final = Source(
    "github.com/moov-io/ach, addenda99.go, for code and title; its clock is general knowledge", False
)
_SIXTY: Final = Source("github.com/moov-io/ach, addenda99.go, for code, title and sixty days")
_REVERSALS: Final = Source("nacha.org, Reversals and Enforcement (2021) and risk management topics (2024-10-01)")
_R06: Final = Source("jpmorgan.com, Nacha rule changes 2024-10-01 and 2025-04-01")
_DISHONOURS: Final = Source("coda.io/straddle, ACH returns quick reference; nacha.org, request for information 2026")
_CON, _COR, _ANY = Receiver.CONSUMER, Receiver.CORPORATE, Receiver.EITHER
_DEBITS, _CREDITS = frozenset({Direction.DEBIT}), frozenset({Direction.CREDIT})
_ALL: Final = frozenset(Direction)
_CORPORATE_SECS: Final = frozenset({"CCD", "CTX"})
_CHECKS: Final = frozenset({"ARC", "BOC", "POP", "RCK", "XCK"})


def _code(
    code: str,
    title: str,
    policy: Policy,
    *,
    sender: Sender = Sender.RDFI,
    clock: Clock = Clock.TWO_BANKING_DAYS,
    receiver: Receiver = _ANY,
    directions: frozenset[Direction] = _ALL,
    secs: frozenset[str] | None = None,
    without: frozenset[str] = frozenset(),
    statement: bool = False,
    date_of_death: bool = False,
    source: Source = _PAGES,
) -> ReturnCode:
    return ReturnCode(
        code=code,
        title=title,
        sender=sender,
        clock=clock,
        receiver=receiver,
        directions=directions,
        secs=secs,
        secs_excluded=without,
        statement=statement,
        date_of_death=date_of_death,
        policy=policy,
        source=source,
    )


def _unauthorised(
    code: str, title: str, *, secs: frozenset[str] | None = None, without: frozenset[str] = frozenset()
) -> ReturnCode:
    """A consumer's debit that the receiver denies in writing, for sixty days."""
    return _code(
        code,
        title,
        Policy.UNAUTHORISED,
        clock=Clock.SIXTY_DAYS,
        receiver=_CON,
        directions=_DEBITS,
        secs=secs,
        without=without,
        statement=True,
    )


def _check(code: str, title: str, secs: str, *, days: int, statement: bool = False) -> ReturnCode:
    """About a check that was converted or presented again: we send none, so we only look."""
    return _code(
        code,
        title,
        Policy.STOP,
        clock=Clock.SIXTY_DAYS if days == 60 else Clock.TWO_BANKING_DAYS,  # noqa: PLR2004 - the name of the clock
        directions=_DEBITS,
        secs=frozenset(secs.split()),
        statement=statement,
        source=_SIXTY if days == 60 else _TITLES,  # noqa: PLR2004 - as above
    )


def _operator(
    code: str, title: str, policy: Policy, secs: str = "", directions: frozenset[Direction] = _ALL
) -> ReturnCode:
    return _code(
        code,
        title,
        policy,
        sender=Sender.OPERATOR,
        clock=Clock.NEXT_DELIVERY,
        directions=directions,
        secs=frozenset(secs.split()) or None,
    )


def _agency(code: str, title: str) -> ReturnCode:
    """A federal agency returns an enrolment."""
    enr = frozenset({"ENR"})
    return _code(code, title, Policy.ANSWER, sender=Sender.AGENCY, clock=Clock.AGENCY, secs=enr, source=_TITLES)


def _dishonour(code: str, title: str) -> ReturnCode:
    return _code(code, title, Policy.ANSWER, sender=Sender.ODFI, clock=Clock.DISHONOUR, source=_DISHONOURS)


def _contest(code: str, title: str) -> ReturnCode:
    return _code(code, title, Policy.ANSWER, clock=Clock.CONTEST, source=_DISHONOURS)


def _gateway(code: str, title: str, policy: Policy) -> ReturnCode:
    return _code(
        code,
        title,
        policy,
        sender=Sender.GATEWAY,
        clock=Clock.FIVE_BANKING_DAYS,
        secs=frozenset({"IAT"}),
        source=_TITLES,
    )


_P: Final = Policy
_ROWS: Final = (
    _code("R01", "Insufficient funds", _P.RETRY, directions=_DEBITS),
    _code("R02", "Account closed", _P.CLOSE_COUNTERPARTY),
    _code("R03", "No account, or unable to locate it", _P.NEW_ACCOUNT),
    _code("R04", "Invalid account number structure", _P.NEW_ACCOUNT),
    _unauthorised("R05", "Unauthorised debit to a consumer account using a corporate class", secs=_CORPORATE_SECS),
    _code("R06", "Returned at the originating bank's request", _P.STOP, clock=Clock.REQUEST, source=_R06),
    _unauthorised("R07", "Authorisation revoked by the customer", without=_CORPORATE_SECS | _CHECKS),
    _code("R08", "Payment stopped", _P.RETRY_WITH_CONSENT, directions=_DEBITS),
    _code("R09", "Uncollected funds", _P.RETRY, directions=_DEBITS),
    _unauthorised("R10", "Originator unknown to the receiver, or not authorised", without=_CORPORATE_SECS | {"RCK"}),
    _unauthorised("R11", "Entry not in accordance with the terms of the authorisation", without=_CORPORATE_SECS),
    _code("R12", "Account sold to another bank", _P.NEW_ACCOUNT),
    _operator("R13", "Receiving bank not qualified to participate", _P.NEW_ACCOUNT),
    _code("R14", "Representative payee deceased or unable to continue", _P.STOP, receiver=_CON, date_of_death=True),
    _code("R15", "Beneficiary or account holder deceased", _P.STOP, receiver=_CON, date_of_death=True),
    _code("R16", "Account frozen, or returned on instruction of OFAC", _P.STOP),
    _code("R17", "File record edit criteria; questionable entry; improper reversal", _P.STOP, source=_REVERSALS),
    _operator("R18", "Improper effective entry date", _P.MEND),
    _operator("R19", "Amount field error", _P.MEND),
    _code("R20", "Non-transaction account", _P.NEW_ACCOUNT),
    _code("R21", "Invalid company identification", _P.MEND, secs=frozenset({"CIE"})),
    _code("R22", "Invalid individual identification", _P.MEND, secs=frozenset({"CIE", "MTE"})),
    _code("R23", "Credit refused by the receiver", _P.STOP, clock=Clock.REFUSAL, directions=_CREDITS),
    _code("R24", "Duplicate entry", _P.STOP),
    _operator("R25", "Addenda error", _P.MEND),
    _operator("R26", "Mandatory field error", _P.MEND),
    _operator("R27", "Trace number error", _P.MEND),
    _operator("R28", "Routing number check digit error", _P.NEW_ACCOUNT),
    _code("R29", "Corporate customer advises not authorised", _P.UNAUTHORISED, receiver=_COR, directions=_DEBITS),
    _operator("R30", "Receiving bank not in check truncation", _P.STOP, "TRC TRX"),
    _code("R31", "Permissible return", _P.STOP, clock=Clock.AGREEMENT, receiver=_COR, secs=_CORPORATE_SECS),
    _operator("R32", "Receiving bank cannot settle", _P.STOP),
    _check("R33", "Return of a destroyed check entry", "XCK", days=60),
    _operator("R34", "Limited participation of the receiving bank", _P.STOP),
    _operator("R35", "Improper debit entry", _P.MEND, "CIE", _DEBITS),
    _operator("R36", "Improper credit entry", _P.MEND, "ARC BOC POP RCK TEL XCK", _CREDITS),
    _check("R37", "Source document presented for payment", "ARC BOC POP", days=60, statement=True),
    _check("R38", "Stop payment on source document", "ARC BOC", days=60),
    _check("R39", "Improper source document", "ARC BOC POP", days=2),
    _agency("R40", "Return of an enrolment by a federal agency"),
    _agency("R41", "Invalid transaction code of an enrolment"),
    _agency("R42", "Routing number or check digit error of an enrolment"),
    _agency("R43", "Invalid account number of an enrolment"),
    _agency("R44", "Invalid individual identification of an enrolment"),
    _agency("R45", "Invalid name of an enrolment"),
    _agency("R46", "Invalid representative payee indicator of an enrolment"),
    _agency("R47", "Duplicate enrolment"),
    _check("R50", "State law affecting acceptance of a re-presented check", "RCK", days=2),
    _check("R51", "Item ineligible, or re-presented check entry improper", "RCK", days=60, statement=True),
    _check("R52", "Stop payment on the item of a re-presented check", "RCK", days=60),
    _check("R53", "Item and re-presented check entry both presented", "RCK", days=60, statement=True),
    _dishonour("R61", "Misrouted return"),
    _dishonour("R62", "Return of an erroneous or reversing debit"),
    _dishonour("R67", "Duplicate return"),
    _dishonour("R68", "Untimely return"),
    _dishonour("R69", "Field errors in the return"),
    _dishonour("R70", "Permissible return not accepted, or return not requested"),
    _contest("R71", "Misrouted dishonoured return"),
    _contest("R72", "Untimely dishonoured return"),
    _contest("R73", "Timely original return"),
    _contest("R74", "Corrected return"),
    _contest("R75", "Return not a duplicate"),
    _contest("R76", "No errors found"),
    _contest("R77", "Non-acceptance of an R62 dishonour"),
    _gateway("R80", "Coding error of an international entry", _P.MEND),
    _gateway("R81", "Not in the gateway's programme", _P.STOP),
    _gateway("R82", "Invalid identification of the foreign bank", _P.NEW_ACCOUNT),
    _gateway("R83", "Foreign bank unable to settle", _P.STOP),
    _gateway("R84", "Entry not processed by the gateway", _P.STOP),
    _code(
        "R85", "Incorrectly coded outbound international payment", _P.MEND, without=frozenset({"IAT"}), source=_TITLES
    ),
)
RETURN_CODES: Final[dict[str, ReturnCode]] = {row.code: row for row in _ROWS}
"""R90 is in a public parser's list (moov-io/ach) and in no list of the rules that was found: it is unknown here."""

STATEMENT_REVIEW_BANKING_DAYS: Final = 6
"""From 2024-10-01: by the opening of the sixth banking day after the written statement was reviewed (nacha.org)."""
STATEMENT_REVIEW_SINCE: Final = date(2024, 10, 1)
REQUEST_ANSWER_BANKING_DAYS: Final = 10
"""From 2025-04-01: the receiving bank answers a request for return within ten banking days (nacha.org)."""
SIXTY: Final = timedelta(days=60)


class ReturnCodeUnknown(ValueError):
    """No list of the rules has this code."""


def return_code(code: str) -> ReturnCode:
    try:
        return RETURN_CODES[code]
    except KeyError:
        raise ReturnCodeUnknown(f"{code[:10]!r} is no return reason code") from None


# --- until when ----------------------------------------------------------------------------------------------------


def last_legal_day(
    code: str,
    settled_on: date,
    *,
    statement_reviewed_on: date | None = None,
    event_on: date | None = None,
) -> date | None:
    """The last banking day on which a return of an entry that settled on `settled_on` may be sent.

    `event_on` is the day the clock of some codes runs from: the receiver's refusal (R23), the request (R06), settlement
    of the return (dishonours) or of the dishonour (contests). None: the rules set no day (agreement, operator, agency),
    or the event is not known yet.
    """
    clock = return_code(code).clock
    match clock:
        case Clock.TWO_BANKING_DAYS:
            return add_banking_days(settled_on, 1)
        case Clock.SIXTY_DAYS:
            return _sixty_days(settled_on, statement_reviewed_on)
        case Clock.FIVE_BANKING_DAYS:
            return add_banking_days(settled_on, 5)
        case Clock.REFUSAL | Clock.REQUEST | Clock.DISHONOUR | Clock.CONTEST:
            return add_banking_days(event_on, _EVENT_DAYS[clock]) if event_on else None
        case Clock.AGREEMENT | Clock.NEXT_DELIVERY | Clock.AGENCY:
            return None


_EVENT_DAYS: Final = {
    Clock.REFUSAL: 1,  # available by the opening of the second
    Clock.REQUEST: REQUEST_ANSWER_BANKING_DAYS,
    Clock.DISHONOUR: 5,
    Clock.CONTEST: 2,
}


def _sixty_days(settled_on: date, reviewed_on: date | None) -> date:
    last = previous_banking_day(next_banking_day(settled_on + SIXTY))
    if reviewed_on is None or reviewed_on < STATEMENT_REVIEW_SINCE:
        return last
    return min(last, add_banking_days(reviewed_on, STATEMENT_REVIEW_BANKING_DAYS - 1))


# --- whether we may send one ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """What a return of an entry we received leans on."""

    sec: str
    direction: Direction
    receiver: AccountKind
    settled_on: date
    statement: bool = False
    """The receiver's written statement is with us."""
    statement_reviewed_on: date | None = None
    event_on: date | None = None
    """The receiver refused (R23); the originating bank asked (R06) or agreed (R31)."""
    died_on: date | None = None
    """Of R14 and R15."""


CODE_UNKNOWN: Final = Reason("CODE_UNKNOWN", "There is no such return reason code.")
NOT_OURS_TO_SEND: Final = Reason("NOT_OURS_TO_SEND", "The receiving bank does not return entries with this code.")
SEC_NOT_COVERED: Final = Reason("SEC_NOT_COVERED", "The code is not for entries of this class.")
DIRECTION_NOT_COVERED: Final = Reason("DIRECTION_NOT_COVERED", "The code is not for entries of this direction.")
RECEIVER_NOT_COVERED: Final = Reason("RECEIVER_NOT_COVERED", "The code is not for accounts of this kind.")
STATEMENT_MISSING: Final = Reason("STATEMENT_MISSING", "The code needs the receiver's written statement first.")
EVENT_MISSING: Final = Reason(
    "EVENT_MISSING", "The code needs the receiver's refusal, or the request or consent of the originating bank."
)
DATE_OF_DEATH_MISSING: Final = Reason("DATE_OF_DEATH_MISSING", "The code says on which day somebody has died.")
TOO_LATE: Final = Reason("TOO_LATE", "The last legal day for this code has passed.")


def return_allowed(code: str, facts: ReturnFacts, on: date) -> Reason | None:
    """Why we may not return an entry with this code on the processing day `on`; None when we may."""
    row = RETURN_CODES.get(code)
    if row is None:
        return CODE_UNKNOWN
    if row.sender is not Sender.RDFI or row.policy is Policy.ANSWER:
        return NOT_OURS_TO_SEND
    return _not_covered(row, facts) or _not_ready(row, facts, on)


def _not_covered(row: ReturnCode, facts: ReturnFacts) -> Reason | None:
    if facts.sec in row.secs_excluded or (row.secs is not None and facts.sec not in row.secs):
        return SEC_NOT_COVERED
    if facts.direction not in row.directions:
        return DIRECTION_NOT_COVERED
    if not row.receiver.takes(facts.receiver):
        return RECEIVER_NOT_COVERED
    return None


def _not_ready(row: ReturnCode, facts: ReturnFacts, on: date) -> Reason | None:
    if row.statement and not facts.statement:
        return STATEMENT_MISSING
    if row.clock in (Clock.REFUSAL, Clock.REQUEST, Clock.AGREEMENT) and facts.event_on is None:
        return EVENT_MISSING
    if row.date_of_death and (facts.died_on is None or facts.died_on > on):
        return DATE_OF_DEATH_MISSING
    last = last_legal_day(
        row.code, facts.settled_on, statement_reviewed_on=facts.statement_reviewed_on, event_on=facts.event_on
    )
    return TOO_LATE if last is not None and on > last else None


# --- which one we send ---------------------------------------------------------------------------------------------


class Decision(StrEnum):
    """What we found about an entry we received."""

    NO_ACCOUNT = "no_account"
    INVALID_ACCOUNT_NUMBER = "invalid_account_number"
    CLOSED = "closed"
    INSUFFICIENT = "insufficient"
    UNCOLLECTED = "uncollected"
    FROZEN = "frozen"
    STOPPED = "stopped"
    NON_TRANSACTION = "non_transaction"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    UNAUTHORISED = "unauthorised"
    NOT_AS_AUTHORISED = "not_as_authorised"
    REVOKED = "revoked"
    IMPROPER_REVERSAL = "improper_reversal"
    QUESTIONABLE = "questionable"
    """R17 with QUESTIONABLE in the addenda information: we believe it a fraud."""
    UNPROCESSABLE = "unprocessable"
    PAYEE_DECEASED = "payee_deceased"
    HOLDER_DECEASED = "holder_deceased"
    BRANCH_SOLD = "branch_sold"
    REQUESTED = "requested"
    AGREED = "agreed"
    INVALID_COMPANY_ID = "invalid_company_id"
    INVALID_INDIVIDUAL_ID = "invalid_individual_id"
    INTERNATIONAL = "international"
    """An outbound international payment under a domestic class."""


CODES_OF: Final[dict[Decision, tuple[str, ...]]] = {
    Decision.NO_ACCOUNT: ("R03",),
    Decision.INVALID_ACCOUNT_NUMBER: ("R04",),
    Decision.CLOSED: ("R02",),
    Decision.INSUFFICIENT: ("R01",),
    Decision.UNCOLLECTED: ("R09",),
    Decision.FROZEN: ("R16",),
    Decision.STOPPED: ("R38", "R52", "R08"),
    Decision.NON_TRANSACTION: ("R20",),
    Decision.REFUSED: ("R23",),
    Decision.DUPLICATE: ("R24",),
    Decision.UNAUTHORISED: ("R51", "R05", "R10", "R29"),
    Decision.NOT_AS_AUTHORISED: ("R51", "R05", "R11", "R29"),
    Decision.REVOKED: ("R05", "R07", "R10", "R29"),
    Decision.IMPROPER_REVERSAL: ("R11", "R17"),
    Decision.QUESTIONABLE: ("R17",),
    Decision.UNPROCESSABLE: ("R17",),
    Decision.PAYEE_DECEASED: ("R14",),
    Decision.HOLDER_DECEASED: ("R15",),
    Decision.BRANCH_SOLD: ("R12",),
    Decision.REQUESTED: ("R06",),
    Decision.AGREED: ("R31",),
    Decision.INVALID_COMPANY_ID: ("R21",),
    Decision.INVALID_INDIVIDUAL_ID: ("R22",),
    Decision.INTERNATIONAL: ("R85",),
}
"""In the order they are tried: the first whose row covers the entry's class, direction and account is sent."""

QUESTIONABLE: Final = "QUESTIONABLE"
"""Addenda information of an R17 for suspected fraud (nacha.org, 2024-10-01)."""


def code_for(decision: Decision, facts: ReturnFacts) -> str | None:
    """The code that says this decision of such an entry; None when none does, so that a person decides."""
    for code in CODES_OF[decision]:
        if _not_covered(RETURN_CODES[code], facts) is None:
            return code
    return None


# --- what we do with one -------------------------------------------------------------------------------------------


def policy_of(code: str, *, questionable: bool = False) -> Policy:
    """What we do when an entry of ours is returned with this code. `questionable`: R17 that says so."""
    return Policy.FRAUD_CASE if questionable else return_code(code).policy
