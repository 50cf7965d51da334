"""The access table: Type.field x group x relation -> allow, own, mask, deny. A field without a row fails the build.

    allow   shown, or done, as it is
    own     answered, narrowed to what is the person's own
    mask    shown in part, as `graph.guard` says for the field
    deny    as if it were not there: null, or a refusal

What lets a person act or look is decided once, in the bank's own table of actions; the rules here that stand for an
action are made from it, so the two cannot differ. Rows of one type share their rules in groups, the exceptional
fields stand out. Staff are strangers to every account, so their cells depend on the group alone; of several groups
the most generous cell counts.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.access import model as access
from domain.access.model import Action, Actor, Group, Relation
from domain.access.service import refusal_of


class Cell(StrEnum):
    ALLOW = "allow"
    OWN = "own"
    MASK = "mask"
    DENY = "deny"


GENEROUS: Final = (Cell.ALLOW, Cell.OWN, Cell.MASK, Cell.DENY)
STAFF: Final = tuple(group for group in Group if group is not Group.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Rule:
    """One cell for each relation of a customer and for each group of staff."""

    customer: tuple[tuple[Relation, Cell], ...]
    staff: tuple[tuple[Group, Cell], ...]

    def cell(self, group: Group, relation: Relation) -> Cell:
        if group is Group.CUSTOMER:
            return dict(self.customer)[relation]
        return dict(self.staff)[group]

    def for_actor(self, groups: frozenset[Group], relation: Relation) -> Cell:
        cells = {self.cell(group, relation) for group in groups}
        return next((cell for cell in GENEROUS if cell in cells), Cell.DENY)

    @property
    def masks(self) -> bool:
        return any(cell is Cell.MASK for _, cell in (*self.customer, *self.staff))

    @property
    def is_open(self) -> bool:
        """Whether everybody passes, perhaps narrowed to their own: then the field itself asks nothing."""
        return all(cell in (Cell.ALLOW, Cell.OWN) for _, cell in (*self.customer, *self.staff))


def _rule(
    *,
    owner: Cell,
    joint_owner: Cell,
    delegate: Cell,
    stranger: Cell,
    operations: Cell,
    fraud_analyst: Cell,
    fraud_lead: Cell,
    compliance: Cell,
    finance: Cell,
    auditor: Cell,
    admin: Cell,
) -> Rule:
    return Rule(
        (
            (Relation.OWNER, owner),
            (Relation.JOINT_OWNER, joint_owner),
            (Relation.DELEGATE, delegate),
            (Relation.STRANGER, stranger),
        ),
        (
            (Group.OPERATIONS, operations),
            (Group.FRAUD_ANALYST, fraud_analyst),
            (Group.FRAUD_LEAD, fraud_lead),
            (Group.COMPLIANCE, compliance),
            (Group.FINANCE, finance),
            (Group.AUDITOR, auditor),
            (Group.ADMIN, admin),
        ),
    )


def _probe(group: Group) -> Actor:
    person = "cus_probe" if group is Group.CUSTOMER else "stf_probe"
    return Actor(person, frozenset({group}), None, "", access.Channel.API)


def _action(action: Action, otherwise: Cell = Cell.DENY, *, owned: Cell = Cell.ALLOW) -> Rule:
    """The bank's own table, spelled out. `owned`: what a customer's own relation gives."""

    def cell(group: Group, relation: Relation) -> Cell:
        allowed = refusal_of(_probe(group), action, relation=relation) is None
        return (owned if group is Group.CUSTOMER else Cell.ALLOW) if allowed else otherwise

    return Rule(
        tuple((relation, cell(Group.CUSTOMER, relation)) for relation in Relation),
        tuple((group, cell(group, Relation.STRANGER)) for group in STAFF),
    )


def _of_groups(action: Action) -> Rule:
    """The bank's own table, narrowed to what waits for one's own group; who audits is shown all of it."""
    rule = _action(action)
    staff = ((group, cell if group is Group.AUDITOR or cell is Cell.DENY else Cell.OWN) for group, cell in rule.staff)
    return Rule(rule.customer, tuple(staff))


def _same(cell: Cell) -> Rule:
    return Rule(tuple((relation, cell) for relation in Relation), tuple((group, cell) for group in STAFF))


_A, _M, _D = Cell.ALLOW, Cell.MASK, Cell.DENY

EVERYBODY: Final = _same(Cell.ALLOW)
"""What says nothing by itself, such as an amount: whoever sees what it hangs on sees it."""
ONESELF: Final = _same(Cell.OWN)
LOOKING_UP: Final = EVERYBODY
"""Root fields that take an id: what they find decides, by the rule for what it is."""
VIEWS_ACCOUNT: Final = _action(Action.VIEW_ACCOUNT)
VIEWS_CUSTOMER: Final = _action(Action.VIEW_CUSTOMER)
VIEWS_PROFILE: Final = _action(Action.VIEW_PROFILE)
VIEWS_AUDIT: Final = _action(Action.VIEW_AUDIT)
VIEWS_CASES: Final = _of_groups(Action.VIEW_CASES)
WORKS_CASES: Final = _of_groups(Action.WORK_CASES)
VIEWS_DELIVERIES: Final = _action(Action.VIEW_DELIVERIES)
VIEWS_FILES: Final = _action(Action.VIEW_ACH_FILES)
VIEWS_FRAUD: Final = _action(Action.VIEW_FRAUD)
WORKS_FRAUD: Final = _action(Action.WORK_FRAUD)
NUMBER: Final = _rule(
    owner=_A,
    joint_owner=_A,
    delegate=_A,
    stranger=_M,
    operations=_A,
    fraud_analyst=_M,
    fraud_lead=_M,
    compliance=_A,
    finance=_M,
    auditor=_M,
    admin=_D,
)
"""With its number an account can be paid into and asked about elsewhere: in full only for who works with it."""
NAME: Final = _rule(
    owner=_A,
    joint_owner=_M,
    delegate=_M,
    stranger=_D,
    operations=_A,
    fraud_analyst=_A,
    fraud_lead=_A,
    compliance=_A,
    finance=_M,
    auditor=_A,
    admin=_D,
)
PAYEE_NAME: Final = _rule(
    owner=_A,
    joint_owner=_D,
    delegate=_D,
    stranger=_D,
    operations=_A,
    fraud_analyst=_A,
    fraud_lead=_A,
    compliance=_A,
    finance=_M,
    auditor=_A,
    admin=_D,
)
"""Whom a customer pays is the customer's own: people of an account do not learn it from each other."""
CONTACT: Final = _rule(
    owner=_A,
    joint_owner=_D,
    delegate=_D,
    stranger=_D,
    operations=_A,
    fraud_analyst=_M,
    fraud_lead=_A,
    compliance=_A,
    finance=_D,
    auditor=_M,
    admin=_D,
)
PERSON_ID: Final = _rule(
    owner=_A,
    joint_owner=_D,
    delegate=_D,
    stranger=_D,
    operations=_A,
    fraud_analyst=_A,
    fraud_lead=_A,
    compliance=_A,
    finance=_A,
    auditor=_A,
    admin=_D,
)
"""Who the people of an account are: to each other names only."""
MEMO: Final = _rule(
    owner=_A,
    joint_owner=_A,
    delegate=_A,
    stranger=_D,
    operations=_A,
    fraud_analyst=_A,
    fraud_lead=_A,
    compliance=_A,
    finance=_D,
    auditor=_A,
    admin=_D,
)
"""What customers wrote to each other: for the parties, and for staff who look into what happened."""
DELIVERED: Final = _rule(
    owner=_D,
    joint_owner=_D,
    delegate=_D,
    stranger=_D,
    operations=_A,
    fraud_analyst=_D,
    fraud_lead=_D,
    compliance=_M,
    finance=_M,
    auditor=_M,
    admin=_D,
)
"""What a partner wrote may be about anybody: in full only for who mends it."""
NOTICE: Final = _action(Action.VIEW_NOTICES)


