"""Part of the access table written out by hand, so that a wrong table is seen and not only executed.

    A shown or done as it is    o one's own only    m in part    . not there

The columns are owner, joint owner, delegate and stranger among customers; then operations, fraud analyst, fraud lead,
compliance, finance, auditor and admin. Whoever changes who sees what changes a line here and says so.
"""

from typing import Final

import pytest

from domain.access.model import Group, Relation
from graph.access import TABLE, Cell
from tests.access.scene import PEOPLE

SIGNS: Final = {"A": Cell.ALLOW, "o": Cell.OWN, "m": Cell.MASK, ".": Cell.DENY}

BY_HAND: Final = """
                                o j d s   o a l c f u a
                                w o e t   p n e o i d d
    Query.viewer                o o o o   o o o o o o o
    Query.account               A A A A   A A A A A A A
    Query.auditRecords          . . . .   . . . A . A .
    Query.cases                 . . . .   o o o o o A .
    Query.approvals             . . . .   o o o o o A .
    Case.id                     . . . .   o o o o o A .
    Case.resolution             . . . .   o o o o o A .
    CaseResolution.reason       A A A A   A A A A A A A
    Approval.shown              . . . .   o o o o o A .
    Approval.fingerprint        . . . .   o o o o o A .
    Query.achFiles              . . . .   A . . A A A .
    AchFile.rejections          . . . .   A . . A A A .
    Query.achReceivedFiles      . . . .   A . . A A A .
    AchReceivedFile.findings    . . . .   A . . A A A .
    AchReceivedEntry.amount     . . . .   A . . A A A .
    AchFile.entries             . . . .   A . . A A A .
    AchEntry.amount             . . . .   A . . A A A .
    AchEntry.reason             . . . .   A . . m m m .
    AchRejectionReason.code     . . . .   A . . A A A .
    AchRejectionReason.message  . . . .   A . . m m m .
    Account.payments            A A A .   A A A A A A .
    AchCredit.status            A A A .   A A A A A A .
    AchCredit.timeline          A A A .   A A A A A A .
    AchCredit.remittance        A A A .   A A A A . A .
    AchCredit.traceNumber       A A A .   A A A A A A .
    AchCredit.fileId            . . . .   A . . A A A .
    AchDebit.status             A A A .   A A A A A A .
    AchDebit.remittance         A A A .   A A A A . A .
    AchDebit.fundsAvailableAt   A A A .   A A A A A A .
    AchDebit.fileId             . . . .   A . . A A A .
    AchCreditReceived.status    A A A .   A A A A A A .
    AchCreditReceived.timeline  A A A .   A A A A A A .
    AchCreditReceived.originatorName A A A . A A A A . A .
    AchCreditReceived.remittance A A A .  A A A A . A .
    AchCreditReceived.fileId    . . . .   A . . A A A .
    AchDebitReceived.status     A A A .   A A A A A A .
    AchDebitReceived.originatorName A A A . A A A A . A .
    AchDebitReceived.remittance A A A .   A A A A . A .
    AchDebitReceived.fileId     . . . .   A . . A A A .
    PaymentEvent.by             A A A A   A A A A A A A
    Query.partnerDeliveries     . . . .   A . . A A A .
    Viewer.accounts             o o o o   o o o o o o o
    Account.id                  A A A .   A A A A A A .
    Account.number              A A A m   A m m A m m .
    Account.status              A A A .   A A A A A A .
    Account.ledgerBalance       A A A .   A A A A A A .
    Account.availableBalance    A A A .   A A A A A A .
    Account.limits              A A A .   A A A A A A .
    Account.entries             A A A .   A A A A A A .
    Account.people              A A A .   A A A A A A .
    AccountPerson.displayName   A A A A   A A A A A A A
    AccountPerson.customerId    A . . .   A A A A A A .
    Entry.amount                A A A .   A A A A A A .
    Hold.remaining              A A A .   A A A A A A .
    Journal.digest              A A A .   A A A A A A .
    Journal.refusal             A A A .   A A A A A A .
    Leg.accountId               A A A .   A A A A A A .
    Transfer.memo               A A A .   A A A A . A .
    Transfer.destinationId      A A A .   A A A A A A .
    TransferOrder.memo          A A A .   A A A A . A .
    TransferOrder.schedule      A A A .   A A A A A A .
    Customer.id                 A . . .   A A A A A A .
    Customer.name               A m m .   A A A A m A .
    Customer.email              A . . .   A m A A . m .
    Customer.phone              A . . .   A m A A . m .
    Customer.bornOn             A . . .   A A A A . A .
    Customer.address            A . . .   A A A A . A .
    Customer.taxIdLast4         A . . .   A A A A . A .
    Counterparty.name           A . . .   A A A A m A .
    Counterparty.maskedNumber   A . . .   A A A A A A .
    Verification.status         A . . .   A A A A A A .
    Notice.text                 A . . .   A . . A . . .
    AuditRecord.sourceIp        A A A A   A A A A A A A
    PartnerDelivery.id          . . . .   A . . A A A .
    PartnerDelivery.reason      . . . .   A . . A A A .
    PartnerDelivery.body        . . . .   A . . m m m .
    Money.amount                A A A A   A A A A A A A
    Mutation.assignCase         . . . .   o o o o o . .
    Mutation.releaseCase        . . . .   o o o o o . .
    Mutation.resolveCase        . . . .   o o o o o . .
    Mutation.giveApproval       . . . .   o o o o o . .
    Mutation.refuseApproval     . . . .   o o o o o . .
    Mutation.openAccount        A . . .   A . . . . . .
    Mutation.transfer           A A . .   . . . . . . .
    Mutation.previewTransfer    A A . .   . . . . . . .
    Mutation.scheduleTransfer   A A . .   . . . . . . .
    Mutation.cancelTransferOrder A A . .  . . . . . . .
    Mutation.placeHold          A A . .   A A A A . . .
    Mutation.captureHold        A A . .   A . . . . . .
    Mutation.releaseHold        A A . .   A A A A . . .
    Mutation.reverseJournal     . . . .   A . . . A . .
    Mutation.freezeAccount      . . . .   A A A A . . .
    Mutation.thawAccount        . . . .   A . A A . . .
    Mutation.closeAccount       A . . .   A . . . . . .
    Mutation.addCounterparty    A . . .   . . . . . . .
    Mutation.verifyCounterparty A . . .   . . . . . . .
    Mutation.confirmMicroEntries A . . .  . . . . . . .
    Mutation.closeCounterparty  A . . .   A A A A . . .
    Mutation.originateAchCredit A A . .   . . . . . . .
    Mutation.originateAchDebit  A A . .   . . . . . . .
    Mutation.reverseAchPayment  A A . .   . . . . . . .
    Mutation.cancelPayment      A A . .   . . . . . . .
    Mutation.confirmPayment     A A . .   . . . . . . .
    Mutation.returnAchEntry     . . . .   A . . . . . .
    Mutation.replayPartnerDelivery . . . .   A . . . . . .
    Mutation.registerFraudVersion   . . . .  . A A . . . .
    Mutation.redraftFraudVersion    . . . .  . A A . . . .
    Mutation.commitFraudVersion     . . . .  . A A . . . .
    Mutation.dryRunFraudRules       . . . .  . A A . . . .
    Mutation.startFraudShadow       . . . .  . A A . . . .
    Mutation.stopFraudShadow        . . . .  . A A . . . .
    Mutation.requestFraudPromotion  . . . .  . A A . . . .
    Mutation.promoteFraudVersion    . . . .  . A A . . . .
    Mutation.rollBackFraud          . . . .  . A A . . . .
    Mutation.retireFraudVersion     . . . .  . A A . . . .
    Mutation.addFraudListEntry      . . . .  . A A . . . .
    Mutation.removeFraudListEntry   . . . .  . A A . . . .
    Mutation.snoozeFraudRule        . . . .  . A A . . . .
    Mutation.endFraudSnooze         . . . .  . A A . . . .
    Mutation.labelFraud             . . . .  . A A . . . .
    Query.fraudDecision        . . . .   . A A A . A .
    Query.fraudDecisions       . . . .   . A A A . A .
    Query.fraudScopes          . . . .   . A A A . A .
    Query.fraudVersions        . . . .   . A A A . A .
    Query.fraudVersion         . . . .   . A A A . A .
    Query.fraudRuleGrammar     . . . .   . A A A . A .
    Query.fraudFeatures        . . . .   . A A A . A .
    Query.fraudListEntries     . . . .   . A A A . A .
    Query.fraudSnoozes         . . . .   . A A A . A .
    Query.fraudSeries          . . . .   . A A A . A .
    FraudDecision.id           . . . .   . A A A . A .
    FraudDecision.staffReasons . . . .   . A A A . A .
    FraudDecision.features     . . . .   . A A A . A .
    Account.transferReviews     A A A .   A A A A A A .
    TransferReview.reasons      A A A .   A A A A A A .
    AchCredit.decisionReasons   A A A .   A A A A A A .
"""
ROWS: Final = {words[0]: "".join(words[1:]) for words in map(str.split, BY_HAND.splitlines()[3:]) if words}


@pytest.mark.parametrize("name", ROWS)
def test_the_table_says_what_was_written_by_hand(name: str) -> None:
    rule = TABLE[name]

    said = [rule.cell(person.group, person.relation) for person in PEOPLE]

    assert said == [SIGNS[sign] for sign in ROWS[name]]


def test_the_columns_are_these() -> None:
    customers = [person.relation for person in PEOPLE if person.is_customer]
    staff = [person.group for person in PEOPLE if not person.is_customer]

    assert customers == [Relation.OWNER, Relation.JOINT_OWNER, Relation.DELEGATE, Relation.STRANGER]
    assert staff == [
        Group.OPERATIONS,
        Group.FRAUD_ANALYST,
        Group.FRAUD_LEAD,
        Group.COMPLIANCE,
        Group.FINANCE,
        Group.AUDITOR,
        Group.ADMIN,
    ]


def test_every_change_is_written_by_hand() -> None:
    assert {name for name in TABLE if name.startswith("Mutation.")} <= set(ROWS)
