"""Documents of fraud scoring in S3.

    artefacts/<kind>/<sha256>.json

An object is put only where none lies (If-None-Match), and read back against its name.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from domain.fraud.artefacts import ArtefactMissing, verified
from domain.fraud.documents import sha256_of
from domain.fraud.registry_model import ArtefactKind

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PUT_TRIES_MAX: Final = 3
"""S3 answers 409 to puts of one key that meet; once one of them is done, the other is told that it exists."""
MISSING: Final = frozenset({"NoSuchKey", "404", "AccessDenied"})
"""S3 says AccessDenied of what is not there to who may not list the bucket."""


class S3ArtefactStore:
    def __init__(self, *, client: Callable[[], "S3Client"], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, kind: ArtefactKind, body: bytes) -> str:
        sha256 = sha256_of(body)
        for _ in range(PUT_TRIES_MAX):
            try:
                self._client().put_object(
                    Bucket=self._bucket,
                    Key=key_of(kind, sha256),
                    Body=body,
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "PreconditionFailed":
                    return sha256
                if code != "ConditionalRequestConflict":
                    raise
            else:
                return sha256
        raise RuntimeError(f"{key_of(kind, sha256)} met another put {PUT_TRIES_MAX} times")

    def get(self, kind: ArtefactKind, sha256: str) -> bytes:
        try:
            body = self._client().get_object(Bucket=self._bucket, Key=key_of(kind, sha256))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                raise ArtefactMissing(f"there is no {kind.value} under {sha256[:12]}") from error
            raise
        return verified(body, kind, sha256)


def key_of(kind: ArtefactKind, sha256: str) -> str:
    return f"artefacts/{kind.value.lower()}/{sha256}.json"
