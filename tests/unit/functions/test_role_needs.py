"""What each handler asks of AWS in a real life, beside what its role in infra/roles.yaml allows."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access.events import CredentialChanged
from domain.access.model import Actor, Group
from domain.accounts.model import Account
from domain.accounts.store_dynamodb import DynamoDBAccountStore
from domain.calendars import calendar_day
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import CaseState
from domain.cases.service import Cases
from domain.counterparties.model import VerificationStatus
from domain.customers.model import Customer
from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
from domain.fraud.events import LabelUnread, labelled
from domain.fraud.feature_store import hour_of
from domain.fraud.kinds import Decision, Fallback, Scope
from domain.fraud.label_model import Label, LabelSource, Said
from domain.fraud.store_dynamodb_features import DynamoDBFeatureStore
from domain.ledger.codec import encode_journal
from domain.ledger.events import event_of
from domain.ledger.model import Journal
from domain.money import Money
from domain.partners.model import DeliveryState
from domain.payments.journeys import execution_name
from domain.payments.kinds import DRIVEN_BY_STEPS, Event, PaymentKind, PaymentState
from domain.rails.ach.calendar import day_of
from domain.rails.ach.exchange_aws import S3Exchange
from domain.rails.ach.incoming_entries import ReceivedEntries
from domain.rails.ach.incoming_kinds import ReceivedEvent, ReceivedState
from domain.rails.ach.incoming_store import DEBITS
from domain.rails.ach.kinds import FileState
from domain.rails.ach.rates import RETURNS_MIN
from domain.rails.ach.steps import Steps
from domain.transfers.kinds import ReviewState
from domain.transfers.model import NumberTarget, Rhythm, Schedule, TransferOrder, Wish
from domain.transfers.orders import Orders
from functions.ach_arrivals import handler as ach_arrivals
from functions.ach_files import handler as ach_files
from functions.ach_inbound import handler as ach_inbound
from functions.ach_return_rates import handler as ach_return_rates
from functions.case_sweep import handler as case_sweep
from functions.daily_root import handler as daily_root
from functions.folder import handler as folder
from functions.fraud_features import handler as fraud_features
from functions.fraud_history import handler as fraud_history
from functions.fraud_monitor import handler as fraud_monitor
from functions.fraud_scorer import handler as fraud_scorer
from functions.hold_expiry import handler as hold_expiry
from functions.messages import NoneTaken
from functions.notifier import handler as notifier
from functions.outbox import handler as outbox
from functions.partner_deliveries import handler as partner_deliveries
from functions.partner_sweep import handler as partner_sweep
from functions.payment_decisions import handler as payment_decisions
from functions.payment_sweep import handler as payment_sweep
from functions.publisher import handler as publisher
from functions.scheduled_transfers import handler as scheduled_transfers
from functions.transfer_sweep import handler as transfer_sweep
from functions.webhooks import handler as webhooks
from graph.access import TABLE
from graph.context import Context
from graph.cursors import Cursors
from graph.documents import Documents
from graph.exposure import Exposure
from graph.schema import schema
from graph.view import Request, answer
from tests.every_operation import (
    AUDITOR,
    COLLEAGUE,
    FRAUD_ANALYST,
    FRAUD_LEAD,
    OPERATIONS,
    OWNER,
    Household,
    every_operation,
)
from tests.unit.fraud.bounded import keep_bounds
from tests.unit.fraud.decided import decision
from tests.unit.fraud.said import said
from tests.unit.functions.ach_life import AchLife
from tests.unit.functions.drifted import LEAD, SCOPE, fallen, proposing_rollback, proposing_thresholds
from tests.unit.functions.events import event_for
from tests.unit.functions.judged_life import by_promoted, cut_off, in_review, judged, promoted
from tests.unit.functions.received_life import UNKNOWN, ReceivedLife
from tests.unit.functions.region import (
    ARRIVALS,
    FOLDERS,
    RECEIVED_FILES,
    REGION,
    Asked,
    Deployed,
    Need,
    acting,
    allowed,
    refused,
    region,
    session,
)
from tests.unit.functions.test_publisher import record
from tests.unit.functions.test_webhooks import event as webhook
from tests.unit.graph import documents
from tests.unit.graph.documents import by_numbers
from tests.unit.infra.templates import functions
from tests.unit.partners.signing import SPONSOR, body_of


@pytest.fixture(name="deployed")
def _deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    yield from region(monkeypatch)


def stream_of(journal: Journal) -> dict[str, Any]:
    return record(encode_journal(journal, region=REGION, spread=1))


def message(body: object) -> dict[str, Any]:
    return {"Records": [{"messageId": "m", "body": json.dumps(body)}]}


def order_of(
    deployed: Deployed, payer: str, payee: str, *, minor: int = 5_00, days_ago: int = 3
) -> tuple[TransferOrder, Account]:
    """A transfer that was ordered some days ago for the day after, from a hundred dollars."""
    was, deployed.clock.at = deployed.clock.at, deployed.clock.at - timedelta(days=days_ago)
    ada, source = deployed.person(payer)
    _, target = deployed.person(payee)
    number = NumberTarget(target.record.routing_number, target.record.number)
    wish = Wish(source.id, number, Money(minor, "USD"), "Rent")
    day = calendar_day(deployed.bank.settings.jurisdiction, deployed.clock.now()) + timedelta(days=1)
    days = Schedule(rhythm=Rhythm.ONCE, starts_on=day)
    order = deployed.bank.orders.schedule(acting(ada), wish, days=days, key="o")
    assert isinstance(order, TransferOrder), order
    deployed.clock.at = was
    return order, target


def outcomes(deployed: Deployed, *orders: TransferOrder) -> list[str]:
    store = deployed.bank.orders._store
    pages = (store.occurrences(order.id, before=None, limit=9) for order in orders)
    return [str(found.outcome) for page in pages for found in page.occurrences]


def three_orders(deployed: Deployed) -> tuple[list[TransferOrder], Account]:
    """One that passes, one that is short, one that is too late; and the account that the first is to."""
    good, target = order_of(deployed, "ada", "ben")
    short, _ = order_of(deployed, "eve", "fay", minor=500_00)
    late, _ = order_of(deployed, "gus", "hal", days_ago=20)
    return [good, short, late], target


def cut_off_opening(deployed: Deployed) -> None:
    """An account whose opening died between its first line and its end."""
    with deployed.monkeypatch.context() as patched:
        patched.setattr(DynamoDBAccountStore, "finish", dies)
        with pytest.raises(Died):
            deployed.person("ida")


class Died(Exception):
    pass


def dies(*args: object) -> None:
    raise Died


def received(deployed: Deployed, account: Account) -> int:
    head = deployed.bank.ledger.head(account.id)
    assert head
    return head.ledger_minor


def run_publisher(deployed: Deployed) -> None:
    _, account = deployed.person("ada")
    journal = deployed.post("payment_received", destination=account.id)
    deployed.call(publisher, {"Records": [stream_of(journal), {}]})
    assert journal.id in deployed.bank.marks.marked(f"{journal.booked_at:%Y%m%d%H}")


def run_outbox(deployed: Deployed) -> None:
    _, account = deployed.person("ada")
    journal = deployed.post("payment_received", destination=account.id)
    deployed.now()
    deployed.call(outbox, {})
    assert journal.id in deployed.bank.marks.marked(f"{journal.booked_at:%Y%m%d%H}")


def run_folder(deployed: Deployed) -> None:
    deployed.bank.folder.open_books()
    (_, shop), (_, cafe), (_, payer) = (deployed.person(name) for name in ("shop", "cafe", "payer"))
    for account in (shop, cafe):
        deployed.post("batching_started", minor=None, account=account.id)
        deployed.post("transfer", source=payer.id, destination=account.id, minor=5_00)
    deployed.post("account_frozen", minor=None, account=cafe.id)
    deployed.post("batching_ended", minor=None, account=shop.id)
    deployed.now()
    deployed.call(folder, {})
    deployed.call(folder, {})
    assert [received(deployed, found) for found in (shop, cafe, payer)] == [105_00, 100_00, 95_00]


def run_hold_expiry(deployed: Deployed) -> None:
    _, account = deployed.person("ada")
    expiry = deployed.clock.now() + timedelta(minutes=5)
    deployed.post("hold_placed", account=account.id, minor=5_00, expires_at=expiry)
    deployed.now()
    deployed.call(hold_expiry, {})
    assert deployed.bank.ledger.holds(account.id) == ()


def run_notifier(deployed: Deployed) -> None:
    customer, account = deployed.person("ada")
    event = event_of(deployed.post("payment_received", destination=account.id), REGION)
    body = {"detail-type": type(event).__name__, "detail": event.model_dump(mode="json")}
    for _ in range(2):
        assert deployed.call(notifier, message(body)) == {"batchItemFailures": []}
    assert len(deployed.bank.notices.page(customer.id).notices) == 1


def run_scheduled_transfers(deployed: Deployed) -> None:
    orders, target = three_orders(deployed)
    suspicious, _ = order_of(deployed, "ian", "jan")
    judging = promoted(deployed, Scope.TRANSFER)
    deployed.now()
    deployed.loses_answers = True
    with judged(deployed, Decision.REVIEW):
        deployed.call(scheduled_transfers, message({"order": suspicious.id}))
    assert outcomes(deployed, suspicious) == ["IN_REVIEW"]
    knocks = [message({"order": order.id}) for order in orders]
    with deployed.monkeypatch.context() as patched:
        patched.setattr(Orders, "_move_on", dies)
        for knock in knocks:
            with pytest.raises(NoneTaken):
                deployed.call(scheduled_transfers, knock)
    for knock in knocks:
        assert deployed.call(scheduled_transfers, knock) == {"batchItemFailures": []}
    assert outcomes(deployed, *orders) == ["POSTED", "REFUSED", "MISSED"]
    assert received(deployed, target) == 105_00
    assert by_promoted(deployed, judging)


def run_transfer_sweep(deployed: Deployed) -> None:
    orders, target = three_orders(deployed)
    cut_off_opening(deployed)
    judging = promoted(deployed, Scope.TRANSFER)
    deployed.now()
    deployed.loses_answers = True
    with deployed.monkeypatch.context() as patched:
        patched.setattr(Orders, "_move_on", dies)
        with pytest.raises(transfer_sweep.LeftOver):
            deployed.call(transfer_sweep, {})
    deployed.call(transfer_sweep, {})
    assert outcomes(deployed, *orders) == ["POSTED", "REFUSED", "MISSED"]
    assert received(deployed, target) == 105_00
    assert by_promoted(deployed, judging)
    suspicious, _ = order_of(deployed, "ian", "jan")
    with judged(deployed, Decision.REVIEW):
        deployed.call(transfer_sweep, {})
    assert outcomes(deployed, suspicious) == ["IN_REVIEW"]


def taught(deployed: Deployed, *subjects: str) -> list[bool]:
    """Of each whether it is known as a fraud; it is known as something."""
    labels = [deployed.bank.labels.of(subject) for subject in subjects]
    assert all(labels)
    return [label.fraud for label in labels if label]


def decided_of_ach(received: ReceivedLife) -> Callable[[], None]:
    """Payments in review, rejected files and what came in, of which people have decided, and whoever was to act on it
    died; answers with what is true once it is acted on.
    """
    life, deployed = received.life, received.deployed
    corrected = received.case_of(received.corrected(life.sent()))
    unreadable = received.unreadable()
    reviews = {
        code: [life.in_review(kind) for kind in DRIVEN_BY_STEPS]
        for code in (ResolutionCode.RELEASE, ResolutionCode.REJECT)
    }
    overtaken, late = life.in_review(PaymentKind.ACH_CREDIT)
    files = {code: life.rejected() for code in (ResolutionCode.REBUILD, ResolutionCode.POST_BACK)}
    with deployed.monkeypatch.context() as patched:
        patched.setattr(Cases, "_carried_out", lambda _, case: case)
        for code, held_up in reviews.items():
            for _, case in held_up:
                life.resolve(case, code, Group.FRAUD_ANALYST, heard=False)
        life.resolve(late, ResolutionCode.RELEASE, Group.FRAUD_ANALYST, heard=False)
        life.bank.payments.move(overtaken.id, Event.CANCELLED, by=overtaken.opened_by)
        for code, (_, case) in files.items():
            life.resolve(case, code, Group.OPERATIONS, heard=False)
        life.resolve(corrected, ResolutionCode.APPLY, Group.OPERATIONS, heard=False)
        life.resolve(unreadable.case or "", ResolutionCode.REPLAY, Group.OPERATIONS, heard=False)

    def acted() -> None:
        assert f"{unreadable.id}.replay-1" in deployed.machines.executions
        assert life.bank.counterparties.kept(life.counterparty.id).version > life.counterparty.version
        states = {code: {life.state(payment) for payment, _ in held_up} for code, held_up in reviews.items()}
        assert states == {
            ResolutionCode.RELEASE: {PaymentState.SCHEDULED},
            ResolutionCode.REJECT: {PaymentState.DECLINED},
        }
        of_reviews = [payment.id for held_up in reviews.values() for payment, _ in held_up]
        assert taught(deployed, *of_reviews) == [False, False, True, True]
        assert late not in {case.id for case in deployed.bank.cases.unresolved()}
        assert deployed.bank.labels.of(overtaken.id) is None
        rebuilt, given_up = (life.bank.ach.outgoing.existing(file.id) for file, _ in files.values())
        assert rebuilt.replacing
        assert given_up.given_up_by

    return acted


def decided_of_delivery(deployed: Deployed, clerk: Actor) -> str:
    """One that is to be replayed, and whoever was to replay it died."""
    delivery = deployed.delivered("set-aside")
    assert deployed.bank.partners.process(delivery).state is DeliveryState.QUARANTINED
    (case,) = (one for one in deployed.bank.cases.unresolved() if one.subject.id == delivery)
    with deployed.monkeypatch.context() as patched:
        patched.setattr(Cases, "_carried_out", lambda _, case: case)
        deployed.bank.cases.resolve(clerk, case.id, code=ResolutionCode.REPLAY, reason="It is in order", key="k")
    return delivery


def decided_of_transfers(life: AchLife, payer: Customer, source: Account) -> Callable[[], None]:
    """Transfers in review of which one was let go and one declined, and whoever was to do it died; of a third nobody
    has decided, and a fourth was cut off on its way there. Answers with what is true once all that is brought on.
    """
    deployed = life.deployed
    _, payee = deployed.person("kim")
    nobodys, _ = in_review(deployed, payer, source, payee, key="nobody")
    deployed.clock.at += deployed.bank.configuration.review_within - timedelta(minutes=30)
    codes = (ResolutionCode.RELEASE, ResolutionCode.REJECT)
    reviews = {code: in_review(deployed, payer, source, payee, key=code.value) for code in codes}
    with deployed.monkeypatch.context() as patched:
        patched.setattr(Cases, "_carried_out", lambda _, case: case)
        for code, (_, case) in reviews.items():
            life.resolve(case, code, Group.FRAUD_ANALYST, heard=False)

    begun = cut_off(deployed, payer, source, payee, key="cut-off")

    def acted() -> None:
        of = deployed.bank.transfers.reviews._store.review
        states = [found.state for found in map(of, (nobodys, *(one for one, _ in reviews.values()), begun)) if found]
        assert states == [ReviewState.DECLINED, ReviewState.MADE, ReviewState.DECLINED, ReviewState.IN_REVIEW]
        assert taught(deployed, *(one for one, _ in reviews.values())) == [False, True]
        assert deployed.bank.labels.of(nobodys) is None

    return acted


def run_case_sweep(deployed: Deployed) -> None:
    """One was cut off before it was carried out, one waits for a second person, of one nobody has asked them."""
    ada, account = deployed.person("ada")
    actor = acting(ada)
    clerk = replace(actor, person="stf_01J00000000000000000000001", groups=frozenset({Group.OPERATIONS}))
    life = AchLife(deployed)
    moved = decided_of_transfers(life, ada, account)
    received = ReceivedLife(life)
    decided, waiting, unasked = (received.pended() for _ in range(3))

    def resolve(case: str, code: ResolutionCode) -> None:
        deployed.bank.cases.resolve(clerk, case, code=code, reason="It is in order", key="k")

    for cut, case, code in (
        ("_carried_out", decided, ResolutionCode.RETURN),
        ("_asked_for", unasked, ResolutionCode.POST),
    ):
        with deployed.monkeypatch.context() as patched:
            patched.setattr(Cases, cut, dies)
            with pytest.raises(Died):
                resolve(case, code)
    resolve(waiting, ResolutionCode.POST)
    acted = decided_of_ach(received)
    delivery = decided_of_delivery(deployed, clerk)
    agreed = decided_of_drift(deployed)
    deployed.clock.at += timedelta(hours=1)
    deployed.loses_answers = True
    deployed.call(case_sweep, {})
    moved()
    found = [deployed.bank.cases._existing(case) for case in (decided, waiting, unasked)]
    assert [case.state for case in found] == [CaseState.RESOLVED, CaseState.OPEN, CaseState.OPEN]
    assert [case.resolution is None for case in found] == [False, False, True]
    acted()
    agreed()
    assert deployed.bank.partners._found(delivery).state is DeliveryState.RECEIVED


def decided_of_drift(deployed: Deployed) -> Callable[[], None]:
    """Thresholds that a lead agreed to, and a rollback, each cut off before it was carried out."""
    thresholds, proposed = proposing_thresholds(deployed)
    rollback, ended = proposing_rollback(deployed)
    for case, code in ((thresholds, ResolutionCode.NEW_THRESHOLDS), (rollback, ResolutionCode.ROLL_BACK)):
        with deployed.monkeypatch.context() as patched:
            patched.setattr(Cases, "_carried_out", dies)
            with pytest.raises(Died):
                deployed.bank.cases.resolve(LEAD, case.id, code=code, reason="It is in order", key="k")

    def acted() -> None:
        champions = deployed.bank.registry.pointer(SCOPE).champions
        assert {kind.value: champion.used.version for kind, champion in champions.items()} == {
            "THRESHOLDS": proposed.id
        }
        assert ended.id == "card/model/1"

    return acted


def run_daily_root(deployed: Deployed) -> None:
    deployed.clock.at -= timedelta(days=2)
    deployed.bank.folder.open_books()
    _, account = deployed.person("ada")
    deployed.post("payment_received", destination=account.id)
    deployed.now()
    deployed.bank.folder.fold()
    deployed.bank.daily_roots._reads_at_once = 1  # moto is single-threaded
    for _ in range(2):
        deployed.call(daily_root, {})
    last = deployed.bank.root_store.latest()
    assert last is not None
    assert last.day == deployed.clock.now().date() - timedelta(days=1)


def cut_off_after_posting(deployed: Deployed, work: Callable[[], object]) -> None:
    """Dies where a payment's money has moved and the payment does not say so."""
    with deployed.monkeypatch.context() as patched:
        patched.setattr(Steps, "_moved_by", dies)
        with suppress(Died, ach_files.WorkLeft):
            work()


