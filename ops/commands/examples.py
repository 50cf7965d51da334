"""Commands to try on a bank that is up, made of its own people and accounts so that each works as it is printed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from ops.commands.people import access_token
from ops.graphiql.upstream import forward

if TYPE_CHECKING:
    from ops.graphiql.users import User
    from ops.local.bank import LocalBank

AMOUNT = "10.00"
PREVIEWS_MAX = 8  # Most people can pay ten to most others; a bank where nobody can has no transfer to show.

SEE_ACCOUNTS = "{ viewer { accounts { edges { node { id number currency availableBalance { amount } } } } } }"
FIND_ACCOUNTS = "{ viewer { accounts { edges { node { id number routingNumber currency status relation } } } } }"
PREVIEW = "mutation ($input: PreviewTransferInput!) { previewTransfer(input: $input) { __typename } }"
TRANSFER = (
    "mutation ($input: TransferInput!) { transfer(input: $input) { __typename"
    " ... on TransferSuccess { replayed source { availableBalance { amount currency } } }"
    " ... on Refusal { code message } } }"
)


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to try, as it is typed."""

    about: str
    command: str


def examples(bank: LocalBank, people: list[User]) -> list[Example]:
    """Three things to try next, by people of the first region."""
    customers = [user for user in people if user.region == bank.home.region and user.kind != "staff"]
    found = [Example("check the books", "./florin verify")]
    if customers:
        found.insert(0, Example("see your accounts", command(customers[0].name, SEE_ACCOUNTS)))
        transfer = next(islice(transfers(bank, customers), 1), None)
        if transfer is not None:
            found.insert(1, transfer)
    return found


def transfers(bank: LocalBank, customers: list[User]) -> Iterator[Example]:
    """Transfers that the bank would make now: each was previewed."""
    tried = 0
    for payer, receiver in pairwise(customers):
        for source, destination in pairs(accounts(bank, payer), accounts(bank, receiver)):
            if tried == PREVIEWS_MAX:
                return
            tried += 1
            wish = {
                "idempotencyKey": f"try-{datetime.now(UTC):%Y%m%d-%H%M%S}",
                "sourceId": source["id"],
                "destination": {"bankAccount": numbers(destination)},
                "amount": {"amount": AMOUNT, "currency": source["currency"]},
            }
            answer = ask(bank, payer, PREVIEW, {"input": wish})
            if answer["previewTransfer"]["__typename"] == "PreviewTransferSuccess":
                yield Example(f"pay {receiver.display}", command(payer.name, TRANSFER, {"input": wish}))


def pairs(
    sources: list[dict[str, Any]], destinations: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Accounts of one currency, an owner's own on the paying side."""
    for source in sources:
        for destination in destinations:
            if source["relation"] == "OWNER" and source["currency"] == destination["currency"]:
                yield source, destination


def accounts(bank: LocalBank, user: User) -> list[dict[str, Any]]:
    edges = ask(bank, user, FIND_ACCOUNTS, {})["viewer"]["accounts"]["edges"]
    return [edge["node"] for edge in edges]


def numbers(account: dict[str, Any]) -> dict[str, str]:
    return {"routingNumber": account["routingNumber"], "accountNumber": account["number"]}


def ask(bank: LocalBank, user: User, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The data of an answer; whatever else comes back is a fault of a bank that has just been found healthy."""
    answer = forward(
        bank.home.graphql,
        json.dumps({"query": query, "variables": variables}).encode(),
        {
            "Authorization": f"Bearer {access_token(bank, user=user.name, region=bank.home.region)}",
            "Content-Type": "application/json",
        },
    )
    document = json.loads(answer.body)
    if answer.status != 200 or document.get("errors"):  # noqa: PLR2004 - OK
        raise ValueError(f"{bank.home.graphql} answered {answer.status}: {answer.body[:500].decode(errors='replace')}")
    data: dict[str, Any] = document["data"]
    return data


def command(user: str, query: str, variables: dict[str, Any] | None = None) -> str:
    """A line for the shell."""
    words = ["./florin", "graphql", "-u", user, query]
    if variables:
        words += ["-v", json.dumps(variables)]
    return shlex.join(words)
