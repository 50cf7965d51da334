"""Mistakes a bank could make, each planted by a patch: what the simulation must see."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from domain.access.model import Actor
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.fraud.service import Fraud
from domain.ids import journal_id
from domain.ledger import guards, sweeps
from domain.ledger.effects import EFFECTS
from domain.ledger.events import JournalPosted
from domain.ledger.folding import Folder
from domain.ledger.kinds import Effect
from domain.ledger.model import Command, Hold, Total
from domain.ledger.outbox import Outbox
from domain.ledger.service import Ledger
from domain.ledger.store import Appended, Conflict, Unanswered
from domain.ledger.store_memory import MemoryLedgerStore
from domain.ledger.sweeps import BatchedCredits
from domain.notices.ledger_news import LedgerNews
from domain.notices.model import Notice
from domain.notices.store_memory import MemoryNoticeStore
from domain.transfers import kinds, review_rules
from domain.transfers.orders import Orders, Ran, _command
from domain.transfers.reviews import Reviews

LEDGER = "domain.ledger"


def answering(answer: object) -> Callable[..., object]:
    """A function that says one thing whatever it is asked."""
    return lambda *_, **__: answer


def first(*asked: object, **_: object) -> object:
    """A function that gives back what it was given first."""
    return asked[0]


def funds_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LEDGER}.guards.fund", first)


def holds_do_not_bind(monkeypatch: pytest.MonkeyPatch) -> None:
    unbound = property(lambda state: state.ledger_minor + state.limits.overdraft_minor)
    monkeypatch.setattr(f"{LEDGER}.model.State.available_minor", unbound)


def joint_limits_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LEDGER}.rules._with_joint_limits", first)


def heads_that_decided_are_not_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    append = MemoryLedgerStore._append
    monkeypatch.setattr(MemoryLedgerStore, "_append", lambda store, writes: append(store, replace(writes, absent=())))


def each_attempt_is_a_journal_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = count()
    monkeypatch.setattr(
        f"{LEDGER}.service.journal_id",
        lambda initiator, scope, key: journal_id(initiator, scope, f"{key}/{next(attempts)}"),
    )


def any_request_fits_a_used_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LEDGER}.service.fingerprint", answering("1:same"))


def unknown_is_told_as_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LEDGER}.service._Progress.unsure", lambda _, refusal: refusal)


def a_fold_does_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    total = Folder._total

    def short(folder: Folder, *of: Any) -> object:
        account, shard, minute, items, last = of
        return total(folder, account, shard, minute, items[:1], last)

    monkeypatch.setattr(Folder, "_total", short)


def what_the_bus_refused_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    publish = Outbox.publish

    def careless(outbox: Outbox, journals: Any) -> Any:
        left = publish(outbox, journals)
        for journal in left:
            hour = journal.booked_at.strftime("%Y%m%d%H")
            outbox._marks.mark(hour, [journal.id], until=journal.booked_at)
        return left

    monkeypatch.setattr(Outbox, "publish", careless)


def expired_holds_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LEDGER}.sweeps.HoldExpiry._release", answering(None))


def holds_never_expire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hold, "expired", answering(answer=False))


def a_notice_is_told_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(store: MemoryNoticeStore, notice: Notice) -> bool:
        store._notices[notice.customer, notice.id] = notice
        return True

    monkeypatch.setattr(MemoryNoticeStore, "add", forgetful)


def a_reversal_does_not_see_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryLedgerStore, "last_claim", answering(None))


def a_reversal_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LEDGER}.rules._claim", answering(None))


# Time.


def time_follows_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is booked when its process believes it is, whatever the line before it says."""

    def earliest(*of: Any) -> Any:
        return of[0][0] if isinstance(of[0], list) else max(*of)

    monkeypatch.setattr(f"{LEDGER}.rules.max", earliest, raising=False)


def the_folder_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute is folded as soon as it is over."""
    start = Folder.__init__

    def hasty(folder: Folder, **given: Any) -> None:
        start(folder, **{**given, "settings": replace(given["settings"], close_after=timedelta(0))})

    monkeypatch.setattr(Folder, "__init__", hasty)


# Answers.


def what_was_not_answered_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Ledger._sent

    def hopeful(ledger: Ledger, *of: Any) -> object:
        try:
            return sent(ledger, *of)
        except Unanswered:
            return Appended()

    monkeypatch.setattr(Ledger, "_sent", hopeful)


def a_conflict_is_taken_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{LEDGER}.service.Appended", (Appended, Conflict))


def a_second_try_is_another_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = Ledger._attempt
    tried: list[object] = []
    """The progress of each post, once for each of its tries."""

    def renamed(ledger: Ledger, command: Command, progress: Any) -> object:
        before = sum(one is progress for one in tried)
        tried.append(progress)
        return attempt(ledger, replace(command, key=f"{command.key}/{before}") if before else command, progress)

    monkeypatch.setattr(Ledger, "_attempt", renamed)


def a_journal_is_looked_for_and_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked before the attempt whether the key was used; if not, written without asking again."""
    attempt, append = Ledger._attempt, MemoryLedgerStore._append
    claims = True

    def looked(ledger: Ledger, command: Command, progress: Any) -> object:
        nonlocal claims
        claims = ledger.outcome(initiator=command.initiator, scope=command.scope, key=command.key) is not None
        return attempt(ledger, command, progress)

    def unclaimed(store: MemoryLedgerStore, writes: Any) -> object:
        if not claims:
            store.journals.pop(writes.journal.id, None)
        return append(store, writes)

    monkeypatch.setattr(Ledger, "_attempt", looked)
    monkeypatch.setattr(MemoryLedgerStore, "_append", unclaimed)


