"""One id leads from a request through the deployed function's log and metrics, the audit records and the journal to the
line of the account, and an error's id leads to its line of the log (docs/operations.md, "Following a request").
"""

import json
import os
import random
from typing import Any, Final

import pytest

from domain.clock import SystemClock
from functions import composition, configuration
from functions.slos import INTERNAL_TRANSFER_LATENCY
from ops.commands.people import access_token, find_user
from ops.graphiql.upstream import forward
from ops.local.aws import Clients, session
from ops.local.bank import ACCESS_KEY, SECRET_KEY, LocalBank
from tests.stack.conftest import Ask
from tests.stack.test_bank import TRANSFER, dollars, eventually, numbers, paid

REGION: Final = "us-east-1"
LOG: Final = f"/aws/lambda/florin-graphql-{REGION}"


@pytest.fixture(name="services")
def _services(bank: LocalBank, monkeypatch: pytest.MonkeyPatch) -> composition.Bank:
    monkeypatch.setitem(os.environ, "AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setitem(os.environ, "AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    return composition.build(
        configuration.read({**bank.regions[REGION].environment, "AWS_REGION": REGION}),
        clock=SystemClock(),
        randomness=random.Random(1),
        session=session(),
        endpoint=bank.engine,
    )


def logged(bank: LocalBank, correlation_id: str) -> list[dict[str, Any]]:
    """The lines of the API's log that have the id, the first one first."""
    logs = Clients(endpoint=bank.engine, region=REGION).logs
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=LOG)
    texts = [event["message"] for page in pages for event in page["events"] if correlation_id in event["message"]]
    lines: list[dict[str, Any]] = [json.loads(text) for text in texts]
    assert all(line["correlation_id"] == correlation_id for line in lines)
    return lines


def test_from_the_journal_to_the_request_that_it_came_of(bank: LocalBank, ask: Ask, services: composition.Bank) -> None:
    payer, payee = dollars(ask, "hana"), dollars(ask, "ivan")
    told = ask("hana", TRANSFER, paid(payer["id"], numbers(payee), "3.21"))["data"]["transfer"]

    (line,) = services.ledger.lines(payer["id"], descending=True, limit=1).rows
    journal = services.ledger.journal(line.journal)
    assert journal is not None
    assert journal.id == told["transfer"]["id"]
    (evidence,) = journal.evidence
    word, _, correlation_id = evidence.partition(":")
    assert (word, bool(correlation_id)) == ("request", True)

    lines = eventually(lambda: logged(bank, correlation_id) or None, what="a line of the log with the id")
    (answered,) = [found for found in lines if found.get("message") == "answered"]
    assert (answered["commands"], answered["status"]) == (["transfer"], 200)
    (measured,) = [found for found in lines if "_aws" in found]
    assert measured[INTERNAL_TRANSFER_LATENCY.metric.name] == [answered["duration_ms"]]

    records = services.audit.by_actor(find_user(bank, "hana").person).records
    (record,) = [found for found in records if found.correlation_id == correlation_id]
    assert (record.action, record.subject_id) == ("transfer", payer["id"])
    assert journal.id in record.detail.values()


def test_from_an_error_to_its_line_of_the_log(bank: LocalBank) -> None:
    answer = forward(
        bank.regions[REGION].graphql,
        b'{"query": "{ nothing }"}',
        {
            "Authorization": f"Bearer {access_token(bank, user='hana', region=REGION)}",
            "Content-Type": "application/json",
            "Accept": "application/graphql-response+json",
        },
    )
    (error,) = json.loads(answer.body)["errors"]
    correlation_id = error["extensions"]["correlationId"]

    lines = eventually(lambda: logged(bank, correlation_id) or None, what="a line of the log with the id")
    assert [(found["message"], found["status"]) for found in lines] == [("answered", answer.status)]
