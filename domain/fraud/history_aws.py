"""Files of history in S3, each put where none lies (If-None-Match): S3 refuses a second put, and nothing changes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from domain.unsettled import Unsettled

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PUT_TRIES_MAX: Final = 3
"""S3 answers 409 to puts of one key that meet; once one of them is done, the other is told that it exists."""


class S3HistoryFiles:
    def __init__(self, *, client: Callable[[], "S3Client"], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put_new(self, key: str, content: bytes) -> bool:
        for _ in range(PUT_TRIES_MAX):
            try:
                self._client().put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    ContentType="application/vnd.apache.parquet",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "PreconditionFailed":
                    return False
                if code != "ConditionalRequestConflict":
                    raise
            else:
                return True
        raise Unsettled(f"{key} met another put {PUT_TRIES_MAX} times")
