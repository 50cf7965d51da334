"""Transfers in review in the table florin-transfers-<region>, beside the transfer orders.

R#<journal>   R                       the review, by version; in `by_due` until it has ended
W#<source>    <opened_at>#<journal>   the review is one of this account

by_due: R#<region> / <due_at>#<journal>. Few transfers are reviewed: one partition takes them all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from domain.clock import instant_text, parse_instant
from domain.due_aws import DueList
from domain.money import Money
from domain.tables_aws import Table, Value
from domain.transfers.kinds import ReviewState
from domain.transfers.model import TransferReview
from domain.transfers.review_rules import position_of
from domain.transfers.review_store import ReviewPage
from domain.transfers.store_dynamodb import BY_DUE
from domain.values_aws import instant_or_none, instant_text_or_none, integer, text_or_none

_BEFORE_ALL: Final = "0"
_AFTER_ALL: Final = "~"
"""Sorts after every moment and every id."""


class DynamoDBReviewStore:
    """Its table is made with the index `BY_DUE` of the orders."""

    def __init__(self, table: Table, *, region: str) -> None:
        self._table = table
        self._due = DueList(table, BY_DUE, key=f"R#{region}")

    def review(self, journal: str) -> TransferReview | None:
        item = self._table.get(f"R#{journal}", "R")
        return _review(item) if item else None

    def reviews(self, journals: Sequence[str]) -> tuple[TransferReview, ...]:
        return tuple(map(_review, self._table.get_many([(f"R#{one}", "R") for one in journals])))

    def add(self, review: TransferReview) -> TransferReview:
        pointer: Mapping[str, Value] = {"pk": f"W#{review.source}", "sk": position_of(review)}
        if self._table.put_all_new(self._item(review), pointer):
            return review
        stored = self.review(review.id)
        if stored is None:
            raise RuntimeError(f"{review.id} was not added although it is not there")
        return stored

    def replace(self, review: TransferReview, *, version: int) -> bool:
        return self._table.replace(self._item(review), attribute="version", expected=version)

    def reviews_of(self, account: str, *, before: str | None, limit: int) -> ReviewPage:
        rows, following = self._table.newest(
            f"W#{account}", size=limit, from_key=_BEFORE_ALL, to_key=_AFTER_ALL, before=before
        )
        ids = [str(row["sk"]).partition("#")[2] for row in rows]
        found = {review.id: review for review in self.reviews(ids)} if ids else {}
        return ReviewPage(tuple(found[name] for name in ids), following)

    def due(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        return tuple(name for _, name in self._due.through(instant_text(through), limit=limit))

    def _item(self, review: TransferReview) -> Mapping[str, Value]:
        return {
            "pk": f"R#{review.id}",
            "sk": "R",
            **self._due.keys(instant_text_or_none(review.due_at), review.id),
            "journal": review.id,
            "source": review.source,
            "destination": review.destination,
            "destination_masked": review.destination_masked,
            "amount_minor": review.amount.minor,
            "currency": review.amount.currency,
            "memo": review.memo,
            "memo_digest": review.memo_digest,
            "asked_by": review.asked_by,
            "key": review.key,
            "evidence": list(review.evidence),
            "fingerprint": review.fingerprint,
            "decision": review.decision,
            "reasons": review.reasons,
            "opened_at": instant_text(review.opened_at),
            "expires_at": instant_text(review.expires_at),
            "state": review.state.value,
            "due_at": instant_text_or_none(review.due_at),
            "case": review.case,
            "refusal_code": review.refusal_code,
            "refusal_message": review.refusal_message,
            "version": review.version,
        }


def _review(item: Mapping[str, Value]) -> TransferReview:
    memo, evidence = item.get("memo"), item["evidence"]
    if memo is not None and not isinstance(memo, bytes):
        raise TypeError(f"the memo of {item['pk']!r} is not sealed")
    if not isinstance(evidence, list):
        raise TypeError(f"the evidence of {item['pk']!r} is no list")
    return TransferReview(
        id=str(item["journal"]),
        source=str(item["source"]),
        destination=str(item["destination"]),
        destination_masked=str(item["destination_masked"]),
        amount=Money(integer(item, "amount_minor"), str(item["currency"])),
        memo=memo,
        memo_digest=text_or_none(item, "memo_digest"),
        asked_by=str(item["asked_by"]),
        key=str(item["key"]),
        evidence=tuple(map(str, evidence)),
        fingerprint=str(item["fingerprint"]),
        decision=str(item["decision"]),
        reasons=str(item["reasons"]),
        opened_at=parse_instant(str(item["opened_at"])),
        expires_at=parse_instant(str(item["expires_at"])),
        state=ReviewState(str(item["state"])),
        due_at=instant_or_none(item, "due_at"),
        case=text_or_none(item, "case"),
        refusal_code=text_or_none(item, "refusal_code"),
        refusal_message=text_or_none(item, "refusal_message"),
        version=integer(item, "version"),
    )
