"""Drill: what customers and thieves do changes, the model that is learnt anew is a bad one, and then none can be read.

Wanted: quiet weeks raise nothing, and the change is seen within seven days of when it can be known; a worse model, one
that was not shadowed for a week, and one that only its author agrees to do not pass the gate; one that passes and is
bad is seen within a week, and one person ends it, from the next decision on; thresholds move within what was signed;
without its document, without features and without a scorer the stricter rules judge, by name, and nothing goes past
them; at the end precision and recall are back in their band, decisions come out the same again, and the books hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from domain.access.model import Approval
from domain.cases.kinds import ResolutionCode
from domain.cases.model import CaseState
from domain.fraud import thresholds, trees
from domain.fraud.documents import canonical, read, sha256_of
from domain.fraud.gate import Missing
from domain.fraud.kinds import SEVERITY, Decision, Fallback, Scope
from domain.fraud.monitoring_model import Level, Measure, Proposal
from domain.fraud.refusals import FraudGateClosed, FraudVersionState
from domain.fraud.registry_model import MILLION, ArtefactKind, Backtest, Fold, Lineage, Pointer, Version
from domain.fraud.scoring import MODEL_SCORE
from domain.fraud.thresholds import Bound, Bounds, Thresholds
from domain.payments.kinds import PaymentState
from domain.refusals import Refusal
from ops.drills import stumps
from ops.drills.cards import CardPayment, Habits
from ops.drills.fraud_bank import ANALYST, AUTHOR, CARD, FIRST_DAY, LEAD, FraudBank
from ops.simulation.house import made

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.fraud.model import StoredDecision
    from domain.fraud.monitoring_model import Watched
    from domain.payments.model import Payment
    from ops.drills.time_line import TimeLine

NAME: Final = "fraud-drift"
ALARM: Final = "FraudDriftRaised"
"""The measurement that an alarm hears (infra/alarms.yaml)."""


CHANGED: Final = Habits(amount_times=1.6, stolen_share=0.005, bursts=1)
"""Everything has become dearer, and who steals a card buys little and often instead of much."""

FIRST_DRAFT: Final = 37
FIRST_DECIDES: Final = 45
CHANGE: Final = 75
"""Days, counted from the first. The first model is then older than those that are suspected first."""
WEEK: Final = 7
SEEN_WITHIN: Final = 7
FOLDS: Final = 4
FOLD_DAYS: Final = 4
MATURE: Final = 7
NEEDED_DAYS: Final = 37
"""After the change: a week to learn from, one until its frauds are known, four folds, and one until theirs are."""
BAND: Final = 150_000
"""Millionths by which precision and recall may differ from before the change."""
TOO_SURE: Final = 4.2
"""Log-odds that somebody adds to a model after it was measured: ranks stay, so that no backtest shows it."""

FIRST_FEATURES: Final = ("amount_minor", "amount_to_mean_30d", "terminal_fraud_share_7d")
BOUNDS: Final = {
    CARD: Bounds(
        scores={
            Decision.STEP_UP: Bound(0.3, 0.6, optional=False),
            Decision.SOFT_DECLINE: Bound(0.7, 0.9, optional=False),
            Decision.BLOCK: Bound(0.95, 0.99, optional=False),
        },
        unscored_amounts_minor={Decision.SOFT_DECLINE: Bound(500_00, 1_000_00, optional=False)},
    ),
    Scope.ACH: Bounds(
        scores={
            Decision.REVIEW: Bound(0.6, 0.8, optional=False),
            Decision.BLOCK: Bound(0.95, 0.99, optional=False),
        },
        unscored_amounts_minor={},
    ),
}
WITHIN: Final = {
    CARD: Thresholds(
        {Decision.STEP_UP: 0.4, Decision.SOFT_DECLINE: 0.8, Decision.BLOCK: 0.98}, {Decision.SOFT_DECLINE: 1_000_00}
    ),
    Scope.ACH: Thresholds({Decision.REVIEW: 0.65, Decision.BLOCK: 0.98}, {}),
}
OUTSIDE: Final = Thresholds(
    {Decision.STEP_UP: 0.05, Decision.SOFT_DECLINE: 0.8, Decision.BLOCK: 0.98}, {Decision.SOFT_DECLINE: 1_000_00}
)
LARGE_MINOR: Final = 3_000_00
"""Nothing odd for a customer of long standing; the stricter rules have a person look at it."""
SMALL_MINOR: Final = 40_00
WAITING: Final = frozenset({PaymentState.ACCEPTED})


@dataclass(slots=True)
class Story:
    bank: FraudBank
    line: TimeLine

    def step(self, name: str, state: str) -> None:
        self.line.add(self.bank.now(), name, state)

    def must(self, condition: bool, assertion: str) -> None:
        self.line.must(condition, assertion)

    def live_until(self, days: int, condition: Callable[[], bool], assertion: str) -> int:
        """So many days at most; how many it took."""
        for taken in range(1, days + 1):
            self.bank.live()
            if condition():
                self.must(True, assertion)
                return taken
        self.must(False, assertion)
        return days

    def seen(self) -> Watched:
        return self.bank.monitoring.look(CARD, self.bank.now().date() - timedelta(days=1))

    def moved(self, measure: Measure) -> str | None:
        """What has moved by this measure the furthest, as text."""
        found = [one for one in self.seen().moved if one.measure is measure]
        worst = max(found, key=lambda one: one.millionths, default=None)
        return f"{worst.subject} {share(worst.millionths)}, limit {share(worst.limit_millionths)}" if worst else None

    def rate(self, measure: Measure) -> int:
        """Precision or recall of the last seven matured days."""
        return next(one.millionths for one in self.seen().signals if one.measure is measure)


def run(bank: FraudBank, line: TimeLine) -> None:
    story = Story(bank, line)
    before_anything(story)
    first = first_model(story)
    usual = quiet(story)
    drift(story)
    worse_is_refused(story)
    bad = bad_model(story)
    heir = seen_to_be_bad(story, bad)
    rolled_back(story, first, bad)
    within_bounds(story)
    model_down(story, first)
    learnt_anew(story, heir)
    back_in_band(story, usual)
    the_end(story)


# Before.


def before_anything(story: Story) -> None:
    bank = story.bank
    bank.live(FIRST_DRAFT)
    story.step("rules alone judge", f"{len(bank.decided(0, FIRST_DRAFT))} card payments, no model")
    story.must(bank.champion() is None and not bank.raised, "while windows fill nothing is raised")


def first_model(story: Story) -> Version:
    bank, today = story.bank, story.bank.today
    version = drafted(bank, document(bank, range(today - MATURE), FIRST_FEATURES), "first")
    test = backtest(bank, version, latest_folds(bank), names=FIRST_FEATURES, since=0)
    made(bank.registry.record_backtest(AUTHOR, version.id, test), Version)
    made(bank.registry.start_shadow(AUTHOR, version.id, until=bank.now() + timedelta(days=30)), Version)
    bank.live(FIRST_DECIDES - FIRST_DRAFT)
    agreed_to(story, version)
    story.step("a first model decides", f"{version.id}, {figures(test)}")
    return version


def quiet(story: Story) -> dict[Measure, int]:
    """Weeks in which nothing happens; precision and recall of their end."""
    bank = story.bank
    bank.live(CHANGE - FIRST_DECIDES)
    usual = {measure: story.rate(measure) for measure in (Measure.PRECISION, Measure.RECALL)}
    story.step("quiet weeks", " ".join(f"{one.value.lower()} {share(rate)}" for one, rate in usual.items()))
    story.must(not bank.raised, "quiet weeks raise nothing")
    last = bank.decided(CHANGE - 1, CHANGE)
    story.must(all(one.score is not None for one in last), "the model scores every card payment")
    return usual


# The change.


def drift(story: Story) -> None:
    bank = story.bank
    story.step("prices and thieves change", "everything 1.6 times as dear; bursts of small payments")
    bank.habits = CHANGED
    taken = story.live_until(
        SEEN_WITHIN, lambda: bool(story.moved(Measure.FEATURE_PSI)), "features that move are seen within seven days"
    )
    story.step("features have moved", f"day {taken}: {story.moved(Measure.FEATURE_PSI)}")
    raised = bank.raised[-1]
    story.step(f"the alarm {ALARM} is raised", f"case {raised.case[-4:]} proposes {raised.proposal.value}")
    story.must(raised.proposal is Proposal.RETRAIN, "an old model is to be learnt anew")
    case = made(bank.cases.seen(LEAD, raised.case), object)
    facts = {fact.label: fact.value for fact in case.facts}  # type: ignore[attr-defined]  # a case
    story.must(facts["Too early to know"].startswith("0.5"), "the share that it is too early to know of is shown")
    further = story.live_until(
        MATURE + SEEN_WITHIN - taken,
        lambda: bool(story.moved(Measure.RECALL)),
        "that frauds go past is seen within seven days of the first labels",
    )
    story.step("recall has fallen", f"day {taken + further}: {share(story.rate(Measure.RECALL))} of matured labels")
    story.must(any(one.level is Level.SHIFTED for one in story.seen().moved), "it is called a shift")
    resolved = bank.resolved(raised, ResolutionCode.RETRAIN, "customers spend more, and cards are used otherwise")
    story.must(getattr(resolved, "state", None) is CaseState.RESOLVED, "the lead agrees to a new model")
    story.must(bank.champion() == "card/model/1", "until there is one the first goes on")


def worse_is_refused(story: Story) -> None:
    """Somebody learns in haste, from days before the change."""
    bank, today = story.bank, story.bank.today
    version = drafted(bank, document(bank, range(today - MATURE), FIRST_FEATURES, rounds=1), "in haste")
    test = backtest(bank, version, latest_folds(bank), names=FIRST_FEATURES, since=FIRST_DRAFT, rounds=1)
    made(bank.registry.record_backtest(AUTHOR, version.id, test), Version)
    story.step("a model is learnt in haste", f"{version.id}, {figures(test)}")
    answer = bank.registry.request_promotion(AUTHOR, version.id, reason="it is new", key="in-haste")
    story.must(Missing.BACKTEST_BETTER.value in lacking(answer), "a model that is not better does not pass the gate")
    story.must(Missing.SHADOW_RUN.value in lacking(answer), "nor one that was not asked beside the champion")
    made(bank.registry.retire(AUTHOR, version.id, reason="it is not better"), Version)


# The bad model.


def bad_model(story: Story) -> Version:
    """It ranks payments well, and is far too sure: that is added after it was measured, and no backtest sees it."""
    bank = story.bank
    bank.live(CHANGE + NEEDED_DAYS - bank.today)
    good = document(bank, range(CHANGE, bank.today - MATURE), stumps.FEATURES)
    version = drafted(bank, {**good, "base": good["base"] + TOO_SURE}, "after the change")
    test = backtest(bank, version, latest_folds(bank), names=stumps.FEATURES, since=CHANGE)
    made(bank.registry.record_backtest(AUTHOR, version.id, test), Version)
    made(bank.registry.start_shadow(AUTHOR, version.id, until=bank.now() + timedelta(days=30)), Version)
    story.step("a model is learnt anew", f"{version.id}, {figures(test)}")
    bank.live(WEEK - 1)
    answer = bank.registry.request_promotion(AUTHOR, version.id, reason="recall has fallen", key="too-early")
    story.must(Missing.SHADOW_RUN.value in lacking(answer), "six days of shadow are too few")
    bank.live()
    day = bank.monitoring.days(CARD, 1)
    flagged = next(iter(day.values())).shadows[version.id]
    approved = flagged.decisions.get(Decision.APPROVE, 0)
    story.step("the shadow says", f"{flagged.count - approved} of {flagged.count} not approved yesterday; nobody looks")
    agreed_to(story, version, alone=True)
    decided = bank.pay_by_card(a_payment(bank, "promoted"))
    story.step("it is promoted", f"{version.id} by {LEAD.person[-4:]}, not by its author; {decided.decision.value}")
    story.must(named(decided) == version.id, "the next decision is made by it")
    return version


def seen_to_be_bad(story: Story, bad: Version) -> Version:
    """Answers its heir, which runs beside it meanwhile."""
    bank = story.bank
    taken = story.live_until(
        SEEN_WITHIN, lambda: bool(story.moved(Measure.SCORE_PSI)), "scores that move are seen within seven days"
    )
    story.step("its scores are not those it was made on", f"day {taken}: {story.moved(Measure.SCORE_PSI)}")
    raised = bank.raised[-1]
    case = made(bank.cases.seen(LEAD, raised.case), object)
    facts = {fact.label: fact.value for fact in case.facts}  # type: ignore[attr-defined]  # a case
    story.step(f"the alarm {ALARM} is raised", f"case {raised.case[-4:]} proposes {raised.proposal.value}")
    story.must((raised.proposal, facts["Version"]) == (Proposal.ROLL_BACK, bad.id), "a young model is suspected itself")
    heir = drafted(bank, document(bank, range(CHANGE, bank.today - MATURE), stumps.FEATURES), "as it was measured")
    made(bank.registry.start_shadow(AUTHOR, heir.id, until=bank.now() + timedelta(days=30)), Version)
    further = story.live_until(
        MATURE, lambda: bool(story.moved(Measure.PRECISION)), "false alarms are seen once their labels are mature"
    )
    precision = share(story.rate(Measure.PRECISION))
    story.step("precision has fallen", f"day {taken + further}: {precision} of matured labels")
    story.must(bank.champion() == bad.id, "nothing was changed by measuring")
    return heir


def rolled_back(story: Story, first: Version, bad: Version) -> None:
    bank = story.bank
    before = bank.pay_by_card(a_payment(bank, "before"))
    answer = bank.roll_back(bad.id, "it stops honest payments: scores and precision have moved")
    after = bank.pay_by_card(a_payment(bank, "after"))
    pointer = bank.registry.pointer(CARD)
    story.step("one person rolls back", f"{named(before)} -> {named(after)} by {ANALYST.person[-4:]}")
    story.must(isinstance(answer, Pointer), "one person is enough")
    story.must((named(before), named(after)) == (bad.id, first.id), "the next decision is made by the champion before")
    story.must(
        (pointer.changed_by, bool(pointer.reason)) == (ANALYST.person, True), "who did it, and why, is written down"
    )
    story.must(bank.again(before), "what the bad model decided comes out the same again")
    resolved = bank.resolved(bank.raised[-1], ResolutionCode.ROLL_BACK, "it was rolled back already")
    story.must(getattr(resolved, "state", None) is CaseState.RESOLVED, "the case that proposed it is done")
    again = bank.registry.promote(AUTHOR, bad.id)
    story.must(
        isinstance(again, FraudVersionState) and bank.champion() == first.id, "what was rolled back is not promoted"
    )


# Thresholds.


def within_bounds(story: Story) -> None:
    bank = story.bank
    unbound = committed(bank, CARD, ArtefactKind.THRESHOLDS, thresholds.as_plain(WITHIN[CARD]), "without bounds")
    answer = bank.registry.request_promotion(AUTHOR, unbound.id, reason="fewer go past", key="unbound")
    story.must(Missing.BOUNDS.value in lacking(answer), "without signed bounds no threshold moves")
    for scope, bounds in BOUNDS.items():
        story.must(not isinstance(bank.keep_signed(scope, bounds), Refusal), "a lead keeps bounds that were signed")
    loose = committed(bank, CARD, ArtefactKind.THRESHOLDS, thresholds.as_plain(OUTSIDE), "loose")
    answer = bank.registry.request_promotion(AUTHOR, loose.id, reason="fewer go past", key="loose")
    story.must(Missing.WITHIN_BOUNDS.value in lacking(answer), "thresholds beyond what was signed do not pass")
    for scope, found in WITHIN.items():
        version = committed(bank, scope, ArtefactKind.THRESHOLDS, thresholds.as_plain(found), f"{scope.value} within")
        agreed_to(story, version)
        champion = bank.champion(ArtefactKind.THRESHOLDS, scope)
        story.step("thresholds move within bounds", f"{version.id} {limits(found)}")
        story.must(champion == version.id, "thresholds within what was signed decide")


# The model is down.


def model_down(story: Story, first: Version) -> None:
    """Its document is gone, then torn; of ACH the thresholds, for there is no model; features; the scorer itself."""
    bank = story.bank
    payer = bank.sender(minor=50_000_00)

    def send(number: int, minor: int) -> Payment:
        payment = bank.send(*payer, minor, key=f"drill-{number}", duplicate_intended=True)
        bank.run()
        return bank.payment(payment)

    normal = [send(1, SMALL_MINOR), send(2, LARGE_MINOR)]
    story.step("payments are judged", " ".join(said(bank, one) for one in normal))
    story.must(all(fallback_of(bank, one) is None for one in normal), "with everything there the scorer judges")

    body = bank.lose(first)
    card_falls_back(story, "the model's document is gone", Fallback.ARTEFACT_UNREAD)
    bank.tear(first)
    card_falls_back(story, "other bytes lie in its place", Fallback.ARTEFACT_UNREAD)
    bank.mend(first, body)

    champion = bank.registry.pointer(Scope.ACH).champions[ArtefactKind.THRESHOLDS].used.version
    lost = made(bank.registry.version(LEAD, champion), Version)
    document_lost = bank.lose(lost)
    journeys_fall_back(story, send, 10, "a document of ACH is gone", Fallback.ARTEFACT_UNREAD)
    bank.mend(lost, document_lost)

    bank.broken.features_silent = True
    card_falls_back(story, "features are not read in time", Fallback.FEATURES_UNREAD)
    journeys_fall_back(story, send, 20, "neither for journeys", Fallback.FEATURES_UNREAD)
    bank.broken.features_silent = False

    bank.broken.scorer_silent = True
    journeys_fall_back(story, send, 30, "the scorer is silent", Fallback.SCORER_SILENT)
    bank.broken.scorer_silent = False

    bank.restart_workers()
    back = bank.pay_by_card(a_payment(bank, "back"))
    later = send(40, LARGE_MINOR)
    story.step("the model is back", f"{named(back)} {back.decision.value}; {said(bank, later)}")
    story.must((named(back), back.fallback) == (first.id, None), "the next card payment is scored by the model")
    story.must(fallback_of(bank, later) is None, "the next journey is judged by the scorer")
    unjudged = [
        payment.id
        for payment in bank.payment_store._payments.values()  # noqa: SLF001  (what is stored, all of it)
        if payment.state not in WAITING and bank.ach_fraud.decision_of(payment.id) is None
    ]
    story.must(not unjudged, "no payment went past judging")


def card_falls_back(story: Story, what: str, why: Fallback) -> None:
    bank = story.bank
    small, large = (bank.pay_by_card(a_payment(bank, f"{what}-{minor}", minor)) for minor in (30_00, 1_500_00))
    story.step(what, f"card {small.decision.value}, much: {large.decision.value}, {why.value}")
    story.must({small.fallback, large.fallback} == {why}, f"{why.value} is named with the decision")
    story.must((small.score, large.score) == (None, None), "no score is made up")
    story.must(SEVERITY[large.decision] >= SEVERITY[Decision.SOFT_DECLINE], "much is not let go unscored")
    story.must(MODEL_SCORE not in large.staff_reasons, "the rules alone have spoken")


def journeys_fall_back(
    story: Story, send: Callable[[int, int], Payment], number: int, what: str, why: Fallback
) -> None:
    bank = story.bank
    small, large = send(number, SMALL_MINOR), send(number + 1, LARGE_MINOR)
    if why is Fallback.SCORER_SILENT:
        story.must({small.state, large.state} == {PaymentState.ACCEPTED}, "while nobody answers no money leaves")
        bank.clock.move(bank.deadlines.fraud + timedelta(seconds=1))
        bank.run()
        small, large = bank.payment(small), bank.payment(large)
    story.step(what, f"{said(bank, small)} {said(bank, large)}")
    for payment in (small, large):
        story.must(fallback_of(bank, payment) is why, f"a journey takes the fallback {why.value}, and does not skip")
    story.must(small.state is PaymentState.SCHEDULED, "what the stricter rules let go goes on")
    story.must(large.state is PaymentState.IN_REVIEW, "what the scorer would let go is looked at by a person")


# Again.


def learnt_anew(story: Story, heir: Version) -> None:
    """The same model as was measured, and nothing added: beside the bad one for a week, measured against the first."""
    bank = story.bank
    test = backtest(bank, heir, latest_folds(bank), names=stumps.FEATURES, since=CHANGE)
    made(bank.registry.record_backtest(AUTHOR, heir.id, test), Version)
    story.live_until(
        WEEK,
        lambda: not lacking(bank.registry.request_promotion(AUTHOR, heir.id, reason="as measured", key="anew")),
        "with a backtest and a week of shadow it may be asked for",
    )
    agreed_to(story, heir)
    story.step("the right model is promoted", f"{heir.id}, {figures(test)}")
    story.must(bank.champion() == heir.id, "the right model decides")


def back_in_band(story: Story, usual: dict[Measure, int]) -> None:
    bank = story.bank
    bank.live(WEEK + MATURE)
    seen = story.seen()
    rates = {measure: story.rate(measure) for measure in usual}
    story.step("two weeks later", " ".join(f"{one.value.lower()} {share(rate)}" for one, rate in rates.items()))
    for measure, rate in rates.items():
        story.must(rate >= usual[measure] - BAND, f"{measure.value.lower()} is back in its band")
    scores = [one for one in seen.moved if one.measure in (Measure.SCORE_PSI, Measure.PRECISION, Measure.RECALL)]
    story.must(not scores, "neither scores nor labels move any more")


def the_end(story: Story) -> None:
    bank = story.bank
    decisions = bank.decided(0, bank.today)
    checked = decisions[:: max(1, len(decisions) // 500)] + [one for one in decisions if one.fallback]
    story.must(all(bank.again(one) for one in checked), "each decision comes out the same again, bit for bit")
    by_model = {named(one) for one in decisions}
    story.step("decisions are made again", f"{len(checked)} of {len(decisions)}, of {len(by_model)} champions")
    faults = bank.ledger_faults()
    story.step("the books are checked", f"{len(bank.ledger_store.journals)} journals, {len(faults)} faults")
    story.must(not faults, "the ledger keeps its promises")


# Models and what they are worth.


def document(bank: FraudBank, days: range, names: Sequence[str], *, rounds: int = stumps.ROUNDS) -> dict[str, Any]:
    """Learnt from these days, and laid beside the last week."""
    rows = bank.labelled(days.start, days.stop)
    grown = stumps.grown(rows, names, rounds=rounds)
    latest = bank.labelled(bank.today - WEEK, bank.today)
    return {**grown, "reference": stumps.spread(trees.parsed(grown), latest, latest)}


def latest_folds(bank: FraudBank) -> list[range]:
    """The last whose labels are mature."""
    end = bank.today - MATURE
    return [range(start, start + FOLD_DAYS) for start in range(end - FOLDS * FOLD_DAYS, end, FOLD_DAYS)]


def backtest(
    bank: FraudBank,
    version: Version,
    folds: Sequence[range],
    *,
    names: Sequence[str],
    since: int,
    rounds: int = stumps.ROUNDS,
) -> Backtest:
    """The same recipe for each fold, learnt from what was known a week before it; the champion that decides now, and a
    forest, on the same rows."""
    used = bank.registry.pointer(CARD).champions.get(ArtefactKind.MODEL)
    champion = used and trees.parsed(made(read_json(bank, used.used.version), dict))
    found: list[Fold] = []
    everything: list[object] = []
    for fold in folds:
        learnt, test = bank.labelled(since, fold.start - MATURE), bank.labelled(fold.start, fold.stop)
        frauds = [row.fraud for row in test]
        everything.append([[row.features["amount_minor"], row.fraud] for row in test])

        def worth(score: Callable[[Any], float], test: Sequence[stumps.Row] = test, frauds: list[bool] = frauds) -> int:
            return stumps.average_precision([score(row.features) for row in test], frauds)

        found.append(
            Fold(
                start=(FIRST_DAY + timedelta(days=fold.start)).date(),
                challenger=worth(trees.parsed(stumps.grown(learnt, names, rounds=rounds)).predicted),
                champion=worth(champion.predicted) if champion else None,
                forest=worth(stumps.forest(learnt, seed=fold.start)),
            )
        )
    rows = sha256_of(canonical(everything))
    return Backtest(
        protocol=f"{FOLDS} folds of {FOLD_DAYS} days",
        data_sha256=rows,
        champion_data_sha256=rows if champion else None,
        model_sha256=version.sha256,
        champion_sha256=used.used.sha256 if used else None,
        folds=tuple(found),
        measured_at=bank.now(),
        by=AUTHOR.person,
    )


def read_json(bank: FraudBank, version: str) -> object:
    return read(made(bank.registry.document(LEAD, version), bytes))


# Steps of a version.


def committed(bank: FraudBank, scope: Scope, kind: ArtefactKind, plain: Any, key: str) -> Version:
    lineage = Lineage(code_version="drill", note=key)
    draft = bank.registry.draft(
        AUTHOR, scope=scope, kind=kind, document=plain, lineage=lineage, key=key.replace(" ", "-")
    )
    return made(bank.registry.commit(AUTHOR, made(draft, Version).id), Version)


def drafted(bank: FraudBank, plain: dict[str, Any], key: str) -> Version:
    return committed(bank, CARD, ArtefactKind.MODEL, plain, key)


def agreed_to(story: Story, version: Version, *, alone: bool = False) -> None:
    """Its author asks, and another agrees. `alone`: the author tries to first."""
    bank = story.bank
    asked = bank.registry.request_promotion(AUTHOR, version.id, reason="it is better", key=f"ask-{version.number}")
    story.must(isinstance(asked, Approval), f"{version.id} may be asked for")
    approval = made(asked, Approval)
    if alone:
        story.must(
            isinstance(bank.agree(AUTHOR, approval), Refusal) and bank.champion() != version.id,
            "its author alone promotes nothing",
        )
    made(bank.agree(LEAD, approval), Approval)


def lacking(answer: object) -> tuple[str, ...]:
    """What the gate misses."""
    return tuple(answer.missing.split(",")) if isinstance(answer, FraudGateClosed) else ()


# Words.


def a_payment(bank: FraudBank, name: str, minor: int = 30_00) -> CardPayment:
    """One more, that nobody drew."""
    return CardPayment(
        subject=f"jrn_drill_{re.sub(r'[^a-z0-9]+', '_', name)}",
        at=bank.now(),
        customer="cus_card_007",
        account="acc_card_007",
        terminal="terminal-drill",
        amount_minor=minor,
        fraud=False,
    )


def named(stored: StoredDecision) -> str | None:
    """The model that scored."""
    return stored.versions.model.version if stored.versions.model else None


def fallback_of(bank: FraudBank, payment: Payment) -> Fallback | None:
    stored = bank.ach_fraud.decision_of(payment.id)
    return stored.fallback if stored else None


def said(bank: FraudBank, payment: Payment) -> str:
    stored = bank.ach_fraud.decision_of(payment.id)
    return f"{payment.amount} {stored.decision.value if stored else 'unjudged'} {payment.state.value}"


def share(millionths: int) -> str:
    return f"{millionths / MILLION:.3f}"


def limits(found: Thresholds) -> str:
    return " ".join(f"{decision.value} {limit}" for decision, limit in found.scores.items())


def figures(test: Backtest) -> str:
    """Average precision over the folds: its own, and that of whoever it is measured against."""
    ours = sum(fold.challenger for fold in test.folds) // len(test.folds)
    theirs = sum(fold.forest if fold.champion is None else fold.champion for fold in test.folds) // len(test.folds)
    return (
        f"precision {share(ours)} against {share(theirs)} of {'the champion' if test.champion_sha256 else 'a forest'}"
    )
