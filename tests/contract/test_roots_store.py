"""What everything that keeps roots promises, what S3 under Object Lock adds, and what KMS signs."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ConnectionClosedError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from domain.ledger.hashing import GENESIS
from domain.ledger.model import Fault, Position, TornRecord
from domain.ledger.roots import Counts, Entry, Root, RootStore, Signer, sealed_root
from domain.ledger.roots_aws import PUT_TRIES_MAX, KmsSigner, S3RootStore, key_of
from domain.ledger.roots_document import read_document, write_document
from domain.ledger.roots_memory import MemoryRootStore, MemorySigner
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, REGION, Aws, at_once, aws
from tests.faults import LostAnswer, Wire

DAY = date(2026, 12, 30)
SIGNER = MemorySigner(417)
FAITHFUL = AT_ONCE[1:]
"""moto shows no default retention, answers inside the event that would spoil it, and signs a digest's own hash."""


def root(day: date = DAY, *, previous: bytes = GENESIS, region: str = REGION, journals: int = 2) -> Root:
    heads = (Entry("acc_us0417_01KAE7Z0Q80000000000000001", Position(1, 3), b"\x01" * 32),)
    totals = (Entry(f"int_us_usd_settlement@{region}.0", Position(1, 9), b"\x02" * 32),)
    counts = Counts(journals, 0, 3)
    return sealed_root(Root(region=region, day=day, previous=previous, heads=heads, totals=totals, counts=counts))


def put(store: RootStore, found: Root) -> bool:
    return store.put_new(found, SIGNER.sign(found.hash))


class Bucket:
    """A bucket as the template makes it, locked for a day in compliance mode."""

    def __init__(self, place: Aws) -> None:
        self.s3 = place.s3
        self.name = f"florin-roots-{uuid.uuid4().hex}"
        self.s3.create_bucket(Bucket=self.name, ObjectLockEnabledForBucket=True)
        self.s3.put_object_lock_configuration(
            Bucket=self.name,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
            },
        )

    def store(self, region: str = REGION) -> S3RootStore:
        """Another process."""
        return S3RootStore(client=lambda: self.s3, bucket=self.name, region=region)

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def versions(self) -> list[Any]:
        found: list[Any] = self.s3.list_object_versions(Bucket=self.name).get("Versions", [])
        return found


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[RootStore]:
    with aws(request) as place:
        yield Bucket(place).store() if place else MemoryRootStore()


@pytest.fixture(params=BACKENDS[1:])
def bucket(request: pytest.FixtureRequest) -> Iterator[Bucket]:
    with aws(request) as place:
        assert place
        yield Bucket(place)


@pytest.fixture(params=BACKENDS[1:])
def place(request: pytest.FixtureRequest) -> Iterator[Aws]:
    with aws(request) as found:
        assert found
        yield found


class TestAnyStore:
    def test_there_is_no_latest_root_at_first(self, store: RootStore) -> None:
        assert store.latest() is None

    def test_a_root_reads_back_as_it_was_put(self, store: RootStore) -> None:
        assert put(store, root())
        assert store.latest() == root()

    def test_a_day_has_one_root_for_ever(self, store: RootStore) -> None:
        assert put(store, root())
        assert not put(store, root())
        assert not put(store, root(journals=7))
        assert store.latest() == root()

    def test_the_latest_is_that_of_the_last_day_whatever_the_order(self, store: RootStore) -> None:
        for offset in (3, 0, 1, 40, 2):
            assert put(store, root(DAY + timedelta(days=offset)))
        latest = store.latest()
        assert latest is not None
        assert latest.day == DAY + timedelta(days=40)  # in another year, and another month of it

    @pytest.mark.parametrize("store", AT_ONCE, indirect=True)
    def test_of_many_at_once_one_puts_it(self, store: RootStore) -> None:
        put_by = at_once(lambda number: put(store, root(journals=number)))
        latest = store.latest()
        assert sorted(put_by) == [False] * (CALLERS - 1) + [True]
        assert latest is not None
        assert latest.counts.journals == put_by.index(True)


