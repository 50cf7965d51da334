"""What decides is changed by many at once: promotions, a rollback and a denial of one scope, while payments are judged.

There is one pointer. Whoever writes it writes over the very one that was read, so that each change stands in a chain
without a gap; and whoever judges meanwhile judges by one link of it.
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from threading import Barrier, Event
from typing import Any, Final

import pytest

from domain.fraud import builtin
from domain.fraud.model import StoredDecision, VersionsUsed
from domain.fraud.refusals import FraudGateClosed, FraudVersionNotChampion
from domain.fraud.registry_model import ArtefactKind, Pointer, Version, VersionState
from domain.fraud.registry_rules import BEFORE_MAX
from domain.fraud.scoring import replayed, same
from domain.refusals import Refusal
from ops.local.engine_process import Engine
from tests.concurrency.fraud_scope import SCOPE, FraudScope, Governor
from tests.concurrency.share import Share

SEED: Final = 53
HEAD_START_SECONDS: Final = 0.05
ROLLBACK_SECONDS: Final = 2.0
"""A rollback reads one item and a promotion many: it comes up to so much later, or it would always be first."""
JUDGES: Final = 2
RULES, MODEL, LISTS = ArtefactKind.RULES, ArtefactKind.MODEL, ArtefactKind.LISTS


@dataclass(frozen=True)
class Round:
    """What was raced for, and what everybody was told."""

    rules: list[Version]
    models: list[Version]
    ended: str | None
    """The rules that the rollback named; None where the built-in ones decided."""
    entity: str
    answers: dict[str, Any]
    judged: list[list[StoredDecision]]


class Storm:
    """Rounds in one scope, whose history goes on from each to the next."""

    def __init__(self, engine: Engine, rounds: int) -> None:
        self.scope = FraudScope(engine.endpoint)
        self.random = random.Random(SEED)
        self.governors = [self.scope.governor() for _ in range(6)]
        self.judges = [self.scope.judge() for _ in range(JUDGES)]
        with ThreadPoolExecutor(len(self.governors) + JUDGES) as pool:
            self.rounds = [self._round(number, pool) for number in range(rounds)]

    def _round(self, number: int, pool: ThreadPoolExecutor) -> Round:
        first, second, *models = versions = self.scope.agreed(RULES, RULES, MODEL)
        ended = self.scope.champions().get(RULES)
        entity = f"dev-round-{number}"
        asks: dict[str, Callable[[Governor], Any]] = {
            "first": lambda one: one.promotes(first),
            "second": lambda one: one.promotes(second),
            "first again": lambda one: one.promotes(first),
            "model": lambda one: one.promotes(models[0]),
            "rollback": lambda one: one.rolls_back(RULES, ended or "transfer/rules/0"),
            "denial": lambda one: one.denies(entity),
        }
        start, over = Barrier(len(asks)), Event()

        def ask(governor: Governor, wish: Callable[[Governor], Any], delay: float) -> Any:
            start.wait()
            time.sleep(delay)
            return wish(governor)

        deciding = [
            pool.submit(judge.decides_until, over, f"jrn_us0417_{number}_{name}")
            for name, judge in enumerate(self.judges)
        ]
        asking: dict[str, Future[Any]] = {
            name: pool.submit(ask, governor, wish, self.random.random() * self._lateness(name))
            for governor, (name, wish) in zip(self.governors, asks.items(), strict=True)
        }
        try:
            answers = {name: future.result() for name, future in asking.items()}
        finally:
            over.set()
        judged = [future.result() for future in deciding]
        self.scope.left_over(versions)
        return Round([first, second], models, ended, entity, answers, judged)

    @staticmethod
    def _lateness(name: str) -> float:
        return ROLLBACK_SECONDS if name == "rollback" else HEAD_START_SECONDS

    @property
    def chain(self) -> list[Pointer]:
        return self.scope.chain.pointers


@pytest.fixture(name="storm", scope="module")
def _storm(engine: Engine, amount: Share) -> Storm:
    return Storm(engine, amount.promotions)


def used(pointer: Pointer) -> VersionsUsed:
    """What the pointer says judges."""
    first = builtin.book(SCOPE).versions
    found = {kind: champion.used for kind, champion in pointer.champions.items()}
    return VersionsUsed(
        rules=found.get(RULES, first.rules),
        model=found.get(MODEL),
        thresholds=found.get(ArtefactKind.THRESHOLDS, first.thresholds),
        lists=found.get(LISTS, first.lists),
    )


def raised(was: Pointer, pointer: Pointer) -> str | None:
    """The version that this change of the pointer promoted."""
    for kind, champion in pointer.champions.items():
        if champion != was.champions.get(kind) and len(pointer.left) <= len(was.left) and pointer.before != was.before:
            return champion.used.version
    return None


def test_every_change_is_made_over_the_one_before(storm: Storm) -> None:
    links = storm.scope.chain.links
    assert [pointer.revision for _, pointer in links] == list(range(1, len(links) + 1))
    assert [was for was, _ in links] == storm.chain[:-1]
    assert storm.scope.desk.registry.pointer(SCOPE) == storm.chain[-1]


def test_a_change_moves_one_kind_and_loses_no_champion_to_go_back_to(storm: Storm) -> None:
    for was, pointer in pairwise(storm.chain):
        moved = [kind for kind in ArtefactKind if pointer.champions.get(kind) != was.champions.get(kind)]
        assert len(moved) == (pointer.shadows == was.shadows or raised(was, pointer) is not None)
        for kind in ArtefactKind:
            before, after = was.before.get(kind, ()), pointer.before.get(kind, ())
            if kind in moved and kind is not LISTS and after[1:] == before[: BEFORE_MAX - 1]:
                assert after[0] == was.champions.get(kind)  # a promotion
            elif kind in moved and kind is not LISTS:
                assert (pointer.champions.get(kind), after) == (before[0], before[1:])  # a rollback
                assert pointer.left[-1].champion == was.champions[kind]
            else:
                assert after == before


def test_no_version_is_in_two_places(storm: Storm) -> None:
    for pointer in storm.chain:
        places = [
            *(champion.used.version for champion in pointer.champions.values()),
            *(shadow.used.version for shadow in pointer.shadows),
            *(left.champion.used.version for left in pointer.left),
            *(one.used.version for before in pointer.before.values() for one in before if one),
        ]
        assert len(places) == len(set(places)), places


def test_what_everybody_is_told_is_what_was_done(storm: Storm) -> None:
    promoted = [raised(was, pointer) for was, pointer in pairwise(storm.chain)]
    ended = {left.champion.used.version for pointer in storm.chain for left in pointer.left}
    for one in storm.rounds:
        won = [version for version in one.rules if promoted.count(version.id)]
        for name, version in (("first", one.rules[0]), ("second", one.rules[1]), ("first again", one.rules[0])):
            wanted = Version if version in won else FraudGateClosed
            assert isinstance(one.answers[name], wanted), one.answers
            assert promoted.count(version.id) == (version in won)
        # Both were agreed to in the place of one champion, which ends once: by one of them, or by the rollback.
        assert len(won) + isinstance(one.answers["rollback"], Pointer) == 1, one.answers
        assert isinstance(one.answers["model"], Version), one.answers
        assert promoted.count(one.models[0].id) == 1
        assert isinstance(one.answers["denial"], Version), one.answers
        told = one.answers["rollback"]
        assert isinstance(told, Pointer) == (one.ended in ended), told
        assert isinstance(told, Pointer | FraudVersionNotChampion) or one.ended is None, told
    assert len(ended) == sum(isinstance(one.answers["rollback"], Pointer) for one in storm.rounds)


def test_each_version_is_what_the_chain_says_and_it_is_noted_with_it(storm: Storm) -> None:
    registry = storm.scope.desk.registry
    pointer = registry.settle(SCOPE)
    assert isinstance(pointer, Pointer)
    champions = {champion.used.version for champion in pointer.champions.values()}
    once = {one.used.version for link in storm.chain for one in link.champions.values()}
    ended = {left.champion.used.version: left for link in storm.chain for left in link.left}
    store = storm.scope.desk.store
    for kind in (RULES, MODEL, LISTS):
        versions = store.versions(SCOPE, kind, before=None, limit=100).versions
        assert len(versions) < 100
        states = {version.id: registry.state(version, pointer) for version in versions}
        deciding = [name for name, state in states.items() if state is VersionState.CHAMPION]
        assert deciding == [name for name in states if name in champions]
        assert len(deciding) <= 1
        for version in versions:
            assert (version.raised is not None) == (version.id in once), version.id
            assert (version.retired is not None) == (version.id in ended), version.id
            assert version.id in champions or states[version.id] is not VersionState.CHAMPION
            assert version.id not in once - champions or states[version.id] is VersionState.RETIRED


def test_nobody_who_was_denied_is_lost(storm: Storm) -> None:
    found = storm.scope.books().lists(storm.chain[-1], SCOPE)
    assert {entry.entity for entry in found.entries.values()} == {one.entity for one in storm.rounds}


def test_a_decision_is_by_one_link_of_the_chain_and_later_ones_by_no_earlier(storm: Storm) -> None:
    chain = [used(pointer) for pointer in storm.chain]
    for judge in range(JUDGES):
        link = 0
        for one in storm.rounds:
            for decision in one.judged[judge]:
                assert decision.fallback is None
                assert decision.versions in chain[link:], f"{decision.subject}: {decision.versions}"
                link = chain.index(decision.versions, link)
                assert {shadow.versions for shadow in decision.shadows}.isdisjoint({decision.versions})


def test_the_decision_after_a_change_is_by_it(storm: Storm) -> None:
    """The last of each round came after all were told."""
    ends: list[VersionsUsed] = []
    for one in storm.rounds:
        last = [decisions[-1].versions for decisions in one.judged]
        assert all(versions == last[0] for versions in last)
        ends.append(last[0])
    assert ends[-1] == used(storm.chain[-1])


def test_what_was_decided_meanwhile_is_decided_again_the_same(storm: Storm) -> None:
    books = storm.scope.books()
    for one in storm.rounds:
        for decision in (decision for decisions in one.judged for decision in decisions):
            assert same(decision, replayed(decision, books.of_versions(SCOPE, decision.versions)))


def test_it_was_raced_for(storm: Storm, amount: Share) -> None:
    """Many were judged meanwhile, and not always the same one was first."""
    assert sum(len(decisions) for one in storm.rounds for decisions in one.judged) > len(storm.rounds) * JUDGES
    if amount.full:
        won = {isinstance(one.answers["rollback"], Pointer) for one in storm.rounds if one.ended}
        assert won == {True, False}


def test_a_model_that_was_measured_beside_another_champion_is_refused(engine: Engine) -> None:
    """Of two models and the end of the one that they were measured beside, exactly one thing happens."""
    scope = FraudScope(engine.endpoint)
    (champion,) = scope.agreed(MODEL)
    governors = [scope.governor() for _ in range(3)]
    assert isinstance(governors[0].promotes(champion), Version)
    one, two = scope.agreed(MODEL, MODEL)
    start = Barrier(3)
    asks: list[Callable[[Governor], Any]] = [
        lambda governor: governor.promotes(one),
        lambda governor: governor.promotes(two),
        lambda governor: governor.rolls_back(MODEL, champion.id),
    ]

    def ask(governor: Governor, wish: Callable[[Governor], Any]) -> Any:
        start.wait()
        return wish(governor)

    with ThreadPoolExecutor(3) as pool:
        *promotions, rollback = pool.map(ask, governors, asks)

    done = [answer for answer in (*promotions, rollback) if not isinstance(answer, Refusal)]
    assert len(done) == 1, (promotions, rollback)
    refused = [answer for answer in promotions if isinstance(answer, Refusal)]
    assert all(isinstance(answer, FraudGateClosed) for answer in refused)
    assert {answer.missing for answer in refused if isinstance(answer, FraudGateClosed)} == {
        "BACKTEST_OF_OTHER_CHAMPION,APPROVAL_OF_OTHER_CHAMPION"
    }
    deciding = scope.champions().get(MODEL)
    assert deciding == (None if isinstance(rollback, Pointer) else done[0].id)
