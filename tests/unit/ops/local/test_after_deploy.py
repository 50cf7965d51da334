"""What the engine's CloudFormation forgets is said again by the services' own calls."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.local import after_deploy
from ops.local.after_deploy import apply_what_was_dropped
from ops.local.stack import Resource
from tests.unit.infra.templates import template

NAME = "florin-exchange"
KEY = "arn:aws:kms:us-east-1:000000000000:key/1"


@pytest.fixture(name="clients")
def _clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr(after_deploy, "parameters_of_stack", lambda *_: {"StorageKeyArn": KEY})
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=NAME)
        yield SimpleNamespace(s3=s3)


def applied(clients: Any, properties: dict[str, Any]) -> None:
    template: Any = {"Resources": {"ExchangeBucket": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
    found = Resource(stack="florin-Exchange", logical="ExchangeBucket", kind="AWS::S3::Bucket", physical=NAME)
    apply_what_was_dropped(clients, templates=[template], found=[found])


def test_a_bucket_is_encrypted_by_the_key_that_its_stack_was_given(clients: Any) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "StorageKeyArn"}}
    rules = [{"ServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]

    applied(clients, {"BucketEncryption": {"ServerSideEncryptionConfiguration": rules}})

    (rule,) = clients.s3.get_bucket_encryption(Bucket=NAME)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}


def test_a_bucket_keeps_versions_where_its_template_says_so(clients: Any) -> None:
    applied(clients, {"VersioningConfiguration": {"Status": "Enabled"}})

    assert clients.s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"


def test_a_bucket_tells_the_bus_what_is_put_where_its_template_says_so(
    clients: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(clients.s3, "put_bucket_notification_configuration", lambda **about: said.append(about))

    applied(clients, {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}})

    assert said == [{"Bucket": NAME, "NotificationConfiguration": {"EventBridgeConfiguration": {}}}]


def test_a_bucket_lets_go_what_its_template_says(clients: Any) -> None:
    """As infra/fraud.yaml says it of its history."""
    bucket = template("infra/fraud.yaml")["Resources"]["FraudBucket"]["Properties"]

    applied(clients, {"LifecycleConfiguration": bucket["LifecycleConfiguration"]})

    (rule,) = clients.s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"]
    assert (rule["Filter"], rule["Expiration"], rule["Status"]) == ({"Prefix": "history/"}, {"Days": 800}, "Enabled")
    assert rule["Transitions"] == [{"StorageClass": "STANDARD_IA", "Days": 90}]


def test_a_bucket_of_which_the_template_says_nothing_is_left_alone(clients: Any) -> None:
    clients.s3 = None  # any call of it would raise

    applied(clients, {})
