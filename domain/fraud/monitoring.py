"""Whether scoring still sees what it was made for: pure, of counts of days.

The population stability index of two sets of counts over the same k bins is the sum of (q - p) ln(q / p), with p and q
the shares of a bin in the reference and in the window. Each count gets half an observation more, (c + 1/2) / (n + k/2),
so that an empty bin is rare and not impossible.

By chance alone it is about (k - 1)(1/m + 1/n) for m and n observations: the mean of a chi-square, scaled. What counts
as moved lies four times as far above what quiet weeks show: `QUIET_PSI_MILLIONTHS` + 4(k - 1)(1/m + 1/n). A fifth is
the usual convention for a shift.

Payments are observations of what is told of each: its amount, its hour. What is told of a customer or a terminal is
much the same in all their payments of a week, and of those features a week holds as many observations as it has
customers or terminals (the chance of a cluster sample is that of its clusters: Kish, Survey Sampling, 1965). They are
counted by linear counting (Whang, Vander-Zanden, Taylor, 1990): each sets one of `ENTITY_BITS` bits, and the bits that
are left tell how many there were. The reference does not say how many it had, and is taken to have had as many.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import blake2b
from math import log
from typing import Final, TypeVar

from domain.fraud import shares
from domain.fraud.gate import ShadowDay
from domain.fraud.kinds import DECLINED, Decision, Family, Scope, Value
from domain.fraud.label_model import MATURITY, Label, flagged, matures_at
from domain.fraud.model import StoredDecision
from domain.fraud.monitoring_model import (
    Bins,
    DayFigures,
    Known,
    LabelFigures,
    Level,
    Measure,
    Point,
    Proposal,
    Reference,
    ShadowFigures,
    Signal,
    Watched,
)
from domain.fraud.registry_model import MILLION
from domain.fraud.shares import share_millionths
from domain.fraud.thresholds import DECISIONS, Bounds, Thresholds

SCORE_BINS: Final = 100
QUANTILE_BINS: Final = 10
WINDOW_DAYS: Final = 7
"""Every day of the week once."""
BASELINE_DAYS: Final = 28
"""Before the window: what is usual."""
COLD_DAYS: Final = 45
"""Features look back up to 37 days, and labels are a week late: before then windows are still filling, and their index
reaches 8 where nothing happened."""
QUIET_PSI_MILLIONTHS: Final = 10_000
"""Quiet weeks of the simulated portfolio stay under 0.006, a season apart included."""
NOISE_TIMES: Final = 4
ENTITY_BITS: Final = 4_096
"""Half a kilobyte; right to a fiftieth up to 20,000 entities, and with more chance is nothing."""
SHIFTED_PSI_MILLIONTHS: Final = 200_000
INDICES: Final = frozenset({Measure.FEATURE_PSI, Measure.SCORE_PSI})
PSI_ROWS_MIN: Final = 1_000
"""Below this chance alone makes an index of a hundredth."""
RECENT_CHANGE_DAYS: Final = 28
"""A champion younger than that is suspected first."""
THRESHOLD_DIGITS: Final = 2
ABOUT_THE_SAME: Final = 10
"""A tenth more or less above a threshold is no reason to move it."""

Key = TypeVar("Key")


# Counting.


def bin_of(value: Value, bins: Bins) -> int:
    """The last bin is for what is missing, or is no number."""
    if value is None or isinstance(value, str):
        return len(bins.cuts) + 1
    return bisect_left(bins.cuts, float(value))


def shadow_days(version: str, days: Mapping[date, DayFigures]) -> tuple[ShadowDay, ...]:
    """Of the days that are counted those on which the version was asked beside the champions."""
    return tuple(
        ShadowDay(day, figures.shadows[version].count, figures.count - sum(figures.fallbacks.values()))
        for day, figures in sorted(days.items())
        if version in figures.shadows
    )


def counted(figures: DayFigures, decisions: Iterable[StoredDecision], reference: Reference | None) -> DayFigures:
    """The figures with these decisions added."""
    tally = _Tally(figures, reference)
    for decision in decisions:
        tally.add(decision)
    return tally.figures()


class _Tally:
    """Counts in place: a day has many decisions."""

    def __init__(self, figures: DayFigures, reference: Reference | None) -> None:
        self._begun = figures
        self._reference = reference
        self._decisions = dict(figures.decisions)
        self._fallbacks = dict(figures.fallbacks)
        self._volume = dict(figures.volume_minor)
        self._models = dict(figures.models)
        self._scores = list(figures.scores or (0,) * SCORE_BINS)
        score = reference.score if reference else None
        self._score_bins = list(figures.score_bins or (0,) * (len(score.cuts) + 2 if score else 0))
        bins = reference.features if reference else {}
        self._bins = {
            name: list(figures.feature_bins.get(name) or (0,) * (len(one.cuts) + 2)) for name, one in bins.items()
        }
        self._entities = {family: figures.entities.get(family, 0) for family in _families(bins)}
        self._shadows = dict(figures.shadows)

    def add(self, decision: StoredDecision) -> None:
        _one_more(self._decisions, decision.decision)
        currency = decision.amount.currency
        self._volume[currency] = self._volume.get(currency, 0) + decision.amount.minor
        if decision.fallback:
            _one_more(self._fallbacks, decision.fallback)
        if decision.score is not None:
            self._scores[min(int(decision.score * SCORE_BINS), SCORE_BINS - 1)] += 1
            model = decision.versions.model
            _one_more(self._models, model.version if model else "")
        self._add_to_reference(decision)
        for one in decision.shadows:
            was = self._shadows.get(one.shadow) or ShadowFigures({}, 0)
            by = dict(was.decisions)
            _one_more(by, one.decision)
            self._shadows[one.shadow] = ShadowFigures(by, was.same + (one.decision is decision.decision))

    def _add_to_reference(self, decision: StoredDecision) -> None:
        """Scores of another model are not laid beside this one's; features are whoever scored."""
        if self._reference is None:
            return
        for name, bins in self._reference.features.items():
            self._bins[name][bin_of(decision.features.get(name), bins)] += 1
        for family in self._entities:
            entity: str | None = getattr(decision, family.value)
            if entity is not None:
                self._entities[family] |= entity_bit(entity)
        model, score = decision.versions.model, self._reference.score
        if score is not None and decision.score is not None and model and model.version == self._reference.version:
            self._score_bins[bin_of(decision.score, score)] += 1

    def figures(self) -> DayFigures:
        return replace(
            self._begun,
            decisions=self._decisions,
            fallbacks=self._fallbacks,
            volume_minor=self._volume,
            models=self._models,
            scores=tuple(self._scores),
            score_bins=tuple(self._score_bins),
            feature_bins={name: tuple(counts) for name, counts in self._bins.items()},
            entities=self._entities,
            shadows=self._shadows,
        )


