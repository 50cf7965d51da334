"""A deployed bank for measuring: one region on an engine of its own, eight customers with eight accounts each.

What works beside a bank works here too: the stream, the publisher, the notifier, and every minute the sweepers.
"""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from domain.access.model import Actor, Channel, Group
from domain.accounts.model import Account
from domain.clock import SystemClock
from domain.customers.model import Customer
from domain.ids import internal_account
from domain.ledger.model import Command, Posted
from domain.money import Money
from functions import composition, configuration
from ops.graphiql.upstream import forward
from ops.local.addresses import read_region
from ops.local.aws import Clients, session
from ops.local.bank import ACCESS_KEY, SECRET_KEY, LocalRegion
from ops.local.deploy import TEMPLATE, Place, deploy_region
from ops.local.engine_process import Engine, engine_running
from ops.local.parameters import local_parameters
from ops.local.template import parameters_of, read_template
from ops.seed import users
from ops.seed.people import CUSTOMERS, profile_of
from tests.unit.graph.documents import by_numbers

REGION: Final = "us-east-1"
PEOPLE: Final = 8
ACCOUNTS_EACH: Final = 8
PASSWORD: Final = "Only-in-this-bench-1"
DEPOSIT_MINOR: Final = 50_000_00


@dataclass(frozen=True)
class Resident:
    customer: Customer
    accounts: tuple[Account, ...]
    token: str


@dataclass(frozen=True)
class Town:
    engine: Engine
    region: LocalRegion
    services: composition.Bank
    residents: tuple[Resident, ...]

    def ask(self, resident: Resident, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {resident.token}", "Content-Type": "application/json"}
        body = json.dumps({"query": document, "variables": variables}).encode()
        found: dict[str, Any] = json.loads(forward(self.region.graphql, body, headers).body)
        return found

    def wish(self, resident: Resident, *, key: str, chance: random.Random) -> dict[str, Any]:
        """A cent from one of their accounts to somebody else's."""
        other = chance.choice([one for one in self.residents if one is not resident])
        return {
            "idempotencyKey": key,
            "sourceId": chance.choice(resident.accounts).id,
            "destination": by_numbers(chance.choice(other.accounts)),
            "amount": {"amount": "0.01", "currency": "USD"},
        }


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    with patch.dict(os.environ, keys), engine_running(folder) as engine:
        clients = Clients(endpoint=engine.endpoint, region=REGION)
        values = local_parameters(REGION, regions=[REGION], engine_port=engine.port)
        place = Place(folder=folder, engine_port=engine.port)
        template = read_template(TEMPLATE)
        deploy_region(clients, place, template=template, parameters=parameters_of(template, values))
        region = read_region(clients, engine_port=engine.port)
        services = composition.build(
            configuration.read({**region.environment, "AWS_REGION": REGION}),
            clock=SystemClock(),
            randomness=random.Random(7),
            session=session(),
            endpoint=engine.endpoint,
        )
        services.folder.open_books()
        settled = tuple(settle(services, clients, region, number) for number in range(PEOPLE))
        yield Town(engine, region, services, settled)


def settle(services: composition.Bank, clients: Clients, region: LocalRegion, number: int) -> Resident:
    person = CUSTOMERS[REGION][number]
    profile = profile_of(person, region.jurisdiction, number)
    customer = services.customers.create(scope="bank", key=person.login, kind=person.kind, profile=profile)
    if not isinstance(customer, Customer):
        raise TypeError(f"{person.login} is no customer: {customer}")
    login = users.Login(
        name=person.login,
        display=person.name,
        kind="person",
        person=customer.id,
        groups=(Group.CUSTOMER,),
        region=REGION,
    )
    users.create(clients.cognito, pool_id=region.pool_id, login=login, password=PASSWORD)
    signed_in = clients.cognito.initiate_auth(
        ClientId=region.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.login, "PASSWORD": PASSWORD},
    )
    accounts = tuple(open_account(services, customer, key=f"account-{each}") for each in range(ACCOUNTS_EACH))
    return Resident(customer, accounts, signed_in["AuthenticationResult"]["AccessToken"])


def open_account(services: composition.Bank, customer: Customer, *, key: str) -> Account:
    actor = Actor(
        person=customer.id,
        groups=frozenset({Group.CUSTOMER}),
        source_ip=None,
        correlation_id="bench",
        channel=Channel.BANK,
    )
    account = services.accounts.open_account(
        actor, customer=customer, product="checking", currency="USD", key=f"{customer.id}-{key}"
    )
    if not isinstance(account, Account):
        raise TypeError(f"no account was opened: {account}")
    deposit = Command(
        kind="cash_deposit",
        initiator=internal_account(services.configuration.jurisdiction.code, "USD", "vault_cash"),
        scope="bank",
        key=f"deposit-{account.id}",
        parties={"destination": account.id},
        amounts={"amount": Money(DEPOSIT_MINOR, "USD")},
    )
    answer = services.ledger.post(deposit)
    if not isinstance(answer, Posted):
        raise TypeError(f"nothing was deposited: {answer}")
    return account