def run_ach_journey(deployed: Deployed) -> None:
    """Both kinds: all the way, held up until the time for a person is over, and past a window that had no file."""
    life = AchLife(deployed)
    judging = promoted(deployed, Scope.ACH)
    deployed.loses_answers = True
    for kind in DRIVEN_BY_STEPS:
        payment = life.opened(kind)
        life.step(payment, "screen", waits=True)
        life.bank.ach.steps.judged(life.now(payment), said(payment.id))
        cut_off_after_posting(deployed, lambda payment=payment: life.step(payment, "advance"))  # type: ignore[misc]  # bound now
        life.step(payment, "advance")
        life.step(payment, "screen", waits=True)
        life.step(payment, "await_file", waits=True)
        life.cut_off()
        life.files()
        life.step(payment, "await_acknowledgement", waits=True)
        life.step(payment, "chase")
        life.said("ach.file.acknowledged", life.acknowledgement(life.file_of(payment)))
        life.files()
        for wait, step in (("settlement", "settle"), ("funds", "free"), ("returns", "complete")):
            if step != "free" or kind is PaymentKind.ACH_DEBIT:  # only a debit waits for its funds
                life.until(life.step(payment, f"await_{wait}"))
                life.step(payment, step)
        assert life.step(payment, "end")["state"] == PaymentState.COMPLETED

        held_up = life.opened(kind)
        life.step(held_up, "screen", waits=True)
        life.bank.ach.steps.judged(life.now(held_up), said(held_up.id, Decision.REVIEW))
        for step in ("advance", "review", "review_expired", "end"):
            life.step(held_up, step, waits=step == "review")
        assert life.state(held_up) is PaymentState.DECLINED

        to_confirm = life.opened(kind)
        life.step(to_confirm, "screen", waits=True)
        life.bank.ach.steps.judged(life.now(to_confirm), said(to_confirm.id, Decision.STEP_UP))
        for step in ("await_step_up", "step_up_expired", "end"):
            life.step(to_confirm, step, waits=step == "await_step_up")
        assert life.state(to_confirm) is PaymentState.DECLINED

        missed = life.opened(kind)
        life.step(missed, "screen_without")
        life.step(missed, "advance")
        deployed.clock.at += timedelta(hours=1)
        life.step(missed, "reschedule")
        assert life.state(missed) is PaymentState.SCHEDULED
        (found,) = by_promoted(deployed, judging, missed.id)
        assert found.fallback is Fallback.SCORER_SILENT
    refused = life.opened(PaymentKind.ACH_CREDIT, minor=99_00)
    life.bank.ach.steps.judged(refused, said(refused.id))
    for step in ("advance", "end", "end"):
        life.step(refused, step)
    assert life.state(refused) is PaymentState.REFUSED


