"""The local bank's partners: keys drawn once, the bank's end where the bank reads it, and signatures that it takes."""

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from moto import mock_aws

from domain.partners.keys import read_keys
from domain.partners.model import Arrival, Scheme, SignatureWrong, Verified
from domain.partners.signatures import StandardWebhooks
from ops.local.partners import PARTNERS_FILE, PartnerMissing, Sender, provide_partners, sender_of
from tests.unit.accounts.house import NOON
from tests.unit.partners.test_signatures import PUBLISHED, PUBLISHED_AT, PUBLISHED_BODY

if TYPE_CHECKING:
    from ops.local.aws import Clients

NAME = "florin/partners/us-east-1/sponsor"


def engine() -> Any:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    return SimpleNamespace(region="us-east-1", secrets=session.client("secretsmanager"))


def kept(clients: Any) -> str:
    text: str = clients.secrets.get_secret_value(SecretId=NAME)["SecretString"]
    return text


@mock_aws
def test_the_bank_takes_what_its_partner_signs_in_either_scheme(tmp_path: Path) -> None:
    clients = engine()
    provide_partners(cast("Clients", clients), tmp_path)
    sender = sender_of(tmp_path, region="us-east-1", partner="sponsor")
    keys = read_keys("sponsor", kept(clients), NOON)

    for scheme in Scheme:
        headers = sender.headers(b"{}", message_id="msg_1", at=NOON, scheme=scheme)
        arrival = Arrival("sponsor", "k", headers, b"{}")
        verified = StandardWebhooks(tolerance=timedelta(minutes=5)).verified(arrival, keys, NOON)
        assert verified == Verified("msg_1", NOON, scheme)


@mock_aws
def test_a_stranger_signs_in_the_same_form_and_is_not_taken(tmp_path: Path) -> None:
    clients = engine()
    provide_partners(cast("Clients", clients), tmp_path)
    sender = sender_of(tmp_path, region="us-east-1", partner="sponsor")

    headers = sender.stranger().headers(b"{}", message_id="msg_1", at=NOON)

    right = sender.headers(b"{}", message_id="msg_1", at=NOON)
    assert {name: len(text) for name, text in headers.items()} == {name: len(text) for name, text in right.items()}
    arrival = Arrival("sponsor", "k", headers, b"{}")
    keys = read_keys("sponsor", kept(clients), NOON)
    assert StandardWebhooks(tolerance=timedelta(minutes=5)).verified(arrival, keys, NOON) == SignatureWrong()


@mock_aws
def test_keys_are_drawn_once_and_given_again(tmp_path: Path) -> None:
    clients = engine()
    provide_partners(cast("Clients", clients), tmp_path)
    drawn = kept(clients)
    clients.secrets.put_secret_value(SecretId=NAME, SecretString="lost")

    provide_partners(cast("Clients", clients), tmp_path)

    assert kept(clients) == drawn


@mock_aws
def test_the_private_key_stays_with_the_sender(tmp_path: Path) -> None:
    clients = engine()
    provide_partners(cast("Clients", clients), tmp_path)

    sender = sender_of(tmp_path, region="us-east-1", partner="sponsor")

    assert [entry["key"] for entry in json.loads(kept(clients))["keys"]] == [sender.secret, sender.public_key]
    assert (tmp_path / PARTNERS_FILE).stat().st_mode & 0o777 == 0o600
    assert "whs" not in repr(sender)


def test_it_signs_as_the_published_vectors_do() -> None:
    sender = Sender(
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        private_key="whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
    )

    for scheme in Scheme:
        headers = sender.headers(
            PUBLISHED_BODY, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=PUBLISHED_AT, scheme=scheme
        )
        assert headers["webhook-signature"] == PUBLISHED[scheme.value][1]
    assert sender.public_key == PUBLISHED["v1a"][0]


def test_a_partner_without_keys_is_named(tmp_path: Path) -> None:
    with pytest.raises(PartnerMissing, match="'acme'"):
        sender_of(tmp_path, region="us-east-1", partner="acme")
