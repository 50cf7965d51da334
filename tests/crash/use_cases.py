"""Every use case that writes, as one list; those of ACH stand in `ach_cases` and `incoming_cases`."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from domain.access.model import Approval, Group, Proposal, Relation, Verdict
from domain.access.rules import approval_id
from domain.accounts.model import Account, Related
from domain.cases.kinds import ResolutionCode
from domain.fraud.feature_store import hour_of
from domain.ids import incoming_account, internal_account
from domain.ledger.model import Command, Limits, Posted, State
from domain.ledger.shards import shard_account
from domain.money import Money
from domain.notices.kinds import NoticeKind
from domain.partners.rules import BEGUN_AGAIN_AFTER, TRIES_MAX, begun
from domain.rails.ach.calendar import day_of
from domain.refusals import NotFound, Refusal
from functions.daily_root import handler as daily_root
from functions.folder import handler as folder
from functions.fraud_features import handler as fraud_features
from functions.fraud_history import handler as fraud_history
from functions.hold_expiry import handler as hold_expiry
from functions.notifier import handler as notifier
from functions.outbox import handler as outbox
from functions.partner_deliveries import handler as partner_deliveries
from functions.partner_sweep import handler as partner_sweep
from functions.publisher import handler as publisher
from functions.scheduled_transfers import handler as scheduled_transfers
from functions.transfer_sweep import handler as transfer_sweep
from functions.webhooks import handler as webhooks
from tests.crash import ach_cases as ach
from tests.crash.governance_cases import GOVERNANCE_CASES
from tests.crash.incoming_cases import INCOMING_CASES
from tests.crash.judged_cases import cases_of_judged
from tests.crash.network import Call, Trouble
from tests.crash.place import REGION
from tests.crash.stage import (
    DEPOSIT_MINOR,
    SHARDS_GROWN,
    VAULT,
    Answer,
    NotYet,
    Stage,
    bus_event,
    customer,
    delivered,
    passed,
    settled,
)
from tests.crash.use_case import DAY, UseCase
from tests.faults import Killed, LostRequest, Sent
from tests.unit.functions.test_webhooks import event as webhook
from tests.unit.graph import documents as ask
from tests.unit.partners.signing import SPONSOR, body_of

HOLD_MINUTES: Final = 5
KEYS_TRIED_MAX: Final = 50
"""A key falls on one of two shards: fifty fall on the same once in 10**15 times."""


# Customers and accounts.


def create_customer(stage: Stage) -> Answer:
    made = customer(stage.bank, "cleo")
    return {"status": made.status.value}


def erase(stage: Stage) -> Answer:
    erased = stage.bank.customers.erase(stage.house.bob.id)
    assert not isinstance(erased, NotFound)
    return {"status": erased.status.value, "profile": type(stage.bank.customers.profile(erased)).__name__}


def open_account(stage: Stage) -> Answer:
    return open_answer(stage.asked(ask.OPEN, idempotencyKey="open", product="SAVINGS", currency="USD"))


def open_answer(answer: Answer) -> Answer:
    """Without its id and number, which are drawn."""
    assert not isinstance(answer, str)
    account = answer["account"]
    return {"type": answer["__typename"], "status": account["status"], "balance": account["ledgerBalance"]["amount"]}


def open_and_leave(stage: Stage) -> Answer:
    open_account(stage)
    return "left"


def end_openings(_: Stage) -> Answer:
    transfer_sweep.handler({}, None)
    return "left"


def opening_cut_off(stage: Stage) -> dict[str, Any]:
    """An opening that died before the account's first line, so long ago that nobody works on it."""
    with stage.place.process(_dies_at_the_ledger) as bank, suppress(Killed):
        open_account(Stage(stage.place, bank, stage.house))
    stage.later(DAY)
    return {}


def _dies_at_the_ledger(call: Call, _: Sent) -> Trouble | None:
    return LostRequest(Killed()) if str(call) == "dynamodb TransactWriteItems ledger" else None


def relate(relation: Relation) -> Callable[[Stage], Answer]:
    def related(stage: Stage) -> Answer:
        answer = stage.bank.accounts.add_relation(
            stage.owner(), account=stage.house.source.id, person=stage.house.bob.id, relation=relation
        )
        return relation_of(answer)

    return related


