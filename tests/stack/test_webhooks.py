"""What a partner delivers to the deployed bank: stored, processed from the queue, seen and replayed by operations."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import urllib3
from typer.testing import CliRunner

from domain.partners.model import Scheme
from ops.cli import app
from ops.local.aws import Clients
from ops.local.bank import LocalBank
from ops.local.partners import sender_of
from ops.webhook_description import example
from tests.stack.conftest import Ask
from tests.stack.test_bank import eventually

REGION: Final = "us-east-1"
KIND: Final = "ach.file.acknowledged"
NODE: Final = """query D($id: ID!) { node(id: $id) { ... on PartnerDelivery {
    partner kind version state reason attempts body signedByPartner mendsId } } }"""
LIST: Final = """query L($state: PartnerDeliveryState) {
    partnerDeliveries(partner: "sponsor", state: $state, first: 50) { edges { node { id } } } }"""
REPLAY: Final = """mutation R($input: ReplayPartnerDeliveryInput!) { replayPartnerDelivery(input: $input) { __typename
    ... on ReplayPartnerDeliverySuccess { delivery { id } } ... on Refusal { code } } }"""


@pytest.fixture(name="told")
def _told(tmp_path: Path) -> Path:
    """A message in a file."""
    file = tmp_path / "message.json"
    file.write_text(json.dumps(example(f"{KIND}.v1")), encoding="utf-8")
    return file


def sent(bank: LocalBank, file: Path, *options: str) -> tuple[int, int, dict[str, Any]]:
    """What `florin webhook send` ends with, and the status and answer it prints."""
    done = CliRunner().invoke(
        app, ["webhook", "send", str(file), "--partner", "sponsor", "--folder", str(bank.folder), *options]
    )
    status, _, answer = done.stdout.partition("\n")
    return done.exit_code, int(status), json.loads(answer)


def seen(ask: Ask, delivery: str, user: str = "olivia") -> dict[str, Any]:
    found: dict[str, Any] = ask(user, NODE, {"id": delivery}, REGION)["data"]["node"]
    return found


def settled(ask: Ask, delivery: str) -> dict[str, Any]:
    def done() -> dict[str, Any] | None:
        found = seen(ask, delivery)
        return None if found["state"] == "RECEIVED" else found

    found: dict[str, Any] = eventually(done, what="the processing of the delivery")
    return found


@pytest.mark.parametrize("scheme", ["v1", "v1a"])
@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_a_signed_message_is_taken_once(bank: LocalBank, told: Path, scheme: str, region: str) -> None:
    named = ("--scheme", scheme, "--region", region, "--id", f"msg_{uuid.uuid4().hex}")

    first, second = (sent(bank, told, *named) for _ in range(2))

    assert first[:2] == (0, 202)
    assert first == second


def test_a_message_that_nobody_handles_is_quarantined_and_seen(bank: LocalBank, ask: Ask, told: Path) -> None:
    told.write_text(json.dumps(example(f"{KIND}.v1") | {"type": "card.cleared"}), encoding="utf-8")
    _, _, answer = sent(bank, told)

    found = settled(ask, answer["delivery"])

    assert (found["partner"], found["kind"], found["version"]) == ("sponsor", "card.cleared", 1)
    assert (found["state"], found["reason"]) == ("QUARANTINED", "KIND_UNKNOWN")
    assert json.loads(found["body"]) == json.loads(told.read_text())
    rows = ask("olivia", LIST, {"state": "QUARANTINED"}, REGION)["data"]["partnerDeliveries"]["edges"]
    assert answer["delivery"] in [row["node"]["id"] for row in rows]
    assert ask("ada", LIST, {})["data"]["partnerDeliveries"] is None


def test_operations_mend_a_message_and_the_sweep_sends_it(bank: LocalBank, ask: Ask, told: Path) -> None:
    told.write_text(json.dumps({**example(f"{KIND}.v1"), "data": {}}), encoding="utf-8")
    _, _, answer = sent(bank, told)
    broken = settled(ask, answer["delivery"])
    assert broken["reason"] == "BODY_UNFIT"
    wish = {
        "idempotencyKey": uuid.uuid4().hex,
        "deliveryId": answer["delivery"],
        "body": json.dumps(example(f"{KIND}.v1")),
    }

    replayed = ask("olivia", REPLAY, {"input": wish}, REGION)["data"]["replayPartnerDelivery"]

    mended = replayed["delivery"]["id"]
    functions = Clients(endpoint=bank.engine, region=REGION).functions
    ran = functions.invoke(FunctionName=f"florin-partner-sweep-{REGION}", Payload=b"{}")
    assert "FunctionError" not in ran, ran["Payload"].read()
    found = settled(ask, mended)
    assert found["reason"] != "BODY_UNFIT"
    assert (found["mendsId"], found["signedByPartner"]) == (answer["delivery"], False)
    assert seen(ask, answer["delivery"]) == broken


def test_a_doubled_header_and_a_forged_signature_are_problems(bank: LocalBank, told: Path) -> None:
    body = told.read_bytes()
    sender = sender_of(bank.folder, region=REGION, partner="sponsor")
    good = sender.headers(body, message_id="msg_doubled", at=datetime.now(UTC), scheme=Scheme.V1)
    doubled = urllib3.HTTPHeaderDict(good)
    doubled.add("webhook-id", "msg_doubled")
    forged = {**good, "webhook-signature": "v1," + "A" * 43 + "="}
    for headers, status, problem in (
        (doubled, 400, "header-doubled"),
        (forged, 403, "signature-wrong"),
        ({**good, "content-encoding": "gzip"}, 415, "content-encoding-unsupported"),
    ):
        answer = urllib3.request("POST", f"{bank.home.webhooks}/sponsor/{KIND}", body=body, headers=headers)
        assert (answer.status, answer.json()["type"]) == (status, f"urn:florin:problem:{problem}")


def test_a_message_that_is_not_taken_ends_the_command_with_status_1(bank: LocalBank, told: Path) -> None:
    told.write_text("[]", encoding="utf-8")

    ended, status, answer = sent(bank, told, "--kind", KIND)

    assert (ended, status, answer["type"]) == (1, 400, "urn:florin:problem:body-malformed")


def test_the_keys_of_senders_are_readable_by_this_account_alone(bank: LocalBank) -> None:
    assert (bank.folder / "partners.json").stat().st_mode & 0o077 == 0
