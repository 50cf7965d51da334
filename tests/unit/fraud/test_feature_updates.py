"""domain/fraud/feature_updates.py: payments and labels are applied once, and from the right people."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from domain.fraud.feature_store import MARK_KEPT, Change
from domain.fraud.feature_store_memory import MemoryFeatureStore
from domain.fraud.feature_updates import (
    AHEAD_MAX,
    PAUSE_MAX_SECONDS,
    TRIES_MAX,
    ChangeAhead,
    FeaturesContended,
    HolderUnknown,
    NoDecisions,
    Outcome,
)
from domain.fraud.history import LATE_AFTER, HistoryKind, Row
from domain.fraud.kinds import Features, Scope
from domain.ledger.events import Amount, EventLeg
from domain.money import Money
from tests.unit.fraud.feature_values import (
    NOON,
    Desk,
    account,
    counterparty,
    customer,
    decision,
    journal,
    payment,
    posted,
    request,
)

LATER = NOON + timedelta(minutes=1)


def features(desk: Desk, **about: Any) -> Features:
    assert isinstance(desk.store, MemoryFeatureStore)
    return desk.store.read(request(**{"at": LATER, **about})).features


def rows(desk: Desk, kind: HistoryKind = HistoryKind.PAYMENTS) -> list[Row]:
    assert isinstance(desk.store, MemoryFeatureStore)
    return [row for (of, _, _), found in desk.store._rows.items() if of is kind for row in found.values()]


class TestPayments:
    def test_a_transfer_counts_for_payer_account_and_payee(self) -> None:
        desk = Desk()

        assert desk.updates.apply(posted(1)) is Outcome.APPLIED

        seen = features(desk)
        for family in ("customer", "account", "payee"):
            assert (seen[f"{family}_count_1h"], seen[f"{family}_sum_minor_30d"]) == (1, 25_00)
        assert seen["sent_before"] is True
        assert features(desk, payer=2, payee=1)["customer_count_1h"] == 0

    def test_a_repetition_changes_nothing(self) -> None:
        desk = Desk()
        desk.updates.apply(posted(1))

        assert desk.updates.apply(posted(1)) is Outcome.KNOWN
        assert features(desk)["customer_count_1h"] == 1
        assert len(rows(desk)) == 1

    def test_the_order_in_which_events_come_changes_nothing(self) -> None:
        events = [posted(n, minor=100 + n, payee=2 + n % 5, at=NOON - timedelta(hours=7 * n)) for n in range(40)]
        seen = []
        for seed in range(3):
            desk = Desk()
            Random(seed).shuffle(events)
            for event in events + events[:10]:
                desk.updates.apply(event)
            seen.append([features(desk, payee=payee) for payee in range(2, 7)])
        assert seen[0] == seen[1] == seen[2]

    def test_what_no_customer_pays_is_not_counted(self) -> None:
        desk = Desk()
        assert desk.updates.apply(posted(1, kind="interest")) is Outcome.NOT_COUNTED
        assert rows(desk) == []

    def test_a_hold_counts_when_it_was_judged_as_a_card_payment_and_not_else(self) -> None:
        desk = Desk()
        hold: dict[str, Any] = {"kind": "hold_placed", "payee": None, "legs": ()}
        desk.decided[journal(2)] = decision(
            journal(2), scope=Scope.CARD, payee=None, terminal="acquirer/shop/1", device="phone"
        )

        assert desk.updates.apply(posted(1, **hold)) is Outcome.NOT_COUNTED
        assert desk.updates.apply(posted(2, **hold)) is Outcome.APPLIED

        seen = features(desk, scope=Scope.CARD, payee=None, terminal="acquirer/shop/1", device="phone")
        assert [seen[f"{family}_count_1h"] for family in ("customer", "terminal", "device")] == [1, 1, 1]
        assert (rows(desk)[0]["scope"], rows(desk)[0]["device"]) == ("CARD", "phone")

    def test_an_ach_payment_is_known_by_its_own_id_and_its_decision_says_who_is_paid(self) -> None:
        desk = Desk()
        named = counterparty(1)
        desk.decided[payment(1)] = decision(payment(1), scope=Scope.ACH, payee=named)

        applied = desk.updates.apply(posted(1, kind="ach_credit_held", payee=None, legs=(), payment=payment(1)))

        assert applied is Outcome.APPLIED
        assert rows(desk)[0]["subject"] == payment(1)
        assert features(desk, payee=None)["customer_count_1h"] == 1
        assert rows(desk)[0]["payee"] == named

    def test_what_a_customer_collects_counts_for_the_account_that_is_credited(self) -> None:
        desk = Desk()
        amount = Amount(minor_units="5000", currency="USD")
        legs = (
            EventLeg(account="int_us_usd_settlement", side="debit", amount=amount),
            EventLeg(account=account(3), side="credit", amount=amount),
        )
        event = posted(1, kind="ach_debit_settled", payer=3, payee=None, legs=legs, amount=amount)

        assert desk.updates.apply(event) is Outcome.APPLIED
        (row,) = rows(desk)
        assert (row["account"], row["customer"], row["credit"]) == (account(3), customer(3), False)
        assert "payee" not in row

    def test_without_a_decision_the_account_says_who_pays_and_the_legs_who_is_paid(self) -> None:
        desk = Desk()
        desk.updates.apply(posted(1, payer=4, payee=5))
        (row,) = rows(desk)
        assert (row["customer"], row["account"], row["payee"]) == (customer(4), account(4), account(5))

    def test_credits_that_are_batched_are_the_payees_own(self) -> None:
        desk = Desk()
        event = posted(1)
        (debit, credit) = event.legs
        batched = credit.model_copy(update={"account": "inc_" + account(2).removeprefix("acc_")})
        desk.updates.apply(event.model_copy(update={"legs": (debit, batched)}))
        assert rows(desk)[0]["payee"] == account(2)

    def test_a_transfer_to_several_names_no_payee(self) -> None:
        desk = Desk()
        event = posted(1, kind="split_transfer")
        other = event.legs[1].model_copy(update={"account": account(3)})
        desk.updates.apply(event.model_copy(update={"legs": (*event.legs, other), "amount": None}))
        (row,) = rows(desk)
        assert "payee" not in row
        assert row["amount_minor"] == 25_00

    def test_an_account_without_a_record_is_a_fault(self) -> None:
        with pytest.raises(HolderUnknown):
            Desk().updates.apply(posted(1, payer=300))

    def test_currencies_are_kept_apart(self) -> None:
        desk = Desk()
        desk.updates.apply(posted(1, currency="EUR"))
        assert features(desk)["customer_count_1h"] == 0
        assert features(desk, amount=Money(1, "EUR"))["customer_count_1h"] == 1

    def test_what_is_older_than_every_window_is_written_down_and_changes_no_profile(self) -> None:
        desk = Desk()
        old = posted(1, at=NOON - LATE_AFTER - timedelta(seconds=1))

        assert desk.updates.apply(old) is Outcome.LATE
        assert desk.updates.apply(old) is Outcome.KNOWN
        assert len(rows(desk)) == 1
        assert features(desk)["sent_before"] is False

    def test_a_mark_outlives_every_moment_at_which_its_payment_could_count_again(self) -> None:
        assert LATE_AFTER + timedelta(days=2 * 14) < MARK_KEPT

    def test_nothing_is_decided_where_nothing_is_judged(self) -> None:
        assert NoDecisions().decision_of(journal(1)) is None


class Meeting(MemoryFeatureStore):
    """Others come in between: the first writes do not fit any more."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def write(self, change: Change) -> bool:
        self.times -= 1
        return self.times < 0 and super().write(change)