def delegated(stage: Stage) -> dict[str, Any]:
    passed(relate(Relation.DELEGATE)(stage))
    return {}


def end_relation(stage: Stage) -> Answer:
    answer = stage.bank.accounts.remove_relation(
        stage.owner(), account=stage.house.source.id, person=stage.house.bob.id
    )
    return relation_of(answer)


def relation_of(answer: Related | Refusal) -> Answer:
    if isinstance(answer, Refusal):
        return settled(answer)
    return {"relation": answer.relation.value, "ended": answer.ended_at is not None}


def freeze(stage: Stage) -> Answer:
    account = stage.house.source.id
    return stage.asked(ask.FREEZE, staff=True, idempotencyKey="freeze", accountId=account, debitsOnly=False)


def frozen(stage: Stage) -> dict[str, Any]:
    passed(freeze(stage))
    return {}


def thaw(stage: Stage) -> Answer:
    return stage.asked(ask.THAW, staff=True, idempotencyKey="thaw", accountId=stage.house.source.id)


def emptied(stage: Stage) -> dict[str, Any]:
    source = stage.house.source.id
    taken = stage.post(
        "cash_withdrawal", initiator=source, key="take-all", minor=DEPOSIT_MINOR, parties={"source": source}
    )
    passed(taken)
    return {}


def close(stage: Stage) -> Answer:
    return stage.asked(ask.CLOSE, idempotencyKey="close", accountId=stage.house.source.id)


def set_limits(stage: Stage) -> Answer:
    limits = Limits(overdraft_minor=500_00, per_transfer_minor=9_000_00, per_day_minor=20_000_00)
    answer = stage.bank.accounts.set_limits(
        stage.operations(), account=stage.house.source.id, limits=limits, key="limits"
    )
    return state_of(answer)


def joint_limit(stage: Stage) -> dict[str, Any]:
    limit = stage.bank.accounts.create_joint_limit(
        stage.operations(), beside=stage.house.source.id, per_day_minor=50_00, key="joint"
    )
    assert not isinstance(limit, Refusal), limit
    return {"limit": limit.account}


def create_joint_limit(stage: Stage) -> Answer:
    limit = stage.bank.accounts.create_joint_limit(
        stage.operations(), beside=stage.house.source.id, per_day_minor=70_00, key="joint"
    )
    return {"limits": str(limit.limits)} if isinstance(limit, State) else settled(limit)


def join_limit(stage: Stage) -> Answer:
    answer = stage.bank.accounts.set_joint_limits(
        stage.operations(), account=stage.house.source.id, limits=(stage.facts["limit"],), key="join"
    )
    return state_of(answer)


def jointly_limited(stage: Stage) -> dict[str, Any]:
    stage.facts = joint_limit(stage)
    passed(join_limit(stage))
    return stage.facts


def state_of(answer: Account | Refusal) -> Answer:
    if isinstance(answer, Refusal):
        return settled(answer)
    return {"available": answer.state.available_minor, "batching": answer.state.batching.value}


# Money.


def deposit(stage: Stage) -> Answer:
    return stage.deposit(stage.house.source.id, 50_00, key="deposit")


def deposit_on_more_shards(stage: Stage) -> Answer:
    stage.grown()
    return deposit(stage)


def two_shards_with_money(stage: Stage) -> dict[str, Any]:
    """A prefunded position with 30.00 in each of two shards; which one a key fills is seen from a preview."""
    stage.grown()
    position = internal_account("us", "USD", "instant_prefund")
    for number in range(SHARDS_GROWN):
        shard = shard_account(position, REGION, number)
        opened = Command(
            kind="account_opened",
            initiator=position,
            scope="bank",
            key=f"open-{number}",
            parties={"account": shard},
            currency="USD",
        )
        assert isinstance(stage.bank.ledger.post(opened), Posted)
        filled = (_prefunding(position, f"fill-{number}-{tried}") for tried in range(KEYS_TRIED_MAX))
        command = next(one for one in filled if _touches(stage.bank.ledger.preview(one), shard))
        assert isinstance(stage.bank.ledger.post(command), Posted)
    return {}