def labelled(scope: Scope, day: date, labels: Iterable[Label]) -> LabelFigures:
    frauds = caught = unjudged = cleared = declined = early = early_caught = early_declined = 0
    shadows: dict[str, int] = {}
    matured = matures_at(scope, day)
    for label in labels:
        known = label.fraud_by(matured)
        early += known
        early_caught += known and flagged(label.decision)
        if label.decision in DECLINED:
            declined += bool(label.said)
            early_declined += any(one.learnt_at <= matured for one in label.said)
        if not label.fraud:
            cleared += 1
            continue
        frauds += 1
        caught += flagged(label.decision)
        unjudged += label.decision is None
        for version, decision in label.shadows.items():
            shadows[version] = shadows.get(version, 0) + flagged(decision)
    return LabelFigures(
        scope=scope,
        day=day,
        frauds=frauds,
        frauds_flagged=caught,
        unjudged=unjudged,
        cleared=cleared,
        declined=declined,
        by_shadow=shadows,
        at_maturity=Known(early, early_caught, early_declined),
    )


def _one_more(counts: dict[Key, int], key: Key) -> None:
    counts[key] = counts.get(key, 0) + 1


# Measuring.


def psi_millionths(reference: Sequence[int], window: Sequence[int]) -> int:
    """The population stability index of two sets of counts over the same bins."""
    if len(reference) != len(window) or not reference:
        raise ValueError(f"{len(reference)} and {len(window)} bins are not the same")
    bins = len(reference)
    expected, actual = sum(reference) + bins / 2, sum(window) + bins / 2
    total = 0.0
    for theirs, ours in zip(reference, window, strict=True):
        p, q = (theirs + 0.5) / expected, (ours + 0.5) / actual
        total += (q - p) * log(q / p)
    return round(total * MILLION)


