"""The exchange piece by piece: a long file is never whole in memory."""

from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from domain.rails.ach.exchange import CHUNK_BYTES, ContentDiffers, Exchange, MemoryExchange
from domain.rails.ach.exchange_aws import S3Exchange

LONG = b"0123456789" * (CHUNK_BYTES // 4)


class Bucket:
    """As much of Amazon S3 as the exchange speaks to."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803 - the names of S3
        del Bucket
        if Key in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.objects[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - the names of S3
        del Bucket
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        content = self.objects[Key]
        return {"Body": StreamingBody(BytesIO(content), len(content))}


@pytest.fixture(params=["memory", "s3"])
def exchange(request: pytest.FixtureRequest) -> Exchange:
    bucket = Bucket()
    return MemoryExchange() if request.param == "memory" else S3Exchange(client=lambda: bucket, bucket="x")


class TestAnExchange:
    def test_hands_out_what_was_put_whole_or_in_pieces(self, exchange: Exchange) -> None:
        exchange.put("inbound/ach/a.ach", LONG)
        assert exchange.get("inbound/ach/a.ach") == LONG
        chunks = exchange.chunks("inbound/ach/a.ach")
        assert chunks is not None
        pieces = list(chunks)
        assert b"".join(pieces) == LONG
        assert len(pieces) > 2
        assert max(map(len, pieces)) <= CHUNK_BYTES

    def test_has_nothing_under_a_name_that_nobody_used(self, exchange: Exchange) -> None:
        assert exchange.get("inbound/ach/a.ach") is None
        assert exchange.chunks("inbound/ach/a.ach") is None

    def test_takes_the_same_twice_and_another_never(self, exchange: Exchange) -> None:
        exchange.put("a", b"1")
        exchange.put("a", b"1")
        with pytest.raises(ContentDiffers):
            exchange.put("a", b"2")
        assert exchange.get("a") == b"1"

    def test_an_empty_file_has_no_pieces(self, exchange: Exchange) -> None:
        exchange.put("a", b"")
        chunks = exchange.chunks("a")
        assert chunks is not None
        assert b"".join(chunks) == b""