def run_ach_files(deployed: Deployed) -> None:
    """A file whose sending was cut off once, of which the bank says nothing; one that is built again, one that is given
    up, and one of which an entry is rejected; and a verification that was cut off before it was scheduled."""
    life = AchLife(deployed)
    given_up, case = life.rejected()
    life.resolve(case, ResolutionCode.POST_BACK, Group.OPERATIONS)
    rejected, in_part = life.sent(), life.sent()
    life.said("ach.file.rejected", life.rejection(rejected, "REJ0101"))
    life.said("ach.file.rejected", life.rejection(in_part, "REJ07", entry=True))
    payments = [life.scheduled(kind) for kind in DRIVEN_BY_STEPS]
    for payment in payments:
        life.waits(payment, "await_file")
    deployed.clock.at += timedelta(minutes=10)  # what was unwrapped before is forgotten
    cut_off_after_posting(deployed, lambda: deployed.call(ach_files, {}))
    put = S3Exchange.put

    def dies_after(exchange: S3Exchange, name: str, content: bytes) -> None:
        put(exchange, name, content)
        raise Died

    for place in FOLDERS:

        def cut_off(exchange: S3Exchange, name: str, content: bytes, place: str = place) -> None:
            (dies_after if name.startswith(place) else put)(exchange, name, content)

        with deployed.monkeypatch.context() as patched:
            patched.setattr(S3Exchange, "put", cut_off)
            with pytest.raises(ach_files.WorkLeft):
                deployed.call(ach_files, {})
    deployed.call(ach_files, {})
    assert [life.state(payment) for payment in payments] == [PaymentState.SENT] * 2
    files = [life.bank.ach.outgoing.existing(file.id) for file in (rejected, given_up, in_part)]
    assert [file.state for file in files] == [FileState.REPLACED, FileState.WITHDRAWN, FileState.PARTLY_REJECTED]
    assert files[2].case
    for _ in range(2):
        deployed.clock.at += timedelta(hours=1)
        deployed.call(ach_files, {})
    assert life.file_of(payments[0]).case
    proved = life.proving()
    deployed.call(ach_files, {})
    received = ReceivedLife(life)
    sheet = received.sheet()
    sheet.add(UNKNOWN, 0, code="23")
    (prenote,) = received.entries(received.quietly(received.came(sheet)))
    assert prenote.state is ReceivedState.RETURN_QUEUED
    life.cut_off()
    deployed.call(ach_files, {})
    assert prenote.answer
    assert deployed.bank.ach_store.entry(prenote.answer)
    life.said("ach.file.acknowledged", life.acknowledgement(life.proof_of(proved)))
    deployed.clock.at += timedelta(hours=1)
    deployed.call(ach_files, {})
    latest = deployed.bank.counterparties.kept(proved.id).verification
    assert latest
    assert latest.status is VerificationStatus.SETTLED