def psi_limit_millionths(reference: Sequence[int], window: Sequence[int], *, entities: int | None = None) -> int:
    """From this index on it has moved. `entities`: as many observations as there are, where payments are none."""
    bins = sum(1 for theirs, ours in zip(reference, window, strict=True) if theirs or ours)
    rows = (max(sum(one), 1) for one in (reference, window))
    chance = max(bins - 1, 1) * sum(1 / (one if entities is None else max(min(one, entities), 1)) for one in rows)
    return QUIET_PSI_MILLIONTHS + round(NOISE_TIMES * chance * MILLION)


def family_of(feature: str) -> Family | None:
    """Whose the feature is; None of what is told of each payment."""
    return next((family for family in Family if feature.startswith(f"{family.value}_")), None)


def _families(features: Iterable[str]) -> frozenset[Family]:
    return frozenset(family for family in map(family_of, features) if family)


def entity_bit(entity: str) -> int:
    return 1 << int.from_bytes(blake2b(entity.encode(), digest_size=4).digest()) % ENTITY_BITS


def entities_in(bits: int) -> int:
    """About how many set these bits."""
    left = max(ENTITY_BITS - bits.bit_count(), 1)
    return round(-ENTITY_BITS * log(left / ENTITY_BITS))


def _psi_signal(
    measure: Measure,
    subject: str,
    reference: Sequence[int],
    window: Sequence[int],
    *,
    entities: int | None,
    whole: bool,
    cold: bool,
) -> Signal:
    """`whole`: of a week to its end. Days of a week differ: a part of it is no week."""
    rows = sum(window)
    if rows < PSI_ROWS_MIN or not whole:
        return Signal(measure, subject, Level.TOO_FEW, 0, 0, rows)
    found, limit = psi_millionths(reference, window), psi_limit_millionths(reference, window, entities=entities)
    signal = Signal(measure, subject, Level.FINE, found, limit, rows)
    if found < limit:
        return signal
    if cold:
        return replace(signal, level=Level.COLD)
    return replace(signal, level=Level.SHIFTED if of_a_shift_millionths(signal) >= MILLION else Level.MOVED)


def of_a_shift_millionths(signal: Signal) -> int:
    """How far an index has come of where it counts as shifted: from a million on it has."""
    return signal.millionths * MILLION // max(signal.limit_millionths, SHIFTED_PSI_MILLIONTHS)


# Watching.


def watched(
    scope: Scope,
    today: date,
    days: Mapping[date, DayFigures],
    labels: Mapping[date, LabelFigures],
    reference: Reference | None,
    *,
    first: date | None,
) -> Watched:
    """What the days up to `today`, which has ended, look like. `first`: the first day of which anything was counted."""
    window = _days(today, WINDOW_DAYS, days)
    cold = is_cold(today, first)
    signals = [*_features(window, reference, cold=cold), *_labels(scope, today, days, labels, first)]
    since = _days(today, MATURITY[scope].days + WINDOW_DAYS, days)
    immature = sum(one.count for one in since if is_immature(scope, one.day, today))
    return Watched(scope, today, tuple(signals), share_millionths(immature, sum(one.count for one in since)) or 0)


def is_cold(day: date, first: date | None) -> bool:
    """Whether windows that end with the day may hold what is still filling."""
    return first is None or (day - first).days < COLD_DAYS + WINDOW_DAYS - 1


def is_immature(scope: Scope, day: date, today: date) -> bool:
    """Whether at the end of `today` it is too early to know of the payments of the day."""
    return today - day < MATURITY[scope]


def _features(window: list[DayFigures], reference: Reference | None, *, cold: bool) -> Iterable[Signal]:
    """Of the days on which the bins of this reference were counted."""
    if reference is None:
        return
    same = [one for one in window if one.reference == reference.version]
    whole = len(same) == WINDOW_DAYS
    for name, bins in reference.features.items():
        counts = _sums([one.feature_bins[name] for one in same if name in one.feature_bins], len(bins.counts))
        entities = _entities(same, family_of(name))
        yield _psi_signal(Measure.FEATURE_PSI, name, bins.counts, counts, entities=entities, whole=whole, cold=cold)
    if reference.score is not None:
        counts = _sums([one.score_bins for one in same if one.score_bins], len(reference.score.counts))
        # A score is of the payment, its customer and its terminal: as many observations as there are of the fewest.
        families = (_entities(same, family) for family in _families(reference.features))
        fewest = min((one for one in families if one is not None), default=None)
        yield _psi_signal(
            Measure.SCORE_PSI, "score", reference.score.counts, counts, entities=fewest, whole=whole, cold=cold
        )


