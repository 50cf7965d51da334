"""The wire to DynamoDB signs, sends and reads as botocore's own client does, and trusts no damaged answer."""

import json
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final, Self
from zlib import crc32

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.session import Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.connection.base import MetaTable

from domain.connection_aws import Repeats, WireConnection
from domain.metering import Meter, Used
from domain.tables_aws import description
from domain.units_aws import Unmeasurable
from domain.wire_aws import AnswerDamaged, Credentials, Signer, Wire, endpoint

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOST: Final = "dynamodb.eu-west-1.amazonaws.com"


class Answering:
    """A server that answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.said = 200, b"{}"
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[dict[str, str], Any]] = []
        self.connections: set[Any] = set()
        self.delay: Callable[[], object] = lambda: None
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                server.connections.add(self.client_address)
                server.asked.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
                server.delay()
                said = server.said
                self.send_response(server.status)
                headers = {"x-amz-crc32": str(crc32(said)), "x-amzn-RequestId": "REQUEST", **server.headers}
                for name, value in {**headers, "Content-Length": str(len(said))}.items():
                    self.send_header(name, value)
                with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has given up
                    self.end_headers()
                    self.wfile.write(said)

            def log_message(self, *_: Any) -> None:
                """Nothing on the screen."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def over_tls(self, certificate: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._http.server_address[1]}"

    def say(self, said: Mapping[str, Any], status: int = 200) -> None:
        self.said, self.status = json.dumps(said).encode(), status

    def __enter__(self) -> Self:
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Answering]:
    with Answering() as answering:
        yield answering


def wire_to(url: str, *, timeout: float = 2.0, session: Session | None = None) -> Wire:
    if session is None:
        session = Session()
        session.set_credentials("AKIDEXAMPLE", "secret", "token")
    return Wire(
        session=session,
        region="eu-west-1",
        endpoint_url=url,
        connect_timeout_seconds=timeout,
        read_timeout_seconds=timeout,
        connections_max=4,
    )


class TestSigning:
    @given(
        body=st.binary(max_size=200),
        target=st.sampled_from(["DynamoDB_20120810.Query", "DynamoDB_20120810.TransactWriteItems"]),
        secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
        token=st.none() | st.just("FwoGZXIvYXdzE+/=="),
        at=st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    )
    def test_signs_what_botocore_signs(
        self, body: bytes, target: str, secret: str, token: str | None, at: datetime
    ) -> None:
        signer = Signer(region="eu-west-1", host=HOST)
        ours = signer.headers(target, body, credentials=Credentials("AKIDEXAMPLE", secret, token), at=at)

        request = AWSRequest("POST", f"https://{HOST}/", headers={}, data=body)
        request.headers["Content-Type"] = ours["Content-Type"]
        request.headers["Host"] = HOST
        request.headers["X-Amz-Target"] = target
        request.headers["X-Amz-Date"] = ours["X-Amz-Date"]
        if token is not None:
            request.headers["X-Amz-Security-Token"] = token
        theirs: Any = SigV4Auth(ReadOnlyCredentials("AKIDEXAMPLE", secret, token), "dynamodb", "eu-west-1")
        request.context["timestamp"] = ours["X-Amz-Date"]
        signed = theirs.string_to_sign(request, theirs.canonical_request(request))
        assert ours["X-Amz-Date"] == f"{at:%Y%m%dT%H%M%SZ}"
        assert ours["Authorization"].endswith(f"Signature={theirs.signature(signed, request)}")

    def test_the_key_of_a_day_is_not_used_for_another_day_or_secret(self) -> None:
        signer = Signer(region="eu-west-1", host=HOST)
        first, other = Credentials("A", "one", None), Credentials("A", "two", None)
        moments = [(first, NOON), (first, NOON.replace(day=3)), (other, NOON.replace(day=3)), (first, NOON)]
        signatures = [signer.headers("t", b"", credentials=who, at=at)["Authorization"] for who, at in moments]
        assert signatures[0] == signatures[3]
        assert len(set(signatures)) == 3

    def test_where_a_region_answers(self) -> None:
        assert endpoint("us-east-1") == "https://dynamodb.us-east-1.amazonaws.com"
        assert endpoint("cn-north-1") == "https://dynamodb.cn-north-1.amazonaws.com.cn"


