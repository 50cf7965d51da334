"""Signed roots are judged against a ledger, and each way to bend one or the other is found."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.ledger.hashing import GENESIS, sealed_line, sealed_total
from domain.ledger.model import Position
from domain.ledger.roots import Counts, DailyRoots, Entry, Root, Signature, sealed_root
from domain.ledger.roots_document import write_document
from domain.ledger.roots_memory import MemoryRootStore, MemorySigner
from domain.money import Money
from ops.verify.invariants import INVARIANTS
from ops.verify.judging import Verdict, document, judge, lines
from ops.verify.roots import Kept, SigningKey, roots_verdict
from ops.verify.world import of_memory
from tests.unit.verify.bank_with_everything import REGION, BankWithEverything

KEY = "arn:aws:kms:us-east-1:000000000000:key/roots"
SIGNER = MemorySigner(1, key=KEY)
FIRST, SECOND, THIRD = (date(2026, 9, day) for day in (14, 15, 16))


class Case:
    """The bank with everything and two days more, its world, and its roots as they are kept; any of it may be bent."""

    def __init__(self) -> None:
        self.bank = BankWithEverything()
        self.bank.post(
            "too much again",
            "transfer",
            self.bank.a,
            parties={"source": self.bank.a, "destination": self.bank.b},
            amounts={"amount": Money(9_000_00, "USD")},
        )
        self.bank.clock.at += timedelta(days=2)
        self.bank.folder.fold()
        store = MemoryRootStore()
        roots = DailyRoots(
            books=self.bank.memory, roots=store, signer=SIGNER, settings=self.bank.settings, reads_at_once=1
        )
        assert roots.make().made == 3
        self.kept = dict(store.kept)
        self.world = of_memory(self.bank.memory, settings=self.bank.settings, now=self.bank.clock.now())
        self.more: list[Kept] = []

    def verdict(self) -> Verdict:
        found = [Kept(key(day), write_document(*kept)) for day, kept in self.kept.items()]
        everything = sorted([*found, *self.more], key=lambda one: one.key)
        return roots_verdict(everything, world=self.world, key=SigningKey(KEY, SIGNER.public_key()))

    def found(self) -> list[str]:
        return [str(found) for found in self.verdict().violations]

    def root(self, day: date) -> Root:
        return self.kept[day][0]

    def put(self, root: Root, signature: Signature | None = None, *, day: date | None = None) -> None:
        self.kept[day or root.day] = (root, signature or self.kept[root.day][1])

    def sign(self, root: Root) -> None:
        """By whoever has the key: the hash and the signature are right, whatever the root says."""
        sealed = sealed_root(root)
        self.put(sealed, SIGNER.sign(sealed.hash))

    def sign_all(self, bend: Callable[[Root], Root]) -> None:
        """Every root bent, signed and chained again."""
        previous = GENESIS
        for day in sorted(self.kept):
            self.sign(replace(bend(self.root(day)), previous=previous))
            previous = self.root(day).hash


def key(day: date) -> str:
    return f"roots/{REGION}/{day:%Y/%m/%d}.json"


@pytest.fixture(name="case")
def _case() -> Case:
    return Case()


def test_good_roots_of_a_good_world_are_clean(case: Case) -> None:
    verdict = case.verdict()
    assert case.found() == []
    assert (verdict.name, verdict.examined, verdict.ok) == ("roots signed", 3, True)


def test_the_roots_have_something_to_say(case: Case) -> None:
    heads, totals = ([len(entries(case.root(day))) for day in case.kept] for entries in (heads_of, totals_of))
    assert (heads[0] > 3, heads[1], heads[2]) == (True, 1, 0)
    assert all(totals)
    assert [case.root(day).counts.refused for day in sorted(case.kept)] == [1, 1, 0]


def heads_of(root: Root) -> tuple[Entry, ...]:
    return root.heads


def totals_of(root: Root) -> tuple[Entry, ...]:
    return root.totals


def test_a_bank_without_roots_yet_has_nothing_to_judge(case: Case) -> None:
    case.kept.clear()
    assert (case.verdict().examined, case.verdict().ok) == (0, True)


def test_the_verdict_stands_in_the_reports_like_any_other(case: Case) -> None:
    case.kept.pop(SECOND)
    verdicts = [*judge(case.world), case.verdict()]
    check = document(verdicts)["checks"][-1]
    assert (check["name"], check["ok"], check["examined"]) == ("roots signed", False, 2)
    assert "root of 2026-09-15: is missing" in check["violations"]
    assert any(line.startswith("OFF  roots signed") for line in lines(verdicts))


def test_what_was_booked_after_the_last_root_is_not_judged_yet(case: Case) -> None:
    case.bank.post(
        "today",
        "cash_deposit",
        case.bank.a,
        parties={"destination": case.bank.a},
        amounts={"amount": Money(1_00, "USD")},
    )
    case.world = of_memory(case.bank.memory, settings=case.bank.settings, now=case.bank.clock.now())
    assert case.found() == []


def test_an_empty_total_that_came_later_is_no_contradiction(case: Case) -> None:
    """Shards that are added later get marks for days long past."""
    shard = next(shard for shard in case.world.totals if not case.world.legs.get(shard))
    first = case.world.totals[shard][Position(1, 1)]
    grown = (shard[0], shard[1], 7)
    case.world.totals[grown] = {Position(1, 1): sealed_total(replace(first, shard=7, count=0))}
    assert case.found() == []


# Bent roots.


def alter_an_entry(case: Case) -> None:
    root = case.root(FIRST)
    case.put(replace(root, heads=(replace(root.heads[0], hash=b"\x07" * 32), *root.heads[1:])))


def alter_a_count(case: Case) -> None:
    root = case.root(FIRST)
    case.put(replace(root, counts=replace(root.counts, journals=root.counts.journals + 1)))


def alter_the_hash(case: Case) -> None:
    case.put(replace(case.root(FIRST), hash=b"\x07" * 32))


def shorten_the_hash(case: Case) -> None:
    case.put(replace(case.root(FIRST), hash=b"\x07"))


def alter_and_seal(case: Case) -> None:
    """Whoever cannot sign: the hash fits what the root says, and the signature does not."""
    root = case.root(FIRST)
    case.put(sealed_root(replace(root, heads=root.heads[1:])))


def alter_and_sign(case: Case) -> None:
    """Whoever can sign, and does not chain the later roots again."""
    root = case.root(FIRST)
    case.sign(replace(root, counts=replace(root.counts, lines=root.counts.lines + 1)))


def sign_with_another_key(case: Case) -> None:
    root = case.root(THIRD)
    case.put(root, MemorySigner(2, key="arn:of-somebody-else").sign(root.hash))


def sign_with_another_key_of_this_name(case: Case) -> None:
    root = case.root(THIRD)
    case.put(root, MemorySigner(2, key=KEY).sign(root.hash))


def take_another_days_signature(case: Case) -> None:
    case.put(case.root(THIRD), case.kept[SECOND][1])


def name_another_algorithm(case: Case) -> None:
    root, signature = case.kept[THIRD]
    case.put(root, replace(signature, algorithm="NONE"))


def spoil_the_signature(case: Case) -> None:
    root, signature = case.kept[THIRD]
    case.put(root, replace(signature, value=signature.value[:-1]))


def lose_a_day(case: Case) -> None:
    case.kept.pop(SECOND)


def lose_the_first_day(case: Case) -> None:
    case.kept.pop(FIRST)


def begin_the_chain_again(case: Case) -> None:
    """The first day dropped, and the rest signed as if the books had been opened later."""
    case.kept.pop(FIRST)
    case.sign_all(lambda root: root)


def put_a_day_elsewhere(case: Case) -> None:
    root, signature = case.kept.pop(THIRD)
    case.put(root, signature, day=THIRD + timedelta(days=1))


def bring_a_root_of_another_region(case: Case) -> None:
    case.sign(replace(case.root(THIRD), region="us-west-2"))


def write_over_a_root(case: Case) -> None:
    case.more.append(Kept(key(SECOND), write_document(*case.kept[SECOND])))


def delete_a_root(case: Case) -> None:
    case.more.append(Kept(key(SECOND), None))


def leave_only_a_delete_marker(case: Case) -> None:
    case.kept.pop(SECOND)
    case.more.append(Kept(key(SECOND), None))


def leave_something_else(case: Case) -> None:
    case.more.append(Kept(f"roots/{REGION}/2026/09/17.json", b"no root"))


# Roots that whoever holds the key bent, all of them signed and chained again.


def leave_an_account_out(case: Case) -> None:
    case.sign_all(lambda root: replace(root, heads=root.heads[1:]))


def name_an_account_twice(case: Case) -> None:
    case.sign_all(lambda root: replace(root, heads=(*root.heads, *root.heads)))


def name_accounts_in_another_order(case: Case) -> None:
    case.sign_all(lambda root: replace(root, heads=root.heads[::-1]))


def name_an_account_that_is_not(case: Case) -> None:
    ghost = Entry("acc_us0017_ghost", Position(1, 1), b"\x01" * 32)
    case.sign_all(lambda root: replace(root, heads=tuple(sorted((*root.heads, ghost), key=lambda one: one.log))))


def name_an_earlier_line(case: Case) -> None:
    def back(root: Root) -> Root:
        return replace(root, heads=tuple(replace(head, position=Position(1, 1)) for head in root.heads))

    case.sign_all(back)


def leave_a_shard_out(case: Case) -> None:
    used = {f"{account}@{region}.{shard}" for (account, region, shard), legs in case.world.legs.items() if legs}
    case.sign_all(lambda root: replace(root, totals=tuple(one for one in root.totals if one.log not in used)))


def name_a_shard_that_is_not(case: Case) -> None:
    ghost = Entry("int_us_usd_ghost@us-east-1.0", Position(1, 1), b"\x01" * 32)
    case.sign_all(lambda root: replace(root, totals=(*root.totals, ghost)))


def name_a_shard_twice(case: Case) -> None:
    case.sign_all(lambda root: replace(root, totals=(*root.totals, *root.totals)))


def name_another_total(case: Case) -> None:
    case.sign_all(lambda root: replace(root, totals=tuple(replace(total, hash=b"\x01" * 32) for total in root.totals)))


def count_otherwise(case: Case) -> None:
    case.sign_all(lambda root: replace(root, counts=Counts()))


# A bent ledger behind good roots.


def alter_a_line(case: Case) -> None:
    line = case.world.log(case.bank.b)[-1]
    case.world.put(replace(line, counter="acc_us0017_another"))


def rewrite_a_log(case: Case) -> None:
    """An early line altered, and every line after it chained again: the log alone shows nothing."""
    previous = GENESIS
    for number, line in enumerate(case.world.log(case.bank.c)):
        counter = "acc_us0017_another" if number == 1 else line.counter
        changed = sealed_line(replace(line, counter=counter, previous_hash=previous))
        case.world.put(changed)
        previous = changed.state.hash


def cut_a_log_off(case: Case) -> None:
    last = case.world.log(case.bank.c)[-1]
    del case.world.lines[case.bank.c][last.position]


def forget_an_account(case: Case) -> None:
    del case.world.lines[case.bank.c]


def rewrite_totals(case: Case) -> None:
    for shard, totals in case.world.totals.items():
        previous = GENESIS
        for position, total in sorted(totals.items()):
            changed = sealed_total(replace(total, digest=b"\x01" * 32, previous_hash=previous))
            case.world.totals[shard][position] = changed
            previous = changed.hash


def forget_totals(case: Case) -> None:
    case.world.totals.clear()


def forget_a_refusal(case: Case) -> None:
    refused = case.bank.journals["too much"].journal
    assert refused is not None
    del case.world.journals[refused.id]


def move_a_journal_to_another_day(case: Case) -> None:
    refused = case.bank.journals["too much"].journal
    assert refused is not None
    case.world.put(replace(refused, booked_at=refused.booked_at + timedelta(days=2)))


@dataclass(frozen=True)
class Corruption:
    corrupt: Callable[[Case], None]
    says: str

    def __str__(self) -> str:
        return self.corrupt.__name__


CORRUPTIONS = [
    Corruption(alter_an_entry, "root of 2026-09-14: its hash is not that of what it says"),
    Corruption(alter_a_count, "root of 2026-09-14: its hash is not that of what it says"),
    Corruption(alter_the_hash, "root of 2026-09-14: its hash is not that of what it says"),
    Corruption(shorten_the_hash, "root of 2026-09-14: its signature does not hold"),
    Corruption(alter_and_seal, "root of 2026-09-14: its signature does not hold"),
    Corruption(alter_and_sign, "root of 2026-09-15: does not continue the chain"),
    Corruption(sign_with_another_key, "root of 2026-09-16: is signed by arn:of-somebody-else"),
    Corruption(sign_with_another_key_of_this_name, "root of 2026-09-16: its signature does not hold"),
    Corruption(take_another_days_signature, "root of 2026-09-16: its signature does not hold"),
    Corruption(name_another_algorithm, "root of 2026-09-16: is signed by"),
    Corruption(spoil_the_signature, "root of 2026-09-16: its signature does not hold"),
    Corruption(lose_a_day, "root of 2026-09-15: is missing"),
    Corruption(lose_the_first_day, "root of 2026-09-15: does not continue the chain"),
    Corruption(begin_the_chain_again, "root of 2026-09-14: is missing: journals were booked before the first root"),
    Corruption(put_a_day_elsewhere, "2026/09/17.json: holds the root of us-east-1 of 2026-09-16"),
    Corruption(bring_a_root_of_another_region, "2026/09/16.json: holds the root of us-west-2"),
    Corruption(write_over_a_root, "2026/09/15.json: 2 versions"),
    Corruption(delete_a_root, "2026/09/15.json: 2 versions or delete markers"),
    Corruption(leave_only_a_delete_marker, "root of 2026-09-15: is missing"),
    Corruption(leave_something_else, "2026/09/17.json: a root cannot be read"),
    Corruption(leave_an_account_out, "names none of"),
    Corruption(name_an_account_twice, "its entries are not in order, each once"),
    Corruption(name_accounts_in_another_order, "its entries are not in order, each once"),
    Corruption(name_an_account_that_is_not, "of acc_us0017_ghost; its last line that day is none"),
    Corruption(name_an_earlier_line, "names 1/1 of"),
    Corruption(leave_a_shard_out, "names total none of"),
    Corruption(name_a_shard_that_is_not, "of int_us_usd_ghost@us-east-1.0, which has none"),
    Corruption(name_a_shard_twice, "its entries are not in order, each once"),
    Corruption(name_another_total, "is not the one it names"),
    Corruption(count_otherwise, "counts 0 journals, 0 refusals, 0 lines; the ledger has"),
    Corruption(alter_a_line, "is not the one it names"),
    Corruption(rewrite_a_log, "is not the one it names"),
    Corruption(cut_a_log_off, "its last line that day is"),
    Corruption(forget_an_account, "its last line that day is none"),
    Corruption(rewrite_totals, "is not the one it names"),
    Corruption(forget_totals, "which has none"),
    Corruption(forget_a_refusal, "root of 2026-09-14: counts"),
    Corruption(move_a_journal_to_another_day, "root of 2026-09-16: counts"),
]


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=str)
def test_each_corruption_is_found(case: Case, corruption: Corruption) -> None:
    corruption.corrupt(case)
    assert any(corruption.says in found for found in case.found()), case.found()


def test_a_log_that_was_rewritten_whole_is_found_by_the_roots_alone(case: Case) -> None:
    rewrite_a_log(case)
    assert {verdict.name for verdict in judge(case.world) if not verdict.ok} == set()
    assert case.found()


def test_the_roots_are_a_check_beside_the_invariants_of_the_world() -> None:
    assert "roots signed" not in {invariant.name for invariant in INVARIANTS}


def test_a_key_that_is_on_no_curve_signs_nothing(case: Case) -> None:
    public = rsa.generate_private_key(65537, 2048).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    found = [Kept(key(day), write_document(*kept)) for day, kept in sorted(case.kept.items())]
    verdict = roots_verdict(found, world=case.world, key=SigningKey(KEY, der))
    assert {found.what for found in verdict.violations} == {f"{KEY} is no key on a curve"}
