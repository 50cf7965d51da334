"""Transfer orders in the table florin-transfers-<region>.

K#<claim>     K             the claim of an order's key
T#<order>     T             the order, by version; in `by_due` while an occurrence is to come
T#<order>     D#<yyyymmdd>  what became of the occurrence of that day
A#<source>    <order>       the order is one of this account

by_due: D#<region>#<bucket> / <yyyymmdd>#<order>. The sweep asks each bucket for what lies before a day: nothing that
was missed drops out of sight however long ago it was.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from domain.clock import instant_text, parse_instant
from domain.due_aws import DueList
from domain.money import Money
from domain.tables_aws import Index, Table, Value
from domain.transfers.model import (
    Occurrence,
    OccurrenceOutcome,
    OrderClaim,
    OrderStatus,
    Rhythm,
    Schedule,
    TransferOrder,
)
from domain.transfers.store import Due, OccurrencePage, OrderPage
from domain.values_aws import integer, text_or_none

BY_DUE: Final = Index("by_due", "gk", "gs", keys_only=True)
BUCKETS: Final = 8
"""Partitions of the index: the first of a month moves every monthly order at once, 1,000 writes a second each."""
_LAST: Final = "~"  # sorts after every id


class DynamoDBOrderStore:
    def __init__(self, table: Table, *, region: str) -> None:
        self._table = table
        self._due = DueList(table, BY_DUE, key=f"D#{region}", partitions=BUCKETS)

    def claim(self, claim_id: str) -> OrderClaim | None:
        item = self._table.get(f"K#{claim_id}", "K")
        return OrderClaim(claim_id, str(item["order"]), str(item["fingerprint"])) if item else None

    def add(self, order: TransferOrder, claim: OrderClaim) -> bool:
        key: Mapping[str, Value] = {
            "pk": f"K#{claim.id}",
            "sk": "K",
            "order": claim.order,
            "fingerprint": claim.fingerprint,
        }
        pointer: Mapping[str, Value] = {"pk": f"A#{order.source}", "sk": order.id}
        return self._table.put_all_new(key, pointer, self._item(order))

    def order(self, order_id: str) -> TransferOrder | None:
        item = self._table.get(f"T#{order_id}", "T")
        return _order(item) if item else None

    def replace(self, order: TransferOrder, *, version: int) -> bool:
        return self._table.replace(self._item(order), attribute="version", expected=version)

    def orders_of(self, account: str, *, before: str | None, limit: int) -> OrderPage:
        pointers, following = self._table.newest(
            f"A#{account}", size=limit, from_key="ord_", to_key=f"ord_{_LAST}", before=before
        )
        ids = [str(pointer["sk"]) for pointer in pointers]
        found = {order.id: order for order in map(_order, self._table.get_many([(f"T#{i}", "T") for i in ids]))}
        return OrderPage(tuple(found[order_id] for order_id in ids), following)

    def occurrence(self, order_id: str, on: date) -> Occurrence | None:
        item = self._table.get(f"T#{order_id}", f"D#{_day_text(on)}")
        return _occurrence(item) if item else None

    def settle(self, occurrence: Occurrence) -> Occurrence:
        if self._table.put_new(_occurrence_item(occurrence)):
            return occurrence
        stored = self.occurrence(occurrence.order, occurrence.on)
        if stored is None:
            raise RuntimeError(f"{occurrence.order} was settled for {occurrence.on} a moment ago and is not")
        return stored

    def occurrences(self, order_id: str, *, before: date | None, limit: int) -> OccurrencePage:
        items, following = self._table.newest(
            f"T#{order_id}",
            size=limit,
            from_key="D#",
            to_key=f"D#{_LAST}",
            before=f"D#{_day_text(before)}" if before else None,
        )
        return OccurrencePage(tuple(map(_occurrence, items)), _day(following.removeprefix("D#")) if following else None)

    def due(self, *, through: date, limit: int) -> tuple[Due, ...]:
        return tuple(Due(_day(day), order) for day, order in self._due.through(_day_text(through), limit=limit))

    def _item(self, order: TransferOrder) -> dict[str, Value]:
        schedule, due = order.schedule, order.next_on
        return {
            "pk": f"T#{order.id}",
            "sk": "T",
            **self._due.keys(_day_text(due) if due else None, order.id),
            "order": order.id,
            "source": order.source,
            "destination": order.destination,
            "destination_masked": order.destination_masked,
            "amount_minor": order.amount.minor,
            "currency": order.amount.currency,
            "memo": order.memo,
            "memo_digest": order.memo_digest,
            "rhythm": schedule.rhythm.value,
            "starts_on": _day_text(schedule.starts_on),
            "day_of_month": schedule.day_of_month,
            "ends_on": _day_text(schedule.ends_on) if schedule.ends_on else None,
            "count": schedule.count,
            "ordered_by": order.ordered_by,
            "ordered_at": instant_text(order.ordered_at),
            "status": order.status.value,
            "next_on": _day_text(due) if due else None,
            "claimed_on": _day_text(order.claimed_on) if order.claimed_on else None,
            "version": order.version,
        }


def _order(item: Mapping[str, Value]) -> TransferOrder:
    memo = item.get("memo")
    if memo is not None and not isinstance(memo, bytes):
        raise TypeError(f"the memo of {item['pk']!r} is not sealed")
    return TransferOrder(
        id=str(item["order"]),
        source=str(item["source"]),
        destination=str(item["destination"]),
        destination_masked=str(item["destination_masked"]),
        amount=Money(integer(item, "amount_minor"), str(item["currency"])),
        memo=memo,
        memo_digest=text_or_none(item, "memo_digest"),
        schedule=Schedule(
            rhythm=Rhythm(str(item["rhythm"])),
            starts_on=_day(str(item["starts_on"])),
            day_of_month=integer(item, "day_of_month") if "day_of_month" in item else None,
            ends_on=_day_or_none(item, "ends_on"),
            count=integer(item, "count") if "count" in item else None,
        ),
        ordered_by=str(item["ordered_by"]),
        ordered_at=parse_instant(str(item["ordered_at"])),
        status=OrderStatus(str(item["status"])),
        next_on=_day_or_none(item, "next_on"),
        claimed_on=_day_or_none(item, "claimed_on"),
        version=integer(item, "version"),
    )


def _occurrence_item(occurrence: Occurrence) -> dict[str, Value]:
    return {
        "pk": f"T#{occurrence.order}",
        "sk": f"D#{_day_text(occurrence.on)}",
        "order": occurrence.order,
        "outcome": occurrence.outcome.value,
        "late": occurrence.late,
        "at": instant_text(occurrence.at),
        "journal": occurrence.journal,
        "refusal_code": occurrence.refusal_code,
        "refusal_message": occurrence.refusal_message,
    }


def _occurrence(item: Mapping[str, Value]) -> Occurrence:
    return Occurrence(
        order=str(item["order"]),
        on=_day(str(item["sk"]).removeprefix("D#")),
        outcome=OccurrenceOutcome(str(item["outcome"])),
        late=bool(item["late"]),
        at=parse_instant(str(item["at"])),
        journal=text_or_none(item, "journal"),
        refusal_code=text_or_none(item, "refusal_code"),
        refusal_message=text_or_none(item, "refusal_message"),
    )


def _day_or_none(item: Mapping[str, Value], name: str) -> date | None:
    text = text_or_none(item, name)
    return None if text is None else _day(text)


def _day_text(day: date) -> str:
    return day.strftime("%Y%m%d")


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day of the calendar has no zone
