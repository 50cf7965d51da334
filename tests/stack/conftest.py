"""A whole bank for the stack tests: its own folder, ports, engine and people, in two regions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it comes without types

from ops.commands.people import access_token, find_user
from ops.graphiql.upstream import forward
from ops.local.aws import Clients
from ops.local.bank import LocalBank
from ops.local.parameters import REGIONS_DEFAULT
from ops.local.running import stop_running
from ops.local.start import mark_seeded, start_bank
from ops.seed.run import seed


class Ask(Protocol):
    """Send one operation as a seeded person, to their home region unless another is named."""

    def __call__(
        self, user: str, query: str, variables: dict[str, Any] | None = None, region: str | None = None
    ) -> dict[str, Any]: ...


OWN_ENGINES: Final = (
    "test_artifact_for_lambda.py",
    "test_journeys.py",
    "test_least_privilege.py",
    "test_local_bank.py",
    "test_sam_deploy.py",
    "test_stopped_in_the_middle.py",
)
"""Modules that do not ask for the bank, and run beside it."""
ACH_WINDOW_SECONDS: Final = 15
"""A journey of a local bank in half a minute; its functions are called by the tests that wait for them."""
HEARD: Final = "heard-by-the-tests"
"""A queue that every event of a region's bus reaches."""


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBank]:
    """The deployed and seeded bank. Tests share it, so each opens what it changes."""
    folder = tmp_path_factory.mktemp("bank")
    try:
        started = start_bank(folder, regions=list(REGIONS_DEFAULT), say=print, ach_window_seconds=ACH_WINDOW_SECONDS)
        listen(started)
        seed(started)
        mark_seeded(started)
        yield started
    finally:
        stop_running(folder)


def listen(bank: LocalBank) -> None:
    for region in bank.regions:
        clients = Clients(endpoint=bank.engine, region=region)
        url = clients.sqs.create_queue(QueueName=HEARD)["QueueUrl"]
        asked = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        bus = f"florin-{region}"
        clients.events.put_rule(Name=HEARD, EventBusName=bus, EventPattern=json.dumps({"source": [{"prefix": ""}]}))
        arn = asked["Attributes"]["QueueArn"]
        clients.events.put_targets(Rule=HEARD, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])


@pytest.fixture(scope="session")
def ask(bank: LocalBank) -> Ask:
    return asking(bank)


def asking(bank: LocalBank) -> Ask:
    def send(
        user: str, query: str, variables: dict[str, Any] | None = None, region: str | None = None
    ) -> dict[str, Any]:
        name = region or find_user(bank, user).region
        token = access_token(bank, user=user, region=name)
        answer = forward(
            bank.regions[name].graphql,
            json.dumps({"query": query, "variables": variables or {}}).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        document: dict[str, Any] = json.loads(answer.body)
        return document

    return send


class TwoShares(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """One worker has the bank and the modules that ask for it, in their order; the other those with their own engines.

    They are two shares and no more: a worker is given its second before it has begun with its first, and a third would
    wait behind the bank. (`--dist loadgroup` would say the same with marks, and does nothing under pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return "own engines" if Path(nodeid.partition("::")[0]).name in OWN_ENGINES else "the bank"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return TwoShares(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first and is looked at late; what reads everything that the tests left behind runs
    after them."""
    for item in items:
        if item.path.name in OWN_ENGINES and "bank" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid} asks for the bank: take its module out of OWN_ENGINES")
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if item.path.name == "test_nothing_personal.py":
        return 2
    if item.path.name in {"test_ach.py", "test_stopped_in_the_middle.py"}:
        return 1 if "::TestLater::" in item.nodeid else -1
    return 0
