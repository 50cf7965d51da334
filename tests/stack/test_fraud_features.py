"""What scoring knows in the deployed bank: from the seed, from what staff learn of a payment, and of credentials."""

import json
import random
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from domain.access.events import SOURCE, CredentialChanged
from domain.clock import SystemClock
from domain.fraud.documents import canonical
from domain.fraud.kinds import Decision, Features, Scope
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.fraud.store_dynamodb_features import DynamoDBFeatureReader
from domain.fraud.thresholds import Bound, Bounds, bounds_as_plain
from domain.money import Money
from functions import composition, configuration
from functions.composition import Bank
from ops.commands import governing
from ops.commands.people import find_user
from ops.local.aws import Clients, session
from ops.local.bank import LocalBank
from tests.stack.conftest import Ask
from tests.stack.test_bank import TRANSFER, dollars, eventually, numbers

ANALYST = "farah"
LABEL = "mutation L($input: LabelFraudInput!) { labelFraud(input: $input) { __typename } }"


@pytest.fixture(name="services", scope="module")
def _services(bank: LocalBank) -> Bank:
    """The parts of ada's region, to look at what it keeps."""
    region = find_user(bank, "ada").region
    return composition.build(
        configuration.read({**bank.regions[region].environment, "AWS_REGION": region}),
        clock=SystemClock(),
        randomness=random.Random(1),
        session=session(),
        endpoint=bank.engine,
    )


@pytest.fixture(name="judged", scope="module")
def _judged(ask: Ask, services: Bank) -> StoredDecision:
    """A transfer of ada's, as it was judged once the payments of the seed had been heard of."""

    def heard() -> bool | None:
        asked = request(customer=seen["viewer"]["customer"]["id"], account=source["id"])
        return known(services, asked)["account_count_30d"] != 0 or None

    seen = ask("ada", "{ viewer { customer { id } } }")["data"]
    source, target = dollars(ask, "ada"), dollars(ask, "ben")
    eventually(heard, what="the seed's payments in the features")
    wish = {"sourceId": source["id"], "destination": numbers(target), "amount": {"amount": "1.00", "currency": "USD"}}
    made = ask("ada", TRANSFER, {"input": {**wish, "idempotencyKey": f"judged-{datetime.now(UTC):%H%M%S%f}"}})
    decided = services.fraud.decision_of(made["data"]["transfer"]["transfer"]["id"])
    assert decided, made
    return decided


def request(**of: Any) -> ScoringRequest:
    facts: dict[str, Any] = {"subject": "jrn_x", "scope": Scope.TRANSFER, "at": datetime.now(UTC), "kind": "transfer"}
    return ScoringRequest(**{**facts, "credit": True, "amount": Money(1, "USD"), **of})


def known(services: Bank, asked: ScoringRequest) -> Features:
    """Read in more time than a payment would wait: the machine does much else."""
    settings = services.configuration
    reader = DynamoDBFeatureReader(services.table(settings.features_table), services.table(settings.fraud_table))
    return reader.read(asked).features


def test_a_transfer_is_judged_by_the_payments_of_the_seed(judged: StoredDecision) -> None:
    features = judged.features
    counts = [features[f"{family}_count_30d"] for family in ("customer", "account")]
    assert all(isinstance(count, int) and count > 0 for count in counts), counts
    assert features["account_sum_minor_30d"]


def test_what_staff_learn_of_a_payment_is_counted_and_taken_back(
    ask: Ask, services: Bank, judged: StoredDecision
) -> None:
    asked = request(customer=judged.customer, account=judged.account, payee=judged.payee)
    families = ("customer", "account", "payee")

    def frauds(wanted: int) -> bool | None:
        found = known(services, asked)
        return [found[f"{family}_known_frauds_recent"] for family in families] == [wanted] * 3 or None

    for fraud, wanted in ((True, 1), (False, 0)):
        said = ask(ANALYST, LABEL, {"input": {"subjectId": judged.subject, "fraud": fraud}})
        assert said["data"]["labelFraud"]["__typename"] == "LabelFraudSuccess", said
        eventually(partial(frauds, wanted), what=f"{wanted} known frauds")


def test_a_credential_that_was_changed_has_an_age(bank: LocalBank, services: Bank, judged: StoredDecision) -> None:
    asked = request(customer=judged.customer, account=judged.account)
    assert known(services, asked)["credential_age_hours"] is None
    changed = CredentialChanged(person=judged.customer, credential="SECOND_FACTOR", changed_at=datetime.now(UTC))
    detail = json.dumps(changed.model_dump(mode="json"))
    Clients(endpoint=bank.engine, region=services.region).events.put_events(
        Entries=[
            {
                "EventBusName": services.configuration.bus,
                "Source": SOURCE,
                "DetailType": CredentialChanged.__name__,
                "Detail": detail,
            }
        ]
    )
    eventually(
        lambda: known(services, asked)["credential_age_hours"] == 0 or None, what="the age of ada's last credential"
    )


def test_the_operators_commands_reach_the_running_bank(
    bank: LocalBank, services: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever credentials the operator's shell has; under the name of one of the staff."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "somebody-elses")
    file, wanted = tmp_path / "bounds.json", Bounds({Decision.BLOCK: Bound(0.9, 0.99, optional=False)}, {})
    file.write_bytes(canonical(bounds_as_plain(wanted)))

    governing.bounds(file, scope="CARD", user="felix", folder=bank.folder, region=services.region)

    assert capsys.readouterr().out.startswith("bounds 1 of CARD: sha256 ")
    assert services.registry.bounds(Scope.CARD) == wanted
