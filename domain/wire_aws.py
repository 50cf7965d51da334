"""The wire to DynamoDB: one signed HTTPS request a call, and nothing else.

A client of botocore spends most of a call's processor time on what DynamoDB does not need: rules of endpoints, plug-in
points, a parser for every protocol. Here a request is JSON, signed by Signature Version 4 with the moment the caller
names, sent by botocore's own HTTP session (connections kept, TLS verified, its proxies and bundles), and its answer is
checked against its CRC-32 and read. What is sent twice, and when, is the caller's to say; nothing is by itself, and no
clock is corrected.

It stands where PynamoDB has its client, speaks of failures in botocore's exceptions, and hands each request to the
session's `before-send` handlers first, as a client does.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from socket import IPPROTO_TCP, TCP_NODELAY
from threading import Lock
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit
from zlib import crc32

from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.exceptions import ClientError, HTTPClientError, NoCredentialsError
from botocore.hooks import first_non_none_response
from botocore.httpsession import URLLib3Session
from botocore.session import Session

SERVICE: Final = "dynamodb"
API: Final = "DynamoDB_20120810"
CONTENT_TYPE: Final = "application/x-amz-json-1.0"
ALGORITHM: Final = "AWS4-HMAC-SHA256"
OK: Final = 200
CHINA: Final = "cn-"

Json = dict[str, Any]


class AnswerDamaged(HTTPClientError):
    """The answer is not the one DynamoDB sent: its CRC-32 differs, or it is cut off. What was asked may be done."""

    fmt = "the answer of {operation} is damaged: {error}"


@dataclass(frozen=True, slots=True)
class Credentials:
    access_key: str
    secret_key: str
    token: str | None


class Signer:
    """Signature Version 4 for one service of one region; the derived key of a day is kept."""

    def __init__(self, *, region: str, host: str) -> None:
        self._region, self._host = region, host
        self._derived: tuple[tuple[str, str], bytes] = (("", ""), b"")

    def headers(self, target: str, body: bytes, *, credentials: Credentials, at: datetime) -> dict[str, str]:
        """All headers of the request, those that say who signed it included. `at` is floored to its second."""
        moment = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        day = moment[:8]
        headers = {"Content-Type": CONTENT_TYPE, "Host": self._host, "X-Amz-Date": moment}
        if credentials.token is not None:
            headers["X-Amz-Security-Token"] = credentials.token
        headers["X-Amz-Target"] = target  # the names are in the order that is signed
        names = ";".join(headers).lower()
        lines = "".join(f"{name.lower()}:{value}\n" for name, value in headers.items())
        request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{day}/{self._region}/{SERVICE}/aws4_request"
        signed = f"{ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._key(credentials.secret_key, day), signed.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return headers

    def _key(self, secret: str, day: str) -> bytes:
        known, key = self._derived
        if known != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, SERVICE, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._derived = ((secret, day), key)
        return key


class Wire:
    """Calls of DynamoDB's operations in one region. Made without a connection; safe for threads."""

    def __init__(
        self,
        *,
        session: Session,
        region: str,
        endpoint_url: str | None,
        connect_timeout_seconds: float,
        read_timeout_seconds: float,
        connections_max: int,
    ) -> None:
        self.url = (endpoint_url or endpoint(region)).rstrip("/")
        self.events = session.get_component("event_emitter")
        self._session = session
        self._signer = Signer(region=region, host=urlsplit(self.url).netloc)
        http: Any = URLLib3Session  # the stubs know neither pairs of timeouts nor options of sockets
        self._http: URLLib3Session = http(
            timeout=(connect_timeout_seconds, read_timeout_seconds),
            max_pool_connections=connections_max,
            socket_options=[(IPPROTO_TCP, TCP_NODELAY, 1)],  # or headers and body wait for each other
            verify=session.get_config_variable("ca_bundle") or True,
        )
        self._finding = Lock()

    def call(self, operation: str, parameters: Mapping[str, Any], *, at: datetime) -> Json:
        """One request, once. Raises botocore's exceptions: `ClientError` for a refusal, else what the wire did."""
        body = json.dumps(parameters, default=_base64, separators=(",", ":")).encode()
        headers = self._signer.headers(f"{API}.{operation}", body, credentials=self._credentials(), at=at)
        request = self._prepared(headers, body)
        name = f"before-send.{SERVICE}.{operation}"
        answer = first_non_none_response(self.events.emit(name, request=request)) or self._http.send(request)
        return self._read(operation, answer)

    def _prepared(self, headers: Mapping[str, str], body: bytes) -> AWSPreparedRequest:
        prepared: Any = AWSPreparedRequest  # the stubs take only headers of an e-mail
        request: AWSPreparedRequest = prepared("POST", f"{self.url}/", HeadersDict(headers), body, stream_output=False)
        return request

    def _credentials(self) -> Credentials:
        with self._finding:  # the first finding of them is not made for threads
            found = self._session.get_credentials()
        if found is None:
            raise NoCredentialsError
        frozen = found.get_frozen_credentials()
        if frozen.access_key is None or frozen.secret_key is None:
            raise NoCredentialsError
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token)

    def _read(self, operation: str, answer: AWSResponse) -> Json:
        content: bytes = answer.content
        headers = {name.lower(): value for name, value in answer.headers.items()}
        said = headers.get("x-amz-crc32")
        if said is not None and said != str(crc32(content)):
            raise AnswerDamaged(operation=operation, error="its CRC-32 differs")
        metadata = {
            "RequestId": headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": answer.status_code,
            "HTTPHeaders": headers,
            "RetryAttempts": 0,
        }
        if answer.status_code != OK:
            _refuse(operation, content, metadata)
        parsed = _object(content)
        if parsed is None:
            raise AnswerDamaged(operation=operation, error="it is no JSON object")
        parsed["ResponseMetadata"] = metadata
        return parsed


def endpoint(region: str) -> str:
    """Where DynamoDB answers in a region (AWS General Reference, DynamoDB endpoints)."""
    return f"https://{SERVICE}.{region}.amazonaws.com" + (".cn" if region.startswith(CHINA) else "")


def _refuse(operation: str, content: bytes, metadata: Mapping[str, Any]) -> NoReturn:
    """What the service says of its error, as botocore puts it; a proxy's page has the status for a code."""
    said = _object(content) or {}
    kind = str(said.get("__type", metadata["HTTPStatusCode"])).rpartition("#")[2]
    error = {"Code": kind, "Message": str(said.get("message", said.get("Message", "")))}
    more = {"CancellationReasons": said["CancellationReasons"]} if "CancellationReasons" in said else {}
    response: Any = {"Error": error, "ResponseMetadata": metadata, **more}
    raise ClientError(response, operation)


def _object(content: bytes) -> Json | None:
    try:
        found = json.loads(content, object_hook=_read_binary)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is no attribute")


def _read_binary(found: Json) -> Json:
    """Binary is base64 in JSON. In a map only an attribute's type stands before a text, never an attribute's name."""
    if len(found) == 1:
        binary = found.get("B")
        if isinstance(binary, str):
            return {"B": b64decode(binary)}
    return found
