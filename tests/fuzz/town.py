"""A bank in memory with a little of everything in it, asked through the API's function. Two of them are alike to the
last id, so that each request meets a fresh one and a cast made once fits all.
"""

import base64
import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any, Final

import pytest

from domain.access.model import Actor, Group, Relation
from domain.accounts.model import Account
from domain.counterparties.model import AccountType, Counterparty, Details, HolderKind, VerificationMethod
from domain.ids import internal_account, journal_id
from domain.ledger.chart import BOOKS
from domain.ledger.model import Registration
from domain.money import Money
from domain.notices.kinds import NoticeKind
from domain.payments.model import Payment, Speed
from domain.rails.ach.service import Wish as AchWish
from domain.refusals import Refusal
from domain.transfers.model import AccountTarget, HoldChange, Rhythm, Schedule, Transfer, Wish
from functions.graphql import handler as entry
from functions.logs import log
from ops.verify.judging import judge
from ops.verify.world import of_memory
from tests.fuzz import casting
from tests.fuzz.names import Cast
from tests.fuzz.requests import Answered, Sent
from tests.unit.accounts.house import acting
from tests.unit.functions.test_graphql import DeployedWorld
from tests.unit.graph.world import clerk
from tests.unit.transfers.desk import by_number

OWNER: Final = "Ada Lovelace"
STRANGER: Final = "Bob Byron"
PRIVATE: Final = "For the two of us only"
"""A memo that nobody reads but the owner and some of the staff."""

PAYEE: Final = "Grace Hopper"
PAYEES_NUMBER: Final = "000123456789"
OTHERS_PAYEES_NUMBER: Final = "000987654321"
"""Full numbers at other banks, which are told to nobody."""

STAFF: Final[dict[str, tuple[str, Group]]] = {
    group.value: (f"stf_01J0000000000000000000000{index}", group)
    for index, group in enumerate(group for group in Group if group is not Group.CUSTOMER)
}
CUSTOMERS: Final = ("owner", "joint_owner", "delegate", "stranger", "pretender")
"""The pretender is the stranger with a token that claims a group of staff."""
ROLES: Final = (*CUSTOMERS, *STAFF)
OFTEN: Final = ("owner", "owner", "owner", "operations", "operations", *ROLES)
"""Who may do most is asked for most."""


