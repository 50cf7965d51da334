"""Counterparties in the table florin-counterparties-<region>.

K#<creation>    K              the claim of an adding's key
N#<digest>      <turn, 6>      a turn of a number, with whose it is: the digest is keyed by the customer's key
P#<id>          P              the counterparty, by version; in `by_unsent` while its verification is to be sent
C#<customer>    <id>           the counterparty is one of this customer

by_unsent: UNSENT / <started_at>#<id>, keys only.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from domain.clock import instant_text, parse_instant
from domain.counterparties.model import (
    AccountType,
    Answer,
    Change,
    Counterparty,
    CounterpartyStatus,
    Creation,
    HolderKind,
    NumberClaim,
    Part,
    Verification,
    VerificationMethod,
    VerificationStatus,
)
from domain.counterparties.store import CounterpartyPage, Taken
from domain.tables_aws import Index, Table, Value

BY_UNSENT: Final = Index("by_unsent", "gk", "gs", keys_only=True)
_UNSENT: Final = "UNSENT"
_FIRST: Final = "0"  # sorts before every instant and turn
_LAST: Final = "~"  # sorts after every id, instant and turn


class DynamoDBCounterpartyStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def creation(self, creation_id: str) -> Creation | None:
        item = self._table.get(f"K#{creation_id}", "K")
        return Creation(creation_id, str(item["counterparty"]), str(item["fingerprint"])) if item else None

    def number_claim(self, digest: str) -> NumberClaim | None:
        items, _ = self._table.newest(f"N#{digest}", size=1, from_key=_FIRST, to_key=_LAST, before=None)
        return NumberClaim(digest, int(str(items[0]["sk"])), str(items[0]["counterparty"])) if items else None

    def add(self, counterparty: Counterparty, creation: Creation, number: NumberClaim) -> Taken | None:
        claim: Mapping[str, Value] = {
            "pk": f"K#{creation.id}",
            "sk": "K",
            "counterparty": creation.counterparty,
            "fingerprint": creation.fingerprint,
        }
        turn: Mapping[str, Value] = {
            "pk": f"N#{number.digest}",
            "sk": f"{number.turn:06d}",
            "counterparty": number.counterparty,
        }
        pointer: Mapping[str, Value] = {"pk": f"C#{counterparty.customer}", "sk": counterparty.id}
        if self._table.put_all_new(claim, turn, pointer, _item(counterparty)):
            return None
        return Taken.KEY if self.creation(creation.id) else Taken.NUMBER

    def counterparty(self, counterparty_id: str) -> Counterparty | None:
        item = self._table.get(f"P#{counterparty_id}", "P")
        return _counterparty(item) if item else None

    def counterparties(self, counterparty_ids: Sequence[str]) -> tuple[Counterparty, ...]:
        return tuple(map(_counterparty, self._table.get_many([(f"P#{name}", "P") for name in counterparty_ids])))

    def replace(self, counterparty: Counterparty, *, version: int) -> bool:
        return self._table.replace(_item(counterparty), attribute="version", expected=version)

    def counterparties_of(self, customer: str, *, before: str | None, limit: int) -> CounterpartyPage:
        pointers, following = self._table.newest(
            f"C#{customer}", size=limit, from_key="cpy_", to_key=f"cpy_{_LAST}", before=before
        )
        ids = [str(pointer["sk"]) for pointer in pointers]
        found = {row.id: row for row in self.counterparties(ids)}
        return CounterpartyPage(tuple(found[name] for name in ids), following)

    def unsent(self, *, limit: int) -> tuple[str, ...]:
        items, _ = self._table.oldest(
            _UNSENT, size=limit, from_key=_FIRST, to_key=_LAST, after=None, index=BY_UNSENT.name
        )
        return tuple(str(item["pk"]).removeprefix("P#") for item in items)


def _item(row: Counterparty) -> dict[str, Value]:
    latest = row.verification
    unsent = latest if latest and latest.status is VerificationStatus.INTENDED else None
    return {
        "pk": f"P#{row.id}",
        "sk": "P",
        "gk": _UNSENT if unsent else None,
        "gs": f"{instant_text(unsent.started_at)}#{row.id}" if unsent else None,
        "counterparty": row.id,
        "customer": row.customer,
        "name": row.sealed_name,
        "routing_number": row.routing_number,
        "number": row.sealed_number,
        "masked_number": row.masked_number,
        "number_digest": row.number_digest,
        "account_type": row.account_type.value,
        "holder_kind": row.holder_kind.value,
        "status": row.status.value,
        "added_at": instant_text(row.added_at),
        "closed_at": instant_text(row.closed_at) if row.closed_at else None,
        "verifications_before": row.verifications_before,
        "verifications": [_verification_part(one) for one in row.verifications],
        "changes": [_change_part(one) for one in row.changes],
        "version": row.version,
    }


def _verification_part(one: Verification) -> dict[str, Value]:
    return {
        "attempt": one.attempt,
        "request": one.request,
        "method": one.method.value,
        "status": one.status.value,
        "started_at": instant_text(one.started_at),
        "expires_at": instant_text(one.expires_at),
        "settled_on": one.settled_on.isoformat() if one.settled_on else None,
        "live_from": one.live_from.isoformat() if one.live_from else None,
        "failure": one.failure,
        "amounts": one.sealed_amounts,
        "answers": [
            {"request": answer.request, "fingerprint": answer.fingerprint, "right": answer.right}
            for answer in one.answers
        ],
    }


def _change_part(one: Change) -> dict[str, Value]:
    return {
        "noc": one.noc,
        "code": one.code,
        "approval": one.approval,
        "at": instant_text(one.at),
        "parts": [part.value for part in one.parts],
        "before": one.sealed_before,
    }


def _counterparty(item: Mapping[str, Any]) -> Counterparty:
    """Attributes of another type than was written stop here, with their item's key and nothing of what they say."""
    closed_at = item.get("closed_at")
    name, number = item["name"], item["number"]
    if not isinstance(name, bytes) or not isinstance(number, bytes):
        raise TypeError(f"{item['pk']!r} is not a counterparty")
    return Counterparty(
        id=str(item["counterparty"]),
        customer=str(item["customer"]),
        sealed_name=name,
        routing_number=str(item["routing_number"]),
        sealed_number=number,
        masked_number=str(item["masked_number"]),
        number_digest=str(item["number_digest"]),
        account_type=AccountType(item["account_type"]),
        holder_kind=HolderKind(item["holder_kind"]),
        status=CounterpartyStatus(item["status"]),
        added_at=parse_instant(str(item["added_at"])),
        closed_at=parse_instant(str(closed_at)) if closed_at else None,
        verifications_before=int(item["verifications_before"]),
        verifications=tuple(map(_verification, _parts(item, "verifications"))),
        changes=tuple(map(_change, _parts(item, "changes"))),
        version=int(item["version"]),
    )


def _parts(item: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = item[name]
    if not isinstance(found, list):
        raise TypeError(f"{item['pk']!r} has no list of {name}")
    return found


def _verification(part: Mapping[str, Any]) -> Verification:
    return Verification(
        attempt=int(part["attempt"]),
        request=str(part["request"]),
        method=VerificationMethod(part["method"]),
        status=VerificationStatus(part["status"]),
        started_at=parse_instant(part["started_at"]),
        expires_at=parse_instant(part["expires_at"]),
        settled_on=_day(part.get("settled_on")),
        live_from=_day(part.get("live_from")),
        failure=part.get("failure"),
        sealed_amounts=part.get("amounts"),
        answers=tuple(Answer(one["request"], one["fingerprint"], one.get("right")) for one in part["answers"]),
    )


def _change(part: Mapping[str, Any]) -> Change:
    return Change(
        noc=str(part["noc"]),
        code=str(part["code"]),
        approval=str(part["approval"]),
        at=parse_instant(part["at"]),
        parts=tuple(Part(name) for name in part["parts"]),
        sealed_before=part["before"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