def a_look_does_not_ask_for_funds(monkeypatch: pytest.MonkeyPatch) -> None:
    preview, fund = Ledger.preview, guards.fund

    def blind(ledger: Ledger, command: Command) -> object:
        monkeypatch.setattr(guards, "fund", first)
        try:
            return preview(ledger, command)
        finally:
            monkeypatch.setattr(guards, "fund", fund)

    monkeypatch.setattr(Ledger, "preview", blind)


# Holds.


def a_final_capture_keeps_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = EFFECTS[Effect.CAPTURE_HOLD]
    monkeypatch.setitem(
        EFFECTS,
        Effect.CAPTURE_HOLD,
        lambda step, asked: capture(step, replace(asked, command=replace(asked.command, release_rest=False))),
    )


def a_release_leaves_the_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EFFECTS, Effect.RELEASE_HOLD, lambda step, asked: replace(step, subject=asked.command.hold))


# What the bank does by itself.


def each_event_is_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it comes."""
    tell, heard = LedgerNews.tell, count()

    def anew(news: LedgerNews, event: JournalPosted) -> int:
        return tell(news, event.model_copy(update={"journal": f"{event.journal}/{next(heard)}"}))

    monkeypatch.setattr(LedgerNews, "tell", anew)


def news_are_only_of_what_is_newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each notifier passes over what was booked before the last event it told of."""
    tell, told = LedgerNews.tell, WeakKeyDictionary[LedgerNews, str]()

    def forward(news: LedgerNews, event: JournalPosted) -> int:
        if event.booked_at < told.get(news, ""):
            return 0
        told[news] = event.booked_at
        return tell(news, event)

    monkeypatch.setattr(LedgerNews, "tell", forward)


def what_the_stream_lost_stays_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Outbox, "_missing", answering(()))


def a_minute_moves_under_a_new_key_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    moving, runs = sweeps._moving, count()
    monkeypatch.setattr(sweeps, "_moving", lambda *of: replace(moving(*of), key=f"batch/{next(runs)}"))


def a_minute_is_ticked_off_before_it_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    move = BatchedCredits._move_minute

    def hasty(batched: BatchedCredits, head: Any, total: Total) -> object:
        batched._marks.move_checkpoint(f"batch#{total.account}#{total.shard}", f"{total.position.seq:012d}")
        return move(batched, head, total)

    monkeypatch.setattr(BatchedCredits, "_move_minute", hasty)


def a_minute_that_was_busy_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    move = BatchedCredits._move_minute
    monkeypatch.setattr(BatchedCredits, "_move_minute", lambda batched, *of: replace(move(batched, *of), stuck=()))


def two_folders_write_one_total_each(monkeypatch: pytest.MonkeyPatch) -> None:
    def unguarded(store: MemoryLedgerStore, total: Any, *, now: Any) -> Appended:
        store.totals_of[total.account, total.region, total.shard].append(total)
        return Appended()

    monkeypatch.setattr(MemoryLedgerStore, "append_total", unguarded)


def a_total_is_remembered_before_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    total = Folder._total

    def remembered(folder: Folder, account: str, shard: int, *of: Any) -> Total:
        folder._lasts[account, shard] = made = total(folder, account, shard, *of)
        return made

    monkeypatch.setattr(Folder, "_total", remembered)


def a_missed_order_stays_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.transfers.orders.Orders.missed", answering(()))


def a_knock_too_many_pays_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A knock that finds nothing due is taken for one of a day that was forgotten."""
    run, knocks = Orders.run, count()

    def eager(orders: Orders, order: str) -> object:
        ran, current = run(orders, order), orders._store.order(order)
        if isinstance(ran, Ran) and not ran.settled and current is not None:
            command = _command(current, current.schedule.starts_on)
            orders._judging._ledger.post(replace(command, key=f"again/{next(knocks)}"))
        return ran

    monkeypatch.setattr(Orders, "run", eager)


# What is judged.


def a_transfer_is_judged_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decided is kept, and not asked for."""
    decide = Fraud.decide

    def anew(fraud: Fraud, request: ScoringRequest) -> StoredDecision:
        decide(fraud, request)
        forgetful = copy(fraud)
        forgetful._decisions = MemoryDecisionStore()
        return decide(forgetful, request)

    monkeypatch.setattr(Fraud, "decide", anew)


def the_last_decision_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def over(store: MemoryDecisionStore, decision: StoredDecision) -> StoredDecision:
        store._decisions[decision.subject] = decision
        return decision

    monkeypatch.setattr(MemoryDecisionStore, "put", over)


def nobody_has_to_sign_in_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Actor, "signed_in_after", answering(answer=True))


def what_was_declined_stays_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reviews, "_freed", answering(answer=True))


def each_attempt_holds_a_reviewed_transfer_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    holding, tried = review_rules.holding, count()
    monkeypatch.setattr(
        review_rules, "holding", lambda review: replace(holding(review), key=f"hold/{review.id[-6:]}/{next(tried)}")
    )


def what_nobody_decided_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = {**kinds.MOVES, (kinds.ReviewState.IN_REVIEW, kinds.ReviewEvent.EXPIRED): kinds.ReviewState.RELEASING}
    monkeypatch.setattr(review_rules, "MOVES", moves)