def _prefunding(position: str, key: str) -> Command:
    amounts = {"amount": Money(30_00, "USD")}
    return Command(kind="prefund_added", initiator=position, scope="bank", key=key, amounts=amounts)


def _touches(answer: object, shard: str) -> bool:
    return isinstance(answer, Posted) and shard in answer.states


def send_instantly(stage: Stage) -> Answer:
    """More than one shard holds."""
    stage.grown()
    source = stage.house.source.id
    return stage.post("instant_sent", initiator=source, key="instant", minor=50_00, parties={"source": source})


def transfer_of(amount: str) -> Callable[[Stage], Answer]:
    def transfer(stage: Stage) -> Answer:
        wish = ask.transfer_input(stage.house.source, stage.house.target, amount, memo="Lunch")
        answer = stage.asked(ask.TRANSFER, **wish)
        assert not isinstance(answer, str)
        return {name: value for name, value in answer.items() if name != "replayed"}

    return transfer


def transferred(stage: Stage) -> dict[str, Any]:
    answer = passed(transfer_of("25.00")(stage))
    return {"journal": answer["transfer"]["id"]}


def reverse(stage: Stage) -> Answer:
    answer = stage.asked(ask.REVERSE, staff=True, idempotencyKey="undo", journalId=stage.facts["journal"])
    assert not isinstance(answer, str)
    return {name: value for name, value in answer.items() if name != "replayed"}


def look_at_journal(stage: Stage) -> Answer:
    """Nothing is shown to staff before it is on record that they looked."""
    return stage.asked(f'{{ journal(id: "{stage.facts["journal"]}") {{ id kind }} }}', staff=True)


# Holds.


def hold(stage: Stage) -> Answer:
    answer = stage.asked(ask.PLACE, idempotencyKey="hold", accountId=stage.house.source.id, amount=ask.dollars("40.00"))
    assert not isinstance(answer, str)
    return {name: value for name, value in answer.items() if name != "replayed"}


def held(stage: Stage) -> dict[str, Any]:
    return {"hold": passed(hold(stage))["holdId"]}


def raise_hold(stage: Stage) -> Answer:
    account = stage.house.source.id
    return stage.post(
        "hold_raised",
        initiator=account,
        key="raise",
        minor=10_00,
        parties={"account": account},
        hold=stage.facts["hold"],
    )


def capture(stage: Stage) -> Answer:
    return stage.asked(
        ask.CAPTURE,
        idempotencyKey="capture",
        holdId=stage.facts["hold"],
        amount=ask.dollars("15.00"),
        destination=ask.by_numbers(stage.house.target),
        final=False,
    )


def release(stage: Stage) -> Answer:
    return stage.asked(ask.RELEASE, idempotencyKey="release", holdId=stage.facts["hold"])


def held_till_now(stage: Stage) -> dict[str, Any]:
    """Two holds that have expired, each with a line of its own."""
    account = stage.house.source.id
    stage.bank.marks.move_checkpoint("hold_expiry", clock_text(stage))
    for key in ("first", "second"):
        placed = stage.post(
            "hold_placed",
            initiator=account,
            key=key,
            minor=5_00,
            parties={"account": account},
            expires_at=stage.place.clock.at + timedelta(minutes=HOLD_MINUTES),
        )
        passed(placed)
    stage.later(timedelta(minutes=HOLD_MINUTES + 1))
    return {}


def clock_text(stage: Stage) -> str:
    return stage.place.clock.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def expire(_: Stage) -> Answer:
    hold_expiry.handler({}, None)
    return "swept"


# Batched credits and the folder.


def start_batching(stage: Stage) -> Answer:
    answer = stage.bank.accounts.start_batching(stage.operations(), account=stage.house.target.id, key="batch")
    return state_of(answer)


def end_batching(stage: Stage) -> Answer:
    answer = stage.bank.accounts.end_batching(stage.operations(), account=stage.house.target.id, key="unbatch")
    return state_of(answer)


def batched(stage: Stage) -> dict[str, Any]:
    passed(start_batching(stage))
    return {}


