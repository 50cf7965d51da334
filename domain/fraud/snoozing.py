"""Snoozes: a rule that is wrong about one customer does not speak on that customer for a while.

The rule goes on for everybody else, and the version that it is part of stays as it is. What is snoozed is read with
every decision, and is stored with it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.clock import Clock
from domain.fraud import registry_rules as rules
from domain.fraud.artefacts import ArtefactUnread
from domain.fraud.kinds import Scope
from domain.fraud.refusals import FraudLimitReached, FraudRegistryBusy, FraudRuleNotOverridable
from domain.fraud.registry_model import Pointer, Snooze, Snoozes
from domain.fraud.registry_store import RegistryStore
from domain.fraud.rules import RuleSet
from domain.ids import customer_jurisdiction
from domain.refusals import FieldFault, InputInvalid, NotAllowed, NotFound, Refusal

TRIES_MAX: Final = 5
RULE_LENGTH_MAX: Final = 48
"""As long as the id of a rule."""

Moved = TypeVar("Moved", bound=Refusal)


class Snoozing:
    def __init__(
        self,
        *,
        store: RegistryStore,
        rules: Callable[[Pointer, Scope], RuleSet],
        rule_ids: Callable[[Pointer, Scope], frozenset[str]],
        clock: Clock,
    ) -> None:
        """`rules`: those that decide in a scope, by its pointer. `rule_ids`: of all that may be snoozed there. Either
        raises ArtefactUnread.
        """
        self._store = store
        self._rules = rules
        self._rule_ids = rule_ids
        self._clock = clock

    def of(self, actor: Actor, customer: str) -> Snoozes | NotAllowed | NotFound:
        """What is snoozed for a customer; what is over may still stand among it."""
        return refusal_of(actor, Action.VIEW_FRAUD, relation=Relation.STRANGER) or self._store.snoozes(customer)

    def snooze(self, actor: Actor, *, customer: str, rule: str, reason: str, until: datetime) -> Snoozes | Refusal:
        """Silences a rule for one customer until then, in the place of an earlier snooze of it. One person.

        Refusals: NotAllowed, NotFound, InputInvalid, FraudRuleNotOverridable, FraudLimitReached, FraudRegistryBusy.
        """
        if denied := refusal_of(actor, Action.WORK_FRAUD, relation=Relation.STRANGER):
            return denied
        if customer_jurisdiction(customer) is None:
            return NotFound(customer)
        now = self._clock.now()
        faults = (
            *_rule_faults(rule),
            *rules.reason_faults(reason),
            *rules.until_faults(until, now, rules.SNOOZE_MAX, "until"),
        )
        if faults:
            return InputInvalid(faults)
        pointers = {scope: self._store.pointer(scope) for scope in Scope}
        if scope := self._heard_by_all(rule, pointers):
            return FraudRuleNotOverridable(scope.value, rule)
        if not self._may_be_one(rule, pointers):
            return NotFound(rule)
        asked = Snooze(rule, reason, actor.person, now, until)

        def decide(snoozes: Snoozes) -> Snoozes | FraudLimitReached:
            stands = next((one for one in snoozes.snoozes if one.rule == rule), None)
            said = (rule, reason, actor.person, until)
            if stands and (stands.rule, stands.reason, stands.by, stands.until) == said:
                return snoozes  # said again
            return rules.snoozed(snoozes, asked)

        return self._moved(customer, decide)

    def wake(self, actor: Actor, *, customer: str, rule: str) -> Snoozes | Refusal:
        """Ends a snooze before its time. Said again, it changes nothing.

        Refusals: NotAllowed, NotFound, FraudRegistryBusy.
        """
        if denied := refusal_of(actor, Action.WORK_FRAUD, relation=Relation.STRANGER):
            return denied
        now = self._clock.now()
        return self._moved(customer, lambda snoozes: rules.woken(snoozes, rule, now))

    def _may_be_one(self, rule: str, pointers: Mapping[Scope, Pointer]) -> bool:
        """Whether some scope has such a rule, or has rules that cannot be read now."""
        for scope, pointer in pointers.items():
            try:
                if rule in self._rule_ids(pointer, scope):
                    return True
            except ArtefactUnread:
                return True
        return False

    def _heard_by_all(self, rule: str, pointers: Mapping[Scope, Pointer]) -> Scope | None:
        """The first scope by whose rules this one is silenced for nobody. What cannot be read now forbids nothing:
        such a rule is heard whatever is snoozed (`domain.fraud.rules`).
        """
        for scope, pointer in pointers.items():
            try:
                deciding = self._rules(pointer, scope).rules
            except ArtefactUnread:
                continue
            if any(one.id == rule and one.not_overridable for one in deciding):
                return scope
        return None

    def _moved(
        self, customer: str, decide: Callable[[Snoozes], Snoozes | Moved]
    ) -> Snoozes | Moved | FraudRegistryBusy:
        for _ in range(TRIES_MAX):
            stored = self._store.snoozes(customer)
            decided = decide(stored)
            if not isinstance(decided, Snoozes) or decided == stored:
                return decided
            if self._store.snooze(decided, was=stored):
                return decided
        return FraudRegistryBusy(customer)


def _rule_faults(rule: str) -> tuple[FieldFault, ...]:
    if 0 < len(rule) <= RULE_LENGTH_MAX and rule.isascii() and rule.isprintable() and " " not in rule:
        return ()
    return (FieldFault(("rule",), "RULE_MALFORMED", f"is the id of a rule, at most {RULE_LENGTH_MAX} characters"),)
