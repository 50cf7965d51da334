"""The simulation sees mistakes: each planted one breaks a promise within a bounded number of histories."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from domain.ids import journal_id
from domain.ledger.folding import Folder
from domain.ledger.model import Hold
from domain.ledger.outbox import Outbox
from domain.ledger.store_memory import MemoryLedgerStore
from domain.notices.model import Notice
from domain.notices.store_memory import MemoryNoticeStore
from ops.simulation.history import play

HISTORIES_MAX = 60
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


PLANTED = (
    funds_are_not_asked,
    holds_do_not_bind,
    joint_limits_are_forgotten,
    heads_that_decided_are_not_guarded,
    each_attempt_is_a_journal_of_its_own,
    any_request_fits_a_used_key,
    unknown_is_told_as_not_done,
    a_fold_does_not_add_up,
    what_the_bus_refused_is_marked,
    expired_holds_stay,
    holds_never_expire,
    a_notice_is_told_each_time,
    a_reversal_does_not_see_the_one_before,
    a_reversal_claims_nothing,
)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_seen(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert any(play(seed).broken for seed in range(1, HISTORIES_MAX + 1))
