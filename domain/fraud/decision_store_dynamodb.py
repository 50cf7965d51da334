"""Decisions in the table florin-fraud-<region>.

D#<subject>                         D                        the decision, compressed: the reading of a replay, whole
DD#<scope>#<yyyymmdd>#<shard>       <decided_at>#<subject>   it is one of that UTC day
DC#<customer>                       <decided_at>#<subject>   it is one of that customer

All three are written in one transaction, so that a list misses nothing of what was decided.
"""

import zlib
from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.fraud.decision_store import DecisionPage, bounded, day_of, position_of, shard_of
from domain.fraud.decisions_codec import loaded, written
from domain.fraud.kinds import Scope
from domain.fraud.model import DecisionUnkept, DecisionUnread, StoredDecision
from domain.tables_aws import Contended, Item, Table, Unanswered, Value, answered_in_time

_BEFORE_ALL: Final = "0"
_AFTER_ALL: Final = "~"
"""Sorts after every moment and every id."""
_LEVEL: Final = 6
"""Of zlib: most of a decision are names that come again, so a fourth remains, and a kilobyte is a unit. A higher level
takes longer and saves nothing."""


class DynamoDBDecisionStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def decision(self, subject: str) -> StoredDecision | None:
        try:
            with answered_in_time(subject):
                item = self._table.get(f"D#{subject}", "D")
        except Unanswered as why:
            raise DecisionUnread(str(why)) from why
        return _decision(item) if item else None

    def put(self, decision: StoredDecision) -> StoredDecision:
        place = position_of(decision)
        day: Mapping[str, Value] = {
            "pk": _day_key(decision.scope, day_of(decision), shard_of(decision.subject)),
            "sk": place,
        }
        customer: Mapping[str, Value] = {"pk": f"DC#{decision.customer}", "sk": place}
        if self._put(decision.subject, _item(decision), day, customer):
            return decision
        stored = self.decision(decision.subject)
        if stored is None:
            raise RuntimeError(f"{decision.subject} could not be kept although it has no decision")
        return stored

    def _put(self, subject: str, *items: Item) -> bool:
        try:
            with answered_in_time(subject):
                return self._table.put_all_new(*items)
        except (Contended, Unanswered) as why:
            raise DecisionUnkept(str(why)) from why

    def decisions_of_day(
        self, scope: Scope, day: date, shard: int, *, position: str | None, limit: int
    ) -> DecisionPage:
        rows, following = self._table.oldest(
            _day_key(scope, day, shard),
            size=bounded(limit),
            from_key=_BEFORE_ALL,
            to_key=_AFTER_ALL,
            after=position,
        )
        return self._page(rows, following)

    def decisions_of_customer(self, customer: str, *, position: str | None, limit: int) -> DecisionPage:
        rows, following = self._table.newest(
            f"DC#{customer}", size=bounded(limit), from_key=_BEFORE_ALL, to_key=_AFTER_ALL, before=position
        )
        return self._page(rows, following)

    def _page(self, rows: list[dict[str, Value]], following: str | None) -> DecisionPage:
        subjects = [str(row["sk"]).partition("#")[2] for row in rows]
        items = self._table.get_many([(f"D#{subject}", "D") for subject in subjects]) if subjects else []
        found = {one.subject: one for one in map(_decision, items)}
        return DecisionPage(tuple(found[subject] for subject in subjects), following)


def _day_key(scope: Scope, day: date, shard: int) -> str:
    return f"DD#{scope.value}#{day:%Y%m%d}#{shard}"


def _item(decision: StoredDecision) -> Mapping[str, Value]:
    return {"pk": f"D#{decision.subject}", "sk": "D", "body": zlib.compress(written(decision), _LEVEL)}


def _decision(item: Mapping[str, Value]) -> StoredDecision:
    body = item["body"]
    if not isinstance(body, bytes):
        raise TypeError(f"the decision of {item['pk']!r} is no bytes")
    return loaded(zlib.decompress(body))