def credited_in_batch(stage: Stage) -> dict[str, Any]:
    """Two credits on their way, in a minute that is closed."""
    passed(start_batching(stage))
    for key in ("one", "two"):
        passed(stage.deposit(stage.house.target.id, 7_00, key=key))
    return {"incoming": incoming_account(stage.house.target.id)}


def ending_batches(stage: Stage) -> dict[str, Any]:
    facts = credited_in_batch(stage)
    passed(end_batching(stage))
    return facts


def open_books(stage: Stage) -> Answer:
    """The books of a currency that the bank begins to keep."""
    stage.bank.__dict__["settings"] = replace(stage.bank.settings, currencies=("EUR", "USD"))
    stage.bank.folder.open_books()
    return "open"


def fold(_: Stage) -> Answer:
    folder.handler({}, None)
    return "folded"


def paid_in_on_two_shards(stage: Stage) -> dict[str, Any]:
    """Two deposits, each with its leg on another shard of the vault, in a minute that is closed."""
    stage.grown()
    used: set[int] = set()
    for tried in range(KEYS_TRIED_MAX):
        if len(used) < SHARDS_GROWN:
            passed(stage.deposit(stage.house.target.id, 3_00, key=f"coins-{tried}"))
            used = {shard for name, shard, _ in _shards(stage) if name == VAULT}
    assert len(used) == SHARDS_GROWN
    return {}


def _shards(stage: Stage) -> list[tuple[str, int, str]]:
    keys = [item["pk"]["S"].split("#") for item in stage.place.items("ledger") if item["pk"]["S"].startswith("I#")]
    return [(account, int(shard), day) for _, account, _, shard, day in keys]


def fold_more_shards(stage: Stage) -> Answer:
    stage.grown()
    stage.bank.folder.fold()
    return "folded"


# Daily roots.


def folded(stage: Stage) -> dict[str, Any]:
    """Everything is folded, so that the days that are over can be signed."""
    folder.handler({}, None)
    return {}


def make_roots(_: Stage) -> Answer:
    daily_root.handler({}, None)
    return "made"


# Approvals: a maker, a checker, one use.


def propose(stage: Stage) -> Answer:
    approval = stage.bank.approvals.request(
        stage.operations(),
        key="approval",
        proposal=_proposal(stage),
        group=Group.OPERATIONS,
        checkers_needed=1,
        lifetime=DAY,
    )
    return approval_of(stage, approval)


def proposed(stage: Stage) -> dict[str, Any]:
    passed(propose(stage))
    return {"approval": approval_id(stage.house.staff, "approval")}


def decide(verdict: Verdict) -> Callable[[Stage], Answer]:
    def decided(stage: Stage) -> Answer:
        answer = stage.bank.approvals.check(
            stage.checker(), stage.facts["approval"], verdict=verdict, fingerprint=_proposal(stage).fingerprint
        )
        return approval_of(stage, answer)

    return decided


def approved(stage: Stage) -> dict[str, Any]:
    stage.facts = proposed(stage)
    passed(decide(Verdict.APPROVE)(stage))
    return stage.facts


def use_approval(stage: Stage) -> Answer:
    answer = stage.bank.approvals.use(stage.facts["approval"], proposal=_proposal(stage), used_for="raise-1")
    return approval_of(stage, answer)


def approval_of(stage: Stage, answer: Approval | Refusal) -> Answer:
    if isinstance(answer, Refusal):
        return settled(answer)
    return {"state": stage.bank.approvals.state(answer).value, "checks": len(answer.checks), "for": answer.used_for}


def _proposal(stage: Stage) -> Proposal:
    return Proposal("account", stage.house.source.id, "set_limits", "shown-1")


# Events and notices.


def unpublished(stage: Stage) -> dict[str, Any]:
    """Three journals that nobody has heard of, one of them a refusal."""
    stage.bank.marks.move_checkpoint("outbox", clock_text(stage))
    already = stage.place.journals()
    transfer_of("12.00")(stage)
    transfer_of_other("9999.00", stage)
    stage.deposit(stage.house.target.id, 3_00, key="coins")
    return {"already": already}


def transfer_of_other(amount: str, stage: Stage) -> None:
    wish = ask.transfer_input(stage.house.source, stage.house.target, amount, key="other")
    stage.asked(ask.TRANSFER, **wish)


