"""The exchange from the sponsor bank's side: what we put there it lists and fetches, what it has for us it puts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from domain.rails.ach.exchange import OUTBOUND
from domain.rails.ach.exchange_aws import S3Exchange

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OUTPUT: Final = "ExchangeBucket"
"""The output of a region's stack that names its bucket."""
PAGES_MAX: Final = 100
"""Of a thousand names each: more files than a local bank makes in its life."""


class Bucket(Protocol):
    def names(self) -> list[str]:
        """Names of all files of ours, without their folder."""
        ...

    def get(self, name: str) -> bytes | None:
        """A file of ours by its name."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """A file for us under its whole key; the same again changes nothing."""
        ...


class S3Bucket:
    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._exchange = S3Exchange(client=lambda: client, bucket=bucket)

    def names(self) -> list[str]:
        found: list[str] = []
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=OUTBOUND)
        for number, page in enumerate(pages, start=1):
            found += [listed["Key"].removeprefix(OUTBOUND) for listed in page.get("Contents", [])]
            if number == PAGES_MAX:
                break
        return found

    def get(self, name: str) -> bytes | None:
        return self._exchange.get(f"{OUTBOUND}{name}")

    def put(self, key: str, content: bytes) -> None:
        self._exchange.put(key, content)