class TestInS3:
    def test_it_lies_under_its_region_and_day(self, bucket: Bucket) -> None:
        put(bucket.store(), root())
        key = f"roots/{REGION}/2026/12/30.json"
        found = bucket.s3.get_object(Bucket=bucket.name, Key=key)
        kept, signature = read_document(found["Body"].read())
        assert (kept, signature.key) == (root(), SIGNER.key)
        assert found["ContentType"] == "application/json"

    def test_regions_do_not_meet(self, bucket: Bucket) -> None:
        west = bucket.store("us-west-2")
        put(west, root(DAY + timedelta(days=1), region="us-west-2"))
        assert bucket.store().latest() is None
        assert put(bucket.store(), root())
        assert bucket.store().latest() == root()

    @pytest.mark.parametrize("bucket", FAITHFUL, indirect=True)
    def test_it_is_locked_by_the_buckets_own_retention(self, bucket: Bucket) -> None:
        put(bucket.store(), root())
        key = key_of(REGION, DAY)
        kept = bucket.s3.get_object_retention(Bucket=bucket.name, Key=key)["Retention"]
        assert kept["Mode"] == "COMPLIANCE"
        assert kept["RetainUntilDate"] > datetime.now(UTC) + timedelta(hours=23)
        (version,) = bucket.versions()
        with pytest.raises(ClientError, match="AccessDenied"):
            bucket.s3.delete_object(Bucket=bucket.name, Key=key, VersionId=version["VersionId"])

    def test_an_answer_that_is_lost_is_asked_again_and_leaves_one_version(self, bucket: Bucket) -> None:
        wire = Wire(Client(bucket.s3), in_process=is_moto(bucket))
        wire.once("PutObject", LostAnswer(ConnectionClosedError(endpoint_url="s3")))
        assert not put(bucket.store(), root())  # the second request of the SDK finds what the first one put
        assert len(wire.of("PutObject")) == 2
        assert len(bucket.versions()) == 1
        assert bucket.store().latest() == root()

    @pytest.mark.parametrize("bucket", FAITHFUL, indirect=True)
    def test_a_put_that_meets_another_is_tried_again(self, bucket: Bucket) -> None:
        met = meeting(bucket.s3, times=1)
        assert put(bucket.store(), root())
        assert met == ["PutObject"]

    @pytest.mark.parametrize("bucket", FAITHFUL, indirect=True)
    def test_a_put_that_meets_others_without_end_is_a_fault(self, bucket: Bucket) -> None:
        met = meeting(bucket.s3, times=100)
        with pytest.raises(Fault, match="met another put"):
            put(bucket.store(), root())
        assert len(met) == PUT_TRIES_MAX

    def test_what_else_goes_wrong_is_raised(self, place: Aws) -> None:
        nowhere = S3RootStore(client=lambda: place.s3, bucket="florin-roots-nowhere", region=REGION)
        with pytest.raises(ClientError, match="NoSuchBucket"):
            put(nowhere, root())

    @pytest.mark.parametrize(
        ("key", "body"),
        [
            (key_of(REGION, DAY), b"no root"),
            (key_of(REGION, DAY + timedelta(days=1)), write_document(root(), SIGNER.sign(b"\x00" * 32))),
            (key_of(REGION, DAY), write_document(root(region="us-west-2"), SIGNER.sign(b"\x00" * 32))),
            (
                key_of(REGION, DAY),
                write_document(root(), SIGNER.sign(b"\x00" * 32)).replace(b'"lines":3', b'"lines":4'),
            ),
            (f"roots/{REGION}/readme.txt", b"?"),
        ],
        ids=["no root", "another day", "another region", "another count", "no root's name"],
    )
    def test_what_is_not_the_root_of_its_name_stops_the_line(self, bucket: Bucket, key: str, body: bytes) -> None:
        bucket.put(key, body)
        with pytest.raises(TornRecord):
            bucket.store().latest()


class TestSigning:
    @pytest.fixture(params=("memory", *FAITHFUL))
    def signer(self, request: pytest.FixtureRequest) -> Iterator[tuple[Signer, bytes]]:
        """A signer and the public half of its key."""
        with aws(request) as place:
            if place is None:
                yield SIGNER, SIGNER.public_key()
                return
            key = place.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
            yield KmsSigner(client=lambda: place.kms, key_arn=key), place.kms.get_public_key(KeyId=key)["PublicKey"]

    def test_the_public_key_shows_that_the_hash_was_signed(self, signer: tuple[Signer, bytes]) -> None:
        signing, public = signer
        signature = signing.sign(root().hash)
        key = load_der_public_key(public)
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert signature.algorithm == "ECDSA_SHA_256"
        key.verify(signature.value, root().hash, ec.ECDSA(utils.Prehashed(SHA256())))
        with pytest.raises(InvalidSignature):
            key.verify(signature.value, root(journals=3).hash, ec.ECDSA(utils.Prehashed(SHA256())))

    def test_the_signature_names_its_key(self, place: Aws) -> None:
        key = place.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        assert KmsSigner(client=lambda: place.kms, key_arn=key).sign(root().hash).key == key


class Client:
    """A boto3 client as `Wire` wants it."""

    def __init__(self, client: Any) -> None:
        self.client = client


def meeting(client: Any, *, times: int) -> list[str]:
    """S3 says so many times that another put of the key is under way; nothing leaves. Lists what was asked."""
    met: list[str] = []
    said = b"<Error><Code>ConditionalRequestConflict</Code><Message>another is under way</Message></Error>"

    def conflict(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        if len(met) == times:
            return None
        met.append("PutObject")
        answer = AWSResponse(request.url, 409, HTTPHeaders(), None)
        answer._content = said  # type: ignore[attr-defined]  # what its `content` reads from the wire
        return answer

    client.meta.events.register_first("before-send.s3.PutObject", conflict)
    return met


def is_moto(bucket: Bucket) -> bool:
    return "amazonaws.com" in bucket.s3.meta.endpoint_url