def run_ach_arrivals(deployed: Deployed) -> None:
    """A file, told twice, and entries that another region hands over."""
    received = ReceivedLife(AchLife(deployed))
    file, theirs = received.arrival(received.put(received.forward())), received.handoff(received.forward())
    deployed.clock.at += timedelta(minutes=10)  # what was unwrapped before is forgotten
    deployed.loses_answers = True
    for event in (file, file, theirs, theirs):
        assert deployed.call(ach_arrivals, event) == {"batchItemFailures": []}
    assert sorted(name.partition(".")[2] for name in deployed.machines.executions) == ["arrival", "handoff-3"]


def run_ach_inbound(deployed: Deployed) -> None:
    """What others sent, what came back of ours, and what cannot be read; then what is due by itself."""
    life = AchLife(deployed)
    received = ReceivedLife(life)
    sent, taken = life.sent(), life.sent()
    proved = life.proving()
    assert deployed.bank.counterparties.finish_verification(proved.id)
    life.cut_off()
    life.files()
    forward, corrected = received.came(received.forward()), received.came(received.corrected(sent))
    broken = received.came(received.sheet(), text=b"101 nothing")
    deployed.clock.at += timedelta(minutes=10)  # settled, and what was unwrapped before is forgotten
    back = received.came(received.returned(sent, "R10"))
    proof = received.came(received.returned(life.proof_of(proved), "R04"))
    deployed.loses_answers = True
    moved = ReceivedEntries.moved

    def dies_when_posted(entries: ReceivedEntries, *about: Any, **changes: Any) -> Any:
        return dies() if ReceivedEvent.POSTED in about else moved(entries, *about, **changes)

    with deployed.monkeypatch.context() as patched:
        patched.setattr(ReceivedEntries, "moved", dies_when_posted)
        with pytest.raises(Died):
            received.worked(forward)
    for file in (forward, corrected, back, proof, broken):
        received.worked(file)
    assert set(received.states(back)) == {ReceivedState.MATCHED}
    entries = deployed.bank.ach.outgoing.entries(sent.id, after=None, limit=9).entries
    assert taught(deployed, *(entry.subject for entry in entries)) == [True, True]
    assert set(received.states(corrected)) == {ReceivedState.CORRECTION_OPEN}
    assert ReceivedState.FORWARDED in received.states(forward)
    assert deployed.bank.incoming.files.existing(broken.id).case
    late = received.came(received.returned(taken, "R10"))
    deployed.clock.at += timedelta(hours=1)
    for _ in range(2):
        deployed.call(ach_inbound, event_for("ach_files"))
        deployed.clock.at += timedelta(days=2)
    assert any(name.startswith(f"{late.id}.sweep-") for name in deployed.machines.executions)
    assert ReceivedState.RETURN_QUEUED in received.states(forward)


