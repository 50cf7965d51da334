"""How accounts are kept: records, numbers claimed once, relations, and the claims of openings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.accounts.model import AccountRecord, Opening, Related


class Taken(StrEnum):
    """Why nothing was added."""

    OPENING = "opening"
    """Somebody opened with this key; read the claim."""
    NUMBER = "number"
    """The number belongs to another account; draw another."""


@dataclass(frozen=True, slots=True)
class RelatedAccount:
    related: Related
    record: AccountRecord


@dataclass(frozen=True, slots=True)
class RelatedPage:
    rows: tuple[RelatedAccount, ...]
    more: bool


class AccountStore(Protocol):
    def opening(self, opening_id: str) -> Opening | None: ...

    def add(self, opening: Opening, record: AccountRecord, owner: Related) -> Taken | None:
        """The claim, the number, the record and the owner's relation: all of them or none. None when added."""
        ...

    def finish(self, opening: Opening) -> None:
        """The ledger has the account's first line; done twice it is done once."""
        ...

    def unfinished(self, *, before: datetime, limit: int) -> tuple[Opening, ...]:
        """Openings claimed before an instant whose account is not in the ledger yet, the oldest first."""
        ...

    def record(self, account: str) -> AccountRecord | None: ...

    def records(self, accounts: Sequence[str]) -> dict[str, AccountRecord]: ...

    def account_of(self, number: str) -> str | None: ...

    def related(self, account: str, person: str) -> Related | None:
        """The relation as it stands, ended or not."""
        ...

    def relations_of(self, person: str, accounts: Sequence[str]) -> dict[str, Related]:
        """The person's relations to these accounts as they stand, ended or not, by account, as one reading."""
        ...

    def people_of(self, account: str) -> tuple[Related, ...]:
        """Everybody who is or was related to the account."""
        ...

    def relate(self, related: Related, *, was: Related | None) -> bool:
        """Writes the relation over `was` (None: there was none). False when it has changed meanwhile."""
        ...

    def accounts_of(self, person: str, *, after: str | None, limit: int) -> RelatedPage:
        """The person's relations that have not ended, by account id (eventually consistent)."""
        ...
