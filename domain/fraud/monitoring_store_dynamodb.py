"""Figures of days in the table florin-fraud-<region>.

M#<scope>    D#<yyyymmdd>   the decisions of a day, by revision, with how far their counting has come
M#<scope>    F              the first day of which anything was counted
M#<scope>    L              the last day that was looked at
M#<scope>    C#<about>      the latest case of a proposal about a champion
ML#<scope>   <yyyymmdd>     what the labels of a day say
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from domain.fraud.kinds import Decision, Fallback, Family, Scope
from domain.fraud.monitoring_model import CaseRaised, DayFigures, Known, LabelFigures, Progress, ShadowFigures
from domain.fraud.monitoring_store import DAYS_MAX
from domain.tables_aws import PAGE_MAX, Item, Table, Value
from domain.values_aws import integer, text_or_none

_PAGES_MAX: Final = DAYS_MAX // PAGE_MAX + 1


class DynamoDBMonitoringStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def progress(self, scope: Scope, day: date) -> Progress | None:
        item = self._table.get(_key(scope), _day_key(day))
        return _progress(item) if item else None

    def keep(self, progress: Progress) -> bool:
        item = _item(progress)
        if progress.revision == 1:
            kept = self._table.put_new(item)
        else:
            kept = self._table.replace(item, attribute="revision", expected=progress.revision - 1)
        if kept and progress.figures.count:
            self._note_first(progress.figures.scope, progress.figures.day)
        return kept

    def days(self, scope: Scope, first: date, last: date) -> Mapping[date, Progress]:
        found = map(_progress, self._between(_key(scope), _day_key(first), _day_key(last), first, last))
        return {one.figures.day: one for one in found}

    def first_day(self, scope: Scope) -> date | None:
        item = self._table.get(_key(scope), "F")
        return date.fromisoformat(str(item["day"])) if item else None

    def put_labels(self, figures: LabelFigures) -> None:
        self._table.put(
            {
                "pk": _labels_key(figures.scope),
                "sk": f"{figures.day:%Y%m%d}",
                "scope": figures.scope.value,
                "day": figures.day.isoformat(),
                "frauds": figures.frauds,
                "frauds_flagged": figures.frauds_flagged,
                "unjudged": figures.unjudged,
                "cleared": figures.cleared,
                "declined": figures.declined,
                "by_shadow": dict(figures.by_shadow),
                "at_maturity": asdict(figures.at_maturity),
            }
        )

    def labels(self, scope: Scope, first: date, last: date) -> Mapping[date, LabelFigures]:
        items = self._between(_labels_key(scope), f"{first:%Y%m%d}", f"{last:%Y%m%d}", first, last)
        return {one.day: one for one in map(_labels, items)}

    def looked_at(self, scope: Scope) -> date | None:
        item = self._table.get(_key(scope), "L")
        return date.fromisoformat(str(item["day"])) if item else None

    def note_looked_at(self, scope: Scope, day: date) -> None:
        self._table.put_further({"pk": _key(scope), "sk": "L", "day": day.isoformat()}, attribute="day")

    def raised(self, scope: Scope, about: str) -> CaseRaised | None:
        item = self._table.get(_key(scope), f"C#{about}")
        if item is None:
            return None
        found: Mapping[str, Any] = item
        return CaseRaised(scope, about, date.fromisoformat(found["day"]), frozenset(found["moved"]))

    def note_raised(self, raised: CaseRaised) -> None:
        item: Item = {
            "pk": _key(raised.scope),
            "sk": f"C#{raised.about}",
            "day": raised.day.isoformat(),
            "moved": sorted(raised.moved),
        }
        self._table.put_further(item, attribute="day")

    def _note_first(self, scope: Scope, day: date) -> None:
        """Days are counted again out of order, so the earlier one stays."""
        item: Item = {"pk": _key(scope), "sk": "F", "day": day.isoformat(), "before": -day.toordinal()}
        self._table.put_further(item, attribute="before")

    def _between(self, pk: str, lower: str, upper: str, first: date, last: date) -> Iterator[Mapping[str, Value]]:
        if (last - first).days >= DAYS_MAX:
            raise ValueError(f"{first} to {last} are more than {DAYS_MAX} days")
        after: str | None = None
        for _ in range(_PAGES_MAX):
            items, after = self._table.oldest(pk, size=PAGE_MAX, from_key=lower, to_key=upper, after=after)
            yield from items
            if after is None:
                return
        raise RuntimeError(f"{pk} has more than {DAYS_MAX} days from {first} to {last}")


def _key(scope: Scope) -> str:
    return f"M#{scope.value}"


def _labels_key(scope: Scope) -> str:
    return f"ML#{scope.value}"


def _day_key(day: date) -> str:
    return f"D#{day:%Y%m%d}"


def _item(progress: Progress) -> Item:
    figures = progress.figures
    return {
        "pk": _key(figures.scope),
        "sk": _day_key(figures.day),
        "scope": figures.scope.value,
        "day": figures.day.isoformat(),
        "reference": figures.reference,
        "decisions": {one.value: count for one, count in figures.decisions.items()},
        "fallbacks": {one.value: count for one, count in figures.fallbacks.items()},
        "volume_minor": dict(figures.volume_minor),
        "models": dict(figures.models),
        "scores": list(figures.scores),
        "score_bins": list(figures.score_bins),
        "feature_bins": {name: list(counts) for name, counts in figures.feature_bins.items()},
        "entities": {family.value: f"{bits:x}" for family, bits in figures.entities.items()},
        "shadows": {
            version: {"decisions": {one.value: count for one, count in found.decisions.items()}, "same": found.same}
            for version, found in figures.shadows.items()
        },
        "shard": progress.shard,
        "position": progress.position,
        "done": progress.done,
        "revision": progress.revision,
    }


def _progress(item: Mapping[str, Value]) -> Progress:
    found: Mapping[str, Any] = item
    figures = DayFigures(
        scope=Scope(str(item["scope"])),
        day=date.fromisoformat(str(item["day"])),
        reference=text_or_none(item, "reference"),
        decisions={Decision(one): count for one, count in found["decisions"].items()},
        fallbacks={Fallback(one): count for one, count in found["fallbacks"].items()},
        volume_minor=found["volume_minor"],
        models=found["models"],
        scores=tuple(found["scores"]),
        score_bins=tuple(found["score_bins"]),
        feature_bins={name: tuple(counts) for name, counts in found["feature_bins"].items()},
        entities={Family(family): int(bits, 16) for family, bits in found.get("entities", {}).items()},
        shadows={
            version: ShadowFigures({Decision(one): count for one, count in said["decisions"].items()}, said["same"])
            for version, said in found["shadows"].items()
        },
    )
    return Progress(
        figures, integer(item, "shard"), text_or_none(item, "position"), found["done"], integer(item, "revision")
    )


def _labels(item: Mapping[str, Value]) -> LabelFigures:
    found: Mapping[str, Any] = item
    return LabelFigures(
        scope=Scope(str(item["scope"])),
        day=date.fromisoformat(str(item["day"])),
        frauds=integer(item, "frauds"),
        frauds_flagged=integer(item, "frauds_flagged"),
        unjudged=integer(item, "unjudged"),
        cleared=integer(item, "cleared"),
        declined=found.get("declined", 0),
        by_shadow=found["by_shadow"],
        at_maturity=Known(**found.get("at_maturity", {})),
    )