def _rows(kind: str, rule: Rule, fields: str) -> dict[str, Rule]:
    return {f"{kind}.{name}": rule for name in fields.split()}


def _of_payment(kind: str) -> dict[str, Rule]:
    return {
        **_rows(kind, VIEWS_ACCOUNT, "id accountId counterparty counterpartyNumber amount status reasonCode"),
        **_rows(kind, VIEWS_ACCOUNT, "openedAt enteredAt cancellable timeline secCode description"),
        **_rows(kind, VIEWS_ACCOUNT, "settlesOn traceNumber"),
        **_rows(kind, MEMO, "remittance"),
        **_rows(kind, VIEWS_FILES, "fileId entryId"),
    }


_PAYMENTS: Final = ("AchCredit", "AchDebit", "AchCreditReceived", "AchDebitReceived")
_ORIGINATED: Final = ("AchCredit", "AchDebit")
_REVERSED: Final = "reversesId reversalReason reversibleUntil reversalIds"
_LIST: Final = "edges pageInfo"
_ROW: Final = "node cursor"
_PAGES: Final = (
    "Account",
    "AchEntry",
    "AchFile",
    "AchReceivedEntry",
    "AchReceivedFile",
    "Approval",
    "AuditRecord",
    "Case",
    "Counterparty",
    "Entry",
    "FraudDecision",
    "FraudListEntry",
    "FraudVersion",
    "Notice",
    "Occurrence",
    "PartnerDelivery",
    "Payment",
    "PaymentEvent",
    "TransferOrder",
    "TransferReview",
)