def publish(stage: Stage) -> Answer:
    stage.published(stage.facts["already"])
    return "published"


def publish_torn(stage: Stage) -> Answer:
    """A record that cannot be read stands among the others."""
    publisher.handler({"Records": [*stage.records(stage.facts["already"]), {"eventID": "torn"}]}, None)
    return "published"


def sweep_outbox(_: Stage) -> Answer:
    outbox.handler({}, None)
    return "published"


def published_once(stage: Stage) -> dict[str, Any]:
    facts = unpublished(stage)
    stage.published(facts["already"])
    return {"bodies": [bus_event(entry) for entry in stage.place.network.entries]}


def notify(stage: Stage) -> Answer:
    return delivered(notifier, *stage.facts["bodies"])


def count_payments(stage: Stage) -> Answer:
    return delivered(fraud_features, *stage.facts["bodies"])


def counted_an_hour_ago(stage: Stage) -> dict[str, Any]:
    stage.facts.update(published_once(stage))
    count_payments(stage)
    stage.bank.feature_store.note_bundled(hour_of(stage.place.clock.at) - timedelta(hours=1))
    stage.later(timedelta(hours=1, minutes=20))
    return {}


def counted_once(stage: Stage) -> dict[str, Any]:
    stage.facts.update(published_once(stage))
    count_payments(stage)
    details = [json.loads(body)["detail"] for body in stage.facts["bodies"]]
    (paid,) = [one for one in details if one["kind"] == "transfer" and "booked_day" in one]
    return {"paid": paid["journal"], "said_at": stage.place.clock.at}


def label_as_fraud(stage: Stage) -> Answer:
    facts = stage.facts
    stage.bank.feature_updates.label(facts["paid"], fraud=True, source="CASE", learnt_at=facts["said_at"])
    return "labelled"


def change_credential(stage: Stage) -> Answer:
    stage.bank.feature_updates.credential_changed(stage.house.ada.id, stage.facts["changed_at"])
    return "noted"


def credential_known(stage: Stage) -> dict[str, Any]:
    stage.bank.feature_updates.credential_changed(stage.house.ada.id, stage.place.clock.at)
    stage.later(DAY)
    return {"changed_at": stage.place.clock.at}


def bundle_history(_: Stage) -> Answer:
    fraud_history.handler({}, None)
    return "bundled"


def put_notice(stage: Stage) -> Answer:
    facts = {"account": stage.house.source.record.masked_number, "product": "checking"}
    kept = stage.bank.notices.put(stage.house.ada.id, key="welcome", kind=NoticeKind.ACCOUNT_OPENED, facts=facts)
    return {"text": kept.text}


def told(stage: Stage) -> dict[str, Any]:
    put_notice(stage)
    (found,) = (row for row in stage.bank.notices.page(stage.house.ada.id).notices if row.key == "welcome")
    return {"notice": found.id}


def read_notice(stage: Stage) -> Answer:
    found = stage.bank.notices.read(stage.house.ada.id, stage.facts["notice"])
    assert not isinstance(found, NotFound)
    return {"read": found.read_at is not None}


# Transfers on days to come.


def schedule(stage: Stage) -> Answer:
    days = {"rhythm": "WEEKLY", "startsOn": day_of(stage.place.clock.at + DAY).isoformat(), "count": 2}
    wish = ask.transfer_input(stage.house.source, stage.house.target, "20.00", key="rent", memo="Rent", schedule=days)
    answer = stage.asked(ask.SCHEDULE, **wish)
    assert not isinstance(answer, str)
    order = dict(answer["order"])
    stage.facts["order"] = order.pop("id")
    return {"type": answer["__typename"], **order}


def ordered(stage: Stage) -> dict[str, Any]:
    passed(schedule(stage))
    return {"order": stage.facts["order"]}


def due(stage: Stage) -> dict[str, Any]:
    facts = ordered(stage)
    stage.later(DAY)
    return facts


def missed(stage: Stage) -> dict[str, Any]:
    facts = ordered(stage)
    stage.later(2 * DAY)
    return facts


