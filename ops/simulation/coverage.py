"""What must have happened at least once in a long run: a generator that never meets it proves nothing about it."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from domain.ledger.kinds import KINDS
from domain.refusals import LimitExceeded, Refusal
from domain.transfers.model import OccurrenceOutcome
from ops.simulation import judged
from ops.simulation.asks.previews import LOOKED
from ops.simulation.faults import Fault
from ops.simulation.history import History
from ops.simulation.scene import OCCURRED
from ops.simulation.world import LATE

ENOUGH: Final = 500
"""From so many histories on, everything must have happened."""
LIMITS: Final = ("PER_TRANSFER", "PER_DAY", "JOINT_PER_DAY")
MET_IN_ACH: Final = (
    "ANSWER_NOT_ALLOWED",
    "APPROVAL_NOT_PENDING",
    "COUNTERPARTY_NOT_VERIFIED",
    "DUPLICATE_SUSPECTED",
    "PAYMENT_BUSY",
    "PAYMENT_NOT_AWAITING_STEP_UP",
    "PAYMENT_NOT_CANCELLABLE",
    "RESOLUTION_NOT_CARRIED_OUT",
    "RESOLUTION_PENDING",
)
"""What people are refused in the histories of ACH, which must meet all of it; those of the ledger cannot."""
_ACH: Final = "ACH: histories of its own (ops/simulation/ach), and stories killed at every call (tests/unit/rails/ach)"
_ACH_STORIES: Final = "no history of ACH asks for it: a story does (tests/unit/rails/ach)"
ELSEWHERE: Final = {
    **dict.fromkeys(
        (
            "APPROVAL_BUSY",
            "APPROVAL_KEY_REUSED",
            "APPROVAL_MISMATCH",
            "APPROVAL_NOT_GIVEN",
            "MAKER_CANNOT_CHECK",
        ),
        "in histories people approve as they should (tests/unit/access)",
    ),
    **dict.fromkeys(
        (
            "CASE_BUSY",
            "CASE_RESOLVED",
            "CASE_TAKEN",
            "RESOLUTION_DELAYED",
            "RESOLUTION_KEY_REUSED",
            "RESOLUTION_UNAVAILABLE",
        ),
        "cases: as approvals (tests/unit/cases)",
    ),
    **dict.fromkeys(
        (
            "AMOUNTS_WRONG",
            "COUNTERPARTY_CLOSED",
            "COUNTERPARTY_CREDIT_ONLY",
            "COUNTERPARTY_EXISTS",
            "COUNTERPARTY_KEY_REUSED",
            "COUNTERPARTY_VERIFIED",
            "NOTHING_TO_CONFIRM",
            "TOO_MANY_CHANGES",
            "VERIFICATIONS_EXHAUSTED",
            "VERIFICATION_UNDERWAY",
        ),
        "counterparties: stories of their own, cut off at every call (tests/unit/counterparties)",
    ),
    **dict.fromkeys(
        (
            "BODY_MALFORMED",
            "DELIVERY_BUSY",
            "DELIVERY_NOT_REPLAYABLE",
            "HEADER_DOUBLED",
            "HEADER_MALFORMED",
            "HEADER_MISSING",
            "KIND_MALFORMED",
            "KIND_MISMATCH",
            "MESSAGE_ID_REUSED",
            "PARTNER_UNKNOWN",
            "REPLAY_KEY_REUSED",
            "SIGNATURE_WRONG",
            "TIMESTAMP_OUTSIDE_TOLERANCE",
        ),
        "deliveries of partners move no money themselves (tests/unit/partners)",
    ),
    **dict.fromkeys(
        (
            "BOUNDS_NOT_TRUSTED",
            "FRAUD_DOCUMENT_UNREAD",
            "FRAUD_GATE_CLOSED",
            "FRAUD_KEY_REUSED",
            "FRAUD_LIMIT_REACHED",
            "FRAUD_REGISTRY_BUSY",
            "FRAUD_RULE_NOT_OVERRIDABLE",
            "FRAUD_VERSION_NOT_CHAMPION",
            "FRAUD_VERSION_STATE",
            "NO_FRAUD_VERSION_BEFORE",
        ),
        "who governs what judges moves no journal (tests/unit/fraud, tests/contract/test_fraud_governance_store.py,"
        " tests/concurrency/test_fraud_pointer.py)",
    ),
    **dict.fromkeys(MET_IN_ACH, _ACH),
    **dict.fromkeys(
        (
            "ACH_LIMIT_EXCEEDED",
            "ACH_NOT_ELIGIBLE",
            "ANSWER_CONTRADICTS",
            "ANSWER_MISMATCH",
            "ENTRY_NOT_PENDING",
            "PAYMENT_KEY_REUSED",
            "RECEIVED_FILE_UNKNOWN",
            "RETURN_KEY_REUSED",
            "WINDOW_CLOSED",
        ),
        _ACH_STORIES,
    ),
    "REVIEW_OVER": "a release whose carrying out is cut off, by every sweep, until its transfer expires hours later"
    " (tests/unit/transfers)",
    "CUSTOMER_KEY_REUSED": "customers exist before a history begins",
    "SHREDDED": "nobody's data key is shredded in a history",
    "OCCURRENCE_MISSED": "how the schema shows an occurrence; its outcome is counted below",
    "OCCURRENCE_REFUSED": "the same",
}
"""Refusals that no history can meet, each with the reason."""


def every_code(base: type[Refusal] = Refusal) -> set[str]:
    """Of every refusal that exists where the bank is imported."""
    found = {kind.code for kind in base.__subclasses__()}
    return found.union(*(every_code(kind) for kind in base.__subclasses__()))


CODES: Final = (
    *sorted(every_code() - ELSEWHERE.keys() - {LimitExceeded.code}),
    *(f"{LimitExceeded.code} {limit}" for limit in LIMITS),
)
JOURNALS: Final = tuple(kind for kind in KINDS if not kind.startswith("ach_"))
"""The kinds that histories of the ledger post. Those of ACH count the others (ops/simulation/ach/run.py)."""
HAPPENINGS: Final = (
    *LATE,
    LOOKED,
    *judged.HAPPENINGS,
    *(f"{OCCURRED} {outcome.value}" for outcome in OccurrenceOutcome),
)


class Coverage:
    """Counts over a run."""

    def __init__(self) -> None:
        self.faults: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.met: Counter[str] = Counter()

    def add(self, histories: Iterable[History]) -> None:
        for history in histories:
            self.faults.update(history.faults)
            self.refusals.update(history.refusals)
            self.kinds.update(history.kinds)
            self.met.update(history.met)

    def rows(self) -> list[tuple[str, str, int]]:
        """(what, name, how often) of everything that must happen."""
        return [
            *(("fault", fault.value, self.faults[fault]) for fault in Fault),
            *(("refusal", code, self.refusals[code]) for code in CODES),
            *(("journal", kind, self.kinds[kind]) for kind in JOURNALS),
            *(("also", what, self.met[what]) for what in HAPPENINGS),
        ]

    def missing(self) -> list[str]:
        return [f"{what} {name}" for what, name, times in self.rows() if times == 0]
