"""What an account is beside its money: a record that never changes, its people, and the head of its log."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from domain.access.model import Relation
from domain.customers.model import CustomerKind
from domain.ids import Place, place_of
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.model import State
from domain.money import Money
from domain.refusals import Refusal

RELATIONS_MAX: Final = 20
"""People of one account; a business with more signatories needs mandates, not relations."""
ACCOUNTS_PAGE_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """Fixed when the account is opened. Limits, status and balances are in the ledger, people in relations."""

    id: str
    number: str
    product: str
    currency: str
    holder: str
    """The customer for whom it was opened, for ever: jurisdiction, slot and the key that seals memos follow them."""
    holder_kind: CustomerKind
    opened_at: datetime

    @property
    def place(self) -> Place:
        place = place_of(self.id)
        if place is None:
            raise ValueError(f"{self.id!r} is no account")
        return place

    @property
    def routing_number(self) -> str:
        return JURISDICTIONS[self.place.jurisdiction].routing_number

    @property
    def masked_number(self) -> str:
        return masked(self.number)


@dataclass(frozen=True, slots=True)
class Account:
    """A record with the head of its log."""

    record: AccountRecord
    state: State

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def ledger_balance(self) -> Money:
        return Money(self.state.ledger_minor, self.state.currency)

    @property
    def held_balance(self) -> Money:
        return Money(self.state.held_minor, self.state.currency)

    @property
    def available_balance(self) -> Money:
        return Money(self.state.available_minor, self.state.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """One person's relation to one account. It ends, it is never deleted: who could see what, when, stays known."""

    account: str
    person: str
    relation: Relation
    since: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account as one of a person's own."""

    account: Account
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The claim of an opening's key: which account it leads to. `done` once the ledger has its first line."""

    id: str
    account: str
    product: str
    currency: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The account number belongs to another region of the bank."""

    region: str


@dataclass(frozen=True, slots=True)
class AccountKeyReused(Refusal):
    """The idempotency key opened another account for this customer (another product or currency)."""

    code: ClassVar[str] = "ACCOUNT_KEY_REUSED"
    account: str

    @property
    def message(self) -> str:
        return "This idempotency key was used to open another account; use a new key for a new account."


@dataclass(frozen=True, slots=True)
class ProductUnavailable(Refusal):
    code: ClassVar[str] = "PRODUCT_UNAVAILABLE"
    product: str
    currency: str

    @property
    def message(self) -> str:
        return "This product is not offered in this currency to this kind of customer."


@dataclass(frozen=True, slots=True)
class CustomerErased(Refusal):
    """The customer's personal data was erased: the bank opens nothing more for them."""

    code: ClassVar[str] = "CUSTOMER_ERASED"
    customer: str

    @property
    def message(self) -> str:
        return "This customer's personal data has been erased."


@dataclass(frozen=True, slots=True)
class LimitAboveProduct(Refusal):
    code: ClassVar[str] = "LIMIT_ABOVE_PRODUCT"
    limit: str
    """OVERDRAFT, PER_TRANSFER or PER_DAY."""
    limit_max_minor: int
    currency: str

    @property
    def message(self) -> str:
        return f"The product does not allow a limit {self.limit.lower().replace('_', ' ')} this high."


@dataclass(frozen=True, slots=True)
class TooManyRelations(Refusal):
    code: ClassVar[str] = "TOO_MANY_RELATIONS"
    account: str
    relations_max: int = RELATIONS_MAX

    @property
    def message(self) -> str:
        return f"An account has at most {self.relations_max} people."


def masked(number: str) -> str:
    """What a counterparty sees of an account number."""
    return "••" + number[-4:]