def poor_and_due(stage: Stage) -> dict[str, Any]:
    emptied(stage)
    return due(stage)


def cancel(stage: Stage) -> Answer:
    answer = stage.asked(ask.CANCEL, orderId=stage.facts["order"])
    assert not isinstance(answer, str)
    return {"type": answer["__typename"], "status": answer["order"]["status"]}


def knock(stage: Stage) -> Answer:
    return delivered(scheduled_transfers, json.dumps({"order": stage.facts["order"]}))


def knock_and_leave(stage: Stage) -> Answer:
    knock(stage)
    return "left"


def sweep_transfers(_: Stage) -> Answer:
    transfer_sweep.handler({}, None)
    return "left"


# What partners deliver.


def deliver(stage: Stage) -> Answer:
    """The partner signs each try anew and stops when it is answered 2xx."""
    headers = SPONSOR.headers(body_of(), stage.place.clock.at, message_id="crash")
    answer = webhooks.handler(webhook(headers, body_of()), None)
    if answer["statusCode"] >= 500:
        raise NotYet(answer["body"])
    return {"status": answer["statusCode"]}


def received(stage: Stage) -> dict[str, Any]:
    """A delivery that was stored and never reached the queue, so long ago that the sweep looks for it."""
    deliver(stage)
    (item,) = [one for one in stage.place.items("partners") if one["sk"]["S"] == "D"]
    stage.later(timedelta(minutes=2))
    return {"delivery": item["delivery"]["S"]}


def quarantined(stage: Stage) -> dict[str, Any]:
    facts = received(stage)
    assert stage.bank.partners.process(facts["delivery"]).reason == "NOT_FOUND"
    return facts


def asked_about(stage: Stage) -> dict[str, Any]:
    facts = quarantined(stage)
    (case,) = stage.bank.cases.unresolved()
    return {**facts, "case": case.id}


def asked_to_discard(stage: Stage) -> dict[str, Any]:
    stage.facts = asked_about(stage)
    return {**stage.facts, **ach.proposed(ResolutionCode.DISCARD, Group.OPERATIONS)(stage)}


def replayed(stage: Stage) -> dict[str, Any]:
    stage.facts = asked_about(stage)
    passed(replay(stage))
    return stage.facts


def spent(stage: Stage) -> dict[str, Any]:
    """A delivery that was begun as often as it is, and ended its process each time."""
    facts = received(stage)
    partners = stage.bank.partners
    long_ago = stage.place.clock.at - BEGUN_AGAIN_AFTER  # so that the last try is over
    for _ in range(TRIES_MAX):
        found = partners._found(facts["delivery"])
        assert partners._store.replace(begun(found, long_ago), revision=found.revision)
    return facts


def process(stage: Stage) -> Answer:
    delivered(partner_deliveries, json.dumps({"delivery": stage.facts["delivery"]}))
    found = stage.bank.partners._found(stage.facts["delivery"])
    return {"state": found.state.value, "reason": found.reason}


def sweep_deliveries(_: Stage) -> Answer:
    partner_sweep.handler({}, None)
    return "left"


def replay(stage: Stage, **body: str) -> Answer:
    given = {"idempotencyKey": "replay", "deliveryId": stage.facts["delivery"], **body}
    answer = stage.asked(ask.REPLAY, staff=True, **given)
    assert not isinstance(answer, str)
    return {"type": answer["__typename"], "state": answer["delivery"]["state"]}


def mend(stage: Stage) -> Answer:
    return replay(stage, body=body_of().decode())