class Town(DeployedWorld):
    def __init__(self) -> None:
        super().__init__()
        self.logged: list[str] = []
        for currency in ("USD", "EUR"):
            for book in BOOKS:
                books = internal_account("us", currency, book)
                self.ledger_store.register(Registration(books, f"{self.clock.now():%Y%m%d}"))
        self.owner, self.stranger = self.person(OWNER), self.person(STRANGER)
        self.joint_owner, self.delegate = self.person("Jo Joint"), self.person("Del Egate")
        self.own = self.open(self.owner, key="own", deposit_minor=100_000)
        self.second = self.open(self.owner, key="second", deposit_minor=5_000)
        self.euro = self.open(self.owner, key="euro", product="savings", currency="EUR", deposit_minor=7_000)
        self.empty = self.open(self.owner, key="empty")
        self.closed = self.open(self.owner, key="closed")
        self.other = self.open(self.stranger, key="other", deposit_minor=50_000)
        self.others_second = self.open(self.stranger, key="second")
        self.relate(self.owner, self.own, self.joint_owner, Relation.JOINT_OWNER)
        self.relate(self.owner, self.own, self.delegate, Relation.DELEGATE)
        self._past()

    def _past(self) -> None:
        owner, stranger = acting(self.owner), acting(self.stranger)
        operations = clerk(Group.OPERATIONS, person=STAFF["operations"][0])
        self.accounts.close(owner, account=self.closed.id, key="close")
        limit = self.accounts.create_joint_limit(operations, beside=self.own.id, per_day_minor=500_000, key="limit")
        assert not isinstance(limit, Refusal), limit
        self.limit = limit.account
        self.journal = self._paid(owner, self.own, self.other, 1_500, key="own-key", memo="For Bob")
        self.private_journal = self._paid(owner, self.own, self.second, 250, key="private", memo=PRIVATE)
        self.others_journal = self._paid(stranger, self.other, self.others_second, 100, key="others", memo=None)
        self.refused = self.transfers.transfer(owner, self._wish(self.empty, self.own, 1, None), key="refused-key")
        self.case()  # under the id that is cast
        self.hold = self._held(owner, self.own, "own-hold")
        self.banks_hold = self._held(operations, self.own, "bank-hold")
        self.others_hold = self._held(stranger, self.other, "others-hold")
        self.own_order = self._ordered(owner, self.own, self.other, key="own-order")
        self.others_order = self._ordered(stranger, self.other, self.own, key="others-order")
        self._beside(owner, stranger)
        self.governed()
        analyst = clerk(Group.FRAUD_ANALYST, person=STAFF["fraud_analyst"][0])
        self.drafted(analyst)
        self.committed(clerk(Group.FRAUD_LEAD, person=STAFF["fraud_lead"][0]), key="committed")
        facts = {"amount": "15.00 USD", "account": "••1234"}
        self.notices.put(self.owner.id, key="n-1", kind=NoticeKind.MONEY_RECEIVED, facts=facts)

    def _wish(self, source: Account, payee: Account, minor: int, memo: str | None) -> Wish:
        return Wish(source.id, AccountTarget(payee.id), Money(minor, "USD"), memo)

    def _paid(self, actor: Actor, source: Account, payee: Account, minor: int, *, key: str, memo: str | None) -> str:
        wish = Wish(source.id, by_number(payee), Money(minor, "USD"), memo)
        made = self.transfers.transfer(actor, wish, key=key)
        assert isinstance(made, Transfer), made
        return made.id

    def _held(self, actor: Actor, account: Account, key: str) -> str:
        placed = self.transfers.place_hold(
            actor, account=account.id, amount=Money(300, "USD"), expires_at=None, key=key
        )
        assert isinstance(placed, HoldChange), placed
        return placed.hold_id

    # With other banks.

    def _beside(self, owner: Actor, stranger: Actor) -> None:
        """Counterparties in every state, payments to them, and what a partner delivered."""
        self.verified_one = self.verified(self.owner, number=PAYEES_NUMBER).id
        self.unproved, self.proving, self.ended = (self._added(owner, f"5566778{n}") for n in range(3))
        self.counterparties.start_verification(
            owner, self.proving, method=VerificationMethod.MICRO_ENTRIES, key="prove"
        )
        self.counterparties.verification_settled(self.proving, attempt=1, settled_on=self.clock.now().date())
        self.counterparties.close(owner, self.ended)
        self.others_payee = self.verified(self.stranger, number=OTHERS_PAYEES_NUMBER).id
        self.payment = self._sent(owner, self.own, self.verified_one, key="sent")
        self.cancelled = self._sent(owner, self.own, self.verified_one, key="cancelled", minor=401)
        self.ach.cancel(owner, self.cancelled)
        self.others_payment = self._sent(stranger, self.other, self.others_payee, key="sent")
        self.delivery = self.quarantined()

    def _added(self, actor: Actor, number: str) -> str:
        details = Details(PAYEE, "091000019", number, AccountType.CHECKING, HolderKind.CONSUMER)
        added = self.counterparties.add(actor, customer=self.owner, details=details, key=f"add-{number}")
        assert isinstance(added, Counterparty), added
        return added.id

    def _sent(self, actor: Actor, account: Account, payee: str, *, key: str, minor: int = 400) -> str:
        wish = AchWish(
            account=account.id,
            counterparty=payee,
            amount=Money(minor, "USD"),
            sec="WEB",
            speed=Speed.NEXT_DAY,
            description="RENT",
            remittance=PRIVATE if account is self.own else "Rent",
        )
        sent = self.ach.originate_credit(actor, wish, key=key)
        assert isinstance(sent, Payment), sent
        return sent.id

    def _ordered(self, actor: Actor, source: Account, payee: Account, *, key: str) -> str:
        wish = Wish(source.id, by_number(payee), Money(100, "USD"), "Rent")
        days = Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 4, 1), count=3)
        made = self.orders.schedule(actor, wish, days=days, key=key)
        assert not isinstance(made, Refusal), made
        return made.id

    def names(self) -> dict[str, str]:
        """What exists, by the names that requests use."""
        return {
            "own.person": self.owner.id,
            "other.person": self.stranger.id,
            "staff.person": STAFF["operations"][0],
            "own.account": self.own.id,
            "own.second": self.second.id,
            "own.euro": self.euro.id,
            "own.empty": self.empty.id,
            "own.closed": self.closed.id,
            "other.account": self.other.id,
            "joint.limit": self.limit,
            "own.journal": self.journal,
            "private.journal": self.private_journal,
            "other.journal": self.others_journal,
            "refused.journal": journal_id(self.empty.id, self.owner.id, "refused-key"),
            "own.hold": self.hold,
            "bank.hold": self.banks_hold,
            "other.hold": self.others_hold,
            "own.order": self.own_order,
            "other.order": self.others_order,
            "own.counterparty": self.unproved,
            "verified.counterparty": self.verified_one,
            "proving.counterparty": self.proving,
            "closed.counterparty": self.ended,
            "other.counterparty": self.others_payee,
            "own.payment": self.payment,
            "cancelled.payment": self.cancelled,
            "other.payment": self.others_payment,
            "some.delivery": self.delivery,
            "own.number": self.own.record.number,
            "second.number": self.second.record.number,
            "other.number": self.other.record.number,
            "own.key": "own-key",
            "refused.key": "refused-key",
        }

    def secrets(self, role: str) -> dict[str, str]:
        """What this person may not be told, unless they sent it: nobody else's ids, numbers and words."""
        owners = {
            self.owner.id: "the owner's customer id",
            OWNER: "the owner's name",
            self.own.id: "the id of another's account",
            self.own.record.number: "the number of another's account",
            self.second.id: "the id of another's account",
            self.second.record.number: "the number of another's account",
            self.private_journal: "the id of another's journal",
            PRIVATE: "another's memo",
            self.verified_one: "the id of another's counterparty",
            self.payment: "the id of another's payment",
        }
        strangers = {
            self.stranger.id: "the stranger's customer id",
            STRANGER: "the stranger's name",
            self.other.id: "the id of another's account",
            self.other.record.number: "the number of another's account",
            self.others_journal: "the id of another's journal",
            self.others_payee: "the id of another's counterparty",
            self.others_payment: "the id of another's payment",
        }
        nobodys = dict.fromkeys((PAYEES_NUMBER, OTHERS_PAYEES_NUMBER), "a full number at another bank")
        match role:
            case "owner" | "joint_owner" | "delegate":
                return nobodys | strangers
            case "stranger" | "pretender":
                return nobodys | owners
            case "admin":
                return nobodys | owners | strangers
            case _:
                return nobodys

    # Asking.

    def person_of(self, role: str) -> tuple[str, tuple[str, ...]]:
        """Who the token names, and in which groups."""
        customers = {
            "owner": (self.owner, ("customer",)),
            "joint_owner": (self.joint_owner, ("customer",)),
            "delegate": (self.delegate, ("customer",)),
            "stranger": (self.stranger, ("customer",)),
            "pretender": (self.stranger, ("customer", "operations", "admin", "nonsense")),
        }
        if role in customers:
            customer, groups = customers[role]
            return customer.id, groups
        person, group = STAFF[role]
        return person, (group.value,)

    def answer(self, sent: Sent, cast: Cast) -> Answered:
        """What the API's function answers. `inside` has opened the door."""
        self.logged.clear()
        body = sent.bytes_for(cast)
        answer = entry.handler(event(sent, body, token(self, sent.role)), None)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        return Answered(answer["statusCode"], headers, answer["body"].encode(), tuple(self.logged))

    def fault(self, function: str, message: str, fault: Exception, **_: str) -> None:
        last = traceback.extract_tb(fault.__traceback__)[-1]
        self.logged.append(f"{function} {message}: {fault!r} at {last.filename}:{last.lineno}")

    # Judging.

    def written(self) -> int:
        """How many journals there are, posted or refused."""
        return len(self.ledger_store.journals)

    def off(self) -> list[str]:
        """What the judge of the books finds."""
        world = of_memory(self.ledger_store, settings=self.ledger.settings, now=self.clock.now())
        return [f"{verdict.name}: {found}" for verdict in judge(world) for found in verdict.violations]


