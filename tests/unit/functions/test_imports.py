"""A function loads only what its work needs: each library stands here, because every cold start pays for it."""

import json
import subprocess
import sys
from typing import Final

import pytest

from tests.unit.infra.templates import ROOT

DEAR: Final = frozenset(
    {
        "aws_lambda_powertools",
        "boto3",
        "botocore",
        "cryptography",
        "graphql",
        "joserfc",
        "moto",
        "pydantic",
        "pynamodb",
        "s3transfer",
        "strawberry",
    }
)
TABLES: Final = frozenset({"aws_lambda_powertools", "botocore", "pynamodb"})
"""DynamoDB through its own wire, and the log."""
LOADS: Final = {
    "ach_arrivals": TABLES,
    "ach_files": TABLES,
    "ach_inbound": TABLES,
    "ach_journey": TABLES,
    "ach_return_rates": TABLES,
    "case_sweep": TABLES,
    "daily_root": TABLES,
    "folder": TABLES,
    "fraud_features": TABLES | {"pydantic"},
    "fraud_history": TABLES,
    "fraud_monitor": TABLES,
    "fraud_scorer": TABLES | {"pydantic"},
    "graphql": TABLES | {"graphql", "strawberry"},
    "hold_expiry": TABLES,
    "notifier": TABLES | {"pydantic"},
    "outbox": TABLES,
    "partner_deliveries": TABLES,
    "partner_sweep": TABLES,
    "payment_decisions": TABLES | {"pydantic"},
    "payment_sweep": TABLES,
    "publisher": TABLES,
    "scheduled_transfers": TABLES,
    "token_claims": frozenset[str](),
    "transfer_sweep": TABLES,
    "webhooks": TABLES,
}
"""What each has loaded before its first event. Who reads off the bus checks that with pydantic; who
publishes makes its clients and its events when there is something to publish, and who processes what partners delivered
loads pydantic with the first message."""
SECONDS_MAX: Final = 60


PARTS: Final = {f"domain.{path.name}" for path in (ROOT / "domain").iterdir() if path.is_dir()}
"""The parts of the bank, each of which a function pays for as it does for a library."""


def loaded(statement: str) -> set[str]:
    """The dear ones among the modules that a new interpreter has after this."""
    return {name.partition(".")[0] for name in modules(statement)} & DEAR


def modules(statement: str) -> list[str]:
    """All that a new interpreter has after this."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("function", LOADS)
def test_a_function_loads_what_is_named_here_and_nothing_else(function: str) -> None:
    assert loaded(f"import functions.{function}.handler") == LOADS[function]


def test_where_the_bank_is_put_together_only_the_ledger_is_loaded_before_it_is_asked_for() -> None:
    assert PARTS.intersection(modules("import functions.composition")) == {"domain.ledger"}


def test_every_function_is_named() -> None:
    assert set(LOADS) == {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}


def test_a_token_is_what_loads_cryptography() -> None:
    assert loaded("import functions.authentication") >= {"joserfc", "cryptography"}


def test_the_steps_of_a_journey_wait_for_no_library_but_those_of_the_tables() -> None:
    parts = ("steps", "service", "outgoing", "store_dynamodb", "exchange_aws", "incoming", "incoming_aws")
    assert loaded("\n".join(f"import domain.rails.ach.{part}" for part in parts)) <= TABLES
