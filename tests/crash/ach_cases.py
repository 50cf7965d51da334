"""Use cases of payments by ACH, from the counterparty to what the bank says of the file they are in.

Each step of a journey is a use case of its own, called as its state machine calls it: a task that is tried again has a
token of its own. Files are cut off on the hour; the steps of one are called within the minutes after it.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from unittest import mock

from domain.access.model import Approval, Group
from domain.cases.kinds import ResolutionCode
from domain.cases.service import Cases
from domain.counterparties.model import Correction, Counterparty, VerificationMethod
from domain.fraud.events import SOURCE as FRAUD
from domain.fraud.kinds import CustomerReason, Decision
from domain.ids import entry_id
from domain.payments.events import SOURCE as PAYMENTS
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.model import Payment
from domain.payments.service import Payments
from domain.payments.steps import StepName, Waits, steps
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.model import AchFile
from domain.rails.ach.outgoing import BUILT_AFTER
from domain.refusals import Refusal
from functions.ach_files import handler as ach_files
from functions.ach_journey import handler as ach_journey
from functions.case_sweep import handler as case_sweep
from functions.fraud_scorer import handler as fraud_scorer
from functions.partner_deliveries import handler as partner_deliveries
from functions.payment_decisions import handler as payment_decisions
from functions.payment_sweep import handler as payment_sweep
from functions.webhooks import handler as webhooks
from tests.crash.network import Call, Trouble, untouched
from tests.crash.stage import Answer, Stage, bus_event, delivered, passed
from tests.crash.stage import settled as refused
from tests.crash.use_case import Row, UseCase
from tests.faults import Killed, LostRequest, Sent
from tests.unit.fraud.said import said as said_by_scorer
from tests.unit.functions.test_webhooks import event as webhook
from tests.unit.graph import documents as ask
from tests.unit.partners.signing import SPONSOR, body_of

LONG_AGO: Final = timedelta(days=30)
SMALL, LARGE = "25.00", "3000.00"
"""What goes unasked to somebody new, and what a person looks at first."""
WAGES_MINOR: Final = 5_000_00
SOON: Final = timedelta(seconds=5)
MENDABLE, UNMENDABLE = "REJ0102", "REJ07"
Act = Callable[[Stage], Answer]
Facts = dict[str, Any]


# Counterparties.


def add(stage: Stage) -> Answer:
    return _without_id(stage.asked(ask.ADD_COUNTERPARTY, **ask.counterparty_input()))


def added(stage: Stage) -> Facts:
    answer = passed(stage.asked(ask.ADD_COUNTERPARTY, **ask.counterparty_input()))
    return {"counterparty": answer["counterparty"]["id"]}


def _without_id(answer: Answer) -> Answer:
    assert not isinstance(answer, str)
    return {"type": answer["__typename"], **{name: one for name, one in answer["counterparty"].items() if name != "id"}}


def close(stage: Stage) -> Answer:
    return _without_id(stage.asked(ask.CLOSE_COUNTERPARTY, counterpartyId=stage.facts["counterparty"]))


def verify(method: VerificationMethod) -> Act:
    def verified(stage: Stage) -> Answer:
        wish = {"idempotencyKey": "prove", "counterpartyId": stage.facts["counterparty"], "method": method.value}
        return _without_id(stage.asked(ask.VERIFY, **wish))

    return verified


def proving(stage: Stage) -> Facts:
    passed(verify(VerificationMethod.MICRO_ENTRIES)(stage))
    stage.place.clock.at = hour_after(stage)
    return {}


def proof_sent(stage: Stage) -> Facts:
    ach_files.handler({}, None)
    return {"file": _proof_of(stage).file}


def _proof_of(stage: Stage) -> Any:
    entry = stage.bank.ach_store.entry(entry_id(stage.facts["counterparty"], EntryKind.MICRO_CREDIT.value, "1"))
    assert entry
    return entry


def proof_due(stage: Stage) -> Facts:
    """The bank has the proof, and its day of settlement has come."""
    heard(acknowledgement)(stage)
    stage.place.clock.at = hour_after(stage)
    return {}


def settle_proof(_: Stage) -> Answer:
    ach_files.handler({}, None)
    return "worked on"


def proof_settled(stage: Stage) -> Facts:
    settle_proof(stage)
    return {"cents": stage.bank.counterparties.micro_amounts(stage.facts["counterparty"], attempt=1)}


def confirm(stage: Stage) -> Answer:
    cents = [ask.dollars(f"0.{minor:02}") for minor in stage.facts["cents"]]
    wish = {"idempotencyKey": "cents", "counterpartyId": stage.facts["counterparty"], "amounts": cents}
    return _without_id(stage.asked(ask.CONFIRM, **wish))


def proof_comes_back(stage: Stage) -> Answer:
    stage.bank.verifications.returned(_proof_of(stage), code="R03")
    return {"status": stage.bank.counterparties.kept(stage.facts["counterparty"]).status.value}


def intended(stage: Stage) -> Facts:
    """A proof that was begun and cut off before the rail had it."""
    _cut_off_at("dynamodb PutItem ach", verify(VerificationMethod.PRENOTE), stage)
    return {}


CORRECTION: Final = Correction(noc="noc_crash", code="C01", account_number="55500012")
"""What a notification of change says the account number should be."""


def correct(stage: Stage) -> Answer:
    """As two people decided with the notification's case."""
    apply = stage.bank.counterparties.apply_correction
    return _corrected(apply(stage.facts["counterparty"], CORRECTION, approval="apr_crash"))


