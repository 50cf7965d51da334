"""A deployed bank asked over HTTP with real tokens: its cast, opened for this run, and the requests as they are."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import urllib3
from graphql import GraphQLSyntaxError, Lexer, Source, TokenKind

from domain.ids import journal_id
from domain.keys import key_faults
from ops.commands.people import find_user
from ops.graphiql.tokens import TokenDesk
from ops.local.bank import LocalBank
from ops.seed.people import CUSTOMERS, profile_of
from tests.fuzz import casting, judge
from tests.fuzz.corpus import USERS
from tests.fuzz.documents import ANSWERED
from tests.fuzz.requests import Answered, Sent, asked

REGION: Final = "us-east-1"
TIMEOUT_SECONDS: Final = 30.0
NOTICE_SECONDS: Final = 40
PRIVATE: Final = "For the two of us only"
_KEY: Final = re.compile(r"\bkey-([0-9])\b")
REQUESTS_PER_KEY: Final = 5
"""Ten keys of the generator are new ones every few requests, so that some are met again and most are not."""
SHOWN: Final = {
    "openAccount": "... on OpenAccountSuccess { account { id number } }",
    "transfer": "... on TransferSuccess { transfer { id } }",
    "placeHold": "... on PlaceHoldSuccess { holdId }",
    "scheduleTransfer": "... on ScheduleTransferSuccess { order { id } }",
    "addCounterparty": "... on AddCounterpartySuccess { counterparty { id } }",
}
"""What is needed of a success to go on with."""


class Deployed:
    def __init__(self, bank: LocalBank) -> None:
        self.address = bank.regions[REGION].graphql
        self.cast: dict[str, str] = {}
        self.accepted: set[tuple[str, str]] = set()
        """(person, key) of every change that was made or whose refusal is kept, and other texts of such requests."""
        self.people = {role: find_user(bank, user).person for role, user in USERS.items()}
        self._bank = bank
        self._desk = TokenDesk(bank, time.monotonic)
        self._http = urllib3.PoolManager(retries=False)
        self.sent = 0
        """How many requests, those that the API itself answered too."""
        self._run = uuid.uuid4().hex[:8]
        self.cast = self._names()
        self.cast = casting.derived(self.cast, now=datetime.now(UTC)) | self.cast
        self.cast = self.cast | casting.cursors(self.document)

    # Asking.

    def answer(self, sent: Sent) -> Answered:
        self.sent += 1
        found = self._asked(sent)
        self._remember(sent, found)
        return found

    def document(self, sent: Sent) -> Any:
        found = self.answer(sent)
        assert found.status == 200, found
        return json.loads(found.body)

    def fresh(self, sent: Sent) -> Sent:
        """The request with keys of this run."""
        if isinstance(sent.body, bytes):
            return sent
        mark = f"{self._run}-{self.sent // REQUESTS_PER_KEY}"
        return Sent(sent.role, _KEY.sub(rf"key-{mark}-\1", sent.body), sent.method, sent.path, sent.headers)

    def journals_of(self, initiator: str) -> set[str]:
        """The ids of all journals that the account may have by what was answered."""
        return {journal_id(initiator, person, key) for person, key in self.accepted}

    def wrong(self, sent: Sent, answered: Answered) -> list[str]:
        return judge.faults_of(sent, answered, cast=self.cast, secrets=self.secrets(sent.role))

    def _asked(self, sent: Sent) -> Answered:
        token = self._desk.token(user=USERS[sent.role], region=REGION).text
        headers = {"authorization": f"Bearer {token}", **sent.headers}
        answer = self._http.request(
            sent.method, self.address, body=sent.bytes_for(self.cast), headers=headers, timeout=TIMEOUT_SECONDS
        )
        return Answered(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)

    def _remember(self, sent: Sent, answered: Answered) -> None:
        if judge.may_write(sent, _parsed(answered.body)):
            texts = texts_in(sent.bytes_for(self.cast))
            self.accepted |= {(self.people[sent.role], text) for text in texts if not key_faults(text)}

    def secrets(self, role: str) -> dict[str, str]:
        """What a stranger may not be told of the owner, nor the machine's keeper of anybody."""
        if role not in ("stranger", "admin"):
            return {}
        region = CUSTOMERS[REGION]
        number = next(n for n, person in enumerate(region) if person.login == USERS["owner"])
        profile = profile_of(region[number], "us", number)
        known = {profile.name: "the owner's name", profile.email: "the owner's e-mail", profile.phone: "a telephone"}
        named = ("own.person", "own.account", "own.number", "own.second", "private.journal")
        return {**known, **{self.cast[name]: f"{name} of another" for name in named}, PRIVATE: "another's memo"}

    # The cast.

    def _names(self) -> dict[str, str]:
        own, number = self._opened("owner", "CHECKING", "USD")
        second, second_number = self._opened("owner", "SAVINGS", "USD")
        euro, _ = self._opened("owner", "SAVINGS", "EUR")
        empty, _ = self._opened("owner", "CHECKING", "USD")
        closed, _ = self._opened("owner", "CHECKING", "USD")
        other, other_number = self._opened("stranger", "CHECKING", "USD")
        self._done("owner", "closeAccount", accountId=closed)
        self._paid("owner", self._funds("owner"), own, "500.00")
        others_journal = self._paid("stranger", self._funds("stranger"), other, "200.00")
        own_key, refused_key = f"own-{self._run}", f"refused-{self._run}"
        numbers = {"bankAccount": {"routingNumber": self._routing, "accountNumber": other_number}}
        journal = self._paid("owner", own, numbers, "15.00", idempotencyKey=own_key, memo="For you")
        private = self._paid("owner", own, second, "50.00", memo=PRIVATE)
        wish = {"sourceId": empty, "destination": {"accountId": own}, "amount": _dollars("0.01")}
        refused = self._change("owner", "transfer", idempotencyKey=refused_key, **wish)
        assert refused["code"] == "INSUFFICIENT_FUNDS", refused
        return {
            "own.person": self.people["owner"],
            "other.person": self.people["stranger"],
            "staff.person": self.people["operations"],
            "own.account": own,
            "own.second": second,
            "own.euro": euro,
            "own.empty": empty,
            "own.closed": closed,
            "other.account": other,
            "own.number": number,
            "second.number": second_number,
            "other.number": other_number,
            "own.journal": journal,
            "private.journal": private,
            "other.journal": others_journal,
            "refused.journal": journal_id(empty, self.people["owner"], refused_key),
            "own.hold": self._held("owner", own),
            "bank.hold": self._held("operations", own),
            "other.hold": self._held("stranger", other),
            "own.order": self._ordered("owner", own, numbers),
            "other.order": self._ordered(
                "stranger", other, {"bankAccount": {**numbers["bankAccount"], "accountNumber": number}}
            ),
            **self._counterparties(),
            "own.key": own_key,
            "refused.key": refused_key,
        } | self._told()

    def _counterparties(self) -> dict[str, str]:
        """None is verified: a payment would move money by itself, which no request is answered with. Payments and
        deliveries have ids here that nothing has."""
        own, proving, closed = (self._added("owner", number) for number in ("5566770", "5566771", "5566772"))
        self._done("owner", "verifyCounterparty", counterpartyId=proving, method="MICRO_ENTRIES")
        self._change("owner", "closeCounterparty", counterpartyId=closed)
        nothing = casting.derived({"own.account": self._funds("owner")}, now=datetime.now(UTC))
        return {
            "own.counterparty": own,
            "verified.counterparty": own,
            "proving.counterparty": proving,
            "closed.counterparty": closed,
            "other.counterparty": self._added("stranger", "5566773"),
            **dict.fromkeys(("own.payment", "cancelled.payment", "other.payment"), nothing["missing.payment"]),
            "some.delivery": nothing["missing.delivery"],
        }

    def _added(self, role: str, number: str) -> str:
        given = {
            "name": "Grace Hopper",
            "routingNumber": "091000019",
            "accountNumber": f"{self._run}-{number}",
            "accountType": "CHECKING",
            "holderKind": "CONSUMER",
        }
        added: str = self._done(role, "addCounterparty", **given)["counterparty"]["id"]
        return added

    def _told(self) -> dict[str, str]:
        """Waits until the owner has a notice, whose cursor is part of the cast."""
        deadline = time.monotonic() + NOTICE_SECONDS
        while time.monotonic() < deadline:
            found = self.document(asked("owner", "{ viewer { notices(first: 1) { edges { cursor } } } }"))
            if found["data"]["viewer"]["notices"]["edges"]:
                return {}
            time.sleep(0.25)
        raise AssertionError(f"the owner was told nothing within {NOTICE_SECONDS} s")

    def _funds(self, role: str) -> str:
        """The seeded checking account in dollars, the person's own."""
        shown = "id relation product currency availableBalance { minorUnits }"
        text = f"{{ viewer {{ accounts(first: 50) {{ edges {{ node {{ {shown} }} }} }} }} }}"
        nodes = [edge["node"] for edge in self.document(asked(role, text))["data"]["viewer"]["accounts"]["edges"]]
        own = {"relation": "OWNER", "currency": "USD", "product": "CHECKING"}
        found = [node for node in nodes if own.items() <= node.items()]
        richest: str = max(found, key=lambda node: int(node["availableBalance"]["minorUnits"]))["id"]
        return richest

    @property
    def _routing(self) -> str:
        text = "{ viewer { accounts(first: 1) { edges { node { routingNumber } } } } }"
        (edge,) = self.document(asked("owner", text))["data"]["viewer"]["accounts"]["edges"]
        routing: str = edge["node"]["routingNumber"]
        return routing

    def _opened(self, role: str, product: str, currency: str) -> tuple[str, str]:
        account = self._done(role, "openAccount", product=product, currency=currency)["account"]
        return account["id"], account["number"]

    def _paid(self, role: str, source: str, destination: str | dict[str, Any], amount: str, **more: Any) -> str:
        target = {"accountId": destination} if isinstance(destination, str) else destination
        done = self._done(role, "transfer", sourceId=source, destination=target, amount=_dollars(amount), **more)
        journal: str = done["transfer"]["id"]
        return journal

    def _held(self, role: str, account: str) -> str:
        hold: str = self._done(role, "placeHold", accountId=account, amount=_dollars("3.00"))["holdId"]
        return hold

    def _ordered(self, role: str, account: str, destination: dict[str, Any]) -> str:
        tomorrow = casting.derived({"own.account": account}, now=datetime.now(UTC))["tomorrow"]
        days = {"rhythm": "MONTHLY", "startsOn": tomorrow, "count": 3}
        wish = {"sourceId": account, "destination": destination, "amount": _dollars("1.00"), "schedule": days}
        order: str = self._done(role, "scheduleTransfer", **wish)["order"]["id"]
        return order

    def _done(self, role: str, name: str, /, **given: Any) -> dict[str, Any]:
        found = self._change(role, name, **{"idempotencyKey": uuid.uuid4().hex, **given})
        assert found["__typename"].endswith("Success"), found
        return found

    def _change(self, role: str, name: str, /, **given: Any) -> dict[str, Any]:
        kind = f"{name[0].upper()}{name[1:]}"
        asking = f"{ANSWERED} {SHOWN.get(name, '')}"
        text = f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {asking} }} }}"
        found: dict[str, Any] = self.document(asked(role, text, input=given))["data"][name]
        return found


def texts_in(body: bytes) -> set[str]:
    """Every text of a request, wherever it stands: one of them may be the key."""
    said = _parsed(body)
    return {*_texts(said.get("variables")), *_literals(str(said.get("query", "")))} if isinstance(said, dict) else set()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _literals(query: str) -> Iterator[str]:
    lexer = Lexer(Source(query))
    try:
        while (token := lexer.advance()).kind is not TokenKind.EOF:
            if token.kind in (TokenKind.STRING, TokenKind.BLOCK_STRING):
                yield token.value or ""
    except GraphQLSyntaxError:
        return


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _dollars(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}
