"""Labels in the table florin-fraud-<region>.

L#<subject>                  L           the label, by revision
LD#<scope>#<yyyymmdd>        <subject>   the same again in the list of its day, written in the same transaction

A day has far fewer labels than decisions, so one partition is enough for each scope.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain.clock import instant_text, parse_instant
from domain.fraud.kinds import Decision, Scope
from domain.fraud.label_model import Label, LabelPage, LabelSource, Said
from domain.tables_aws import Attribute, Item, Table, Value, Write, decoded, write_together
from domain.values_aws import integer, text_or_none

_FIRST: Final = "0"
_LAST: Final = "~"


class DynamoDBLabelStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def label(self, subject: str) -> Label | None:
        item = self._table.get(f"L#{subject}", "L")
        return _label(item) if item else None

    def labels(self, subjects: Sequence[str]) -> tuple[Label, ...]:
        return tuple(map(_label, self._table.get_many([(f"L#{one}", "L") for one in subjects])))

    def keep(self, label: Label, *, was: Label | None) -> bool:
        own: Item = {"pk": f"L#{label.subject}", "sk": "L", **_attributes(label)}
        listed: Item = {"pk": _day_key(label.scope, label.day), "sk": label.subject, **_attributes(label)}
        return write_together(self._write(own, was), self._write(listed, was))

    def labels_of_day(self, scope: Scope, day: date, *, position: str | None, limit: int) -> LabelPage:
        items, following = self._table.oldest(
            _day_key(scope, day), size=limit, from_key=_FIRST, to_key=_LAST, after=position
        )
        return LabelPage(tuple(map(_label, items)), following)

    def _write(self, item: Item, was: Label | None) -> Write:
        if was is None:
            return self._table.new(item)
        return self._table.over(item, attribute="revision", expected=was.revision)


def label_of_image(image: Mapping[str, Attribute]) -> Label:
    """The label that a record of the table's stream carries. It has no binary attributes, so it reads like an item."""
    return _label(decoded(image))


def subject_of_keys(keys: Mapping[str, Attribute]) -> str:
    """Whose label a record of the table's stream is of, whatever its image is like."""
    return str(decoded(keys)["pk"]).removeprefix("L#")


def _day_key(scope: Scope, day: date) -> str:
    return f"LD#{scope.value}#{day:%Y%m%d}"


def _attributes(label: Label) -> Item:
    return {
        "subject": label.subject,
        "scope": label.scope.value,
        "day": label.day.isoformat(),
        "happened_at": instant_text(label.happened_at),
        "decision": label.decision.value if label.decision else None,
        "shadows": {version: decision.value for version, decision in label.shadows.items()},
        "said": [
            {
                "fraud": one.fraud,
                "source": one.source.value,
                "code": one.code,
                "learnt_at": instant_text(one.learnt_at),
                "by": one.by,
            }
            for one in label.said
        ],
        "revision": label.revision,
    }


def _label(item: Mapping[str, Value]) -> Label:
    shadows, said = item["shadows"], item["said"]
    if not isinstance(shadows, Mapping) or not isinstance(said, list):
        raise TypeError(f"{item['pk']!r} is no label")
    decision = text_or_none(item, "decision")
    return Label(
        subject=str(item["subject"]),
        scope=Scope(str(item["scope"])),
        day=date.fromisoformat(str(item["day"])),
        happened_at=parse_instant(str(item["happened_at"])),
        decision=Decision(decision) if decision else None,
        shadows={version: Decision(str(one)) for version, one in shadows.items()},
        said=tuple(map(_said, said)),
        revision=integer(item, "revision"),
    )


def _said(found: Mapping[str, Any]) -> Said:
    return Said(
        found["fraud"],
        LabelSource(found["source"]),
        found.get("code"),
        parse_instant(found["learnt_at"]),
        found["by"],
    )
