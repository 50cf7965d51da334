"""PynamoDB's connection over our own wire: its requests and errors, without botocore's client under them.

A connection says what moment its requests are signed with, and which of them are sent again when they fail in passing.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from types import SimpleNamespace
from typing import Any, Final, cast
from uuid import uuid4

from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from botocore.session import Session
from pynamodb.connection._botocore_private import BotocoreBaseClientPrivate
from pynamodb.connection.base import Connection

from domain import units_aws
from domain.metering import Meter, Used
from domain.wire_aws import SERVICE, Json, Wire

BUSY_CODES: Final = frozenset({"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"})
CONDITION_CODES: Final = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})
"""What was not done for its condition costs what it would have cost."""
SERVER_FAULT_STATUS: Final = 500
TRANSACTION: Final = "TransactWriteItems"


@dataclass(frozen=True, slots=True)
class Repeats:
    """Which operations are sent again after a failure in passing, and how often."""

    operations: frozenset[str]
    tries_max: int
    """The first one included; each pause between two is twice the one before."""
    pause_seconds: float


class WireConnection(Connection):
    """Makes its wire at the first use, once, whatever threads use it."""

    def __init__(
        self,
        *,
        region: str,
        endpoint_url: str | None,
        connect_timeout_seconds: float,
        read_timeout_seconds: float,
        connections_max: int,
        repeats: Repeats,
        moment: Callable[[str], datetime],
        meter: Meter | None = None,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        pause: Callable[[float], None] = time.sleep,
        token: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        """`moment`: what an operation's request is signed with. `token`: what a transaction is known by if it arrives
        twice. `meter`: what is told of every request. Without keys, botocore's own chain finds them.
        """
        super().__init__(
            region=region,
            host=endpoint_url,
            connect_timeout_seconds=connect_timeout_seconds,
            read_timeout_seconds=read_timeout_seconds,
            max_pool_connections=connections_max,
            aws_access_key_id=access_key_id,
            aws_secret_access_key=secret_access_key,
        )
        self._repeats, self._moment, self._pause, self._token = repeats, moment, pause, token
        self._meter = meter or Meter()
        self._indexes: dict[str, tuple[units_aws.IndexKeys, ...]] = {}
        self._making = Lock()

    @property
    def client(self) -> BotocoreBaseClientPrivate:
        """What PynamoDB calls: the part of botocore's client that it uses."""
        with self._making:
            if self._client is None:
                self._client = cast("BotocoreBaseClientPrivate", self._made())
            return self._client

    def _made(self) -> "WireClient":
        session = Session()
        if self._aws_access_key_id and self._aws_secret_access_key:
            session.set_credentials(self._aws_access_key_id, self._aws_secret_access_key)
        wire = Wire(
            session=session,
            region=self.region,
            endpoint_url=self.host or _configured_endpoint(session),
            connect_timeout_seconds=self._connect_timeout_seconds,
            read_timeout_seconds=self._read_timeout_seconds,
            connections_max=self._max_pool_connections,
        )
        return WireClient(
            wire,
            repeats=self._repeats,
            moment=self._moment,
            meter=self._meter,
            indexes_of=self._indexes_of,
            pause=self._pause,
            token=self._token,
        )

    def _indexes_of(self, table: str) -> tuple[units_aws.IndexKeys, ...]:
        known = self._indexes.get(table)
        if known is None:
            known = self._indexes[table] = units_aws.indexes_in(self.get_meta_table(table).data)
        return known


class WireClient:
    """Calls a wire, again where it may."""

    def __init__(
        self,
        wire: Wire,
        *,
        repeats: Repeats,
        moment: Callable[[str], datetime],
        meter: Meter,
        indexes_of: units_aws.IndexesOf,
        pause: Callable[[float], None],
        token: Callable[[], str],
    ) -> None:
        self.meta = SimpleNamespace(events=wire.events, endpoint_url=wire.url)
        self._wire, self._repeats, self._moment, self._pause, self._token = wire, repeats, moment, pause, token
        self._meter, self._indexes_of = meter, indexes_of

    def _make_api_call(self, operation: str, parameters: Mapping[str, Any]) -> Json:
        """Raises botocore's exceptions. What is sent again is the same request: a transaction keeps its token."""
        units_aws.check(operation, parameters)
        if operation == TRANSACTION:
            parameters = {"ClientRequestToken": self._token(), **parameters}
        repetitions = self._repeats.tries_max - 1 if operation in self._repeats.operations else 0
        for repetition in range(repetitions):
            try:
                return self._called(operation, parameters)
            except (ClientError, HTTPClientError) as error:
                if not in_passing(error):
                    raise
            self._pause(self._repeats.pause_seconds * 2**repetition)
        return self._called(operation, parameters)

    def _called(self, operation: str, parameters: Mapping[str, Any]) -> Json:
        """One request, metered however it ends: what was not answered may be done."""
        moment, answer, charged = self._moment(operation), None, True
        try:
            answer = self._wire.call(operation, parameters, at=moment)
        except ClientError as error:
            charged = error.response.get("Error", {}).get("Code") in CONDITION_CODES
            raise
        finally:
            self._meter.note(self._price(operation, parameters, answer) if charged else Used(calls=1))
        return answer

    def _price(self, operation: str, parameters: Mapping[str, Any], answer: Json | None) -> Used:
        return units_aws.used(operation, parameters, answer, indexes_of=self._indexes_of)


def in_passing(error: ClientError | NotConnected | HTTPClientError) -> bool:
    """Whether the same request may fare better a moment later. NotConnected is of a request that was never sent;
    botocore does not count it among the errors of its HTTP client.
    """
    if not isinstance(error, ClientError):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= SERVER_FAULT_STATUS or error.response.get("Error", {}).get("Code") in BUSY_CODES


def _configured_endpoint(session: Session) -> str | None:
    """Where AWS_ENDPOINT_URL and the profile say that DynamoDB answers; None where they say nothing."""
    provider = ConfiguredEndpointProvider(
        full_config=session.full_config, scoped_config=session.get_scoped_config(), client_name=SERVICE
    )
    found: str | None = provider.provide()
    return found
