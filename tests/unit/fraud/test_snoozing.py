"""A rule is silent for one customer, with a reason and an end, by whoever works fraud."""

from datetime import timedelta
from typing import Any

import pytest

from domain.fraud import builtin
from domain.fraud import registry_rules as rules
from domain.fraud.documents import canonical
from domain.fraud.kinds import Scope
from domain.fraud.model import VersionUsed
from domain.fraud.refusals import FraudLimitReached, FraudRuleNotOverridable
from domain.fraud.registry_model import ArtefactKind, Champion, Pointer, Shadow
from domain.refusals import InputInvalid, NotAllowed, NotFound
from tests.unit.fraud.governance import ANALYST, AUDITOR, LEAD, NOON, OPERATOR, Desk, passed
from tests.unit.fraud.values import rule

CUSTOMER = "cus_us_01KAE7Z0Q80000000000000001"


@pytest.fixture
def desk() -> Desk:
    """A bank whose rules for cards are these."""
    desk = Desk()
    many = [rule(f"RULE_{number}") for number in range(rules.SNOOZES_MAX)]
    promoted(desk, rule(), rule("MANY"), rule("ONE_MORE"), *many)
    return desk


def promoted(desk: Desk, *documents: dict[str, Any], kept: bool = True, shadows: tuple[Shadow, ...] = ()) -> None:
    was = desk.store.pointer(Scope.CARD)
    champion = Champion(used(desk, *documents, kept=kept), NOON, LEAD.person, None)
    pointer = Pointer(
        scope=Scope.CARD,
        champions={ArtefactKind.RULES: champion},
        shadows=shadows,
        changed_at=NOON,
        changed_by=LEAD.person,
        reason="better",
        revision=was.revision + 1,
    )
    assert desk.store.point(pointer, was=was)


def used(desk: Desk, *documents: dict[str, Any], kept: bool = True) -> VersionUsed:
    body = canonical({"format": "florin.rules/1", "rules": list(documents)})
    sha256 = desk.artefacts.put(ArtefactKind.RULES, body)
    return VersionUsed("card/rules/1", sha256 if kept else "0" * 64)


def snooze(desk: Desk, rule: str = "large", *, actor: Any = ANALYST, days: int = 30, **changes: Any) -> Any:
    said = {"customer": CUSTOMER, "reason": "pays suppliers", **changes}
    return desk.snoozing.snooze(actor, rule=rule, until=desk.clock.time + timedelta(days=days), **said)


def silent(desk: Desk) -> tuple[str, ...]:
    return rules.snoozed_at(passed(desk.snoozing.of(AUDITOR, CUSTOMER)), desk.clock.time)


def test_a_rule_is_silent_until_its_end(desk: Desk) -> None:
    found = passed(snooze(desk))
    assert silent(desk) == ("large",)
    assert found.snoozes[0].by == ANALYST.person

    desk.clock.time += timedelta(days=30)
    assert silent(desk) == ()


def test_it_may_be_woken_before(desk: Desk) -> None:
    passed(snooze(desk))
    passed(snooze(desk, "many"))

    passed(desk.snoozing.wake(LEAD, customer=CUSTOMER, rule="large"))

    assert silent(desk) == ("many",)


def test_said_again_it_changes_nothing_and_said_otherwise_it_stands_once(desk: Desk) -> None:
    first = passed(snooze(desk))

    assert passed(snooze(desk)) == first
    longer = passed(snooze(desk, days=60))
    assert len(longer.snoozes) == 1


@pytest.mark.parametrize(
    "changes",
    [{"days": 0}, {"days": 181}, {"reason": " "}, {"rule": "two words"}, {"rule": ""}, {"rule": "x" * 49}],
)
def test_it_has_a_reason_an_end_within_half_a_year_and_a_rule(desk: Desk, changes: dict[str, Any]) -> None:
    assert isinstance(snooze(desk, **changes), InputInvalid)
    assert silent(desk) == ()


def test_180_days_are_the_most(desk: Desk) -> None:
    passed(snooze(desk, days=180))


@pytest.mark.parametrize("actor", [AUDITOR, OPERATOR])
def test_others_do_not_snooze(desk: Desk, actor: Any) -> None:
    assert snooze(desk, actor=actor) == NotAllowed()
    assert desk.snoozing.wake(actor, customer=CUSTOMER, rule="large") == NotAllowed()


def test_a_customer_is_one(desk: Desk) -> None:
    assert snooze(desk, customer="acc_1") == NotFound("acc_1")


class TestARule:
    @pytest.mark.parametrize("rule_", ["largest", "LARGE", "new-payee"])
    def test_that_is_nowhere_is_not_found(self, desk: Desk, rule_: str) -> None:
        assert snooze(desk, rule_) == NotFound(rule_)
        assert silent(desk) == ()

    @pytest.mark.parametrize("scope", Scope)
    def test_of_the_first_rules_of_any_scope_may_come_back(self, desk: Desk, scope: Scope) -> None:
        first = next(one.id for one in builtin.book(scope).rules.rules if not one.not_overridable)
        passed(snooze(desk, first))

    def test_of_a_shadow_may_be_silent_before_it_decides(self, desk: Desk) -> None:
        shadow = Shadow(ArtefactKind.RULES, used(desk, rule("NEXT")), NOON, NOON + timedelta(days=8))
        promoted(desk, rule(), shadows=(shadow,))
        passed(snooze(desk, "next"))

    def test_is_taken_for_one_while_rules_cannot_be_read(self, desk: Desk) -> None:
        promoted(desk, rule("UNREAD"), kept=False)
        passed(snooze(desk, "unread"))


def test_there_are_only_so_many_at_once(desk: Desk) -> None:
    for number in range(rules.SNOOZES_MAX):
        passed(snooze(desk, f"rule-{number}"))

    assert snooze(desk, "one-more") == FraudLimitReached("SNOOZES", rules.SNOOZES_MAX)
    desk.clock.time += timedelta(days=31)
    passed(snooze(desk, "one-more"))


FIRST = [(scope, one.id) for scope in Scope for one in builtin.book(scope).rules.rules if one.not_overridable]


class TestARuleThatIsNotOverridable:
    def test_there_are_some_in_each_scope_from_the_beginning(self) -> None:
        assert {scope for scope, _ in FIRST} == set(Scope)

    @pytest.mark.parametrize(("scope", "name"), FIRST)
    def test_is_silenced_for_nobody(self, scope: Scope, name: str) -> None:
        desk = Desk()
        assert snooze(desk, name, actor=LEAD) == FraudRuleNotOverridable(scope.value, name)
        assert silent(desk) == ()

    def test_is_what_the_champion_says_it_is(self, desk: Desk) -> None:
        passed(snooze(desk))
        promoted(desk, rule(not_overridable=True), rule("MANY"))

        assert snooze(desk, days=60) == FraudRuleNotOverridable("CARD", "large")
        passed(snooze(desk, "many"))
        passed(snooze(desk, "terminal-with-known-frauds"))  # of the first rules, which decide no more

    def test_is_not_told_from_others_while_it_cannot_be_read_and_is_heard_all_the_same(self, desk: Desk) -> None:
        promoted(desk, rule(not_overridable=True), kept=False)
        passed(snooze(desk))

    def test_that_was_snoozed_before_may_be_woken(self, desk: Desk) -> None:
        passed(snooze(desk))
        promoted(desk, rule(not_overridable=True))
        passed(desk.snoozing.wake(LEAD, customer=CUSTOMER, rule="large"))
        assert silent(desk) == ()
