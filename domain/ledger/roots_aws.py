"""Roots in S3 under Object Lock, signed by KMS.

    roots/<region>/<yyyy>/<mm>/<dd>.json

The bucket's own default retention locks every root as it is put. A root is put only where no object lies
(If-None-Match), so a second put of a day is refused by S3 and answered with False.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from domain.ledger.model import Fault, TornRecord
from domain.ledger.roots import Root, Signature, sealed_root
from domain.ledger.roots_document import read_document, write_document

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

ALGORITHM: Final = "ECDSA_SHA_256"
PUT_TRIES_MAX: Final = 3
"""S3 answers 409 to puts of one key that meet; once one of them is done, the other is told that it exists."""


class S3RootStore:
    def __init__(self, *, client: Callable[[], "S3Client"], bucket: str, region: str) -> None:
        self._client = client
        self._bucket = bucket
        self._region = region

    def latest(self) -> Root | None:
        """The root of the last day, found by three short lists: years, months, days."""
        last: str | None = f"roots/{self._region}/"
        while last is not None and last.endswith("/"):
            last = self._last_under(last)
        if last is None:
            return None
        body = self._client().get_object(Bucket=self._bucket, Key=last)["Body"].read()
        root, _ = read_document(body)
        if sealed_root(root) != root or last != key_of(root.region, root.day) or root.region != self._region:
            raise TornRecord(f"{last} holds another root than it says")
        return root

    def put_new(self, root: Root, signature: Signature) -> bool:
        body = write_document(root, signature)
        for _ in range(PUT_TRIES_MAX):
            try:
                self._client().put_object(
                    Bucket=self._bucket,
                    Key=key_of(root.region, root.day),
                    Body=body,
                    ContentType="application/json",
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
        raise Fault(f"the root of {root.day} met another put {PUT_TRIES_MAX} times")

    def _last_under(self, prefix: str) -> str | None:
        """The last folder or object right under a prefix: at most a region's years, 12 months, 31 days."""
        answer = self._client().list_objects_v2(Bucket=self._bucket, Prefix=prefix, Delimiter="/")
        if answer["IsTruncated"]:
            raise Fault(f"{prefix} holds more than a calendar does")
        found = [folder["Prefix"] for folder in answer.get("CommonPrefixes", ())]
        found += [item["Key"] for item in answer.get("Contents", ())]
        return max(found, default=None)


class KmsSigner:
    def __init__(self, *, client: Callable[[], "KMSClient"], key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def sign(self, digest: bytes) -> Signature:
        answer = self._client().sign(
            KeyId=self._key_arn, Message=digest, MessageType="DIGEST", SigningAlgorithm=ALGORITHM
        )
        return Signature(answer["KeyId"], ALGORITHM, answer["Signature"])


def key_of(region: str, day: date) -> str:
    return f"roots/{region}/{day:%Y/%m/%d}.json"