def event(sent: Sent, body: bytes, token: str) -> dict[str, Any]:
    """As the HTTP API tells it: a body that is text as text, any other in base64."""
    try:
        text, encoded = body.decode(), False
    except UnicodeDecodeError:
        text, encoded = base64.b64encode(body).decode(), True
    return {
        "version": "2.0",
        "routeKey": f"{sent.method} {sent.path}",
        "rawPath": sent.path,
        "headers": {"authorization": f"Bearer {token}", **sent.headers},
        "requestContext": {
            "requestId": "request-7",
            "http": {"method": sent.method, "path": sent.path, "sourceIp": "192.0.2.9"},
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


@cache
def _token(person: str, groups: tuple[str, ...]) -> str:
    return Town().token(person, *groups)


def token(town: Town, role: str) -> str:
    return _token(*town.person_of(role))


@contextmanager
def inside(town: Town) -> Iterator[Town]:
    """The API's function over this town."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entry, "bank", lambda: town)
        patch.setattr(entry, "fetch_over_http", town.fetch)
        patch.setattr(entry, "log_fault", town.fault)
        patch.setattr(log("graphql"), "info", lambda *_, **__: None)
        entry._authenticator.cache_clear()
        yield town
        entry._authenticator.cache_clear()


@cache
def cast() -> Cast:
    """What the names stand for in every town."""
    with inside(Town()) as town:
        known = town.names()
        known = casting.derived(known, now=town.clock.now()) | known

        def send(sent: Sent) -> Any:
            answered = town.answer(sent, known)
            assert answered.status == 200, answered
            return json.loads(answered.body)

        return known | casting.cursors(send)
