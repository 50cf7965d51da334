"""The judge finds nothing in a good world, and each corruption of a copy by the check that is meant for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ledger.codec import encode_line
from domain.ledger.hashing import sealed_total
from domain.ledger.model import Journal, Line, Position, Posted, Refused, Status
from ops.verify.invariants import INVARIANTS
from ops.verify.judging import document, judge, lines
from ops.verify.world import World, of_items, of_memory
from tests.unit.verify.bank_with_everything import BankWithEverything


@pytest.fixture(name="bank")
def _bank() -> BankWithEverything:
    return BankWithEverything()


def world_of(bank: BankWithEverything) -> World:
    return of_memory(bank.memory, settings=bank.settings, now=bank.clock.now())


def names_off(world: World) -> set[str]:
    return {verdict.name for verdict in judge(world) if not verdict.ok}


def test_everything_that_was_meant_to_post_did_and_the_rest_was_refused(bank: BankWithEverything) -> None:
    refused = {name for name, answer in bank.journals.items() if isinstance(answer, Refused)}
    assert refused == {"too much"}


def test_a_good_world_is_clean_and_every_check_examined_something(bank: BankWithEverything) -> None:
    verdicts = judge(world_of(bank))
    assert [line for line in lines(verdicts) if line.startswith(("OFF", "    "))] == []
    assert document(verdicts)["ok"] is True
    assert [verdict.name for verdict in verdicts if verdict.examined == 0] == []


def line_of(world: World, bank: BankWithEverything, name: str, account: str) -> Line:
    answer = bank.journals[name]
    assert isinstance(answer, Posted)
    return world.lines[account][dict(answer.journal.lines)[account]]


def journal_of(bank: BankWithEverything, name: str) -> Journal:
    answer = bank.journals[name]
    assert answer.journal is not None
    return answer.journal


def put_line(world: World, line: Line) -> None:
    world.lines[line.account][line.position] = line


def unbalance(world: World, bank: BankWithEverything) -> None:
    journal = journal_of(bank, "transfer")
    leg = journal.legs[0]
    more = replace(leg, money=replace(leg.money, minor=leg.money.minor + 1))
    world.put(replace(journal, legs=(more, *journal.legs[1:])))


def forget_line(world: World, bank: BankWithEverything) -> None:
    line = line_of(world, bank, "transfer", bank.b)
    del world.lines[bank.b][line.position]


def forget_leg(world: World, bank: BankWithEverything) -> None:
    for shard in world.legs.values():
        for key, item in list(shard.items()):
            if item.journal == journal_of(bank, "late").id:
                del shard[key]


def forget_journal(world: World, bank: BankWithEverything) -> None:
    del world.journals[journal_of(bank, "transfer").id]


def change_amount_of_line(world: World, bank: BankWithEverything) -> None:
    line = line_of(world, bank, "fee", bank.a)
    put_line(world, replace(line, amount_minor=line.amount_minor + 1))


def change_balance_of_head(world: World, bank: BankWithEverything) -> None:
    line = world.log(bank.a)[-1]
    put_line(world, replace(line, state=replace(line.state, posted_minor=line.state.posted_minor + 100)))


def change_status_silently(world: World, bank: BankWithEverything) -> None:
    line = world.log(bank.c)[-1]
    put_line(world, replace(line, state=replace(line.state, status=Status.OPEN)))


def break_chain(world: World, bank: BankWithEverything) -> None:
    line = line_of(world, bank, "fee", bank.a)
    put_line(world, replace(line, previous_hash=b"\x01" * 32))


def change_memo(world: World, bank: BankWithEverything) -> None:
    world.put(replace(journal_of(bank, "transfer"), memo=b"changed"))


def change_internal_leg(world: World, bank: BankWithEverything) -> None:
    for shard in world.legs.values():
        for key, item in list(shard.items()):
            if item.journal == journal_of(bank, "fee").id:
                shard[key] = replace(item, signed_minor=item.signed_minor + 1)


def change_total(world: World, bank: BankWithEverything) -> None:
    for shard in world.totals.values():
        for position, total in list(shard.items()):
            if total.count:
                shard[position] = sealed_total(replace(total, credits_minor=total.credits_minor + 1))
                return


def leg_after_close(world: World, bank: BankWithEverything) -> None:
    """A leg arrives in a minute that the folder has passed."""
    for shard in world.legs.values():
        for key, item in list(shard.items()):
            if item.journal == journal_of(bank, "fee").id:
                early = replace(item, booked_at=item.booked_at - timedelta(minutes=2))
                shard[early.booked_at.strftime("%Y%m%d%H%M") + key[12:]] = early


def unregister_book(world: World, bank: BankWithEverything) -> None:
    del world.registrations["int_us_usd_vault_cash"]


def double_reversal(world: World, bank: BankWithEverything) -> None:
    original = journal_of(bank, "transfer").id
    claim = world.claims[original][2]
    world.put(replace(claim, n=3, reversed_minor=claim.reversed_minor + 150_00))


def unclaimed_reversal(world: World, bank: BankWithEverything) -> None:
    world.claims.clear()


def forget_recovery(world: World, bank: BankWithEverything) -> None:
    world.recoveries.clear()


def unmark_forced(world: World, bank: BankWithEverything) -> None:
    world.put(replace(journal_of(bank, "chargeback"), forced=False))


def overdraw(world: World, bank: BankWithEverything) -> None:
    """A limit that was lower all along: the debits of the past broke it."""
    for line in world.log(bank.a):
        limits = replace(line.state.limits, overdraft_minor=-900_00)
        put_line(world, replace(line, state=replace(line.state, limits=limits)))


def miscount_joint_limit(world: World, bank: BankWithEverything) -> None:
    line = world.log(bank.limit)[-1]
    put_line(world, replace(line, state=replace(line.state, day_debits_minor=1)))


def over_joint_limit(world: World, bank: BankWithEverything) -> None:
    for line in world.log(bank.limit):
        limits = replace(line.state.limits, per_day_minor=100_00)
        put_line(world, replace(line, state=replace(line.state, limits=limits)))


def lose_hold(world: World, bank: BankWithEverything) -> None:
    line = line_of(world, bank, "journey's hold", bank.a)
    put_line(world, replace(line, state=replace(line.state, holds=())))


def time_passes_over_hold(world: World, bank: BankWithEverything) -> None:
    line = world.log(bank.a)[-1]
    past = world.now - timedelta(hours=1)
    put_line(world, replace(line, state=replace(line.state, earliest_expiry=past)))


CORRUPTIONS: list[tuple[Callable[[World, BankWithEverything], None], set[str]]] = [
    (unbalance, {"journals balance", "digests hold"}),
    (forget_line, {"legs placed", "chains intact", "states refold"}),
    (forget_leg, {"legs placed", "sum zero"}),
    (forget_journal, {"no orphans"}),
    (change_amount_of_line, {"legs placed", "chains intact", "states refold"}),
    (change_balance_of_head, {"chains intact", "states refold", "sum zero"}),
    (change_status_silently, {"chains intact", "states refold"}),
    (break_chain, {"chains intact"}),
    (change_memo, {"digests hold"}),
    (change_internal_leg, {"legs placed", "no orphans", "totals fold", "sum zero"}),
    (change_total, {"totals fold"}),
    (leg_after_close, {"no orphans", "totals fold"}),
    (unregister_book, {"totals fold"}),
    (double_reversal, {"reversals claimed"}),
    (unclaimed_reversal, {"reversals claimed"}),
    (forget_recovery, {"forced debits"}),
    (unmark_forced, {"forced debits", "digests hold"}),
    (overdraw, {"limits kept"}),
    (miscount_joint_limit, {"joint limits"}),
    (over_joint_limit, {"limits kept"}),
    (lose_hold, {"holds listed"}),
    (time_passes_over_hold, {"expired holds"}),
]


@pytest.mark.parametrize(("corrupt", "found_by"), CORRUPTIONS, ids=[corrupt.__name__ for corrupt, _ in CORRUPTIONS])
def test_each_corruption_is_found(
    bank: BankWithEverything, corrupt: Callable[[World, BankWithEverything], None], found_by: set[str]
) -> None:
    world = world_of(bank)
    corrupt(world, bank)
    assert found_by <= names_off(world)


def test_every_check_finds_some_corruption() -> None:
    tried = {name for _, names in CORRUPTIONS for name in names} | {"records whole"}
    assert {invariant.name for invariant in INVARIANTS} == tried


def test_a_torn_item_is_a_finding_and_not_a_crash(bank: BankWithEverything) -> None:
    line = world_of(bank).log(bank.a)[0]
    item = encode_line(line)
    torn = {name: item[name] for name in ("pk", "sk")}
    strange = {"pk": {"S": "Z#nothing"}, "sk": {"S": "?"}}
    world = of_items([torn, strange], settings=bank.settings, now=bank.clock.now(), cut=bank.clock.now())
    (verdict,) = [found for found in judge(world) if found.name == "records whole"]
    assert len(verdict.violations) == 2
    assert Position(1, 1) == line.position