TABLE: Final[dict[str, Rule]] = {
    # Looking up.
    **_rows("Query", ONESELF, "viewer"),
    **_rows("Query", LOOKING_UP, "node account accounts journal idempotency changes customer"),
    **_rows("Query", VIEWS_AUDIT, "auditRecords"),
    **_rows("Query", VIEWS_CASES, "cases approvals"),
    **_rows("Query", VIEWS_DELIVERIES, "partnerDeliveries"),
    **_rows("Query", VIEWS_FILES, "achFiles achReceivedFiles"),
    **_rows("Query", VIEWS_FRAUD, "fraudDecision fraudDecisions fraudScopes fraudVersions fraudVersion"),
    **_rows("Query", VIEWS_FRAUD, "fraudRuleGrammar fraudFeatures fraudListEntries fraudSnoozes fraudSeries"),
    **_rows("Viewer", ONESELF, "person groups region customer accounts counterparties notices"),
    # Changing: each as the bank's own table of actions says.
    **_rows("Mutation", _action(Action.OPEN_ACCOUNT), "openAccount"),
    **_rows("Mutation", _action(Action.MOVE_MONEY), "transfer previewTransfer scheduleTransfer"),
    **_rows("Mutation", _action(Action.MOVE_MONEY), "originateAchCredit originateAchDebit"),
    **_rows("Mutation", _action(Action.MOVE_MONEY), "reverseAchPayment cancelPayment confirmPayment"),
    **_rows("Mutation", _action(Action.MANAGE_SCHEDULE), "cancelTransferOrder"),
    **_rows("Mutation", _action(Action.PLACE_HOLD), "placeHold"),
    **_rows("Mutation", _action(Action.CAPTURE_HOLD), "captureHold"),
    **_rows("Mutation", _action(Action.RELEASE_HOLD), "releaseHold"),
    **_rows("Mutation", _action(Action.REVERSE), "reverseJournal"),
    **_rows("Mutation", _action(Action.FREEZE), "freezeAccount"),
    **_rows("Mutation", _action(Action.THAW), "thawAccount"),
    **_rows("Mutation", _action(Action.CLOSE), "closeAccount"),
    **_rows("Mutation", _action(Action.MANAGE_COUNTERPARTIES), "addCounterparty verifyCounterparty"),
    **_rows("Mutation", _action(Action.MANAGE_COUNTERPARTIES), "confirmMicroEntries"),
    **_rows("Mutation", _action(Action.CLOSE_COUNTERPARTY), "closeCounterparty"),
    **_rows("Mutation", WORKS_CASES, "assignCase releaseCase resolveCase giveApproval refuseApproval"),
    **_rows("Mutation", _action(Action.RETURN_ACH_ENTRY), "returnAchEntry"),
    **_rows("Mutation", _action(Action.REPLAY_DELIVERY), "replayPartnerDelivery"),
    **_rows("Mutation", WORKS_FRAUD, "registerFraudVersion redraftFraudVersion commitFraudVersion dryRunFraudRules"),
    **_rows("Mutation", WORKS_FRAUD, "startFraudShadow stopFraudShadow requestFraudPromotion promoteFraudVersion"),
    **_rows("Mutation", WORKS_FRAUD, "rollBackFraud retireFraudVersion addFraudListEntry removeFraudListEntry"),
    **_rows("Mutation", WORKS_FRAUD, "snoozeFraudRule endFraudSnooze labelFraud"),
    # Accounts and what hangs on them.
    **_rows("Account", VIEWS_ACCOUNT, "id routingNumber product currency status statusInfo openedAt relation"),
    **_rows("Account", VIEWS_ACCOUNT, "ledgerBalance availableBalance heldBalance limits batching"),
    **_rows("Account", VIEWS_ACCOUNT, "balance entries holds people transferOrders transferReviews payments"),
    **_rows("Account", NUMBER, "number"),
    **_rows("AccountOpenStatusInfo", VIEWS_ACCOUNT, "status"),
    **_rows("AccountDebitsFrozenStatusInfo", VIEWS_ACCOUNT, "status since journalId"),
    **_rows("AccountFrozenStatusInfo", VIEWS_ACCOUNT, "status since journalId"),
    **_rows("AccountClosedStatusInfo", VIEWS_ACCOUNT, "status closedAt journalId"),
    **_rows("AccountPerson", EVERYBODY, "relation since displayName"),
    **_rows("AccountPerson", PERSON_ID, "customerId"),
    **_rows("Entry", VIEWS_ACCOUNT, "sequence journalId journal kind title amount heldChange"),
    **_rows("Entry", VIEWS_ACCOUNT, "ledgerBalance heldBalance availableBalance"),
    **_rows("Entry", VIEWS_ACCOUNT, "bookedAt bookedDay effectiveOn counterparty holdId"),
    **_rows("Hold", VIEWS_ACCOUNT, "id accountId remaining expiresAt"),
    **_rows("Journal", VIEWS_ACCOUNT, "id kind title posted refusal statusInfo amount bookedAt bookedDay effectiveOn"),
    **_rows("Journal", VIEWS_ACCOUNT, "legs reverses holdId forced transfer digest"),
    **_rows("JournalPostedStatusInfo", VIEWS_ACCOUNT, "status bookedAt bookedDay effectiveOn"),
    **_rows("JournalRefusedStatusInfo", VIEWS_ACCOUNT, "status refusedAt refusal"),
    **_rows("Leg", VIEWS_ACCOUNT, "side money accountId party"),
    **_rows("Transfer", VIEWS_ACCOUNT, "id amount sourceId source destinationId destination"),
    **_rows("Transfer", VIEWS_ACCOUNT, "bookedAt bookedDay effectiveOn"),
    **_rows("Transfer", MEMO, "memo"),
    **_rows("TransferReview", VIEWS_ACCOUNT, "transferId transfer status amount destination"),
    **_rows("TransferReview", VIEWS_ACCOUNT, "openedAt expiresAt holdId reasons refusalCode refusalMessage"),
    **_rows("TransferOrder", VIEWS_ACCOUNT, "id sourceId destination amount schedule status nextOn orderedAt"),
    **_rows("TransferOrder", VIEWS_ACCOUNT, "statusInfo occurrences"),
    **_rows("TransferOrderActiveStatusInfo", VIEWS_ACCOUNT, "status nextOn"),
    **_rows("TransferOrderDoneStatusInfo", VIEWS_ACCOUNT, "status lastOn"),
    **_rows("TransferOrderCancelledStatusInfo", VIEWS_ACCOUNT, "status stillDueOn"),
    **_rows("TransferOrder", MEMO, "memo"),
    **_rows("Occurrence", VIEWS_ACCOUNT, "dueOn outcome statusInfo late at journalId refusalCode"),
    **_rows("OccurrencePostedStatusInfo", VIEWS_ACCOUNT, "outcome journalId"),
    **_rows("OccurrenceInReviewStatusInfo", VIEWS_ACCOUNT, "outcome transferId"),
    **_rows("OccurrenceRefusedStatusInfo", VIEWS_ACCOUNT, "outcome refusalCode refusalMessage"),
    **_rows("OccurrenceMissedStatusInfo", VIEWS_ACCOUNT, "outcome refusalMessage"),
    # Payments.
    **{key: rule for kind in _PAYMENTS for key, rule in _of_payment(kind).items()},
    **_rows("AchCredit", VIEWS_ACCOUNT, "speed cutOffAt reason decisionReasons stepUp"),
    **_rows("AchDebit", VIEWS_ACCOUNT, "speed cutOffAt reason decisionReasons stepUp fundsAvailableAt"),
    **{key: rule for kind in _ORIGINATED for key, rule in _rows(kind, VIEWS_ACCOUNT, _REVERSED).items()},
    **_rows("AchCreditReceived", MEMO, "originatorName"),
    **_rows("AchDebitReceived", MEMO, "originatorName"),
    **_rows("StepUp", EVERYBODY, "askedAt until confirmedAt"),
    **_rows("PaymentEvent", EVERYBODY, "at event status by facts"),
    # What waits for a person of the bank.
    **_rows("Case", VIEWS_CASES, "id kind title group subjectKind subjectId state owner openedAt dueAt"),
    **_rows("Case", VIEWS_CASES, "facts choices resolution history"),
    **_rows("CaseChoice", EVERYBODY, "code title secondPerson"),
    **_rows("CaseResolution", EVERYBODY, "code reason person at stage approvalId checker"),
    **_rows("CaseEntry", EVERYBODY, "at person happened detail"),
    **_rows("Approval", VIEWS_CASES, "id subjectKind subjectId action group maker state checkersNeeded checks"),
    **_rows("Approval", VIEWS_CASES, "requestedAt expiresAt shown fingerprint"),
    **_rows("ApprovalCheck", EVERYBODY, "person verdict at"),
    **_rows("Fact", EVERYBODY, "label value"),
    # Customers.
    **_rows("Customer", VIEWS_CUSTOMER, "id kind status since accounts counterparties"),
    **_rows("Customer", NAME, "name"),
    **_rows("Customer", CONTACT, "email phone"),
    **_rows("Customer", VIEWS_PROFILE, "bornOn address taxIdLast4"),
    **_rows("Address", EVERYBODY, "line1 line2 city subdivision postalCode country"),
    **_rows("Counterparty", VIEWS_CUSTOMER, "id customerId routingNumber maskedNumber accountType holderKind status"),
    **_rows("Counterparty", VIEWS_CUSTOMER, "addedAt closedAt verification changes"),
    **_rows("Counterparty", PAYEE_NAME, "name"),
    **_rows("Verification", VIEWS_CUSTOMER, "method status attempt startedAt expiresAt settledOn liveFrom failure"),
    **_rows("Verification", VIEWS_CUSTOMER, "answersUsed answersAllowed"),
    **_rows("CounterpartyChange", VIEWS_CUSTOMER, "at code parts"),
    **_rows("Notice", NOTICE, "id kind text at readAt"),
    # The audit: the root field has asked.
    **_rows("AuditRecord", EVERYBODY, "id at person groups action subjectKind subjectId customerId accountId"),
    **_rows("AuditRecord", EVERYBODY, "outcome refusalCode sourceIp correlationId channel details"),
    **_rows("AuditDetail", EVERYBODY, "name value"),
    # What partners delivered.
    **_rows("PartnerDelivery", VIEWS_DELIVERIES, "id partner messageId kind version state reason detail"),
    **_rows("PartnerDelivery", VIEWS_DELIVERIES, "receivedAt settledAt attempts signedByPartner mendsId mendedById"),
    **_rows("PartnerDelivery", VIEWS_DELIVERIES, "replayedBy discardedBy"),
    **_rows("PartnerDelivery", DELIVERED, "body"),
    # What we send to the sponsor bank.
    **_rows("AchFile", VIEWS_FILES, "id window status openedAt enteredAt effectiveOn createdAt modifier name sha256"),
    **_rows("AchFile", VIEWS_FILES, "lineCount entryCount addendaCount debits credits entryHash batchCount batches"),
    **_rows("AchFile", VIEWS_FILES, "transliterated replacesId replacedByIds rejections caseId entries"),
    **_rows("AchBatch", VIEWS_FILES, "id fileId number secCode serviceClass companyId description effectiveOn"),
    **_rows("AchBatch", VIEWS_FILES, "entryCount addendaCount debits credits entryHash"),
    **_rows("AchRejection", EVERYBODY, "level at deliveryId reasonCount reasons"),
    **_rows("AchRejectionReason", VIEWS_FILES, "code batchNumber traceNumber"),
    **_rows("AchRejectionReason", DELIVERED, "message"),
    **_rows(
        "AchEntry", VIEWS_FILES, "id kind status amount secCode description effectiveOn traceNumber fileId fileIds"
    ),
    **_rows("AchEntry", VIEWS_FILES, "counterpartyNumber paymentId accountId reasonCode"),
    **_rows("AchEntry", DELIVERED, "reason"),
    # What the sponsor bank puts for us.
    **_rows("AchReceivedFile", VIEWS_FILES, "id status receivedAt enteredAt dueAt region name sha256 sizeBytes"),
    **_rows("AchReceivedFile", VIEWS_FILES, "createdOn profile profileVersion forgiven findingCount findings"),
    **_rows("AchReceivedFile", VIEWS_FILES, "batchCount entryCount addendaCount faultyEntryCount debits credits"),
    **_rows("AchReceivedFile", VIEWS_FILES, "duplicateOfId sameIdentityAsId replayCount caseId entries"),
    **_rows("AchFinding", EVERYBODY, "line column code message"),
    **_rows("AchForgiven", EVERYBODY, "tolerance count"),
    **_rows("AchReceivedEntry", VIEWS_FILES, "id fileId line batchNumber kind status enteredAt dueAt amount credit"),
    **_rows("AchReceivedEntry", VIEWS_FILES, "secCode transactionCode description companyId traceNumber odfi"),
    **_rows("AchReceivedEntry", VIEWS_FILES, "settlesOn postsAt accountId accountNumber homeRegion paymentId faults"),
    **_rows("AchReceivedEntry", VIEWS_FILES, "code originalTraceNumber originalId returnCode returnBy undecided"),
    **_rows("AchReceivedEntry", VIEWS_FILES, "reasonCode askedBy answerId changeId caseId"),
    # How payments are judged.
    **_rows("FraudDecision", VIEWS_FRAUD, "id subjectId scope customerId accountId payee terminal device amount"),
    **_rows("FraudDecision", VIEWS_FRAUD, "decision score customerReasons staffReasons fallback askedAt decidedAt"),
    **_rows("FraudDecision", VIEWS_FRAUD, "versions features snoozed shadows replay rules contributions listed"),
    **_rows("FraudDecision", VIEWS_FRAUD, "silenced label caseId"),
    **_rows("FraudReason", EVERYBODY, "code sentence"),
    **_rows("FraudVersionUsed", EVERYBODY, "version sha256"),
    **_rows("FraudVersionsUsed", EVERYBODY, "rules model thresholds lists"),
    **_rows("FraudFeatureValue", EVERYBODY, "name title type value"),
    **_rows("FraudContribution", EVERYBODY, "name title value"),
    **_rows("FraudRuleAnswer", EVERYBODY, "rule code title decision outcome text explanation"),
    **_rows("FraudShadowScore", EVERYBODY, "version decision score"),
    **_rows("FraudReplay", EVERYBODY, "same decision score"),
    **_rows("FraudLabel", EVERYBODY, "fraud happenedAt learntAt said"),
    **_rows("FraudSaid", EVERYBODY, "fraud source code learntAt by"),
    **_rows("FraudScoring", VIEWS_FRAUD, "scope champions previous shadows scoreThresholds amountThresholds"),
    **_rows("FraudScoring", VIEWS_FRAUD, "boundsSigned bounds changedAt changedBy reason"),
    **_rows("FraudBounds", EVERYBODY, "number key document keptBy keptAt"),
    **_rows("FraudChampion", EVERYBODY, "kind version sha256 since by agreedBy"),
    **_rows("FraudPrevious", EVERYBODY, "kind versions"),
    **_rows("FraudShadow", EVERYBODY, "kind version since until"),
    **_rows("FraudThreshold", EVERYBODY, "decision limit least most optional"),
    **_rows("FraudVersion", VIEWS_FRAUD, "version scope kind number sha256 status author createdAt committedAt"),
    **_rows("FraudVersion", VIEWS_FRAUD, "document rules lineage backtest dryRun shadowRun gate approvalId"),
    **_rows("FraudVersion", VIEWS_FRAUD, "promotedAt promotedBy retired"),
    **_rows("FraudRule", EVERYBODY, "rule code title decision customerReason text fallbackOnly notOverridable"),
    **_rows("FraudRule", EVERYBODY, "ifInconclusive"),
    **_rows("FraudLineage", EVERYBODY, "codeVersion note dataFrom dataUntil dataSha256 parameters metrics"),
    **_rows("FraudFact", EVERYBODY, "name value"),
    **_rows("FraudBacktest", EVERYBODY, "protocol measuredAt by folds"),
    **_rows("FraudFold", EVERYBODY, "startsOn versionMillionths championMillionths forestMillionths"),
    **_rows("FraudDryRun", EVERYBODY, "firstDay lastDay sha256 againstSha256 decisions changed before after spoke"),
    **_rows("FraudDryRun", EVERYBODY, "frauds fraudsBefore fraudsAfter ranAt by complete examples"),
    **_rows("FraudDryRunExample", EVERYBODY, "subjectId before after staffReasons"),
    **_rows("FraudVerdictCount", EVERYBODY, "decision count"),
    **_rows("FraudRuleCount", EVERYBODY, "code count"),
    **_rows("FraudShadowRun", EVERYBODY, "days decisions agreementMillionths until"),
    **_rows("FraudGate", EVERYBODY, "passed missing"),
    **_rows("FraudGateMissing", EVERYBODY, "code message"),
    **_rows("FraudRetired", EVERYBODY, "at by reason"),
    **_rows("FraudListEntry", VIEWS_FRAUD, "list family entity reason by until counts"),
    **_rows("FraudSnooze", VIEWS_FRAUD, "rule reason by since until over"),
    **_rows("FraudDay", VIEWS_FRAUD, "day count decisions fallbacks volumes flagged frauds precisionMillionths"),
    **_rows("FraudDay", VIEWS_FRAUD, "recallMillionths immature worstFeature featurePsiMillionths scorePsiMillionths"),
    **_rows("FraudDay", VIEWS_FRAUD, "unknownMillionths cold"),
    **_rows("FraudFeature", EVERYBODY, "name type title"),
    **_rows("FraudRuleNode", EVERYBODY, "name symbol title partsLeast partsMost takes alike gives constantsMost"),
    **_rows("FraudRuleGrammar", EVERYBODY, "nodes depthMax nodesMax textLengthMax constantMax rulesMax"),
    # Values and envelopes.
    **_rows("Money", EVERYBODY, "minorUnits amount currency exponent"),
    **_rows("AccountBalance", EVERYBODY, "ledgerBalance availableBalance heldBalance sequence"),
    **_rows("AccountLimits", EVERYBODY, "overdraft perTransfer perDay"),
    **_rows("Party", EVERYBODY, "name maskedNumber"),
    **_rows("Schedule", EVERYBODY, "rhythm startsOn dayOfMonth endsOn count"),
    **_rows("KeyOutcome", EVERYBODY, "key used journal review"),
    **_rows("Changes", EVERYBODY, "entries cursor more"),
    **_rows("PageInfo", EVERYBODY, "hasNextPage hasPreviousPage startCursor endCursor"),
    **_rows("FieldFault", EVERYBODY, "path code message"),
    **{key: rule for kind in _PAGES for key, rule in _rows(f"{kind}Connection", EVERYBODY, _LIST).items()},
    **{key: rule for kind in _PAGES for key, rule in _rows(f"{kind}Edge", EVERYBODY, _ROW).items()},
    # What a change answers.
    **_rows("OpenAccountSuccess", EVERYBODY, "account"),
    **_rows("TransferSuccess", EVERYBODY, "transfer source replayed"),
    **_rows("PreviewTransferSuccess", EVERYBODY, "transfer source"),
    **_rows("ScheduleTransferSuccess", EVERYBODY, "order"),
    **_rows("CancelTransferOrderSuccess", EVERYBODY, "order"),
    **_rows("PlaceHoldSuccess", EVERYBODY, "hold holdId account replayed"),
    **_rows("CaptureHoldSuccess", EVERYBODY, "amount hold journalId account replayed"),
    **_rows("ReleaseHoldSuccess", EVERYBODY, "journalId account replayed"),
    **_rows("ReverseJournalSuccess", EVERYBODY, "journal original replayed"),
    **_rows("FreezeAccountSuccess", EVERYBODY, "account"),
    **_rows("ThawAccountSuccess", EVERYBODY, "account"),
    **_rows("CloseAccountSuccess", EVERYBODY, "account"),
    **_rows("AddCounterpartySuccess", EVERYBODY, "counterparty"),
    **_rows("CloseCounterpartySuccess", EVERYBODY, "counterparty"),
    **_rows("VerifyCounterpartySuccess", EVERYBODY, "counterparty"),
    **_rows("ConfirmMicroEntriesSuccess", EVERYBODY, "counterparty"),
    **_rows("OriginateAchCreditSuccess", EVERYBODY, "payment"),
    **_rows("OriginateAchDebitSuccess", EVERYBODY, "payment"),
    **_rows("ReverseAchPaymentSuccess", EVERYBODY, "payment"),
    **_rows("CancelPaymentSuccess", EVERYBODY, "payment"),
    **_rows("ConfirmPaymentSuccess", EVERYBODY, "payment"),
    **_rows("ReturnAchEntrySuccess", EVERYBODY, "entry"),
    **_rows("AssignCaseSuccess", EVERYBODY, "case"),
    **_rows("ReleaseCaseSuccess", EVERYBODY, "case"),
    **_rows("ResolveCaseSuccess", EVERYBODY, "case"),
    **_rows("GiveApprovalSuccess", EVERYBODY, "approval"),
    **_rows("RefuseApprovalSuccess", EVERYBODY, "approval"),
    **_rows("ReplayPartnerDeliverySuccess", EVERYBODY, "delivery replayed"),
    **_rows("RegisterFraudVersionSuccess", EVERYBODY, "version"),
    **_rows("RedraftFraudVersionSuccess", EVERYBODY, "version"),
    **_rows("CommitFraudVersionSuccess", EVERYBODY, "version"),
    **_rows("DryRunFraudRulesSuccess", EVERYBODY, "version"),
    **_rows("StartFraudShadowSuccess", EVERYBODY, "version"),
    **_rows("StopFraudShadowSuccess", EVERYBODY, "version"),
    **_rows("RequestFraudPromotionSuccess", EVERYBODY, "approval"),
    **_rows("PromoteFraudVersionSuccess", EVERYBODY, "version"),
    **_rows("RollBackFraudSuccess", EVERYBODY, "scoring"),
    **_rows("RetireFraudVersionSuccess", EVERYBODY, "version"),
    **_rows("AddFraudListEntrySuccess", EVERYBODY, "version approval"),
    **_rows("RemoveFraudListEntrySuccess", EVERYBODY, "approval"),
    **_rows("SnoozeFraudRuleSuccess", EVERYBODY, "snoozes"),
    **_rows("EndFraudSnoozeSuccess", EVERYBODY, "snoozes"),
    **_rows("LabelFraudSuccess", EVERYBODY, "label"),
}
"""The members of refusals are not here: each of their fields is a line of `graph.refusals`, which decides the same."""