def run_ach_return_rates(deployed: Deployed) -> None:
    """Of three debits of one customer three come back."""
    life = AchLife(deployed)
    today = day_of(deployed.clock.at)
    for number in range(RETURNS_MIN):
        deployed.bank.incoming_store.count(life.owner.person, today, DEBITS, once=f"pay_{number}")
        deployed.bank.incoming_store.count(life.owner.person, today, "R10", once=f"rce_{number}")
    for _ in range(2):
        deployed.call(ach_return_rates, event_for("ach_return_rates"))
    assert len(deployed.bank.return_rates.look().raised) == 2


def run_fraud_monitor(deployed: Deployed) -> None:
    """What is stopped is honest all at once: thresholds are drafted, and a case proposes them."""
    fallen(deployed)
    deployed.loses_answers = True
    for _ in range(2):
        deployed.call(fraud_monitor, event_for("fraud_monitor"))
    (case,) = deployed.bank.cases.listed(LEAD, kind=CaseKind.FRAUD_DRIFT).cases
    facts = {fact.label: fact.value for fact in case.facts}
    assert (facts["Proposal"], facts["Thresholds"]) == ("NEW_THRESHOLDS", "card/thresholds/2")


def run_fraud_scorer(deployed: Deployed) -> None:
    judging = promoted(deployed, Scope.ACH)
    assert deployed.call(fraud_scorer, event_for("fraud_scorer")) == {"batchItemFailures": []}
    (found,) = by_promoted(deployed, judging)
    assert (found.fallback, found.score is None) == (None, False)


