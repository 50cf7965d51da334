"""Accounts in memory, for tests and simulations."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.accounts.model import AccountRecord, Opening, Related
from domain.accounts.store import RelatedAccount, RelatedPage, Taken


class MemoryAccountStore:
    def __init__(self) -> None:
        self._openings: dict[str, Opening] = {}
        self._records: dict[str, AccountRecord] = {}
        self._numbers: dict[str, str] = {}
        self._related: dict[tuple[str, str], Related] = {}
        self._lock = threading.Lock()

    def opening(self, opening_id: str) -> Opening | None:
        return self._openings.get(opening_id)

    def add(self, opening: Opening, record: AccountRecord, owner: Related) -> Taken | None:
        with self._lock:
            if opening.id in self._openings:
                return Taken.OPENING
            if record.number in self._numbers:
                return Taken.NUMBER
            self._openings[opening.id] = opening
            self._numbers[record.number] = record.id
            self._records[record.id] = record
            self._related[owner.account, owner.person] = owner
            return None

    def finish(self, opening: Opening) -> None:
        with self._lock:
            self._openings[opening.id] = replace(opening, done=True)

    def unfinished(self, *, before: datetime, limit: int) -> tuple[Opening, ...]:
        with self._lock:
            waiting = [
                (self._records[opening.account].opened_at, opening)
                for opening in self._openings.values()
                if not opening.done
            ]
        old = sorted((pair for pair in waiting if pair[0] < before), key=lambda pair: pair[0])
        return tuple(opening for _, opening in old[:limit])

    def record(self, account: str) -> AccountRecord | None:
        return self._records.get(account)

    def records(self, accounts: Sequence[str]) -> dict[str, AccountRecord]:
        return {account: self._records[account] for account in accounts if account in self._records}

    def account_of(self, number: str) -> str | None:
        return self._numbers.get(number)

    def related(self, account: str, person: str) -> Related | None:
        return self._related.get((account, person))

    def relations_of(self, person: str, accounts: Sequence[str]) -> dict[str, Related]:
        found = {account: self._related.get((account, person)) for account in accounts}
        return {account: related for account, related in found.items() if related is not None}

    def people_of(self, account: str) -> tuple[Related, ...]:
        with self._lock:
            return tuple(row for row in self._related.values() if row.account == account)

    def relate(self, related: Related, *, was: Related | None) -> bool:
        place = (related.account, related.person)
        with self._lock:
            if self._related.get(place) != was:
                return False
            self._related[place] = related
            return True

    def accounts_of(self, person: str, *, after: str | None, limit: int) -> RelatedPage:
        with self._lock:
            mine = [row for row in self._related.values() if row.person == person and row.ended_at is None]
        later = sorted((row for row in mine if after is None or row.account > after), key=lambda row: row.account)
        rows = tuple(RelatedAccount(row, self._records[row.account]) for row in later[:limit])
        return RelatedPage(rows, len(later) > limit)
