"""Accounts in the table florin-accounts-<region>.

O#<opening>   O           the claim of an opening; while it is unfinished in `by_person` under OPENING
N#<number>    N           the number, claimed once
A#<account>   A           the record, never changed
A#<account>   R#<person>  a relation, with a copy of the record; in `by_person` under the person until it ends
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from domain.access.model import Relation
from domain.accounts.model import AccountRecord, Opening, Related
from domain.accounts.store import RelatedAccount, RelatedPage, Taken
from domain.clock import instant_text, parse_instant
from domain.customers.model import CustomerKind
from domain.tables_aws import PAGE_MAX, Index, Table, Value

BY_PERSON: Final = Index("by_person", "gk", "gs")
PAGES_MAX: Final = 10
"""Relations end and are kept: a thousand people of one account in its lifetime is a mistake."""
_UNFINISHED: Final = "OPENING"
_FIRST: Final = "0"  # sorts before every id and instant
_LAST: Final = "~"  # sorts after every id and instant


class DynamoDBAccountStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def opening(self, opening_id: str) -> Opening | None:
        item = self._table.get(f"O#{opening_id}", "O")
        return _opening(item) if item else None

    def add(self, opening: Opening, record: AccountRecord, owner: Related) -> Taken | None:
        claim = {
            **_opening_item(opening),
            "gk": _UNFINISHED,
            "gs": f"{instant_text(record.opened_at)}#{record.id}",
        }
        number = {"pk": f"N#{record.number}", "sk": "N", "account": record.id}
        items = (claim, number, _record_item(record), _related_item(owner, record))
        if self._table.put_all_new(*items):
            return None
        if self.opening(opening.id):
            return Taken.OPENING
        if self.account_of(record.number):
            return Taken.NUMBER
        raise RuntimeError(f"{record.id} was not added although its opening and its number are free")

    def finish(self, opening: Opening) -> None:
        item = {**_opening_item(opening), "done": True}
        if not self._table.replace(item, attribute="account", expected=opening.account):
            raise RuntimeError(f"the opening of {opening.account} was claimed and is gone")

    def unfinished(self, *, before: datetime, limit: int) -> tuple[Opening, ...]:
        items, _ = self._table.oldest(
            _UNFINISHED,
            size=limit,
            from_key=_FIRST,
            to_key=instant_text(before),
            after=None,
            index=BY_PERSON.name,
        )
        return tuple(_opening(item) for item in items)

    def record(self, account: str) -> AccountRecord | None:
        item = self._table.get(f"A#{account}", "A")
        return _record(item) if item else None

    def records(self, accounts: Sequence[str]) -> dict[str, AccountRecord]:
        keys = [(f"A#{account}", "A") for account in dict.fromkeys(accounts)]
        return {record.id: record for record in map(_record, self._table.get_many(keys))}

    def account_of(self, number: str) -> str | None:
        item = self._table.get(f"N#{number}", "N")
        return str(item["account"]) if item else None

    def related(self, account: str, person: str) -> Related | None:
        item = self._table.get(f"A#{account}", f"R#{person}")
        return _related(item) if item else None

    def relations_of(self, person: str, accounts: Sequence[str]) -> dict[str, Related]:
        keys = [(f"A#{account}", f"R#{person}") for account in dict.fromkeys(accounts)]
        return {related.account: related for related in map(_related, self._table.get_many(keys))}

    def people_of(self, account: str) -> tuple[Related, ...]:
        found: list[Related] = []
        after: str | None = None
        for _ in range(PAGES_MAX):
            items, after = self._table.oldest(
                f"A#{account}", size=PAGE_MAX, from_key="R#", to_key=f"R#{_LAST}", after=after
            )
            found += map(_related, items)
            if after is None:
                return tuple(found)
        raise RuntimeError(f"{account} has had more than {PAGES_MAX * PAGE_MAX} people")

    def relate(self, related: Related, *, was: Related | None) -> bool:
        record = self.record(related.account)
        if record is None:
            raise RuntimeError(f"{related.account} has no record")
        item = _related_item(related, record)
        if was is None:
            return self._table.put_new(item)
        return self._table.replace(item, attribute="standing", expected=_standing(was))

    def accounts_of(self, person: str, *, after: str | None, limit: int) -> RelatedPage:
        items, following = self._table.oldest(
            person, size=limit, from_key=_FIRST, to_key=_LAST, after=after, index=BY_PERSON.name
        )
        rows = tuple(RelatedAccount(_related(item), _record(item)) for item in items)
        return RelatedPage(rows, following is not None)


def _opening_item(opening: Opening) -> dict[str, Value]:
    return {
        "pk": f"O#{opening.id}",
        "sk": "O",
        "account": opening.account,
        "product": opening.product,
        "currency": opening.currency,
        "done": opening.done,
    }


def _opening(item: Mapping[str, Value]) -> Opening:
    return Opening(
        id=str(item["pk"]).removeprefix("O#"),
        account=str(item["account"]),
        product=str(item["product"]),
        currency=str(item["currency"]),
        done=bool(item["done"]),
    )


def _record_item(record: AccountRecord) -> dict[str, Value]:
    return {"pk": f"A#{record.id}", "sk": "A", **_record_fields(record)}


def _record_fields(record: AccountRecord) -> dict[str, Value]:
    return {
        "account": record.id,
        "number": record.number,
        "product": record.product,
        "currency": record.currency,
        "holder": record.holder,
        "holder_kind": record.holder_kind.value,
        "opened_at": instant_text(record.opened_at),
    }


def _record(item: Mapping[str, Value]) -> AccountRecord:
    return AccountRecord(
        id=str(item["account"]),
        number=str(item["number"]),
        product=str(item["product"]),
        currency=str(item["currency"]),
        holder=str(item["holder"]),
        holder_kind=CustomerKind(str(item["holder_kind"])),
        opened_at=parse_instant(str(item["opened_at"])),
    )


def _related_item(related: Related, record: AccountRecord) -> dict[str, Value]:
    return {
        "pk": f"A#{related.account}",
        "sk": f"R#{related.person}",
        "person": related.person,
        "relation": related.relation.value,
        "since": instant_text(related.since),
        "ended_at": instant_text(related.ended_at) if related.ended_at else None,
        "standing": _standing(related),
        "gk": None if related.ended_at else related.person,
        "gs": None if related.ended_at else related.account,
        **_record_fields(record),
    }


def _related(item: Mapping[str, Value]) -> Related:
    ended_at = item.get("ended_at")
    return Related(
        account=str(item["account"]),
        person=str(item["person"]),
        relation=Relation(str(item["relation"])),
        since=parse_instant(str(item["since"])),
        ended_at=parse_instant(str(ended_at)) if ended_at else None,
    )


def _standing(related: Related) -> str:
    """All that can change of a relation in one attribute, for the condition of the next change."""
    ended = instant_text(related.ended_at) if related.ended_at else "-"
    return f"{related.relation.value} {instant_text(related.since)} {ended}"