class TestContention:
    def test_a_write_that_met_another_is_made_again_after_a_random_pause(self) -> None:
        desk = Desk(store=Meeting(3))

        assert desk.updates.apply(posted(1)) is Outcome.APPLIED
        assert len(desk.pauses) == 3
        assert all(0 <= pause <= PAUSE_MAX_SECONDS for pause in desk.pauses)
        assert features(desk)["customer_count_1h"] == 1

    def test_who_meets_others_all_the_time_leaves_it_to_the_queue(self) -> None:
        desk = Desk(store=Meeting(TRIES_MAX))

        with pytest.raises(FeaturesContended):
            desk.updates.apply(posted(1))
        assert rows(desk) == []


class TestLabels:
    def test_a_fraud_counts_for_everybody_who_took_part_on_the_day_of_its_payment(self) -> None:
        desk = Desk()
        desk.updates.apply(posted(1, at=NOON - timedelta(days=8)))

        said = desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON)

        assert said is Outcome.APPLIED
        seen = features(desk)
        for family in ("customer", "account", "payee"):
            assert (seen[f"{family}_known_frauds_7d"], seen[f"{family}_known_frauds_recent"]) == (1, 0)
        (row,) = rows(desk, HistoryKind.LABELS)
        assert (row["fraud"], row["source"], row["payee"]) == (True, "CASE", account(2))

    def test_a_repetition_changes_nothing(self) -> None:
        desk = Desk()
        desk.updates.apply(posted(1))
        for expected in (Outcome.APPLIED, Outcome.KNOWN):
            assert desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON) is expected
        assert features(desk)["payee_known_frauds_recent"] == 1

    def test_the_last_word_counts_in_whatever_order_the_words_come(self) -> None:
        words = [
            ("CASE", True, NOON),
            ("ACH_RETURN", True, NOON + timedelta(hours=1)),
            ("CASE", False, NOON + timedelta(hours=2)),
        ]
        for seed in range(6):
            desk = Desk()
            desk.updates.apply(posted(1))
            Random(seed).shuffle(words)
            for source, fraud, at in words:
                desk.updates.label(journal(1), fraud=fraud, source=source, learnt_at=at)
            assert features(desk)["payee_known_frauds_recent"] == 0
            assert features(desk)["customer_known_frauds_recent"] == 0

    def test_two_who_say_the_same_count_once(self) -> None:
        desk = Desk()
        desk.updates.apply(posted(1))
        for source in ("CASE", "ACH_RETURN"):
            desk.updates.label(journal(1), fraud=True, source=source, learnt_at=NOON)
        assert features(desk)["payee_known_frauds_recent"] == 1
        assert len(rows(desk, HistoryKind.LABELS)) == 2

    def test_an_older_word_of_a_source_is_known(self) -> None:
        desk = Desk()
        desk.updates.apply(posted(1))
        desk.updates.label(journal(1), fraud=False, source="CASE", learnt_at=NOON)
        older = desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON - timedelta(hours=1))
        assert older is Outcome.KNOWN
        assert features(desk)["payee_known_frauds_recent"] == 0

    def test_of_a_payment_that_was_judged_and_never_booked_the_decision_says_who_took_part(self) -> None:
        desk = Desk()
        desk.decided[journal(1)] = decision(journal(1), at=NOON - timedelta(days=1))
        assert desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON) is Outcome.APPLIED
        assert features(desk)["payee_known_frauds_recent"] == 1
        assert features(desk)["payee_count_1d"] == 0

    def test_a_label_that_comes_before_its_payment_and_is_taken_back_after_it_leaves_nothing(self) -> None:
        desk = Desk()
        desk.decided[journal(1)] = decision(journal(1), at=NOON - timedelta(days=1))
        desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON)
        desk.updates.apply(posted(1))
        desk.updates.label(journal(1), fraud=False, source="CASE", learnt_at=NOON + timedelta(hours=1))
        seen = features(desk)
        assert (seen["payee_known_frauds_recent"], seen["payee_count_1h"]) == (0, 1)

    def test_of_what_was_neither_paid_nor_judged_nothing_is_noted(self) -> None:
        desk = Desk()
        assert desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON) is Outcome.UNKNOWN
        assert rows(desk, HistoryKind.LABELS) == []

    @pytest.mark.parametrize(("days", "outcome"), [(37, Outcome.UNKNOWN), (38, Outcome.FORGOTTEN)])
    def test_of_what_nobody_knows_it_is_said_whether_it_may_still_come(self, days: int, outcome: Outcome) -> None:
        desk = Desk()
        happened_at = NOON - timedelta(days=days)
        found = desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON, happened_at=happened_at)
        assert found is outcome
        assert rows(desk, HistoryKind.LABELS) == []

    def test_a_payment_that_is_known_has_its_own_moment(self) -> None:
        desk = Desk()
        desk.decided[journal(1)] = decision(journal(1), at=NOON - timedelta(days=1))
        desk.updates.label(journal(1), fraud=True, source="CASE", learnt_at=NOON, happened_at=NOON)
        assert rows(desk, HistoryKind.LABELS)[0]["happened_at"] == "2026-05-19T12:00:00.000000Z"


