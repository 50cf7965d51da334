"""Partners' keys as they are written down: read whole, or not at all, and never repeated."""

import json
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from domain.clock import instant_text
from domain.partners.keys import MemoryPartnerKeys, PartnerKeysFaulty, read_keys
from domain.partners.keys_aws import KEYS_AGE_MAX, SecretsManagerPartnerKeys
from domain.partners.model import Scheme
from domain.partners.signatures import key_of
from tests.unit.accounts.house import NOON, SetClock
from tests.unit.partners.signing import FORMER, SPONSOR, STRANGER, V1, V1A

NEW, OLD = SPONSOR.secrets[V1], FORMER.secrets[V1]


def text(*entries: object) -> str:
    return json.dumps({"keys": list(entries)})


def test_an_old_and_a_new_key_are_read_with_the_end_of_the_old() -> None:
    ends = NOON + timedelta(days=1)

    keys = read_keys("sponsor", text({"key": OLD, "until": instant_text(ends)}, {"key": NEW}), NOON)

    assert keys == (key_of(OLD, ends), key_of(NEW, None))


def test_two_of_each_scheme_may_be_live_and_others_have_ended() -> None:
    ended = {"key": STRANGER.secrets[V1], "until": "2026-03-01T00:00:00+00:00"}
    lively = [{"key": signer.secrets[scheme]} for signer in (SPONSOR, FORMER) for scheme in (V1, V1A)]

    keys = read_keys("sponsor", text(ended, *lively), NOON)

    assert [key.scheme for key in keys] == [Scheme.V1, Scheme.V1, Scheme.V1A, Scheme.V1, Scheme.V1A]


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": "whsec_"}',
        text(*[{"key": NEW}] * 9),
        text(NEW),
        text({"secret": NEW}),
        text({"key": 7}),
        text({"key": NEW, "until": "tomorrow"}),
        text({"key": NEW, "until": 7}),
        text({"key": NEW, "until": "2026-03-01T00:00:00"}),
        text({"key": NEW, "note": "ours"}),
        text({"key": NEW[:-2]}),
        text({"key": NEW}, {"key": OLD}, {"key": STRANGER.secrets[V1]}),
        "[" * 50_000,
    ],
)
def test_anything_else_is_a_fault_that_names_the_partner_and_no_key(kept: str) -> None:
    with pytest.raises(PartnerKeysFaulty, match="sponsor") as caught:
        read_keys("sponsor", kept, NOON)

    assert NEW[6:20] not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_partner_without_keys_is_a_fault() -> None:
    with pytest.raises(PartnerKeysFaulty, match="acme"):
        MemoryPartnerKeys({}).of("acme")


class TestSecretsManager:
    def kept(self, clock: SetClock) -> tuple[SecretsManagerPartnerKeys, boto3.Session]:
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        client = session.client("secretsmanager")
        return SecretsManagerPartnerKeys(
            client=lambda: client, prefix="florin/partners/us-east-1/", clock=clock
        ), session

    @mock_aws
    def test_a_changed_key_is_known_within_a_minute_and_not_asked_for_before(self) -> None:
        clock = SetClock()
        keys, session = self.kept(clock)
        secrets = session.client("secretsmanager")
        secrets.create_secret(Name="florin/partners/us-east-1/sponsor", SecretString=text({"key": OLD}))
        assert keys.of("sponsor") == (key_of(OLD, None),)
        secrets.put_secret_value(SecretId="florin/partners/us-east-1/sponsor", SecretString=text({"key": NEW}))

        clock.move(KEYS_AGE_MAX - timedelta(seconds=1))
        assert keys.of("sponsor") == (key_of(OLD, None),)
        clock.move(timedelta(seconds=1))
        assert keys.of("sponsor") == (key_of(NEW, None),)

    @mock_aws
    def test_a_partner_without_a_secret_is_a_fault(self) -> None:
        keys, _ = self.kept(SetClock())

        with pytest.raises(PartnerKeysFaulty, match="the partner sponsor has no secret"):
            keys.of("sponsor")