class TestCalling:
    def test_a_request_carries_its_operation_its_moment_and_its_session(self, server: Answering) -> None:
        wire_to(f"http://{server.address}").call("GetItem", {"TableName": "t"}, at=NOON)

        ((headers, body),) = server.asked
        assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
        assert headers["x-amz-date"] == "20260302T120000Z"
        assert headers["x-amz-security-token"] == "token"
        assert headers["content-type"] == "application/x-amz-json-1.0"
        assert body == {"TableName": "t"}

    def test_binary_goes_and_comes_back(self, server: Answering) -> None:
        item = {"pk": {"S": "B"}, "B": {"B": bytes(range(256))}, "M": {"M": {"B": {"S": "text"}, "S": {"B": b""}}}}
        wire = wire_to(f"http://{server.address}")
        wire.call("PutItem", {"Item": item}, at=NOON)
        sent = server.asked[0][1]["Item"]
        assert sent["B"] == {"B": b64encode(bytes(range(256))).decode()}

        server.say({"Item": sent})
        assert wire.call("GetItem", {}, at=NOON)["Item"] == item

    def test_what_is_no_attribute_is_not_sent(self, server: Answering) -> None:
        with pytest.raises(TypeError, match="datetime is no attribute"):
            wire_to(f"http://{server.address}").call("PutItem", {"Item": {"at": {"S": NOON}}}, at=NOON)
        assert server.asked == []

    def test_the_answer_says_when_and_which_it_is(self, server: Answering) -> None:
        server.headers = {"Date": "Mon, 02 Mar 2026 12:00:00 GMT"}
        metadata = wire_to(f"http://{server.address}").call("GetItem", {}, at=NOON)["ResponseMetadata"]
        assert metadata["RequestId"] == "REQUEST"
        assert metadata["HTTPStatusCode"] == 200
        assert "Mon, 02 Mar 2026 12:00:00 GMT" in metadata["HTTPHeaders"]["date"]

    def test_connections_are_kept(self, server: Answering) -> None:
        wire = wire_to(f"http://{server.address}")
        for _ in range(5):
            wire.call("GetItem", {}, at=NOON)
        assert (len(server.asked), len(server.connections)) == (5, 1)

    def test_threads_share_it(self, server: Answering) -> None:
        wire = wire_to(f"http://{server.address}")
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: wire.call("GetItem", {"n": number}, at=NOON), range(40)))
        assert len(answers) == 40
        assert sorted(body["n"] for _, body in server.asked) == list(range(40))

    def test_credentials_that_change_are_used_from_then_on(self, server: Answering) -> None:
        session = Session()
        session.set_credentials("FIRST", "secret", "one")
        wire = wire_to(f"http://{server.address}", session=session)
        wire.call("GetItem", {}, at=NOON)
        session.set_credentials("SECOND", "other", "two")
        wire.call("GetItem", {}, at=NOON)
        assert [headers["x-amz-security-token"] for headers, _ in server.asked] == ["one", "two"]
        assert "Credential=SECOND/" in server.asked[1][0]["authorization"]

    def test_without_credentials_nothing_is_sent(self, server: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Session, "get_credentials", lambda _: None)
        with pytest.raises(NoCredentialsError):
            wire_to(f"http://{server.address}").call("GetItem", {}, at=NOON)
        assert server.asked == []


