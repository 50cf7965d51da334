"""Clients for the engine of a local bank. The credentials open nothing outside it."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from ops.local.bank import ACCESS_KEY, SECRET_KEY

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"total_max_attempts": 1},  # An engine on this machine that fails once would fail again.
    s3={"addressing_style": "path"},
)


class Clients:
    """The clients of one region of one engine, each made when it is first asked for."""

    def __init__(self, *, endpoint: str, region: str) -> None:
        self.endpoint = endpoint
        self.region = region
        self._place: dict[str, Any] = {"region_name": region, "endpoint_url": endpoint, "config": CONFIG}

    @cached_property
    def apigateway(self) -> ApiGatewayV2Client:
        return session().client("apigatewayv2", **self._place)

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        return session().client("cloudformation", **self._place)

    @cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        return session().client("cognito-idp", **self._place)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        return session().client("dynamodb", **self._place)

    @cached_property
    def events(self) -> EventBridgeClient:
        return session().client("events", **self._place)

    @cached_property
    def functions(self) -> LambdaClient:
        return session().client("lambda", **self._place)

    @cached_property
    def kms(self) -> KMSClient:
        return session().client("kms", **self._place)

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        return session().client("logs", **self._place)

    @cached_property
    def s3(self) -> S3Client:
        return session().client("s3", **self._place)

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        return session().client("secretsmanager", **self._place)

    @cached_property
    def sqs(self) -> SQSClient:
        return session().client("sqs", **self._place)


@cache
def session() -> boto3.Session:
    """A session of its own: the developer's profile and region stay out of it."""
    return boto3.Session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY)