def _entities(days: Iterable[DayFigures], family: Family | None) -> int | None:
    """How many of the family were seen on these days; None where that is not known, or the feature is of no family."""
    bits = 0
    for one in days:
        bits |= one.entities.get(family, 0) if family else 0
    return entities_in(bits) if bits else None


def _labels(
    scope: Scope,
    today: date,
    days: Mapping[date, DayFigures],
    labels: Mapping[date, LabelFigures],
    first: date | None,
) -> Iterable[Signal]:
    """Of matured days alone that are not cold: the last seven, and the four weeks before them. Of each day by what was
    known when it matured: of weeks ago more is known by now, and of last week it will be.
    """
    warm = {day: one for day, one in days.items() if first is not None and (day - first).days >= COLD_DAYS}
    last = today - MATURITY[scope]
    now = _sum_of(last, WINDOW_DAYS, warm, labels)
    usual = _sum_of(last - timedelta(days=WINDOW_DAYS), BASELINE_DAYS, warm, labels)
    cold = last - timedelta(days=WINDOW_DAYS) not in warm
    # A week or two of stopping anything are not what is usual.
    known = usual.stopping_since is not None and (last - usual.stopping_since).days >= BASELINE_DAYS
    flagged, frauds = (usual.flagged, usual.frauds) if known else (0, 0)
    # A payment may be decided anew after its day was counted: its label is then of what is not among the counts.
    caught, usually_caught = min(now.caught, now.flagged), min(usual.caught, flagged)
    yield shares.fell(
        Measure.PRECISION, scope, (caught, now.flagged), (usually_caught, flagged), shares.FLAGGED_MIN, cold=cold
    )
    yield shares.unknown(scope, (now.unknown, now.flagged), (usual.unknown, flagged), cold=cold)
    yield shares.fell(
        Measure.RECALL, scope, (now.caught, now.frauds), (usual.caught, frauds), shares.FRAUDS_MIN, cold=cold
    )
    yield shares.rose(scope, (now.frauds, now.count), (usual.frauds, usual.count), cold=cold)


class _Sum:
    def __init__(self, days: Iterable[DayFigures], labels: Iterable[LabelFigures]) -> None:
        figures, known = list(days), [one.at_maturity for one in labels]
        self.count = sum(one.count for one in figures)
        self.flagged = sum(one.flagged for one in figures)
        self.stopping_since = min((one.day for one in figures if one.flagged), default=None)
        self.frauds = sum(one.frauds for one in known)
        self.caught = sum(one.flagged for one in known)
        self.unknown = max(sum(one.declined for one in figures) - sum(one.declined for one in known), 0)


def _sum_of(last: date, length: int, days: Mapping[date, DayFigures], labels: Mapping[date, LabelFigures]) -> _Sum:
    found = _days(last, length, days)
    return _Sum(found, (labels[one.day] for one in found if one.day in labels))


def _days(last: date, length: int, days: Mapping[date, DayFigures]) -> list[DayFigures]:
    return [days[day] for day in _back(last, length) if day in days]


def _back(last: date, length: int) -> list[date]:
    return [last - timedelta(days=back) for back in reversed(range(length))]


def _sums(counts: Sequence[Sequence[int]], length: int) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*counts, strict=True)) if counts else (0,) * length


# What follows.


def proposed(
    seen: Watched, *, champion_age_days: int | None, can_go_back: bool, moved_thresholds: Thresholds | None
) -> Proposal | None:
    """What is proposed for what has moved; None where nothing has.

    A young champion whose scores or labels have moved is suspected itself. Labels that moved alone, while what comes in
    is as it was, call for other thresholds, if the bounds have room for them. All else is to be learnt anew.

    Precision and recall suspect nobody while the share of unknown outcomes has moved: rules that block what they sent
    to review before are as good as they were, and nobody says so any more.
    """
    moved = {signal.measure for signal in seen.moved}
    if not moved:
        return None
    by_labels = set() if seen.unknown_moved else moved & {Measure.PRECISION, Measure.RECALL}
    outcome = by_labels | moved & {Measure.SCORE_PSI}
    young = champion_age_days is not None and champion_age_days <= RECENT_CHANGE_DAYS
    if outcome and young and can_go_back:
        return Proposal.ROLL_BACK
    if Measure.FEATURE_PSI not in moved and by_labels and moved_thresholds:
        return Proposal.NEW_THRESHOLDS
    return Proposal.RETRAIN


