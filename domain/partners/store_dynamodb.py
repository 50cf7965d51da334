"""Deliveries of partners in the table florin-partners-<region>.

D#<delivery>             D    the delivery, by revision; in `by_due` while it is to be processed
D#<delivery>             B    its body, never changed
R#<hash>                 R    the receipt of a message, by partner and webhook-id; leaves by its ttl
K#<claim>                K    the claim of the key of a replay

by_state: S#<partner>#<state> / <received at>#<delivery>. A list of all states is read from each and merged.
by_due:   D#<bucket> / <due at>#<delivery>. The sweep asks each bucket for what lies before now.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from domain.clock import instant_text, parse_instant
from domain.due_aws import DueList
from domain.partners.model import Delivery, DeliveryState, Receipt, ReplayClaim, Scheme
from domain.partners.store import DeliveryPage
from domain.tables_aws import Index, Item, Table, Value, write_together
from domain.values_aws import instant_or_none, instant_text_or_none, integer, text_or_none

BY_STATE: Final = Index("by_state", "gk", "gs", keys_only=True)
BY_DUE: Final = Index("by_due", "hk", "hs", keys_only=True)
BUCKETS: Final = 4
"""Partitions of the index of what is due: 1,000 writes a second each, and every delivery writes there twice."""
_LAST: Final = "~"  # sorts after every instant and id


class DynamoDBDeliveryStore:
    """Its table is made with the indexes `BY_STATE` and `BY_DUE`."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._due = DueList(table, BY_DUE, key="D", partitions=BUCKETS)

    def receive(self, delivery: Delivery, body: bytes, receipt: Receipt) -> bool:
        pk = _receipt_key(receipt.partner, receipt.message_id)
        kept: Item = {
            "pk": pk,
            "sk": "R",
            "partner": receipt.partner,
            "message": receipt.message_id,
            "delivery": receipt.delivery,
            "digest": receipt.body_digest,
            "ttl": int(receipt.expires_at.timestamp()),
        }
        return self._table.put_all_new(kept, self._item(delivery), _body_item(delivery.id, body))

    def receipt(self, partner: str, message_id: str) -> Receipt | None:
        item = self._table.get(_receipt_key(partner, message_id), "R")
        if item is None:
            return None
        expires_at = datetime.fromtimestamp(integer(item, "ttl"), tz=UTC)
        return Receipt(partner, message_id, str(item["delivery"]), str(item["digest"]), expires_at)

    def delivery(self, delivery_id: str) -> Delivery | None:
        item = self._table.get(f"D#{delivery_id}", "D")
        return _delivery(item) if item else None

    def bodies(self, delivery_ids: Sequence[str]) -> Mapping[str, bytes]:
        items = self._table.get_many([(f"D#{delivery_id}", "B") for delivery_id in delivery_ids])
        return {str(item["pk"]).removeprefix("D#"): _bytes(item) for item in items}

    def replace(self, delivery: Delivery, *, revision: int) -> bool:
        return self._table.replace(self._item(delivery), attribute="revision", expected=revision)

    def claim(self, claim_id: str) -> ReplayClaim | None:
        item = self._table.get(f"K#{claim_id}", "K")
        return ReplayClaim(claim_id, str(item["delivery"]), str(item["fingerprint"])) if item else None

    def replay(self, delivery: Delivery, claim: ReplayClaim, *, revision: int) -> bool:
        moved = self._table.over(self._item(delivery), attribute="revision", expected=revision)
        return write_together(self._table.new(_claim_item(claim)), moved)

    def mend(self, delivery: Delivery, body: bytes, claim: ReplayClaim, *, original: Delivery, revision: int) -> bool:
        return write_together(
            self._table.new(_claim_item(claim)),
            self._table.new(self._item(delivery)),
            self._table.new(_body_item(delivery.id, body)),
            self._table.over(self._item(original), attribute="revision", expected=revision),
        )

    def page(self, partner: str, *, states: Sequence[DeliveryState], before: str | None, limit: int) -> DeliveryPage:
        items, following = self._table.merged(
            [_of_state(partner, state) for state in states],
            size=limit,
            from_key="0",
            to_key=_LAST,
            beyond=before,
            index=BY_STATE.name,
            forward=False,
        )
        return DeliveryPage(self._read([str(item["gs"]) for item in items]), following)

    def due(self, *, by: datetime, limit: int) -> tuple[str, ...]:
        return tuple(delivery for _, delivery in self._due.through(instant_text(by), limit=limit))

    def _read(self, positions: Sequence[str]) -> tuple[Delivery, ...]:
        ids = [position.partition("#")[2] for position in positions]
        read = {one.id: one for one in map(_delivery, self._table.get_many([(f"D#{i}", "D") for i in ids]))}
        return tuple(read[delivery_id] for delivery_id in ids)

    def _item(self, delivery: Delivery) -> dict[str, Value]:
        due = instant_text_or_none(delivery.due_at)
        return {
            "pk": f"D#{delivery.id}",
            "sk": "D",
            "gk": _of_state(delivery.partner, delivery.state),
            "gs": delivery.position,
            **self._due.keys(due, delivery.id),
            "delivery": delivery.id,
            "partner": delivery.partner,
            "message": delivery.message_id,
            "kind": delivery.kind,
            "version": delivery.version,
            "digest": delivery.body_digest,
            "scheme": delivery.scheme.value if delivery.scheme else None,
            "received_at": instant_text(delivery.received_at),
            "state": delivery.state.value,
            "attempts": delivery.attempts,
            "due_at": due,
            "sends": delivery.sends,
            "reason": delivery.reason,
            "detail": delivery.detail,
            "settled_at": instant_text_or_none(delivery.settled_at),
            "mends": delivery.mends,
            "mended_by": delivery.mended_by,
            "replayed_by": delivery.replayed_by,
            "replays": delivery.replays or None,
            "discarded_by": delivery.discarded_by,
            "revision": delivery.revision,
        }