def _corrected(answer: Counterparty | Refusal) -> Answer:
    if isinstance(answer, Refusal):
        return refused(answer)
    return {"number": answer.masked_number, "status": answer.status.value}


def known(stage: Stage) -> Facts:
    """Ada has money enough, and a counterparty that was proved long ago."""
    passed(stage.deposit(stage.house.source.id, WAGES_MINOR, key="more-wages"))
    facts = added(stage)
    counterparties = stage.bank.counterparties
    counterparties._verifier = _TakesAll()
    begun = counterparties.start_verification(
        stage.owner(), facts["counterparty"], method=VerificationMethod.PRENOTE, key="prove"
    )
    assert isinstance(begun, Counterparty), begun
    settled_on = (stage.place.clock.at - LONG_AGO).date()
    settled = counterparties.verification_settled(facts["counterparty"], attempt=1, settled_on=settled_on)
    assert isinstance(settled, Counterparty), settled
    return facts


class _TakesAll:
    def send_prenote(self, _: Counterparty, *, attempt: int) -> bool:
        return attempt > 0

    def send_micro_entries(self, _: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        return attempt > 0 and min(amounts) > 0


# Payments are asked for, and called off.

DOCUMENTS: Final = {PaymentKind.ACH_CREDIT: ask.ORIGINATE_CREDIT, PaymentKind.ACH_DEBIT: ask.ORIGINATE_DEBIT}
CREDIT, DEBIT = PaymentKind.ACH_CREDIT, PaymentKind.ACH_DEBIT


def originate(kind: PaymentKind, amount: str = SMALL) -> Act:
    def originated(stage: Stage) -> Answer:
        wish = ask.ach_input(stage.house.source.id, stage.facts["counterparty"], amount, remittance="March")
        return stage.asked(DOCUMENTS[kind], **{**wish, "idempotencyKey": kind.value, "secCode": "WEB"})

    return originated


def asked_for(kind: PaymentKind, amount: str = SMALL) -> Callable[[Stage], Facts]:
    def asked(stage: Stage) -> Facts:
        answer = passed(originate(kind, amount)(stage))
        return {kind.value: answer["payment"]["id"]}

    return asked


def cancel(stage: Stage) -> Answer:
    return stage.asked(ask.CANCEL_PAYMENT, paymentId=stage.facts[CREDIT])


# Journeys.


def step(name: StepName, kind: PaymentKind = CREDIT) -> Act:
    """One task of a state machine, under a token of its own."""

    def stepped(stage: Stage) -> Answer:
        payment = stage.facts[kind]
        event = {"step": name.value, "payment": payment, "execution": f"{payment}.1"}
        if steps(kind)[name].waits is Waits.TOKEN:
            stage.facts["tokens"] = stage.facts.get("tokens", 0) + 1
            event["token"] = f"{kind.value}-{name.value}-{stage.facts['tokens']}"
        return ach_journey.handler(event, None)

    return stepped


def begin(payment: str) -> None:
    _step(StepName.BEGIN, payment)


def advance(payment: str) -> None:
    _step(StepName.ADVANCE, payment)


def end(payment: str) -> None:
    _step(StepName.END, payment)


def _step(name: StepName, payment: str) -> None:
    ach_journey.handler({"step": name.value, "payment": payment, "execution": f"{payment}.1"}, None)


def uncounted(row: Row) -> Row:
    """An answer is counted before it is looked at: of one that was forsaken the count stays, and no more."""
    return tuple(re.sub(r" \d answers$", "", word) for word in row) if row[0] == "counterparty" else row


def unlisted(row: Row) -> Row:
    """A payment is listed for its window before it says so, and one that says otherwise is left out of the file."""
    return () if row[0] == "scheduled" else row


def waits_again(row: Row) -> Row:
    """A payment that came into another file is sent once more. Where its journey was not told that it was rejected,
    that waits for the same as before; else it was told, and is about to."""
    sent = PaymentState.SENT.value
    return (*row[:4], "", *row[5:]) if row[0] == "payment" and (row[2], row[4]) == (sent, sent) else row


def stepped(*names: StepName, kind: PaymentKind = CREDIT) -> Callable[[Stage], Facts]:
    def made(stage: Stage) -> Facts:
        for name in names:
            step(name, kind)(stage)
        return {"tokens": stage.facts.get("tokens", 0)}

    return made


def said(source: str) -> Callable[[Stage], Facts]:
    """What the bus has taken so far from this part."""

    def bodies(stage: Stage) -> Facts:
        entries = stage.place.network.entries
        return {source: [bus_event(entry) for entry in entries if entry["Source"] == source]}

    return bodies


def screened(stage: Stage) -> Facts:
    step(StepName.SCREEN)(stage)
    return {"tokens": stage.facts["tokens"], **said(PAYMENTS)(stage)}


def score(stage: Stage) -> Answer:
    return delivered(fraud_scorer, *stage.facts[PAYMENTS])


def scored(stage: Stage) -> Facts:
    score(stage)
    return said(FRAUD)(stage)


def hear_judgement(stage: Stage) -> Answer:
    return delivered(payment_decisions, *stage.facts[FRAUD])


def judged(kind: PaymentKind = CREDIT) -> Callable[[Stage], Facts]:
    """The judgement has come, and its money is set aside where that is wanted."""

    def heard_of(stage: Stage) -> Facts:
        step(StepName.SCREEN, kind)(stage)
        stage.notified()
        if kind is CREDIT:
            step(StepName.ADVANCE, kind)(stage)
        return {"tokens": stage.facts["tokens"]}

    return heard_of


def suspected(stage: Stage) -> Facts:
    """Judged, and not more."""
    step(StepName.SCREEN)(stage)
    stage.notified()
    return {"tokens": stage.facts["tokens"]}


def decided(decision: Decision, kind: PaymentKind = CREDIT) -> Callable[[Stage], Facts]:
    """A journey waits, and the bus has this decision for it."""

    def said_of(stage: Stage) -> Facts:
        step(StepName.SCREEN, kind)(stage)
        decided = said_by_scorer(stage.facts[kind], decision, CustomerReason.NEW_PAYEE)
        return {"tokens": stage.facts["tokens"], FRAUD: [json.dumps({"detail": decided.model_dump(mode="json")})]}

    return said_of


def heard_of(decision: Decision, kind: PaymentKind = CREDIT) -> Callable[[Stage], Facts]:
    def heard(stage: Stage) -> Facts:
        stage.facts |= decided(decision, kind)(stage)
        hear_judgement(stage)
        return {"tokens": stage.facts["tokens"]}

    return heard


def to_confirm(kind: PaymentKind = CREDIT) -> Callable[[Stage], Facts]:
    """It waits for its customer, who signs in again a moment later."""

    def waits(stage: Stage) -> Facts:
        facts = heard_of(Decision.STEP_UP, kind)(stage)
        step(StepName.AWAIT_STEP_UP, kind)(stage)
        stage.later(SOON)
        return {**facts, "tokens": stage.facts["tokens"]}

    return waits


def confirm_payment(kind: PaymentKind = CREDIT) -> Act:
    return lambda stage: stage.asked(ask.CONFIRM_PAYMENT, paymentId=stage.facts[kind])


def unconfirmed(stage: Stage) -> Facts:
    stage.later(stage.bank.deadlines.step_up)
    return {}


def poor(stage: Stage) -> Facts:
    """The money has gone elsewhere meanwhile."""
    source = stage.house.source.id
    head = stage.bank.ledger.head(source)
    assert head
    minor = head.available_minor
    passed(stage.post("cash_withdrawal", initiator=source, key="all", minor=minor, parties={"source": source}))
    return {}


def missed(stage: Stage) -> Facts:
    """Its window has passed without it."""
    stage.place.clock.at = hour_after(stage) + 2 * stage.bank.deadlines.grace
    return {}


def lost(stage: Stage) -> Facts:
    """Its journey has ended before its time."""
    stage.place.lost(stage.facts[CREDIT])
    _overdue(stage)
    return {}


def not_begun(stage: Stage) -> Facts:
    """A payment whose journey died before it was begun."""
    _cut_off_at("stepfunctions StartExecution", originate(CREDIT), stage)
    (payment,) = stage.bank.payments.of_account(stage.house.source.id).payments
    stage.facts[CREDIT] = payment.id
    _overdue(stage)
    return {CREDIT: payment.id}


def untold(stage: Stage) -> Facts:
    """It was judged, and whoever was to tell its journey so died."""
    step(StepName.SCREEN)(stage)
    with mock.patch.object(Payments, "_told", lambda _, payment: payment):
        stage.notified()
    _overdue(stage)
    return {"tokens": stage.facts["tokens"]}


def _overdue(stage: Stage) -> None:
    due = payment_of(stage).due_at
    assert due
    stage.place.clock.at = due + SOON


def sweep_payments(_: Stage) -> Answer:
    payment_sweep.handler({}, None)
    return "swept"


def payment_of(stage: Stage, kind: PaymentKind = CREDIT) -> Payment:
    return stage.bank.payments.existing(stage.facts[kind])


def _cut_off_at(wanted: str, act: Act, stage: Stage) -> None:
    """The act in a process of its own, which dies at this call."""

    def dies(call: Call, _: Sent) -> Trouble | None:
        return LostRequest(Killed()) if str(call) == wanted else None

    with stage.place.process(dies) as bank, suppress(Killed):
        act(Stage(stage.place, bank, stage.house, stage.facts))
    stage.place.network.born(untouched)


# Files.


def hour_after(stage: Stage) -> Any:
    """Just after the windows that are open now have been cut off."""
    cut_off = stage.place.clock.at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return cut_off + BUILT_AFTER + SOON


def waiting_for_file(stage: Stage) -> Facts:
    for kind in (CREDIT, DEBIT):
        step(StepName.AWAIT_FILE, kind)(stage)
    stage.place.clock.at = hour_after(stage)
    return {"tokens": stage.facts["tokens"]}


def cut_off(_: Stage) -> Answer:
    ach_files.handler({}, None)
    return "worked on"


def sent(stage: Stage) -> Facts:
    """A file with a payment of each kind lies where the bank fetches it, and their journeys wait for its answer."""
    cut_off(stage)
    for kind in (CREDIT, DEBIT):
        assert payment_of(stage, kind).state is PaymentState.SENT
        step(StepName.AWAIT_ACKNOWLEDGEMENT, kind)(stage)
    return {"file": payment_of(stage).progress.file, "tokens": stage.facts["tokens"]}


def file_of(stage: Stage) -> AchFile:
    return stage.bank.ach.outgoing.existing(stage.facts["file"])


# What the bank says of them.


def acknowledgement(stage: Stage) -> tuple[str, Mapping[str, Any]]:
    file = file_of(stage)
    totals = {"debit_minor": file.debit_minor, "credit_minor": file.credit_minor}
    data = {"file": file.name, "sha256": file.sha256, "entries": file.entries + file.addenda, **totals}
    return "ach.file.acknowledged", data


def rejection(code: str, *, of_entry: bool = False) -> Callable[[Stage], tuple[str, Mapping[str, Any]]]:
    def rejected(stage: Stage) -> tuple[str, Mapping[str, Any]]:
        file = file_of(stage)
        reason: dict[str, Any] = {"code": code, "message": "It is not taken."}
        if of_entry:
            reason["trace_number"] = payment_of(stage).progress.trace
        data = {"file": file.name, "sha256": file.sha256, "level": "ENTRY" if of_entry else "FILE"}
        return "ach.file.rejected", {**data, "reasons": [reason]}

    return rejected


Message = Callable[[Stage], tuple[str, Mapping[str, Any]]]


def delivered_by(message: Message) -> Callable[[Stage], Facts]:
    """The bank's message has come in at the door, and lies in the queue."""

    def at_the_door(stage: Stage) -> Facts:
        kind, data = message(stage)
        body = body_of(kind, data=data)
        headers = SPONSOR.headers(body, stage.place.clock.at, message_id=f"{kind}-1".replace(".", "-"))
        answer = webhooks.handler(webhook(headers, body, kind=kind), None)
        assert answer["statusCode"] == 202, answer
        return {"delivery": json.loads(answer["body"])["delivery"]}

    return at_the_door


def process(stage: Stage) -> Answer:
    delivered(partner_deliveries, json.dumps({"delivery": stage.facts["delivery"]}))
    found = stage.bank.partners._found(stage.facts["delivery"])
    return {"state": found.state.value, "reason": found.reason, "file": file_of(stage).state.value}


def processed(message: Message) -> Callable[[Stage], Facts]:
    def done(stage: Stage) -> Facts:
        stage.facts |= delivered_by(message)(stage)
        answer = passed_text(process(stage))
        assert answer["state"] == "PROCESSED", answer
        return {"delivery": stage.facts["delivery"]}

    return done


def heard(message: Message) -> Callable[[Stage], Facts]:
    """The message is processed, and the next minute has done what follows from it."""

    def acted_on(stage: Stage) -> Facts:
        facts = processed(message)(stage)
        cut_off(stage)
        return facts

    return acted_on


def passed_text(answer: Answer) -> Mapping[str, Any]:
    assert not isinstance(answer, str)
    return answer


def settles(stage: Stage) -> Facts:
    """The day of settlement has come."""
    at = payment_of(stage).progress.settles_at
    assert at
    stage.place.clock.at = at + SOON
    return {}


def settled(stage: Stage) -> Facts:
    settles(stage)
    for kind in (CREDIT, DEBIT):
        step(StepName.SETTLE, kind)(stage)
    return {}


def frees(stage: Stage) -> Facts:
    """What was collected may be spent."""
    at = payment_of(stage, DEBIT).progress.funds_at
    assert at
    stage.place.clock.at = at + SOON
    return {}


def over(stage: Stage) -> Facts:
    """Nothing comes back any more."""
    at = payment_of(stage).progress.returns_until
    assert at
    stage.place.clock.at = at + SOON
    return {}


# Taking back.


def take_back(stage: Stage) -> Answer:
    wish = {"idempotencyKey": "back", "paymentId": stage.facts[DEBIT], "reason": "DUPLICATE"}
    return stage.asked(ask.REVERSE_PAYMENT, **wish)


def taken_back(stage: Stage) -> Facts:
    """From here on the credit is the one that takes the debit back."""
    return {CREDIT.value: passed(take_back(stage))["payment"]["id"]}


def to_cut_off(stage: Stage) -> Facts:
    step(StepName.AWAIT_FILE)(stage)
    stage.place.clock.at = hour_after(stage)
    return {"tokens": stage.facts["tokens"]}


# Cases.


def in_review(stage: Stage) -> Facts:
    step(StepName.REVIEW)(stage)
    return {"case": payment_of(stage).case, "tokens": stage.facts["tokens"]}


def file_case(stage: Stage) -> Facts:
    return {"case": file_of(stage).case}


def late(stage: Stage) -> Facts:
    stage.later(stage.bank.deadlines.review)
    return {}


def resolve(code: ResolutionCode, group: Group) -> Act:
    def resolved(stage: Stage) -> Answer:
        wish = {"idempotencyKey": "resolve", "caseId": stage.facts["case"], "resolution": code.value}
        return stage.asked_by(stage.house.staff, group, ask.RESOLVE_CASE, **wish, reason="In order")

    return resolved


def proposed(code: ResolutionCode, group: Group) -> Callable[[Stage], Facts]:
    def asked(stage: Stage) -> Facts:
        passed(resolve(code, group)(stage))
        (case,) = [one for one in stage.bank.cases.unresolved() if one.id == stage.facts["case"]]
        assert case.resolution
        return {"approval": case.resolution.approval}

    return asked


def give(group: Group, document: str = ask.GIVE_APPROVAL) -> Act:
    def given(stage: Stage) -> Answer:
        approval = stage.bank.approvals.get(stage.facts["approval"])
        assert isinstance(approval, Approval)
        wish = {"approvalId": approval.id, "fingerprint": approval.proposal.fingerprint}
        return stage.asked_by(stage.house.colleague, group, document, **wish)

    return given


def approved(group: Group) -> Callable[[Stage], Facts]:
    def given(stage: Stage) -> Facts:
        passed(give(group)(stage))
        return {}

    return given


def not_heard(group: Group) -> Callable[[Stage], Facts]:
    """The approval was given, and whoever was to act on it died."""

    def given(stage: Stage) -> Facts:
        with mock.patch.object(Cases, "decided", return_value=None):
            passed(give(group)(stage))
        return {}

    return given


def sweep_cases(_: Stage) -> Answer:
    case_sweep.handler({}, None)
    return "swept"


def assign(stage: Stage) -> Answer:
    return stage.asked_by(stage.house.staff, Group.FRAUD_ANALYST, ask.ASSIGN_CASE, caseId=stage.facts["case"])


def assigned(stage: Stage) -> Facts:
    passed(assign(stage))
    return {}


def release(stage: Stage) -> Answer:
    return stage.asked_by(stage.house.staff, Group.FRAUD_ANALYST, ask.RELEASE_CASE, caseId=stage.facts["case"])


ANALYST, OFFICE = Group.FRAUD_ANALYST, Group.OPERATIONS
KNOWN: Final = (known,)
_ASKED: Final = (*KNOWN, asked_for(CREDIT))
_SCHEDULED: Final = (*_ASKED, judged())
_DOUBTED: Final = (*KNOWN, asked_for(CREDIT, LARGE), suspected)
_REVIEWED: Final = (*_DOUBTED, stepped(StepName.ADVANCE), in_review)
_PROPOSED: Final = (*_REVIEWED, proposed(ResolutionCode.RELEASE, ANALYST))
CUT_OFF: Final = (*_SCHEDULED, asked_for(DEBIT), judged(DEBIT), waiting_for_file)
SENT: Final = (*CUT_OFF, sent)
_ACKNOWLEDGED: Final = (*SENT, heard(acknowledgement))
SETTLED: Final = (*_ACKNOWLEDGED, settled)
_TAKEN_BACK: Final = (*SETTLED, taken_back)
_BORROWED: Final = (*_TAKEN_BACK, stepped(StepName.BEGIN), judged())
_ENTRY_REJECTED: Final = (*SENT, heard(rejection(UNMENDABLE, of_entry=True)), file_case)
_ENTRY_GIVEN_UP: Final = (*_ENTRY_REJECTED, proposed(ResolutionCode.POST_BACK, OFFICE))
_PROVING: Final = (added, proving)
_PROOF_SENT: Final = (*_PROVING, proof_sent)
_PROOF_REJECTED: Final = (*_PROOF_SENT, heard(rejection(UNMENDABLE)), file_case)
_PROOF_GIVEN_UP: Final = (*_PROOF_REJECTED, proposed(ResolutionCode.POST_BACK, OFFICE))
_PROOF_SETTLED: Final = (*_PROOF_SENT, proof_due, proof_settled)


def _case(name: str, act: Act, after: tuple[Any, ...], **more: Any) -> UseCase:
    """A day ago, so that the hours to come have come for the engine too."""
    return UseCase(name, act, after=after, days_ago=1, **more)


def twice(name: str, act: Act, after: tuple[Any, ...], **more: Any) -> UseCase:
    """Brought by a queue, a machine or a client, and brought again."""
    return _case(name, act, after, comes_twice=True, **more)


def sweep(name: str, act: Act, after: tuple[Any, ...], **more: Any) -> UseCase:
    return _case(name, act, after, sweeps=True, **more)


ACH_CASES: Final = (
    twice("add a counterparty", add, ()),
    twice("close a counterparty", close, (added,)),
    twice("prove a counterparty by a prenote", verify(VerificationMethod.PRENOTE), (added,)),
    twice("prove a counterparty by micro-entries", verify(VerificationMethod.MICRO_ENTRIES), (added,)),
    sweep("finish a proof that was cut off", cut_off, (added, intended)),
    sweep("send micro-entries", cut_off, _PROVING),
    sweep("settle micro-entries", settle_proof, (*_PROOF_SENT, proof_due)),
    twice("confirm micro-entries", confirm, _PROOF_SETTLED, alike_forsaken=uncounted),
    twice("take micro-entries back", proof_comes_back, _PROOF_SETTLED),
    twice("have rejected micro-entries posted back", give(OFFICE), _PROOF_GIVEN_UP),
    sweep("post rejected micro-entries back", cut_off, (*_PROOF_GIVEN_UP, approved(OFFICE))),
    twice("correct a counterparty", correct, KNOWN),
    twice("send money by ACH", originate(CREDIT), KNOWN),
    twice("collect money by ACH", originate(DEBIT), KNOWN),
    twice("have a payment screened", step(StepName.SCREEN), _ASKED),
    twice("judge a payment", score, (*_ASKED, screened)),
    twice("hear a judgement", hear_judgement, (*_ASKED, screened, scored)),
    twice("judge a payment by the fallback", step(StepName.SCREEN_WITHOUT), _ASKED),
    twice("hear that a payment is declined softly", hear_judgement, (*_ASKED, decided(Decision.SOFT_DECLINE))),
    twice("hear that a customer is to confirm a payment", hear_judgement, (*_ASKED, decided(Decision.STEP_UP))),
    twice("ask a customer to confirm a payment", step(StepName.AWAIT_STEP_UP), (*_ASKED, heard_of(Decision.STEP_UP))),
    twice("confirm a payment that is sent", confirm_payment(), (*_ASKED, to_confirm())),
    twice(
        "confirm a payment that is collected",
        confirm_payment(DEBIT),
        (*KNOWN, asked_for(DEBIT), to_confirm(DEBIT)),
        alike_forsaken=unlisted,
    ),
    twice("cancel a payment that is to be confirmed", cancel, (*_ASKED, to_confirm())),
    twice("end a payment that nobody confirmed", step(StepName.STEP_UP_EXPIRED), (*_ASKED, to_confirm(), unconfirmed)),
    twice("set the money of a payment aside", step(StepName.ADVANCE), (*_ASKED, suspected)),
    twice("refuse a payment for want of money", step(StepName.ADVANCE), (*_ASKED, suspected, poor)),
    twice("tell of a refused payment", step(StepName.END), (*_ASKED, suspected, poor, stepped(StepName.ADVANCE))),
    twice("cancel a payment", cancel, _SCHEDULED),
    twice("reschedule a payment", step(StepName.RESCHEDULE), (*_SCHEDULED, missed)),
    twice("have a payment reviewed", step(StepName.REVIEW), (*_DOUBTED, stepped(StepName.ADVANCE))),
    twice("end a payment that nobody reviewed", step(StepName.REVIEW_EXPIRED), (*_REVIEWED, late)),
    twice("cancel a payment that is in review", cancel, _REVIEWED),
    twice("take a case", assign, _REVIEWED),
    twice("give a case back", release, (*_REVIEWED, assigned)),
    twice("reject a payment in review", resolve(ResolutionCode.REJECT, ANALYST), _REVIEWED),
    twice("propose to release a payment", resolve(ResolutionCode.RELEASE, ANALYST), _REVIEWED),
    twice("release a payment", give(ANALYST), _PROPOSED),
    twice(
        "refuse to release a payment",
        give(ANALYST, ask.REFUSE_APPROVAL),
        _PROPOSED,
    ),
    sweep(
        "carry out what was approved, by the sweep",
        sweep_cases,
        (*_PROPOSED, not_heard(ANALYST)),
    ),
    sweep("begin a journey, by the sweep", sweep_payments, (*KNOWN, not_begun)),
    sweep("begin a lost journey anew", sweep_payments, (*_ASKED, lost)),
    sweep("tell a journey that was not told", sweep_payments, (*_ASKED, untold)),
    sweep("cut a file off and send it", cut_off, CUT_OFF),
    twice("hear that a file is taken", process, (*SENT, delivered_by(acknowledgement))),
    twice("hear that an entry is rejected", process, (*SENT, delivered_by(rejection(UNMENDABLE, of_entry=True)))),
    twice("build a rejected file again", process, (*SENT, delivered_by(rejection(MENDABLE)))),
    sweep("send a file that was built again", cut_off, (*SENT, processed(rejection(MENDABLE))), alike=waits_again),
    twice("have a rejected entry posted back", give(OFFICE), _ENTRY_GIVEN_UP),
    sweep("post a rejected entry back", cut_off, (*_ENTRY_GIVEN_UP, approved(OFFICE))),
    twice("build a rejected entry again", give(OFFICE), (*_ENTRY_REJECTED, proposed(ResolutionCode.REBUILD, OFFICE))),
    twice("settle a payment", step(StepName.SETTLE), (*_ACKNOWLEDGED, settles)),
    twice("settle a payment that was collected", step(StepName.SETTLE, DEBIT), (*_ACKNOWLEDGED, settles)),
    twice("take back what was collected", take_back, SETTLED),
    twice("lend a reversal the hold of a debit", step(StepName.ADVANCE), (*_TAKEN_BACK, suspected)),
    twice("call a reversal off", cancel, _BORROWED),
    sweep("send what was collected back", cut_off, (*_BORROWED, to_cut_off)),
    twice("free what was collected", step(StepName.FREE, DEBIT), (*SETTLED, frees)),
    twice("complete a payment", step(StepName.COMPLETE), (*SETTLED, over)),
)