class TestRefusals:
    def test_an_error_has_its_code_its_words_and_its_reasons(self, server: Answering) -> None:
        reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"h": {"B": "AAE="}}}]
        kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
        server.say({"__type": kind, "Message": "cancelled", "CancellationReasons": reasons}, 400)
        with pytest.raises(ClientError) as caught:
            wire_to(f"http://{server.address}").call("TransactWriteItems", {}, at=NOON)
        response: Any = caught.value.response
        assert response["Error"] == {"Code": "TransactionCanceledException", "Message": "cancelled"}
        assert response["CancellationReasons"][1]["Item"] == {"h": {"B": b"\x00\x01"}}
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400

    @pytest.mark.parametrize("page", [b"<html>Bad Gateway</html>", b"", b"[]"])
    def test_a_page_that_is_no_error_of_dynamodb_is_its_status(self, server: Answering, page: bytes) -> None:
        server.said, server.status = page, 502
        with pytest.raises(ClientError) as caught:
            wire_to(f"http://{server.address}").call("GetItem", {}, at=NOON)
        assert caught.value.response["Error"]["Code"] == "502"

    def test_an_answer_with_another_checksum_is_damaged(self, server: Answering) -> None:
        server.headers = {"x-amz-crc32": "1"}
        with pytest.raises(AnswerDamaged, match="CRC-32"):
            wire_to(f"http://{server.address}").call("GetItem", {}, at=NOON)

    @pytest.mark.parametrize("cut", [b'{"Item": {"pk"', b"", b"[]", b"\xff"])
    def test_an_answer_that_is_no_json_object_is_damaged(self, server: Answering, cut: bytes) -> None:
        server.said = cut
        with pytest.raises(AnswerDamaged):
            wire_to(f"http://{server.address}").call("GetItem", {}, at=NOON)

    def test_nobody_there(self) -> None:
        with pytest.raises(EndpointConnectionError):
            wire_to("http://127.0.0.1:9").call("GetItem", {}, at=NOON)

    def test_an_answer_that_does_not_come(self, server: Answering) -> None:
        gone = Event()
        server.delay = lambda: gone.wait(5)
        with pytest.raises(ReadTimeoutError):
            wire_to(f"http://{server.address}", timeout=0.2).call("GetItem", {}, at=NOON)
        gone.set()


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """A certificate for 127.0.0.1 that only who is given it trusts, with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
        address = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
            .add_extension(address, critical=False)
            .sign(key, hashes.SHA256())
        )
        path = tmp_path / "server.pem"
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(made.public_bytes(pem) + private)
        return path

    def test_a_server_nobody_vouches_for_is_refused(self, certificate: Path) -> None:
        answering = Answering()
        answering.over_tls(certificate)
        with answering, pytest.raises(SSLError):
            wire_to(f"https://localhost:{answering.address.split(':')[1]}").call("GetItem", {}, at=NOON)
        assert answering.asked == []

    def test_the_bundle_of_the_environment_is_trusted(self, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
        answering = Answering()
        answering.over_tls(certificate)
        with answering:
            wire_to(f"https://localhost:{answering.address.split(':')[1]}").call("GetItem", {}, at=NOON)
            assert len(answering.asked) == 1


class TestRepeating:
    def connection(self, server: Answering, pauses: list[float]) -> WireConnection:
        return WireConnection(
            region="eu-west-1",
            endpoint_url=f"http://{server.address}",
            connect_timeout_seconds=1,
            read_timeout_seconds=1,
            connections_max=2,
            repeats=Repeats(frozenset({"GetItem", "TransactWriteItems"}), tries_max=3, pause_seconds=0.5),
            moment=lambda _: NOON,
            access_key_id="A",
            secret_access_key="B",
            pause=pauses.append,
        )

    @pytest.mark.parametrize(("status", "code"), [(400, "ThrottlingException"), (503, "ServiceUnavailable")])
    def test_what_is_busy_is_asked_again(self, server: Answering, status: int, code: str) -> None:
        server.say({"__type": code}, status)
        pauses: list[float] = []
        with pytest.raises(ClientError):
            self.connection(server, pauses).client._make_api_call("GetItem", {})
        assert (len(server.asked), pauses) == (3, [0.5, 1.0])

    def test_a_damaged_answer_is_asked_for_again(self, server: Answering) -> None:
        server.said = b"{"
        with pytest.raises(HTTPClientError):
            self.connection(server, []).client._make_api_call("GetItem", {})
        assert len(server.asked) == 3

    def test_a_refusal_is_not(self, server: Answering) -> None:
        server.say({"__type": "ValidationException"}, 400)
        with pytest.raises(ClientError):
            self.connection(server, []).client._make_api_call("GetItem", {})
        assert len(server.asked) == 1

    def test_what_is_not_listed_is_sent_once(self, server: Answering) -> None:
        server.say({"__type": "ThrottlingException"}, 400)
        with pytest.raises(ClientError):
            self.connection(server, []).client._make_api_call("PutItem", {})
        assert len(server.asked) == 1

    def test_a_transaction_sent_again_keeps_its_token_and_the_next_has_another(self, server: Answering) -> None:
        connection = self.connection(server, [])
        server.say({"__type": "InternalServerError"}, 500)
        for _ in range(2):
            with pytest.raises(ClientError):
                connection.client._make_api_call("TransactWriteItems", {"TransactItems": []})
        tokens = [body["ClientRequestToken"] for _, body in server.asked]
        assert tokens == [tokens[0]] * 3 + [tokens[3]] * 3
        assert tokens[0] != tokens[3]
        assert len(tokens[0]) <= 36


class TestMetering:
    PUT: Final = {"TableName": "t", "Item": {"pk": {"S": "p"}, "sk": {"S": "s"}}}

    def connection(self, server: Answering, meter: Meter) -> WireConnection:
        connection = WireConnection(
            region="eu-west-1",
            endpoint_url=f"http://{server.address}",
            connect_timeout_seconds=1,
            read_timeout_seconds=0.5,
            connections_max=2,
            repeats=Repeats(frozenset({"GetItem"}), tries_max=3, pause_seconds=0),
            moment=lambda _: NOON,
            meter=meter,
            access_key_id="A",
            secret_access_key="B",
            pause=lambda _: None,
        )
        connection.add_meta_table(MetaTable(description("t")))
        return connection

    def test_each_request_is_counted_with_its_units(self, server: Answering) -> None:
        meter = Meter()
        client = self.connection(server, meter).client
        client._make_api_call("PutItem", self.PUT)
        client._make_api_call("GetItem", {"TableName": "t", "ConsistentRead": True})
        assert meter.used == Used(calls=2, write_units=1, read_halves=2)

    def test_a_repetition_is_a_call_and_a_throttled_one_has_no_units(self, server: Answering) -> None:
        server.say({"__type": "ThrottlingException"}, 400)
        meter = Meter()
        with pytest.raises(ClientError):
            self.connection(server, meter).client._make_api_call("GetItem", {"TableName": "t"})
        assert meter.used == Used(calls=3)

    def test_a_failed_condition_is_charged(self, server: Answering) -> None:
        server.say({"__type": "ConditionalCheckFailedException"}, 400)
        meter = Meter()
        with pytest.raises(ClientError):
            self.connection(server, meter).client._make_api_call("PutItem", self.PUT)
        assert meter.used == Used(calls=1, write_units=1)

    def test_what_was_not_answered_may_be_done_and_is_counted_so(self, server: Answering) -> None:
        server.said = b"{"
        meter = Meter()
        with pytest.raises(HTTPClientError):
            self.connection(server, meter).client._make_api_call("PutItem", self.PUT)
        assert meter.used == Used(calls=1, write_units=1)

    def test_what_cannot_be_measured_is_not_sent(self, server: Answering) -> None:
        meter = Meter()
        with pytest.raises(Unmeasurable):
            self.connection(server, meter).client._make_api_call("Query", {"FilterExpression": "a = b"})
        assert (server.asked, meter.used) == ([], Used())