def run_payment_decisions(deployed: Deployed) -> None:
    life = AchLife(deployed)
    sample = json.loads(event_for("payment_decisions")["Records"][0]["body"])
    deployed.loses_answers = True
    for kind in DRIVEN_BY_STEPS:
        payment = life.opened(kind)
        life.waits(payment, "screen")
        body = sample | {"detail": sample["detail"] | {"payment": payment.id}}
        for _ in range(2):
            assert deployed.call(payment_decisions, message(body)) == {"batchItemFailures": []}
        assert life.state(payment) is not PaymentState.ACCEPTED


def run_payment_sweep(deployed: Deployed) -> None:
    """Of each kind one whose journey is gone, and one whose journey was not told."""
    life = AchLife(deployed)
    lost = [life.opened(kind) for kind in DRIVEN_BY_STEPS]
    deployed.machines.executions.clear()
    for kind in DRIVEN_BY_STEPS:
        life.untold(life.opened(kind))
    deployed.clock.at += timedelta(hours=1)
    deployed.loses_answers = True
    deployed.call(payment_sweep, {})
    assert {execution_name(payment.id, 1) for payment in lost} <= set(deployed.machines.executions)
    assert len(deployed.machines.told) == 2


def run_webhooks(deployed: Deployed) -> None:
    headers = SPONSOR.headers(body_of(), deployed.clock.now())
    answers = [deployed.call(webhooks, webhook(headers, body_of())) for _ in range(2)]
    assert [answer["statusCode"] for answer in answers] == [202, 202]


def run_partner_deliveries(deployed: Deployed) -> None:
    """Of a file that nobody sent; of files that the bank takes, rejects, and rejects in part. Who works on files tells
    everybody else.
    """
    life = AchLife(deployed)
    taken, rejected, in_part = (life.sent() for _ in range(3))
    said = [
        deployed.delivered("m"),
        deployed.delivered("m1", life.acknowledgement(taken)),
        deployed.delivered("m2", life.rejection(rejected, "REJ0101"), kind="ach.file.rejected"),
        deployed.delivered("m3", life.rejection(in_part, "REJ07", entry=True), kind="ach.file.rejected"),
    ]
    deployed.loses_answers = True
    for delivery in said:
        assert deployed.call(partner_deliveries, message({"delivery": delivery})) == {"batchItemFailures": []}
    assert [deployed.bank.partners.process(delivery).reason for delivery in said] == ["NOT_FOUND", None, None, None]
    files = [deployed.bank.ach.outgoing.existing(file.id) for file in (taken, rejected, in_part)]
    assert [file.state for file in files] == [FileState.ACKNOWLEDGED, FileState.REJECTED, FileState.PARTLY_REJECTED]


def run_partner_sweep(deployed: Deployed) -> None:
    deployed.delivered("m")
    deployed.clock.at += timedelta(minutes=2)
    deployed.call(partner_sweep, {})
    (sent,) = session().client("sqs").receive_message(QueueUrl=deployed.bank.partner_deliveries_queue._url)["Messages"]
    assert json.loads(sent["Body"])["delivery"].startswith("dlv_")


def asked_of_payments(received: ReceivedLife) -> Callable[[], None]:
    """What customers and staff do with payments and with what came in, as the services are asked; what they find there
    is made before.
    """
    life = received.life
    corrected, unreadable = received.case_of(received.corrected(life.sent())), received.unreadable()
    reviews = {
        code: [life.in_review(kind)[1] for kind in DRIVEN_BY_STEPS]
        for code in (ResolutionCode.RELEASE, ResolutionCode.REJECT)
    }
    files = {code: life.rejected() for code in (ResolutionCode.REBUILD, ResolutionCode.POST_BACK)}
    cancelled = [life.scheduled(kind) for kind in DRIVEN_BY_STEPS]
    for payment in cancelled:
        life.waits(payment, "await_file")
    to_confirm = [life.judged(life.opened(kind), Decision.STEP_UP) for kind in DRIVEN_BY_STEPS]
    for payment in to_confirm:
        life.waits(payment, "await_step_up")

    def asking() -> None:
        just_now = received.deployed.clock.now() + timedelta(seconds=1)
        for payment in to_confirm:
            life.bank.ach.confirm(replace(life.owner, authenticated_at=just_now), payment.id)
            assert life.state(payment) in (PaymentState.SCREENED, PaymentState.SCHEDULED)
        for kind in DRIVEN_BY_STEPS:
            assert life.bank.payments.begin(life.opened(kind)).execution
        for payment in cancelled:
            assert life.bank.ach.payment(life.owner, payment.id) == life.now(payment)
            life.bank.payments.of_account(life.account.id, limit=2)
            life.bank.payments.timeline(payment.id, limit=2)
            life.bank.ach.opened_remittance(payment)
            life.bank.ach.cancel(life.owner, payment.id)
            assert life.state(payment) is PaymentState.CANCELLED
        for code, cases in reviews.items():
            for case in cases:
                life.resolve(case, code, Group.FRAUD_ANALYST)
        for code, (file, case) in files.items():
            life.resolve(case, code, Group.OPERATIONS)
            found = life.bank.ach.outgoing.existing(file.id)
            assert found.replacing or found.given_up_by
            assert found in life.bank.ach.outgoing.files(before=None, limit=9).files
            assert life.bank.ach.outgoing.entries(file.id, after=None, limit=2).entries
        life.resolve(corrected, ResolutionCode.APPLY, Group.OPERATIONS)
        life.resolve(unreadable.case or "", ResolutionCode.REPLAY, Group.OPERATIONS)

    return asking


