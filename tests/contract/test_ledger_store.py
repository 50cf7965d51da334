"""What every store of the ledger promises, whatever keeps it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.ledger.item_keys import bucket_of
from domain.ledger.model import (
    Claim,
    ItemPlace,
    Journal,
    Leg,
    LegItem,
    LinePlace,
    Position,
    Registration,
    Side,
)
from domain.ledger.store import Appended, Conflict, Replayed, Writes
from domain.money import Money
from domain.refusals import InsufficientFunds, LimitExceeded, NothingToReverse, stored_refusals
from tests import ledger_values as values
from tests.contract.ledger_places import PLACES, REGION, SETTINGS, Place, own_credentials, place_named
from tests.ledger_values import NOON, SETTLEMENT, account, journal_named

A, B = account(1), account(2)
UTC_DAY = "20260302"


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    own_credentials(monkeypatch)
    with place_named(request.param, request) as found:
        yield found


def append(place: Place, writes: Writes) -> Appended | Replayed | Conflict:
    return place.store.append(writes, now=place.now())


def appended(place: Place, writes: Writes) -> Writes:
    assert append(place, writes) == Appended()
    return writes


def write(name: str, *lines: tuple[str, int], journal: Journal | None = None) -> Writes:
    """A journal with lines at the given places of the given logs."""
    journal = journal or values.journal(
        name, legs=(), lines=tuple((account, Position(1, seq)) for account, seq in lines)
    )
    return Writes(journal=journal, lines=tuple(values.line(account, seq, journal=journal.id) for account, seq in lines))


def grow(place: Place, account: str, upto: int) -> None:
    for seq in range(1, upto + 1):
        appended(place, write(f"{account} {seq}", (account, seq)))


class TestAppending:
    def test_what_was_appended_can_be_read(self, place: Place) -> None:
        writes = appended(place, write("one", (A, 1), (B, 1)))
        assert place.store.journal(writes.journal.id) == writes.journal
        assert [place.store.line(name, Position(1, 1)) for name in (A, B)] == list(writes.lines)
        assert place.store.heads([A, B]) == {line.account: line.state for line in writes.lines}

    def test_many_can_be_read_at_once(self, place: Place) -> None:
        grow(place, A, 2)
        names = [f"many {number}" for number in range(101)]
        writes = [appended(place, write(name, (account(10 + at), 1))) for at, name in enumerate(names)]
        journals = {one.journal.id: one.journal for one in writes}
        nobody = journal_named("nobody")

        assert place.store.journals_named([*journals, nobody, *journals]) == journals
        assert place.store.journals_named([nobody]) == place.store.journals_named([]) == {}

        lines = {(A, Position(1, seq)): place.store.line(A, Position(1, seq)) for seq in (1, 2)}
        lines[account(10), Position(1, 1)] = writes[0].lines[0]
        assert place.store.lines_at([*lines, (A, Position(1, 3)), (B, Position(1, 1))]) == lines
        assert place.store.lines_at([]) == {}

    def test_the_head_is_the_last_line(self, place: Place) -> None:
        grow(place, A, 11)
        assert place.store.heads([A])[A].position == Position(1, 11)

    def test_a_line_of_a_later_epoch_is_the_head(self, place: Place) -> None:
        grow(place, A, 2)
        later = values.line(A, 3, epoch=2)
        appended(place, Writes(journal=values.journal("two", legs=(), lines=()), lines=(later,)))
        assert place.store.heads([A])[A] == later.state

    def test_accounts_without_lines_have_no_head(self, place: Place) -> None:
        grow(place, A, 1)
        assert set(place.store.heads([A, B, account(3)])) == {A}
        assert place.store.heads([]) == {}

    def test_many_heads_are_read_at_once(self, place: Place) -> None:
        accounts = [account(n) for n in range(20)]
        appended(place, write("wide", *((name, 1) for name in accounts)))
        assert set(place.store.heads([*accounts, *accounts])) == set(accounts)

    def test_an_account_whose_name_begins_like_anothers_has_its_own_log(self, place: Place) -> None:
        grow(place, A, 2)
        assert place.store.heads([A[:-1]]) == {}
        assert place.store.lines(A[:-1], limit=5).rows == ()


class TestRaces:
    def test_a_taken_line_is_a_conflict_and_nothing_is_written(self, place: Place) -> None:
        first = appended(place, write("first", (A, 1)))
        second = write("second", (B, 1), (A, 1))
        assert isinstance(append(place, second), Conflict)
        assert place.store.journal(second.journal.id) is None
        assert place.store.line(B, Position(1, 1)) is None
        assert place.store.line(A, Position(1, 1)) == first.lines[0]

    def test_the_same_journal_again_is_replayed_with_what_is_stored(self, place: Place) -> None:
        first = appended(place, write("one", (A, 1)))
        other = values.journal("one", legs=(), lines=(), fingerprint="1:" + "0" * 64, memo=b"other")
        assert append(place, Writes(journal=other, lines=(values.line(A, 2),))) == Replayed(first.journal)
        assert place.store.line(A, Position(1, 2)) is None

    def test_a_replay_wins_over_every_other_failed_condition(self, place: Place) -> None:
        first = appended(
            place,
            Writes(
                journal=values.journal("one"),
                lines=(values.line(A, 1), values.line(B, 1)),
                claim=Claim(journal_named("original"), 1, journal_named("one"), 5),
            ),
        )
        again = Writes(journal=first.journal, lines=(first.lines[0],), claim=first.claim, absent=((B, Position(1, 1)),))
        assert append(place, again) == Replayed(first.journal)

    def test_a_head_that_was_only_read_is_guarded(self, place: Place) -> None:
        grow(place, B, 2)
        stale = write("stale", (A, 1))
        guarded = Writes(journal=stale.journal, lines=stale.lines, absent=((B, Position(1, 2)),))
        assert isinstance(append(place, guarded), Conflict)
        assert place.store.heads([A]) == {}
        assert place.store.journal(stale.journal.id) is None

    def test_a_head_that_is_still_the_last_lets_the_write_through(self, place: Place) -> None:
        grow(place, B, 2)
        fresh = write("fresh", (A, 1))
        appended(place, Writes(journal=fresh.journal, lines=fresh.lines, absent=((B, Position(1, 3)),)))
        assert place.store.heads([B])[B].position == Position(1, 2)

    def test_a_refusal_is_kept_only_while_its_heads_stand(self, place: Place) -> None:
        grow(place, A, 1)
        refused = values.journal("no", legs=(), lines=((A, Position(1, 1)),), refusal=InsufficientFunds(A))
        appended(place, Writes(journal=refused, absent=((A, Position(1, 2)),)))
        assert place.store.journal(refused.id) == refused
        grow_to_two = write("grow", (A, 2))
        appended(place, grow_to_two)
        late = values.journal("late", legs=(), lines=((A, Position(1, 1)),), refusal=InsufficientFunds(A))
        assert isinstance(append(place, Writes(journal=late, absent=((A, Position(1, 2)),))), Conflict)
        assert place.store.journal(late.id) is None

    def test_two_writers_of_one_log_leave_no_gap(self, place: Place) -> None:
        for n in range(6):
            head = place.store.heads([A]).get(A)
            seq = head.position.seq + 1 if head else 1
            rivals = [append(place, write(f"{rival} {n}", (A, seq))) for rival in ("left", "right")]
            assert [type(outcome) for outcome in rivals] == [Appended, Conflict]
        found = place.store.lines(A, limit=100).rows
        assert [line.position.seq for line in found] == list(range(1, 7))


class TestWholeTransactions:
    def test_thirty_legs_are_one_write(self, place: Place) -> None:
        accounts = [account(n) for n in range(15)]
        legs = tuple(Leg(name, Side.CREDIT, Money(100, "USD"), LinePlace(1, 1)) for name in accounts) + tuple(
            Leg(SETTLEMENT, Side.DEBIT, Money(100, "USD"), ItemPlace(REGION, 2)) for _ in range(15)
        )
        journal = values.journal(
            "payroll", legs=legs, lines=tuple((name, Position(1, 1)) for name in accounts), kind="split_transfer"
        )
        items = tuple(values.leg_item("payroll", shard=2, leg=n, minor=-100) for n in range(15, 30))
        lines = tuple(values.line(name, 1, journal=journal.id) for name in accounts)
        appended(place, Writes(journal=journal, lines=lines, legs=items))
        assert place.store.journal(journal.id) == journal
        assert len(place.store.heads(accounts)) == 15
        found = place.store.leg_items(SETTLEMENT, region=REGION, shard=2, day=UTC_DAY, limit=50)
        assert sorted((item for _, item in found.rows), key=lambda item: item.leg) == list(items)

    def test_a_failed_condition_leaves_no_leg_and_no_claim(self, place: Place) -> None:
        grow(place, A, 1)
        original = journal_named("original")
        writes = Writes(
            journal=values.journal("reversal"),
            lines=(values.line(A, 1),),
            legs=(values.leg_item("reversal"),),
            claim=Claim(original, 1, journal_named("reversal"), 5),
            registered="inc_us0017_01KAE7Z0Q80000000000000001",
        )
        assert isinstance(append(place, writes), Conflict)
        assert place.store.claims(original) == ()
        assert place.store.leg_items(SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, limit=5).rows == ()
        assert place.store.registrations() == ()

    def test_a_forced_debit_that_falls_short_is_written_with_the_rest(self, place: Place) -> None:
        journal = values.journal("forced", kind="chargeback", forced=True, shortfall_minor=3_00)
        appended(place, Writes(journal=journal, lines=(values.line(A, 1, journal=journal.id),)))
        assert place.store.journal(journal.id) == journal


class TestClaims:
    def test_claims_on_a_journal_follow_each_other(self, place: Place) -> None:
        original = journal_named("original")
        assert place.store.last_claim(original) is None
        claims = tuple(Claim(original, n, journal_named(f"reversal {n}"), n * 100) for n in range(1, 12))
        for claim in claims:
            appended(place, Writes(journal=values.journal(f"reversal {claim.n}", legs=(), lines=()), claim=claim))
        assert place.store.last_claim(original) == claims[-1]
        assert place.store.claims(original) == claims

    def test_two_reversals_at_once_cannot_both_claim(self, place: Place) -> None:
        original = journal_named("original")
        first, second = (
            Writes(
                journal=values.journal(name, legs=(), lines=()),
                lines=(values.line(log, 1),),
                claim=Claim(original, 1, journal_named(name), 100),
            )
            for name, log in (("left", A), ("right", B))
        )
        appended(place, first)
        assert isinstance(append(place, second), Conflict)
        assert place.store.heads([B]) == {}
        assert place.store.claims(original) == (first.claim,)

    def test_a_claim_is_no_journal_and_a_journal_no_claim(self, place: Place) -> None:
        writes = appended(place, write("one", (A, 1)))
        assert place.store.last_claim(writes.journal.id) is None
        claim = Claim(journal_named("absent"), 1, writes.journal.id, 5)
        appended(place, Writes(journal=values.journal("two", legs=(), lines=()), claim=claim))
        assert place.store.journal(journal_named("absent")) is None


class TestReadingLines:
    def test_lines_come_in_order_page_by_page(self, place: Place) -> None:
        grow(place, A, 12)
        seen: list[int] = []
        after: Position | None = None
        for _ in range(10):
            page = place.store.lines(A, after=after, limit=5)
            seen += [line.position.seq for line in page.rows]
            if not page.more:
                break
            after = page.rows[-1].position
        assert seen == list(range(1, 13))

    def test_lines_come_backwards_too(self, place: Place) -> None:
        grow(place, A, 12)
        page = place.store.lines(A, descending=True, limit=5)
        assert ([line.position.seq for line in page.rows], page.more) == ([12, 11, 10, 9, 8], True)
        rest = place.store.lines(A, before=Position(1, 8), descending=True, limit=50)
        assert ([line.position.seq for line in rest.rows], rest.more) == ([7, 6, 5, 4, 3, 2, 1], False)

    @pytest.mark.parametrize(
        ("after", "before", "limit", "expected"),
        [
            (2, 6, 10, ([3, 4, 5], False)),
            (2, 6, 3, ([3, 4, 5], False)),
            (2, 6, 2, ([3, 4], True)),
            (2, 3, 5, ([], False)),
            (3, 3, 5, ([], False)),
            (6, 2, 5, ([], False)),
            (None, 3, 5, ([1, 2], False)),
            (5, None, 5, ([6, 7], False)),
            (7, None, 5, ([], False)),
            (0, 99, 7, ([1, 2, 3, 4, 5, 6, 7], False)),
            (None, None, 7, ([1, 2, 3, 4, 5, 6, 7], False)),
            (None, None, 6, ([1, 2, 3, 4, 5, 6], True)),
        ],
    )
    def test_both_bounds_are_left_out(
        self, place: Place, after: int | None, before: int | None, limit: int, expected: tuple[list[int], bool]
    ) -> None:
        grow(place, A, 7)
        found = place.store.lines(
            A,
            after=None if after is None else Position(1, after),
            before=None if before is None else Position(1, before),
            limit=limit,
        )
        assert ([line.position.seq for line in found.rows], found.more) == expected

    def test_order_runs_through_the_epochs(self, place: Place) -> None:
        for n, (epoch, seq) in enumerate([(1, 9), (1, 10), (2, 11), (10, 12)]):
            journal = values.journal(f"journal {n}", legs=(), lines=())
            appended(place, Writes(journal=journal, lines=(values.line(A, seq, epoch=epoch),)))
        found = place.store.lines(A, after=Position(1, 9), limit=9).rows
        assert [line.position for line in found] == [Position(1, 10), Position(2, 11), Position(10, 12)]

    def test_what_does_not_exist_is_none(self, place: Place) -> None:
        grow(place, A, 1)
        assert place.store.line(A, Position(1, 2)) is None
        assert place.store.line(A, Position(2, 1)) is None
        assert place.store.journal(journal_named("never")) is None
        assert place.store.lines(B, limit=3).rows == ()


class TestInternalLegs:
    def write_legs(self, place: Place, *legs: LegItem) -> None:
        for n, leg in enumerate(legs):
            appended(place, Writes(journal=values.journal(f"carrier {n}", legs=(), lines=()), legs=(leg,)))

    def test_legs_come_in_the_order_of_their_minutes(self, place: Place) -> None:
        moments = [NOON + timedelta(minutes=n) for n in (7, 1, 30, -11)]
        self.write_legs(place, *(values.leg_item(f"{n}", booked_at=at) for n, at in enumerate(moments)))
        found = place.store.leg_items(SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, limit=9)
        assert [item.booked_at for _, item in found.rows] == sorted(moments)
        assert [key[:4] for key, _ in found.rows] == ["1149", "1201", "1207", "1230"]

    def test_keys_name_the_minute_the_journal_and_the_leg(self, place: Place) -> None:
        self.write_legs(place, values.leg_item("one", leg=12))
        ((key, _),) = place.store.leg_items(SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, limit=9).rows
        assert key == f"1200#{journal_named('one')}#12"

    def test_both_bounds_are_left_out(self, place: Place) -> None:
        self.write_legs(place, *(values.leg_item(f"{n}", booked_at=NOON + timedelta(minutes=n)) for n in range(5)))
        whole = place.store.leg_items(SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, limit=9).rows
        keys = [key for key, _ in whole]
        inner = place.store.leg_items(
            SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, after=keys[0], before=keys[4], limit=9
        )
        assert [key for key, _ in inner.rows] == keys[1:4]
        assert not inner.more

    def test_a_minute_may_be_cut_out_by_its_name(self, place: Place) -> None:
        self.write_legs(place, *(values.leg_item(f"{n}", booked_at=NOON + timedelta(minutes=n)) for n in range(5)))
        cut = place.store.leg_items(
            SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, after="1201~", before="1203", limit=9
        )
        assert [key[:4] for key, _ in cut.rows] == ["1202"]

    def test_a_page_says_whether_more_lies_behind_it(self, place: Place) -> None:
        self.write_legs(place, *(values.leg_item(f"{n}", booked_at=NOON + timedelta(minutes=n)) for n in range(5)))
        first = place.store.leg_items(SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, limit=3)
        assert (len(first.rows), first.more) == (3, True)
        rest = place.store.leg_items(SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, after=first.rows[-1][0], limit=2)
        assert (len(rest.rows), rest.more) == (2, False)

    def test_shards_days_regions_and_accounts_are_apart(self, place: Place) -> None:
        other_day = NOON + timedelta(days=1)
        legs = (
            values.leg_item("plain"),
            values.leg_item("shard", shard=1),
            values.leg_item("day", booked_at=other_day),
            values.leg_item("region", region="us-west-2"),
            values.leg_item("account", account="int_us_usd_fee_income"),
        )
        self.write_legs(place, *legs)
        found = place.store.leg_items(SETTLEMENT, region=REGION, shard=0, day=UTC_DAY, limit=9).rows
        assert [item for _, item in found] == [legs[0]]
        found = place.store.leg_items(SETTLEMENT, region=REGION, shard=0, day="20260303", limit=9).rows
        assert [item for _, item in found] == [legs[2]]


class TestTotals:
    def test_totals_follow_each_other(self, place: Place) -> None:
        assert place.store.last_total(SETTLEMENT, region=REGION, shard=0) is None
        totals = [values.total(seq) for seq in range(1, 6)]
        for total in totals:
            assert place.store.append_total(total, now=place.now()) == Appended()
        assert place.store.last_total(SETTLEMENT, region=REGION, shard=0) == totals[-1]
        page = place.store.totals(SETTLEMENT, region=REGION, shard=0, after=Position(1, 1), limit=3)
        assert (list(page.rows), page.more) == (totals[1:4], True)
        assert list(place.store.totals(SETTLEMENT, region=REGION, shard=0, limit=9).rows) == totals

    def test_two_folders_cannot_write_one_total(self, place: Place) -> None:
        total = values.total(1)
        assert place.store.append_total(total, now=place.now()) == Appended()
        assert isinstance(place.store.append_total(total, now=place.now()), Conflict)

    def test_shards_have_logs_of_their_own(self, place: Place) -> None:
        place.store.append_total(values.total(1), now=place.now())
        place.store.append_total(values.total(1, shard=1), now=place.now())
        assert place.store.last_total(SETTLEMENT, region=REGION, shard=1) == values.total(1, shard=1)
        assert place.store.last_total(SETTLEMENT, region=REGION, shard=10) is None


class TestRegistrations:
    def test_a_registration_stays_as_it_was_first_made(self, place: Place) -> None:
        place.store.register(Registration(SETTLEMENT, "20260301"))
        place.store.register(Registration(SETTLEMENT, "20260302"))
        assert place.store.registrations() == (Registration(SETTLEMENT, "20260301"),)

    def test_an_account_may_be_registered_with_a_journal_many_times(self, place: Place) -> None:
        incoming = "inc_us0017_01KAE7Z0Q80000000000000001"
        for seq, day in ((1, 2), (2, 5)):
            at = datetime(2026, 3, day, 12, tzinfo=UTC)
            journal = values.journal(f"batching {seq}", legs=(), lines=(), booked_at=at)
            appended(place, Writes(journal=journal, lines=(values.line(A, seq),), registered=incoming))
        assert place.store.registrations() == (Registration(incoming, "20260302"),)

    def test_registrations_come_in_the_order_of_their_accounts(self, place: Place) -> None:
        names = ["int_us_usd_settlement", "int_us_usd_fee_income", "int_us_eur_settlement"]
        for name in names:
            place.store.register(Registration(name, UTC_DAY))
        assert [found.account for found in place.store.registrations()] == sorted(names)


class TestIndexes:
    def hour(self, place: Place, hour: str, *, limit: int = 100) -> list[str]:
        buckets = range(SETTINGS.index_spread)
        return [
            found
            for bucket in buckets
            for found in place.store.booked_in_hour(hour, spread=bucket, after=None, limit=limit).rows
        ]

    def book(self, place: Place, name: str, at: datetime) -> str:
        writes = appended(place, Writes(journal=values.journal(name, legs=(), lines=(), booked_at=at)))
        return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}#{writes.journal.id}"

    def test_every_journal_lies_in_its_hour_in_one_bucket(self, place: Place) -> None:
        expected = [self.book(place, f"{n}", NOON + timedelta(minutes=n)) for n in range(12)]
        self.book(place, "later", NOON + timedelta(hours=1))
        assert sorted(self.hour(place, "2026030212")) == expected
        assert len(self.hour(place, "2026030213")) == 1
        assert self.hour(place, "2026030211") == []

    def test_a_bucket_is_read_in_order_and_in_pages(self, place: Place) -> None:
        names = [n for n in range(40) if bucket_of(journal_named(f"{n}"), SETTINGS.index_spread) == 1][:4]
        expected = sorted(self.book(place, f"{n}", NOON + timedelta(minutes=30 - i)) for i, n in enumerate(names))
        first = place.store.booked_in_hour("2026030212", spread=1, after=None, limit=3)
        assert (list(first.rows), first.more) == (expected[:3], True)
        rest = place.store.booked_in_hour("2026030212", spread=1, after=first.rows[-1], limit=1)
        assert (list(rest.rows), rest.more) == (expected[3:], False)

    def test_refused_journals_lie_in_the_time_index_too(self, place: Place) -> None:
        refused = values.journal("no", legs=(), lines=(), refusal=InsufficientFunds(A))
        appended(place, Writes(journal=refused))
        assert self.hour(place, "2026030212") == [f"2026-03-02T12:00:00.123456Z#{refused.id}"]

    def test_holds_lie_in_the_hour_they_expire_in(self, place: Place) -> None:
        expiries = [NOON + timedelta(days=7, minutes=n) for n in (30, 10, 20)]
        for n, at in enumerate(expiries):
            placed = values.journal(f"hold {n}", kind="hold_placed", legs=(), lines=(), expires_at=at)
            appended(place, Writes(journal=placed))
        journal_without = values.journal("no expiry", kind="hold_placed", legs=(), lines=())
        refused = values.journal("no", legs=(), lines=(), expires_at=expiries[0], refusal=InsufficientFunds(A))
        appended(place, Writes(journal=journal_without))
        appended(place, Writes(journal=refused))
        found = place.store.expiring_in_hour("2026030912", after=None, limit=2)
        assert ([row[11:16] for row in found.rows], found.more) == (["12:10", "12:20"], True)
        rest = place.store.expiring_in_hour("2026030912", after=found.rows[-1], limit=2)
        assert ([row[11:16] for row in rest.rows], rest.more) == (["12:30"], False)
        assert rest.rows[0].endswith(f"#{journal_named('hold 0')}")


class TestExactness:
    @pytest.mark.parametrize("minor", [10**38 - 1, -(10**38) + 1, 10**37, 10**30, -(10**29) - 1, 0, 1, -1])
    def test_integers_of_38_digits_are_kept_to_the_last(self, place: Place, minor: int) -> None:
        line = values.line(A, 1, posted_minor=minor, day_debits_minor=minor, amount_minor=minor)
        appended(place, Writes(journal=values.journal("big", legs=(), lines=()), lines=(line,)))
        assert place.store.line(A, Position(1, 1)) == line

    @pytest.mark.parametrize("memo", [b"\x00", bytes(range(256)), "Grüße 💶 \u202e".encode(), b"x" * 640])
    def test_sealed_bytes_are_kept_exactly(self, place: Place, memo: bytes) -> None:
        writes = appended(place, Writes(journal=values.journal("memo", legs=(), lines=(), memo=memo)))
        assert place.store.journal(writes.journal.id) == writes.journal

    @pytest.mark.parametrize("text", ["", "e\u0301 is not \u00e9", "\U0001d54a", "a\x00b", "'\"\\"])
    def test_text_is_kept_code_point_by_code_point(self, place: Place, text: str) -> None:
        writes = appended(place, Writes(journal=values.journal("text", legs=(), lines=(), evidence=(text, text))))
        assert place.store.journal(writes.journal.id) == writes.journal

    @pytest.mark.parametrize("count", [0, 1, 16, 17, 64])
    def test_open_holds_are_kept(self, place: Place, count: int) -> None:
        line = values.line(A, 1, **values.holds_of(*map(values.hold, range(count))))
        appended(place, Writes(journal=values.journal("holds", legs=(), lines=()), lines=(line,)))
        assert place.store.heads([A])[A] == line.state

    @pytest.mark.parametrize("code", sorted(stored_refusals()))
    def test_every_stored_refusal_is_kept(self, place: Place, code: str) -> None:
        kind = stored_refusals()[code]
        facts = {name: 12 if name.endswith(("_minor", "_max")) else f"some {name}" for name in _fact_names(kind)}
        refused = values.journal("no", legs=(), lines=((A, Position(1, 1)),), refusal=kind(**facts))
        appended(place, Writes(journal=refused))
        assert place.store.journal(refused.id) == refused

    def test_every_fact_of_a_journal_is_kept(self, place: Place) -> None:
        journal = values.journal(
            "all",
            kind="card_cleared",
            reverses=journal_named("original"),
            hold=values.hold(1).id,
            expires_at=NOON + timedelta(days=1, microseconds=7),
            forced=True,
            shortfall_minor=99,
            memo=b"sealed",
            evidence=("decision-1", "sha256:aa"),
            effective_on=date(2026, 2, 27),
            lines=((A, Position(1, 1)), (B, Position(1, 1)), (values.joint_limit(1), Position(1, 8))),
        )
        appended(place, Writes(journal=journal))
        assert place.store.journal(journal.id) == journal

    def test_refusals_with_numbers_are_kept(self, place: Place) -> None:
        for n, refusal in enumerate((LimitExceeded("PER_DAY", 10**17, "USD"), NothingToReverse("jrn", 0))):
            refused = values.journal(f"no {n}", legs=(), lines=(), refusal=refusal)
            appended(place, Writes(journal=refused))
            assert place.store.journal(refused.id) == refused


class TestTime:
    def test_the_stores_clock_is_near_ours_in_whole_seconds(self, place: Place) -> None:
        said = place.store.time()
        assert said.microsecond == 0
        assert said.utcoffset() == timedelta(0)
        assert abs(said - place.now()) < timedelta(seconds=5)


def _fact_names(kind: type) -> list[str]:
    return list(getattr(kind, "__match_args__", ()))