class TestCredentials:
    def test_the_latest_change_counts_and_an_older_one_is_known(self) -> None:
        desk = Desk()
        hours = [timedelta(hours=h) for h in (5, 2, 3)]
        outcomes = [desk.updates.credential_changed(customer(1), NOON - ago) for ago in hours]
        assert outcomes == [Outcome.APPLIED, Outcome.APPLIED, Outcome.KNOWN]
        assert features(desk)["credential_age_hours"] == 2
        assert len(rows(desk, HistoryKind.CREDENTIALS)) == 2

    def test_a_change_is_known_however_often_it_is_said(self) -> None:
        desk = Desk()
        outcomes = [desk.updates.credential_changed(customer(1), NOON) for _ in range(3)]
        assert outcomes == [Outcome.APPLIED, Outcome.KNOWN, Outcome.KNOWN]
        assert len(rows(desk, HistoryKind.CREDENTIALS)) == 1

    def test_a_change_of_a_clock_that_is_a_little_ahead_is_taken_and_counts_as_of_now(self) -> None:
        desk = Desk()
        assert desk.updates.credential_changed(customer(1), NOON + AHEAD_MAX) is Outcome.APPLIED
        assert features(desk)["credential_age_hours"] == 0

    def test_a_change_that_has_not_come_is_not_noted(self) -> None:
        desk = Desk()
        ahead = NOON + AHEAD_MAX + timedelta(microseconds=1)
        with pytest.raises(ChangeAhead):
            desk.updates.credential_changed(customer(1), ahead)
        assert rows(desk, HistoryKind.CREDENTIALS) == []
        desk.clock.at = ahead
        assert desk.updates.credential_changed(customer(1), ahead) is Outcome.APPLIED