REVIEWED = "mutation($input: TransferInput!) { transfer(input: $input) { __typename } }"


def run_graphql(deployed: Deployed) -> None:
    ada, account = deployed.person("ada")
    _, other = deployed.person("ben")
    clerk = "stf_01J00000000000000000000001"
    people = {
        OWNER: acting(ada),
        OPERATIONS: replace(acting(ada), person=clerk, groups=frozenset({Group.OPERATIONS})),
        COLLEAGUE: replace(acting(ada), person=f"{clerk[:-1]}2", groups=frozenset({Group.OPERATIONS})),
        AUDITOR: replace(acting(ada), person=clerk, groups=frozenset({Group.AUDITOR})),
        FRAUD_ANALYST: replace(acting(ada), person=f"{clerk[:-1]}3", groups=frozenset({Group.FRAUD_ANALYST})),
        FRAUD_LEAD: LEAD,
    }
    faults: list[Exception] = []

    def asked(who: str, document: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": document, "variables": variables}).encode()
        cursors = Cursors(lambda: deployed.bank.cursor_secret)
        context = Context(actor=people[who], bank=deployed.bank, cursors=cursors, report=faults.append)
        request = Request("POST", {"content-type": "application/json"}, body)
        response = answer(request, lambda: context, Documents(schema, Exposure.CLOSED, {}), correlation_id="test")
        assert not faults
        found: dict[str, Any] = json.loads(response.body)
        assert "errors" not in found, found["errors"]
        data: dict[str, Any] = found["data"]
        return data

    life = AchLife(deployed)
    received = ReceivedLife(life)
    cases = iter([received.pended() for _ in range(3)])
    delivery = deployed.delivered("m")
    deployed.bank.partners.process(delivery)
    keep_bounds(deployed.bank, session().client("kms"), LEAD, Scope.TRANSFER)
    today = calendar_day(deployed.bank.settings.jurisdiction, deployed.clock.now())
    deployed.clock.at += timedelta(minutes=10)  # what was unwrapped before is forgotten
    deployed.loses_answers = True
    with deployed.noted():
        passed = every_operation(
            asked,
            Household(
                owner=ada.id,
                account=account.id,
                other=by_numbers(other),
                operations=clerk,
                today=today,
                later=today + timedelta(days=5),
                case=lambda _: next(cases),
                delivery=delivery,
                verified=life.counterparty_of(acting(ada)).id,
            ),
        )
    cut_off(deployed, ada, account, other, key="reviewed")
    with deployed.noted():
        amount = {"amount": "5.00", "currency": "USD"}
        wish = {"sourceId": account.id, "destination": by_numbers(other), "amount": amount}
        told = asked(OWNER, REVIEWED, input={**wish, "idempotencyKey": "reviewed"})
    assert told["transfer"] == {"__typename": "TransferInReview"}
    judging = promoted(deployed, Scope.TRANSFER)
    with deployed.noted():
        told = asked(OWNER, REVIEWED, input={**wish, "idempotencyKey": "promoted"})
    assert told["transfer"] == {"__typename": "TransferSuccess"}
    (found,) = by_promoted(deployed, judging)
    assert found.fallback is None
    deployed.loses_answers = False  # who takes a number and never learns of it takes the next one, for ever
    asking = asked_of_payments(received)
    thresholds, _ = proposing_thresholds(deployed)
    rollback, _ = proposing_rollback(deployed)
    with deployed.noted():
        asking()
        for case, code in ((thresholds, "NEW_THRESHOLDS"), (rollback, "ROLL_BACK")):
            given = {"caseId": case.id, "resolution": code, "reason": "It is in order", "idempotencyKey": "drift"}
            found = asked(FRAUD_LEAD, documents.RESOLVE_CASE, input=given)["resolveCase"]
            assert found["__typename"] == "ResolveCaseSuccess", found
    assert {f"Mutation.{name}" for name in passed} == {name for name in TABLE if name.startswith("Mutation.")}


def run_fraud_features(deployed: Deployed) -> None:
    """A transfer, what was learnt of it and of who made it, each told twice, and a journal that is no payment."""
    (_, payer), (_, payee) = deployed.person("ada"), deployed.person("ben")
    transfer = deployed.post("transfer", source=payer.id, destination=payee.id, minor=5_00)
    interest = deployed.post("interest", initiator=payer.id, destination=payee.id, minor=1)
    was = Said(True, LabelSource.STAFF, None, deployed.clock.now(), LEAD.person)
    label = deployed.bank.labels.learn(transfer.id, was, scope=Scope.TRANSFER, happened_at=transfer.booked_at)
    assert isinstance(label, Label)
    kept = {"pk": {"S": f"L#{transfer.id}"}, "sk": {"S": "L"}}
    table = deployed.bank.configuration.fraud_table
    image = session().client("dynamodb").get_item(TableName=table, Key=kept)["Item"]
    torn = {"Keys": kept, "NewImage": {**image, "said": {"S": "nothing"}}}
    records = [{"eventSource": "aws:dynamodb", "dynamodb": one} for one in ({"Keys": kept, "NewImage": image}, torn)]
    deployed.call(fraud_features, {"Records": records})
    changed = CredentialChanged(person=payer.record.holder, credential="PASSKEY", changed_at=deployed.clock.now())
    unread = LabelUnread(payment=transfer.id, region=REGION)
    journals = (event_of(transfer, REGION), event_of(interest, REGION))
    for event in (*journals, *labelled(label, region=REGION), unread, changed):
        body = {"detail-type": type(event).__name__, "detail": event.model_dump(mode="json")}
        for _ in range(2):
            assert deployed.call(fraud_features, message(body)) == {"batchItemFailures": []}


def run_fraud_history(deployed: Deployed) -> None:
    """An hour with a payment and a decision in it, by a run that dies once before it notes how far it is."""
    run_fraud_features(deployed)
    table = deployed.bank.table(deployed.bank.configuration.fraud_table)
    DynamoDBDecisionStore(table).put(decision("pay_seen", deployed.clock.now()))
    deployed.asked = Asked()
    deployed.bank.feature_store.note_bundled(hour_of(deployed.clock.now()) - timedelta(hours=1))
    deployed.clock.at += timedelta(hours=2)
    with deployed.monkeypatch.context() as patched:
        patched.setattr(DynamoDBFeatureStore, "note_bundled", dies)
        with pytest.raises(Died):
            deployed.call(fraud_history, {})
    deployed.clock.at += timedelta(hours=20)  # within what a first run looks back for
    for _ in range(3):
        deployed.call(fraud_history, {})
    bucket = deployed.bank.configuration.fraud_bucket
    found = [one["Key"].split("/")[1] for one in session().client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    assert found == ["credentials", "decisions", "labels", "payments"]


RUNS: dict[str, Callable[[Deployed], None]] = {
    "Graphql": run_graphql,
    "Publisher": run_publisher,
    "Outbox": run_outbox,
    "Folder": run_folder,
    "HoldExpiry": run_hold_expiry,
    "Notifier": run_notifier,
    "ScheduledTransfers": run_scheduled_transfers,
    "TransferSweep": run_transfer_sweep,
    "CaseSweep": run_case_sweep,
    "DailyRoot": run_daily_root,
    "Webhooks": run_webhooks,
    "PartnerDeliveries": run_partner_deliveries,
    "PartnerSweep": run_partner_sweep,
    "AchJourney": run_ach_journey,
    "AchFiles": run_ach_files,
    "AchArrivals": run_ach_arrivals,
    "AchInbound": run_ach_inbound,
    "AchReturnRates": run_ach_return_rates,
    "FraudMonitor": run_fraud_monitor,
    "FraudScorer": run_fraud_scorer,
    "FraudFeatures": run_fraud_features,
    "FraudHistory": run_fraud_history,
    "PaymentDecisions": run_payment_decisions,
    "PaymentSweep": run_payment_sweep,
}


LAMBDAS_OWN = ("logs:", "xray:", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
LAMBDAS_OWN_RESOURCES = {
    "LedgerStreamArn",
    "LedgerTableArn/stream/*",
    "FraudStreamArn",
    "FraudTableArn/stream/*",
    "FraudFeaturesDeadLetterQueueArn",
    "MessagesKeyArn",
}
"""What Lambda itself does in the function's name."""
OF_FILES = {("kms:GenerateDataKey", "StorageKeyArn"), ("kms:Decrypt", "StorageKeyArn")}
"""What S3 does with the key of stored files in the function's name, when that puts or gets a file: no call of its
client."""
KEYS_ANYWHERE = "arn:AWS::Partition:kms:*:AWS::AccountId:key/*"
OF_OTHER_REGIONS = {RECEIVED_FILES: {"kms:Decrypt"}, ARRIVALS: {"kms:Decrypt", "kms:GenerateDataKey"}}
"""What S3 and SQS do likewise with the keys of whichever region a received file, or a queue of arrivals, is in."""
UNSEEN: dict[str, set[Need]] = {
    # A refusal is written together with checks of the heads it was decided on.
    "HoldExpiry": {("dynamodb:ConditionCheckItem", "LedgerTableArn")},
    "CaseSweep": {("dynamodb:ConditionCheckItem", "LedgerTableArn")},
}
"""What these lives do not need, and other lives may."""


def allowed_through_others(asked: Asked) -> set[Need]:
    """Of keys, what follows from the files that were put and got, and from what was sent to other regions."""
    done = {action for action, of in asked.needs if of.startswith(("ExchangeBucketArn/", "FraudBucketArn/"))}
    follows = {"s3:PutObject": "kms:GenerateDataKey", "s3:GetObject": "kms:Decrypt"}
    here = {need for need in OF_FILES if need[0] in {follows[action] for action in done}}
    reached = {of for _, of in asked.needs}
    return here | {(do, KEYS_ANYWHERE) for of, does in OF_OTHER_REGIONS.items() if of in reached for do in does}


@pytest.mark.parametrize("role", RUNS)
def test_a_handler_asks_all_that_its_role_allows_and_nothing_else(deployed: Deployed, role: str) -> None:
    RUNS[role](deployed)

    assert deployed.asked.needs
    assert deployed.asked.needs - allowed(role) == set()
    assert refused(role, deployed.asked) == set()
    unneeded = {
        (action, of)
        for action, of in allowed(role) - deployed.asked.needs
        if not action.startswith(LAMBDAS_OWN) and of not in LAMBDAS_OWN_RESOURCES
    } - allowed_through_others(deployed.asked)
    assert unneeded == UNSEEN.get(role, set())


def test_a_leading_key_of_another_is_refused() -> None:
    asked = Asked()
    for key in ("C#outbox", "C#hold_expiry"):
        said = {"TableName": "florin-published-us-east-1", "Item": {"pk": {"S": key}, "sk": {"S": "C"}}}
        asked.note("dynamodb", "PutItem", said)
    assert refused("Outbox", asked) == {("dynamodb:PutItem", "PublishedTableArn", "C#hold_expiry")}


def test_every_role_is_tried_whose_function_speaks_to_aws() -> None:
    speaks_to_nobody = {"TokenClaims"}
    assert set(RUNS) == set(functions()) - speaks_to_nobody
    for role in speaks_to_nobody:
        assert all(action.startswith(LAMBDAS_OWN) for action, _ in allowed(role))
