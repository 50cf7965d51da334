"""Whatever writes is killed at every call: a command, a function, a service's method without a use case fails here."""

import random
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

import boto3
import pytest
from botocore import xform_name

from domain.clock import SystemClock
from functions.composition import Bank, build
from functions.configuration import read
from tests.crash import writers
from tests.crash.place import CREDENTIALS, HANDLERS
from tests.crash.runner import Runner
from tests.crash.use_case import UseCase
from tests.crash.use_cases import USE_CASES
from tests.unit.functions.test_configuration import GOOD

_BY_THE_SERVICES: Final = "its service is killed in governance_cases; the API adds to it what it adds to every command"
_KEY_IS_THERE: Final = "it writes only the data key of a customer who has none, and creating a customer makes it"
EXCEPTIONS: Final = {
    "graph.mutations:Mutation.preview_transfer": "it answers what a transfer would do",
    "functions.token_claims.handler:handler": "it fills in the event it was given, and calls nobody",
    "domain.transfers.service:Transfers.draft": _KEY_IS_THERE,
    "domain.transfers.service:Transfers.preview": _KEY_IS_THERE,
    "domain.sealing:KeyedSealer.digest": _KEY_IS_THERE,
    **dict.fromkeys((name for name in writers.commands() if "FraudMutation" in name), _BY_THE_SERVICES),
}
"""What needs no use case, and why."""


@pytest.fixture(scope="module")
def bank() -> Bank:
    """Put together, and never asked."""
    session = boto3.Session(**CREDENTIALS)
    made = build(read(GOOD), clock=SystemClock(), randomness=random.SystemRandom(), session=session)
    made.__dict__["cursor_secret"] = b"asked of AWS otherwise"
    return made


@pytest.fixture(scope="module")
def missed(runner: Runner, bank: Bank) -> Callable[[Collection[UseCase]], set[str]]:
    """What writes and was on the way of no write of these use cases."""
    writing = writers.commands() | writers.handlers() | writers.methods(bank)
    return lambda use_cases: writing.difference(*(runner.trace(use_case).witnessed for use_case in use_cases))


def test_every_writer_is_in_a_use_case_or_an_exception_with_its_reason(
    missed: Callable[[Collection[UseCase]], set[str]],
) -> None:
    assert missed(USE_CASES) == EXCEPTIONS.keys()


def test_a_use_case_that_is_taken_away_is_missed(missed: Callable[[Collection[UseCase]], set[str]]) -> None:
    others = [use_case for use_case in USE_CASES if use_case.name != "erase a customer"]

    found = missed(others) - EXCEPTIONS.keys()

    assert found == {"domain.customers.service:Customers.erase", "domain.sealing:KeyedSealer.shred"}


def test_every_call_that_changes_something_is_known_as_such(runner: Runner) -> None:
    sent = {operation for use_case in USE_CASES for operation in runner.trace(use_case).writes}

    assert {xform_name(operation) for operation in sent} <= writers.AWS_WRITES


def test_services_that_write_are_told_from_those_that_read(bank: Bank) -> None:
    found = writers.methods(bank)

    assert {f"domain.accounts.service:Accounts.{name}" for name in ("open_account", "freeze", "add_relation")} <= found
    assert "domain.transfers.orders:Orders.schedule" in found  # through a callable that another service passed
    assert not {f"domain.accounts.service:Accounts.{name}" for name in ("account", "people_of", "refusal")} & found
    assert not {f"domain.ledger.service:Ledger.{name}" for name in ("head", "preview", "outcome")} & found


def test_every_function_that_asks_for_the_bank_gets_the_place_of_the_run() -> None:
    asking = {
        f"functions.{path.parent.name}.handler"
        for path in Path("functions").glob("*/handler.py")
        if re.search(r"^from functions.composition import (Bank, )?bank$", path.read_text(), re.MULTILINE)
    }

    assert {module.__name__ for module in HANDLERS} == asking