def _receipt_key(partner: str, message_id: str) -> str:
    return "R#" + hashlib.sha256(f"{partner}\x00{message_id}".encode()).hexdigest()


def _of_state(partner: str, state: DeliveryState) -> str:
    return f"S#{partner}#{state.value}"


def _claim_item(claim: ReplayClaim) -> Item:
    return {"pk": f"K#{claim.id}", "sk": "K", "delivery": claim.delivery, "fingerprint": claim.fingerprint}


def _body_item(delivery_id: str, body: bytes) -> Item:
    return {"pk": f"D#{delivery_id}", "sk": "B", "body": body}


def _delivery(item: Mapping[str, Value]) -> Delivery:
    scheme = text_or_none(item, "scheme")
    return Delivery(
        id=str(item["delivery"]),
        partner=str(item["partner"]),
        message_id=str(item["message"]),
        kind=str(item["kind"]),
        version=integer(item, "version") if "version" in item else None,
        body_digest=str(item["digest"]),
        scheme=Scheme(scheme) if scheme else None,
        received_at=parse_instant(str(item["received_at"])),
        state=DeliveryState(str(item["state"])),
        attempts=integer(item, "attempts"),
        due_at=instant_or_none(item, "due_at"),
        sends=integer(item, "sends"),
        reason=text_or_none(item, "reason"),
        detail=text_or_none(item, "detail"),
        settled_at=instant_or_none(item, "settled_at"),
        mends=text_or_none(item, "mends"),
        mended_by=text_or_none(item, "mended_by"),
        replayed_by=text_or_none(item, "replayed_by"),
        replays=integer(item, "replays") if "replays" in item else 0,
        discarded_by=text_or_none(item, "discarded_by"),
        revision=integer(item, "revision"),
    )


def _bytes(item: Mapping[str, Value]) -> bytes:
    body = item["body"]
    if not isinstance(body, bytes):
        raise TypeError(f"the body of {item['pk']!r} is no bytes")
    return body