def moved_thresholds(
    today: date, days: Mapping[date, DayFigures], thresholds: Thresholds, bounds: Bounds
) -> Thresholds | None:
    """Thresholds above which lies what usually lay above them, within the bounds; None where that changes nothing."""
    now = _sums([one.scores for one in _days(today, WINDOW_DAYS, days) if one.scores], SCORE_BINS)
    before = today - timedelta(days=WINDOW_DAYS)
    usual = _sums([one.scores for one in _days(before, BASELINE_DAYS, days) if one.scores], SCORE_BINS)
    if not sum(now) or not sum(usual):
        return None
    scores: dict[Decision, float] = {}
    least = 0.0
    for decision in DECISIONS:
        if decision not in thresholds.scores:
            continue
        bound, was = bounds.scores.get(decision), thresholds.scores[decision]
        if bound is None:
            return None
        found = min(max(_moved_cut(was, now, usual), bound.least), bound.most)
        if found <= least:
            return None
        scores[decision] = least = found
    return None if scores == dict(thresholds.scores) else replace(thresholds, scores=scores)


def _moved_cut(was: float, now: Sequence[int], usual: Sequence[int]) -> float:
    """The threshold above which lies the usual share; as it was, where about as much lies there now."""
    first = _score_bin(was)
    above_now, above_usual = sum(now[first:]) * sum(usual), sum(usual[first:]) * sum(now)
    if abs(above_now - above_usual) * ABOUT_THE_SAME <= above_usual:
        return was
    return _cut_of(now, sum(usual[first:]) / sum(usual))


def _score_bin(threshold: float) -> int:
    return min(int(round(threshold * SCORE_BINS, 6)), SCORE_BINS - 1)


def _cut_of(scores: Sequence[int], share: float) -> float:
    """The least hundredth from which on no greater share lies."""
    total, above = sum(scores), 0
    for bin_ in reversed(range(SCORE_BINS)):
        above += scores[bin_]
        if above > share * total:
            return round((bin_ + 1) / SCORE_BINS, THRESHOLD_DIGITS)
    return 1 / SCORE_BINS


# Charts.


def point(
    scope: Scope,
    day: date,
    *,
    today: date,
    days: Mapping[date, DayFigures],
    labels: Mapping[date, LabelFigures],
    reference: Reference | None,
    first: date | None,
) -> Point:
    """One day of a chart, as it is known by the end of `today`."""
    figures = days.get(day) or DayFigures(scope=scope, day=day, reference=None)
    known = labels.get(day) or LabelFigures(scope=scope, day=day)
    immature = is_immature(scope, day, today)
    indices = [
        signal
        for signal in _features(_days(day, WINDOW_DAYS, days), reference, cold=False)
        if signal.level is not Level.TOO_FEW
    ]
    worst = max(
        (one for one in indices if one.measure is Measure.FEATURE_PSI), key=lambda one: one.millionths, default=None
    )
    score = next((one for one in indices if one.measure is Measure.SCORE_PSI), None)
    return Point(
        day=day,
        count=figures.count,
        decisions=figures.decisions,
        fallbacks=sum(figures.fallbacks.values()),
        volume_minor=figures.volume_minor,
        flagged=figures.flagged,
        frauds=known.frauds,
        precision_millionths=None if immature else share_millionths(known.frauds_flagged, figures.flagged),
        recall_millionths=None if immature else share_millionths(known.frauds_flagged, known.frauds),
        unknown_millionths=None if immature else share_millionths(figures.declined - known.declined, figures.flagged),
        immature=immature,
        worst_feature=worst.subject if worst else None,
        feature_psi_millionths=worst.millionths if worst else None,
        score_psi_millionths=score.millionths if score else None,
        cold=is_cold(day, first),
    )
