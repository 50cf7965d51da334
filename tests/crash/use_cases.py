"""Every use case that writes, as one list. A row says how the world is prepared, what is done, and who mends it.

`act` is what dies, and by default what comes again: the client with the same key, the stream or queue with the same
records. Where something else ends the work, `mend` says what.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from domain.accounts.model import Account
from domain.ids import incoming_account
from domain.ledger.model import Limits
from domain.notices.kinds import NoticeKind
from domain.refusals import Refusal
from functions.folder import handler as folder
from functions.hold_expiry import handler as hold_expiry
from functions.notifier import handler as notifier
from functions.outbox import handler as outbox
from functions.scheduled_transfers import handler as scheduled_transfers
from functions.transfer_sweep import handler as transfer_sweep
from tests.crash.stage import DEPOSIT_MINOR, Answer, Stage, bus_event, customer, delivered, passed, settled
from tests.unit.graph import documents as ask

DAY: Final = timedelta(days=1)
HOLD_MINUTES: Final = 5
NO_FACTS: Final[dict[str, Any]] = {}


def nothing(_: Stage) -> dict[str, Any]:
    return dict(NO_FACTS)


@dataclass(frozen=True)
class UseCase:
    name: str
    act: Callable[[Stage], Answer]
    prepare: Callable[[Stage], dict[str, Any]] = nothing
    """What must be there first; the facts it found out go to `act`."""
    mend: Callable[[Stage], Answer] | None = None
    mended_after: timedelta = timedelta(0)
    days_ago: int = 0
    """When it happens: today, or so long ago that its later days have come."""
    sweeps: bool = False
    """It runs every minute or day anyway: what it left for its next run is done by then."""
    caller_leaves: bool = False
    """Whoever asked never comes back: then what was begun ends, and what was not begun is not."""
    now: bool = False
    """It happens at the engine's own moment: what the folder books must lie in a minute that is open."""

    def recover(self, stage: Stage) -> Answer:
        if self.mend is None:
            return self.act(stage)
        stage.later(self.mended_after)
        return self.mend(stage)


# Customers and accounts.


def create_customer(stage: Stage) -> Answer:
    made = customer(stage.bank, "cleo")
    return {"status": made.status.value}


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


def sweep_outbox(_: Stage) -> Answer:
    outbox.handler({}, None)
    return "published"


def published_once(stage: Stage) -> dict[str, Any]:
    facts = unpublished(stage)
    stage.published(facts["already"])
    return {"bodies": [bus_event(entry) for entry in stage.place.network.entries]}


def notify(stage: Stage) -> Answer:
    records = [{"messageId": f"m{n}", "body": body} for n, body in enumerate(stage.facts["bodies"])]
    return delivered(notifier.handler({"Records": records}, None))


def put_notice(stage: Stage) -> Answer:
    facts = {"account": stage.house.source.record.masked_number, "product": "checking"}
    kept = stage.bank.notices.put(stage.house.ada.id, key="welcome", kind=NoticeKind.ACCOUNT_OPENED, facts=facts)
    return {"text": kept.text}


# Transfers on days to come.


def schedule(stage: Stage) -> Answer:
    days = {"rhythm": "WEEKLY", "startsOn": (stage.place.clock.at + DAY).date().isoformat(), "count": 2}
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
    body = f'{{"order": "{stage.facts["order"]}"}}'
    return delivered(scheduled_transfers.handler({"Records": [{"messageId": "m", "body": body}]}, None))


def knock_and_leave(stage: Stage) -> Answer:
    knock(stage)
    return "left"


def sweep_transfers(_: Stage) -> Answer:
    transfer_sweep.handler({}, None)
    return "left"


USE_CASES: Final = (
    UseCase("create a customer", create_customer),
    UseCase("open an account", open_account),
    UseCase(
        "open an account, ended by the sweep",
        open_and_leave,
        mend=end_openings,
        mended_after=DAY,
        days_ago=4,
        caller_leaves=True,
    ),
    UseCase("deposit", deposit),
    UseCase("transfer", transfer_of("25.00")),
    UseCase("transfer refused for want of money", transfer_of("5000.00")),
    UseCase("transfer under a joint limit", transfer_of("25.00"), jointly_limited),
    UseCase("hold", hold),
    UseCase("raise a hold", raise_hold, held),
    UseCase("capture part of a hold", capture, held),
    UseCase("release a hold", release, held),
    UseCase("expire holds by the sweeper", expire, held_till_now, sweeps=True),
    UseCase("reverse", reverse, transferred),
    UseCase("freeze", freeze),
    UseCase("thaw", thaw, frozen),
    UseCase("close", close, emptied),
    UseCase("set limits", set_limits),
    UseCase("join a joint limit", join_limit, joint_limit),
    UseCase("start batching", start_batching),
    UseCase("end batching", end_batching, batched),
    UseCase("open the books of a currency", open_books),
    UseCase("fold and move batched credits", fold, credited_in_batch, now=True, sweeps=True),
    UseCase("fold, move and stop batching", fold, ending_batches, now=True, sweeps=True),
    UseCase("publish by the stream", publish, unpublished),
    UseCase("publish by the sweep", sweep_outbox, unpublished, sweeps=True),
    UseCase("publish by the stream, mended by the sweep", publish, unpublished, mend=sweep_outbox),
    UseCase("notices from events", notify, published_once),
    UseCase("put a notice", put_notice),
    UseCase("schedule a transfer", schedule, days_ago=4),
    UseCase("cancel an order", cancel, ordered, days_ago=4),
    UseCase("run an order", knock, due, days_ago=4),
    UseCase("run an order that is refused", knock, poor_and_due, days_ago=4),
    UseCase(
        "run an order, ended by the sweep", knock_and_leave, due, mend=sweep_transfers, mended_after=DAY, days_ago=5
    ),
    UseCase("sweep missed orders", sweep_transfers, missed, days_ago=5, sweeps=True),
)
