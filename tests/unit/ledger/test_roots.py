"""Daily roots: what a root says, which days get one, and that each day gets it once whatever happens to the runs."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.ledger.hashing import GENESIS
from domain.ledger.merkle import inclusion_proof, merkle_root, verify_inclusion
from domain.ledger.model import Fault, Position, Registration, TornRecord, Total
from domain.ledger.roots import (
    DAYS_IN_A_RUN_MAX,
    LATE_AFTER,
    Counts,
    DailyRoots,
    Entry,
    Root,
    Rooted,
    RootsDisagree,
    Signature,
    leaves,
    sealed_root,
)
from domain.ledger.roots_document import read_document, write_document
from domain.ledger.roots_memory import MemoryRootStore, MemorySigner
from domain.ledger.shards import shard_account
from domain.ledger.store import Slice
from tests.unit.ledger.faults import Death, Script, raising, rivalry
from tests.unit.ledger.world import NOON, World

DAY = NOON.date()
NEXT = DAY + timedelta(days=1)
SIGNER = MemorySigner(417)


class Rooting:
    """A world whose days can be closed and rooted; its store of roots may be spoiled by `faults`."""

    def __init__(self, *, spread: int = 1) -> None:
        self.world = World(shards=2)
        self.world.settings = replace(self.world.settings, index_spread=spread)
        self.faults = Script()
        self.kept = MemoryRootStore(self.faults)

    def roots(self, *, reads_at_once: int = 1) -> DailyRoots:
        """Another process."""
        return DailyRoots(
            books=self.world.store,
            roots=self.kept,
            signer=SIGNER,
            settings=self.world.settings,
            reads_at_once=reads_at_once,
        )

    def make(self) -> Rooted:
        return self.roots().make()

    def close(self, day: date) -> None:
        """To the moment at which the day is closed and folded."""
        self.world.clock.instant = end(day) + self.world.settings.close_after
        self.world.folder.fold()

    def live(self, day: date) -> None:
        """A transfer at noon."""
        self.world.clock.instant = datetime.combine(day, time(16), UTC)
        self.world.transfer("alice", "bob", 1)

    def root(self, day: date = DAY) -> Root:
        return self.kept.kept[day][0]

    def days(self) -> list[date]:
        return sorted(self.kept.kept)

    def head(self, name: str) -> Entry:
        state = self.world.head(name)
        return Entry(state.account, state.position, state.hash)


def end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


@pytest.fixture(name="bank")
def _bank() -> Rooting:
    bank = Rooting()
    bank.world.open("alice", minor=100)
    bank.world.open("bob")
    bank.world.transfer("alice", "bob", 30)
    return bank


class TestWhatARootSays:
    def test_it_names_the_last_line_of_every_account_that_got_one_in_the_day(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.make()
        assert bank.root().heads == tuple(sorted((bank.head("alice"), bank.head("bob")), key=lambda head: head.log))
        assert [head.position.seq for head in bank.root().heads if head.log == bank.world.id("alice")] == [3]

    def test_an_account_that_did_not_change_is_left_to_the_root_that_named_it(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.world.deposit("bob", 5)
        bank.close(NEXT)
        bank.make()
        assert [head.log for head in bank.root(NEXT).heads] == [bank.world.id("bob")]

    def test_a_line_after_midnight_belongs_to_the_next_day(self, bank: Rooting) -> None:
        before = bank.head("bob")
        bank.world.clock.instant = end(DAY)
        bank.world.deposit("bob", 5)
        bank.close(DAY)
        bank.make()
        assert before in bank.root().heads
        assert bank.head("bob") not in bank.root().heads

    def test_a_line_in_the_last_microsecond_belongs_to_the_day(self, bank: Rooting) -> None:
        bank.world.clock.instant = end(DAY) - timedelta(microseconds=1)
        bank.world.deposit("bob", 5)
        bank.close(DAY)
        bank.make()
        assert bank.head("bob") in bank.root().heads

    def test_joint_limits_and_guarded_shards_are_named_like_accounts(self, bank: Rooting) -> None:
        bank.world.open_joint_limit("limit", 50)
        shards = bank.world.open_prefund(10, 10)
        bank.close(DAY)
        bank.make()
        assert {bank.world.id("limit"), *shards} <= {head.log for head in bank.root().heads}

    def test_it_names_the_last_total_of_every_shard(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.make()
        expected = []
        for (account, region, shard), log in sorted(bank.world.store.totals_of.items()):
            expected.append(Entry(shard_account(account, region, shard), log[-1].position, log[-1].hash))
        assert bank.root().totals == tuple(expected)
        registered = bank.world.store.registrations()
        assert len(expected) == len(registered) * bank.world.settings.shards

    def test_a_total_of_the_next_day_is_not_in_it(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.live(NEXT)
        bank.world.deposit("bob", 7)
        bank.close(NEXT)
        bank.make()
        named = {entry.log: entry.position for entry in bank.root().totals}
        for (account, region, shard), log in bank.world.store.totals_of.items():
            until = [total for total in log if total.day == DAY.strftime("%Y%m%d")]
            assert named[shard_account(account, region, shard)] == until[-1].position

    def test_it_counts_what_was_booked(self, bank: Rooting) -> None:
        bank.world.transfer("alice", "bob", 1_000)
        bank.world.transfer("bob", "alice", 1_000)
        bank.close(DAY)
        bank.make()
        # Two openings, a deposit and a transfer; the other transfers were refused and wrote no line.
        assert bank.root().counts == Counts(journals=4, refused=2, lines=5)

    def test_it_is_of_its_region_and_its_day(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.make()
        assert (bank.root().region, bank.root().day) == ("us-east-1", DAY)

    def test_a_refused_journal_names_no_account(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.world.transfer("alice", "bob", 1_000)
        bank.close(NEXT)
        bank.make()
        assert bank.root(NEXT).heads == ()
        assert bank.root(NEXT).counts == Counts(journals=0, refused=1, lines=0)

    def test_every_bucket_of_the_time_index_is_read(self) -> None:
        bank = Rooting(spread=5)
        bank.world.store._settings = bank.world.settings
        for n in range(12):
            bank.world.open(f"account {n}")
        bank.close(DAY)
        bank.make()
        assert len(bank.root().heads) == 12

    @pytest.mark.parametrize("reads_at_once", [1, 2, 8])
    def test_however_many_read_at_once_it_says_the_same(self, bank: Rooting, reads_at_once: int) -> None:
        bank.close(DAY)
        bank.make()
        said = bank.root()
        bank.kept.kept.clear()
        bank.roots(reads_at_once=reads_at_once).make()
        assert bank.root() == said

    def test_it_is_read_page_by_page(self, bank: Rooting, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(9):
            bank.world.deposit("bob", 1)
            bank.world.clock.advance(timedelta(minutes=1))
        bank.close(DAY)
        bank.make()
        said = bank.root()
        bank.kept.kept.clear()
        monkeypatch.setattr("domain.ledger.roots.INDEX_PAGE", 2)
        monkeypatch.setattr("domain.ledger.roots.TOTALS_PAGE", 2)
        bank.make()
        assert bank.root() == said
        assert said.counts.journals > 2 * 4

    def test_an_hour_without_end_stops_the_line(self, bank: Rooting, monkeypatch: pytest.MonkeyPatch) -> None:
        bank.close(DAY)
        monkeypatch.setattr("domain.ledger.roots.INDEX_PAGE", 1)
        monkeypatch.setattr("domain.ledger.roots.PAGES_MAX", 2)
        with pytest.raises(Fault, match="goes on beyond"):
            bank.make()

    def test_totals_are_read_from_where_the_last_root_left_them(
        self, bank: Rooting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bank.close(DAY)
        bank.make()
        bank.close(NEXT)
        asked = set()
        read = bank.world.store.totals

        def totals(account: str, *, region: str, shard: int, after: Position | None, limit: int) -> Slice[Total]:
            asked.add((shard_account(account, region, shard), after))
            return read(account, region=region, shard=shard, after=after, limit=limit)

        monkeypatch.setattr(bank.world.store, "totals", totals)
        bank.make()
        assert {(entry.log, entry.position) for entry in bank.root(DAY).totals} == asked

    def test_it_is_signed(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.make()
        root, signature = bank.kept.kept[DAY]
        assert signature.key == SIGNER.key
        assert len(root.hash) == 32


class TestTheHash:
    ROOT = Root(
        region="us-east-1",
        day=DAY,
        previous=GENESIS,
        heads=(
            Entry("acc_us0417_A", Position(1, 3), b"\x01" * 32),
            Entry("acc_us0417_B", Position(1, 2), b"\x02" * 32),
        ),
        totals=(Entry("int_us_usd_settlement@us-east-1.0", Position(1, 9), b"\x03" * 32),),
        counts=Counts(4, 1, 5),
    )

    def test_it_can_be_made_again_with_a_json_library_alone(self) -> None:
        root = sealed_root(self.ROOT)
        said = [
            ["head", "acc_us0417_A", [1, 3], "01" * 32],
            ["head", "acc_us0417_B", [1, 2], "02" * 32],
            ["total", "int_us_usd_settlement@us-east-1.0", [1, 9], "03" * 32],
        ]
        a, b, c = (sha(b"\x00" + compact([1, *row])) for row in said)
        tree = sha(b"\x01" + sha(b"\x01" + a + b) + c)
        assert root.tree == tree
        whole = [1, "us-east-1", "2026-03-10", "00" * 32, tree.hex(), [2, 1], [4, 1, 5]]
        assert root.hash == sha(compact(whole))

    @pytest.mark.parametrize(
        "change",
        [
            {"region": "us-west-2"},
            {"day": NEXT},
            {"previous": b"\x01" * 32},
            {"heads": ROOT.heads[:1]},
            {"heads": ROOT.heads[::-1]},
            {"heads": (replace(ROOT.heads[0], hash=b"\x04" * 32), ROOT.heads[1])},
            {"heads": (replace(ROOT.heads[0], position=Position(1, 4)), ROOT.heads[1])},
            {"totals": ()},
            {"heads": (*ROOT.heads, *ROOT.totals), "totals": ()},
            {"counts": Counts(4, 1, 6)},
            {"counts": Counts(1, 4, 5)},
        ],
        ids="-".join,
    )
    def test_it_covers_all_that_the_root_says(self, change: dict[str, object]) -> None:
        assert sealed_root(replace(self.ROOT, **change)).hash != sealed_root(self.ROOT).hash  # type: ignore[arg-type]  # fields by name

    def test_an_account_can_be_shown_to_be_in_it(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.make()
        root = bank.root()
        said = leaves(root)
        for index, leaf in enumerate(said):
            proof = inclusion_proof(said, index)
            assert verify_inclusion(leaf, index=index, size=len(said), proof=proof, root=root.tree)

    def test_an_empty_root_has_the_tree_of_nothing(self) -> None:
        assert sealed_root(replace(self.ROOT, heads=(), totals=())).tree == merkle_root([])


class TestTheDocument:
    def test_it_reads_back_as_it_was_written(self) -> None:
        root = sealed_root(TestTheHash.ROOT)
        signature = SIGNER.sign(root.hash)
        assert read_document(write_document(root, signature)) == (root, signature)

    def test_it_is_json_in_ascii(self) -> None:
        root = sealed_root(TestTheHash.ROOT)
        said = json.loads(write_document(root, SIGNER.sign(root.hash)).decode("ascii"))
        assert said["day"] == "2026-03-10"
        assert said["heads"][0] == ["acc_us0417_A", 1, 3, "01" * 32]
        assert said["counts"] == {"journals": 4, "refused": 1, "lines": 5}

    def test_it_is_compact_and_ends_its_line(self) -> None:
        root = sealed_root(TestTheHash.ROOT)
        body = write_document(root, SIGNER.sign(root.hash))
        assert body == json.dumps(json.loads(body), separators=(",", ":")).encode() + b"\n"

    def test_a_key_of_any_name_is_kept_in_ascii(self) -> None:
        root, signature = sealed_root(TestTheHash.ROOT), Signature("Schlüssel", "ECDSA_SHA_256", b"\x00\xff")
        body = write_document(root, signature)
        assert body.isascii()
        assert read_document(body) == (root, signature)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda _: b"no json",
            lambda _: b"[]",
            lambda _: b"7",
            lambda said: changed(said, version=2),
            lambda said: changed(said, more=1),
            lambda said: changed(said, day="yesterday"),
            lambda said: changed(said, hash="zz"),
            lambda said: changed(said, heads=[["acc", 1, 2]]),
            lambda said: changed(said, heads=None),
            lambda said: changed(said, counts={"journals": 1}),
            lambda said: changed(said, counts={"journals": 1, "refused": 0.5, "lines": 1}),
            lambda said: changed(said, heads=[["acc", 1, True, "00"]]),
            lambda said: changed(said, signature={"key": "k", "algorithm": "a", "value": "***"}),
        ],
    )
    def test_what_is_no_root_is_torn(self, spoil: Callable[[bytes], bytes]) -> None:
        root = sealed_root(TestTheHash.ROOT)
        with pytest.raises(TornRecord, match="a root cannot be read"):
            read_document(spoil(write_document(root, SIGNER.sign(root.hash))))


def changed(body: bytes, **fields: object) -> bytes:
    return json.dumps({**json.loads(body), **fields}).encode()


class TestWhichDaysGetOne:
    def test_none_before_the_books_are_opened(self, bank: Rooting) -> None:
        bank.world.store.registered_accounts.clear()
        bank.close(DAY)
        assert bank.make() == Rooted(0, None, None, late=False)

    def test_the_first_is_the_day_the_books_were_opened(self, bank: Rooting) -> None:
        earlier = DAY - timedelta(days=2)
        bank.world.store.register(Registration(bank.world.internal("losses"), earlier.strftime("%Y%m%d")))
        bank.close(DAY)
        bank.make()
        assert bank.days() == [earlier, DAY - timedelta(days=1), DAY]
        assert bank.root(earlier).previous == GENESIS

    def test_a_day_is_closed_when_the_bound_after_it_has_passed(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.world.clock.advance(timedelta(seconds=-1))
        assert bank.make() == Rooted(0, None, None, late=False)
        bank.world.clock.advance(timedelta(seconds=1))
        assert bank.make() == Rooted(1, DAY, None, late=False)

    def test_a_day_without_anything_gets_one_too(self, bank: Rooting) -> None:
        bank.close(NEXT)
        assert bank.make().made == 2
        assert bank.root(NEXT).heads == ()
        assert bank.root(NEXT).counts == Counts()

    def test_each_is_chained_to_the_day_before(self, bank: Rooting) -> None:
        for day in (DAY, NEXT, NEXT + timedelta(days=1)):
            bank.live(day)
            bank.close(day)
            bank.make()
        first, second, third = (bank.root(day) for day in bank.days())
        assert (first.previous, second.previous, third.previous) == (GENESIS, first.hash, second.hash)

    def test_a_run_goes_so_far_and_the_next_goes_on(self, bank: Rooting) -> None:
        last = DAY + timedelta(days=DAYS_IN_A_RUN_MAX + 1)
        bank.close(last)
        first = bank.make()
        assert (first.made, first.waiting) == (DAYS_IN_A_RUN_MAX, last - timedelta(days=1))
        assert bank.make() == Rooted(2, last, None, late=False)
        assert bank.make() == Rooted(0, last, None, late=False)

    def test_many_days_in_one_run_are_the_roots_that_single_runs_make(self, bank: Rooting) -> None:
        days = [DAY + timedelta(days=n) for n in range(5)]
        for day in days:
            bank.live(day)
            bank.close(day)
        bank.make()
        at_once = [bank.root(day) for day in days]
        bank.kept.kept.clear()
        for day in days:
            bank.world.clock.instant = end(day) + bank.world.settings.close_after
            bank.make()
        assert [bank.root(day) for day in days] == at_once


class TestTheFolder:
    def test_a_day_waits_until_its_legs_are_folded(self, bank: Rooting) -> None:
        bank.world.clock.instant = end(DAY) + bank.world.settings.close_after
        assert bank.make() == Rooted(0, None, DAY, late=False)
        bank.world.folder.fold()
        assert bank.make().made == 1

    def test_a_day_that_is_folded_in_part_waits(self, bank: Rooting) -> None:
        bank.world.clock.advance(timedelta(minutes=20))
        bank.world.folder.fold()
        bank.world.clock.advance(timedelta(minutes=20))
        shard, early = next(iter(bank.world.store.legs_of.items()))
        early = list(early)
        while len(bank.world.store.legs_of[shard]) == len(early):
            bank.world.deposit("bob", 5)
        # The folder marks the day for every shard, and has not seen the late leg of this one.
        whole = bank.world.store.legs_of[shard]
        bank.world.store.legs_of[shard] = early
        bank.close(DAY)
        bank.world.store.legs_of[shard] = whole
        assert bank.make() == Rooted(0, None, DAY, late=False)
        bank.world.folder.fold()
        assert bank.make().made == 1

    def test_a_closed_day_without_a_root_is_late_after_hours(self, bank: Rooting) -> None:
        bank.world.clock.instant = end(DAY) + LATE_AFTER
        assert bank.make() == Rooted(0, None, DAY, late=False)
        bank.world.clock.advance(timedelta(seconds=1))
        assert bank.make() == Rooted(0, None, DAY, late=True)

    def test_a_book_that_was_opened_later_holds_up_no_earlier_day(self, bank: Rooting) -> None:
        bank.close(DAY)
        later = NEXT.strftime("%Y%m%d")
        bank.world.store.register(Registration("inc_us0417_" + "0" * 26, later))
        assert bank.make().made == 1

    def test_after_a_pause_the_folder_and_the_roots_catch_up(self, bank: Rooting) -> None:
        last = DAY + timedelta(days=9)
        bank.close(last)
        assert bank.make() == Rooted(10, last, None, late=False)


class TestOnce:
    def test_a_second_run_makes_nothing(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.make()
        before = dict(bank.kept.kept)
        assert bank.make() == Rooted(0, DAY, None, late=False)
        assert bank.kept.kept == before

    def test_an_answer_that_is_lost_leaves_the_root_and_the_next_run_goes_on(self, bank: Rooting) -> None:
        bank.close(NEXT)
        bank.faults.at("put_new", "after", raising(ConnectionError("no answer")))
        with pytest.raises(ConnectionError):
            bank.make()
        assert bank.days() == [DAY]
        assert bank.make() == Rooted(1, NEXT, None, late=False)
        assert bank.root(NEXT).previous == bank.root(DAY).hash

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_death_at_the_put_leaves_whole_roots_alone(self, bank: Rooting, when: str) -> None:
        bank.close(NEXT)
        bank.faults.at("put_new", when, raising(Death()), nth=2)  # type: ignore[arg-type]  # one of two words
        with pytest.raises(Death):
            bank.make()
        bank.make()
        assert bank.days() == [DAY, NEXT]
        assert bank.root(NEXT).previous == bank.root(DAY).hash

    def test_a_run_that_is_overtaken_takes_the_other_runs_root(self, bank: Rooting) -> None:
        bank.close(NEXT)
        bank.faults.at("put_new", "before", rivalry(bank.make))
        assert bank.make() == Rooted(0, NEXT, None, late=False)
        assert bank.days() == [DAY, NEXT]
        assert bank.root(NEXT).previous == bank.root(DAY).hash

    def test_a_run_overtaken_in_one_day_goes_on_from_it(self, bank: Rooting) -> None:
        bank.close(DAY)

        def overtake() -> None:
            bank.make()
            bank.close(NEXT)

        bank.faults.at("put_new", "before", rivalry(overtake))
        assert bank.make().last == DAY
        assert bank.make() == Rooted(1, NEXT, None, late=False)

    def test_another_root_of_the_same_day_stops_the_line(self, bank: Rooting) -> None:
        bank.close(DAY)

        def forge() -> None:
            root = sealed_root(replace(TestTheHash.ROOT, day=DAY))
            bank.kept.put_new(root, SIGNER.sign(root.hash))

        bank.faults.at("put_new", "before", rivalry(forge))
        with pytest.raises(RootsDisagree, match="2026-03-10"):
            bank.make()

    def test_a_root_that_is_there_and_not_found_stops_the_line(self, bank: Rooting) -> None:
        bank.close(DAY)

        class Forgetful(MemoryRootStore):
            def latest(self) -> Root | None:
                return None

        bank.make()
        forgetful = Forgetful()
        forgetful.kept = bank.kept.kept
        bank.kept = forgetful
        with pytest.raises(Fault, match="is not found"):
            bank.make()


class TestInMemory:
    def test_every_call_of_the_store_meets_its_faults_by_its_own_name(self) -> None:
        script = Script()
        kept = MemoryRootStore(script)
        root = sealed_root(TestTheHash.ROOT)
        assert kept.latest() is None
        assert kept.put_new(root, SIGNER.sign(root.hash))
        assert script.calls == ["latest", "put_new"]

    def test_a_signer_has_the_key_of_its_number_and_a_name(self) -> None:
        assert MemorySigner(5).public_key() == MemorySigner(5).public_key() != MemorySigner(6).public_key()
        assert (MemorySigner(5).key, MemorySigner(5, key="other").sign(b"\x00" * 32).key) == ("memory", "other")


class TestATornLedger:
    def test_a_journal_that_the_index_names_and_that_is_gone_stops_the_line(self, bank: Rooting) -> None:
        bank.close(DAY)
        journals = bank.world.store.journals
        journals.pop(next(iter(journals)))
        with pytest.raises(TornRecord, match="the time index names"):
            bank.make()
        assert bank.days() == []

    def test_a_line_that_is_gone_stops_the_line(self, bank: Rooting) -> None:
        bank.close(DAY)
        bank.world.store.lines_of[bank.world.id("bob")].pop()
        with pytest.raises(TornRecord, match="does not exist"):
            bank.make()
        assert bank.days() == []


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
