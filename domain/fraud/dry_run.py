"""What another set of rules would have decided of payments that were judged: counted, with examples, and bounded.

Both sides are judged anew, with the thresholds and the lists of the book that is compared with and with the score that
the model gave at the time, so that nothing but the rules makes a difference.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from domain.fraud.kinds import Decision
from domain.fraud.model import StoredDecision
from domain.fraud.registry_model import Changed
from domain.fraud.rules import Outcome, RuleSet
from domain.fraud.scoring import Book, Score, inputs_of_stored, weighed

DECISIONS_MAX: Final = 5_000
"""Of one run: read and judged twice within the time of a request. Of more, the first so many are taken."""
EXAMPLES_MAX: Final = 4
"""Of each change of decision, of which there are twenty: they are kept with the version, and a page of versions with
all their runs is an answer of bounded size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    looked_at: int
    complete: bool
    """False: there were more than DECISIONS_MAX."""
    before: Mapping[Decision, int]
    after: Mapping[Decision, int]
    by_rule: Mapping[str, Mapping[Outcome, int]]
    """By the id of each rule of the set that is tried."""
    changes: Mapping[tuple[Decision, Decision], int]
    """From one decision to another."""
    examples: tuple[Changed, ...]


def dry_run(rule_set: RuleSet, decisions: Iterable[StoredDecision], against: Book) -> DryRun:
    """Takes no more of the decisions than it looks at, and one more to see that there are more."""
    tried = replace(against, rules=rule_set)
    waiting = iter(decisions)
    before: Counter[Decision] = Counter()
    after: Counter[Decision] = Counter()
    changes: Counter[tuple[Decision, Decision]] = Counter()
    by_rule: dict[str, Counter[Outcome]] = {rule.id: Counter() for rule in rule_set.rules}
    examples: list[Changed] = []
    for stored in islice(waiting, DECISIONS_MAX):
        old, new = _judged(stored, against), _judged(stored, tried)
        before[old.decision] += 1
        after[new.decision] += 1
        for answer in new.answers:
            by_rule[answer.rule.id][answer.outcome] += 1
        if old.decision is not new.decision:
            change = (old.decision, new.decision)
            changes[change] += 1
            if changes[change] <= EXAMPLES_MAX:
                examples.append(Changed(stored.id, stored.subject, *change, new.staff_reasons))
    return DryRun(
        looked_at=before.total(),
        complete=next(waiting, None) is None,
        before=before,
        after=after,
        by_rule=by_rule,
        changes=changes,
        examples=tuple(examples),
    )


def _judged(stored: StoredDecision, book: Book) -> Score:
    """By the fallback, where it was the fallback that judged."""
    fallback = stored.fallback is not None
    return weighed(stored.features, book, inputs_of_stored(stored), scored=stored.score, fallback=fallback)
