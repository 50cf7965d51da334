"""What `florin verify` reads of the roots: every version in the bucket, and the public half of the key."""

import uuid
from collections.abc import Iterator

import pytest

from domain.ledger.roots_memory import MemorySigner
from ops.verify.roots import Kept, read_kept, read_key
from tests.contract.backends import BACKENDS, REGION, Aws, aws

FIRST, SECOND = f"roots/{REGION}/2026/03/10.json", f"roots/{REGION}/2026/03/11.json"


class Bucket:
    def __init__(self, place: Aws) -> None:
        self.s3 = place.s3
        self.name = f"florin-roots-{uuid.uuid4().hex}"
        self.s3.create_bucket(Bucket=self.name)
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def kept(self) -> list[Kept]:
        return read_kept(self.s3, self.name, REGION)


@pytest.fixture(params=BACKENDS[1:])
def place(request: pytest.FixtureRequest) -> Iterator[Aws]:
    with aws(request) as found:
        assert found
        yield found


@pytest.fixture
def bucket(place: Aws) -> Bucket:
    return Bucket(place)


def test_an_empty_bucket_holds_nothing(bucket: Bucket) -> None:
    assert bucket.kept() == []


def test_roots_come_by_day_and_those_of_other_regions_not_at_all(bucket: Bucket) -> None:
    bucket.put(SECOND, b"two")
    bucket.put(FIRST, b"one")
    bucket.put("roots/us-west-2/2026/03/10.json", b"west")
    assert bucket.kept() == [Kept(FIRST, b"one"), Kept(SECOND, b"two")]


def test_the_version_that_was_first_comes_first(bucket: Bucket) -> None:
    bucket.put(FIRST, b"one")
    bucket.put(FIRST, b"forged")
    assert bucket.kept() == [Kept(FIRST, b"one"), Kept(FIRST, b"forged")]


def test_a_root_that_was_deleted_is_seen_with_its_delete_marker(bucket: Bucket) -> None:
    bucket.put(FIRST, b"one")
    bucket.s3.delete_object(Bucket=bucket.name, Key=FIRST)
    assert sorted(bucket.kept(), key=str) == [Kept(FIRST, None), Kept(FIRST, b"one")]


def test_many_are_read_page_by_page(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"roots/{REGION}/2026/{month:02d}/{day:02d}.json" for month in (1, 2) for day in range(1, 4)]
    for key in keys:
        bucket.put(key, key.encode())
    paginator = bucket.s3.get_paginator("list_object_versions")
    paged = paginator.paginate
    monkeypatch.setattr(bucket.s3, "get_paginator", lambda _: paginator)
    monkeypatch.setattr(paginator, "paginate", lambda **asked: paged(**asked, PaginationConfig={"PageSize": 2}))
    assert bucket.kept() == [Kept(key, key.encode()) for key in keys]


def test_the_key_is_the_one_that_is_named(place: Aws) -> None:
    arn = place.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    found = read_key(place.kms, arn)
    assert found.arn == arn
    assert len(found.public) == len(MemorySigner(1).public_key())