USE_CASES: Final = (
    UseCase("create a customer", create_customer),
    UseCase("erase a customer", erase),
    UseCase("open an account", open_account),
    UseCase(
        "open an account, ended by the sweep",
        open_and_leave,
        mend=end_openings,
        mended_after=DAY,
        days_ago=4,
        caller_leaves=True,
    ),
    UseCase("end an opening that was cut off", end_openings, opening_cut_off, days_ago=4, sweeps=True),
    UseCase("make a joint owner", relate(Relation.JOINT_OWNER)),
    UseCase("make a delegate a joint owner", relate(Relation.JOINT_OWNER), delegated),
    UseCase("end a relation", end_relation, delegated),
    UseCase("propose", propose),
    UseCase("approve", decide(Verdict.APPROVE), proposed),
    UseCase("refuse to approve", decide(Verdict.REFUSE), proposed),
    UseCase("use an approval", use_approval, approved),
    UseCase("deposit", deposit),
    UseCase("deposit while shards grow", deposit, mend=deposit_on_more_shards),
    UseCase("send from a prefunded position", send_instantly, two_shards_with_money),
    UseCase("transfer", transfer_of("25.00")),
    UseCase("transfer refused for want of money", transfer_of("5000.00")),
    UseCase("transfer under a joint limit", transfer_of("25.00"), jointly_limited),
    UseCase("hold", hold),
    UseCase("raise a hold", raise_hold, held),
    UseCase("capture part of a hold", capture, held),
    UseCase("release a hold", release, held),
    UseCase("expire holds by the sweeper", expire, held_till_now, sweeps=True),
    UseCase("reverse", reverse, transferred),
    UseCase("look at a journal, as staff", look_at_journal, transferred),
    UseCase("freeze", freeze),
    UseCase("thaw", thaw, frozen),
    UseCase("close", close, emptied),
    UseCase("set limits", set_limits),
    UseCase("create a joint limit", create_joint_limit),
    UseCase("join a joint limit", join_limit, joint_limit),
    UseCase("start batching", start_batching),
    UseCase("end batching", end_batching, batched),
    UseCase("open the books of a currency", open_books),
    UseCase("fold and move batched credits", fold, credited_in_batch, now=True, sweeps=True),
    UseCase("fold, move and stop batching", fold, ending_batches, now=True, sweeps=True),
    UseCase("fold after shards have grown", fold_more_shards, paid_in_on_two_shards, now=True, sweeps=True),
    UseCase("make the roots of closed days", make_roots, folded, days_ago=1, sweeps=True),
    UseCase("publish by the stream", publish, unpublished),
    UseCase("publish by the stream, and park what is torn", publish_torn, unpublished),
    UseCase("publish by the sweep", sweep_outbox, unpublished, sweeps=True),
    UseCase("publish by the stream, mended by the sweep", publish, unpublished, mend=sweep_outbox),
    UseCase("notices from events", notify, published_once),
    UseCase("count payments in what scoring knows", count_payments, published_once, comes_twice=True),
    UseCase("label a payment as a fraud", label_as_fraud, counted_once, comes_twice=True),
    UseCase("note that a credential was changed", change_credential, credential_known, comes_twice=True),
    UseCase("bundle the history of closed hours", bundle_history, counted_an_hour_ago, sweeps=True, comes_twice=True),
    UseCase("put a notice", put_notice),
    UseCase("read a notice", read_notice, told),
    UseCase("schedule a transfer", schedule, days_ago=4),
    UseCase("cancel an order", cancel, ordered, days_ago=4),
    UseCase("run an order", knock, due, days_ago=4),
    UseCase("run an order that is refused", knock, poor_and_due, days_ago=4),
    UseCase(
        "run an order, ended by the sweep", knock_and_leave, due, mend=sweep_transfers, mended_after=DAY, days_ago=5
    ),
    UseCase("take a delivery in", deliver),
    UseCase("process a delivery", process, received),
    UseCase("give a delivery up", process, spent),
    UseCase("send deliveries again by the sweep", sweep_deliveries, received, sweeps=True),
    UseCase("replay a delivery as it is", replay, quarantined),
    UseCase("replay a delivery mended", mend, quarantined),
    UseCase("process a replayed delivery", process, replayed),
    UseCase("have a delivery processed again", ach.resolve(ResolutionCode.REPLAY, Group.OPERATIONS), asked_about),
    UseCase("have a delivery put away", ach.give(Group.OPERATIONS), asked_to_discard),
    UseCase("sweep missed orders", sweep_transfers, missed, days_ago=5, sweeps=True),
    *cases_of_judged(knock, due),
    *ach.ACH_CASES,
    *INCOMING_CASES,
    *GOVERNANCE_CASES,
)


def named(name: str) -> UseCase:
    (found,) = (use_case for use_case in USE_CASES if use_case.name == name)
    return found
