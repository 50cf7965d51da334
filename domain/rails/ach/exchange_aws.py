"""The exchange as a bucket of Amazon S3."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from domain.rails.ach.exchange import CHUNK_BYTES, ContentDiffers

_TAKEN: Final = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
_MISSING: Final = frozenset({"NoSuchKey", "404"})


class S3Exchange:
    def __init__(self, *, client: Callable[[], Any], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, name: str, content: bytes) -> None:
        try:
            self._client().put_object(
                Bucket=self._bucket, Key=name, Body=content, IfNoneMatch="*", ContentType="text/plain"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _TAKEN:
                raise
            if self.get(name) != content:
                raise ContentDiffers(name) from error

    def get(self, name: str) -> bytes | None:
        body = self._body(name)
        return None if body is None else bytes(body.read())

    def chunks(self, name: str) -> Iterator[bytes] | None:
        body = self._body(name)
        return None if body is None else body.iter_chunks(CHUNK_BYTES)

    def _body(self, name: str) -> Any:
        """What streams the object; None when there is none."""
        try:
            return self._client().get_object(Bucket=self._bucket, Key=name)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in _MISSING:
                raise
            return None
