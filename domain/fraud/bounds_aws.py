"""The key that signs bounds, in KMS: verified there, by its public half, whenever thresholds are to be promoted."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ALGORITHM: Final = "ECDSA_SHA_256"
REFUSED: Final = frozenset({"KMSInvalidSignatureException", "ValidationException"})
"""The second is of bytes that are no signature at all."""


class KmsBoundsKey:
    def __init__(self, *, client: Callable[[], "KMSClient"], key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def signed(self, digest: bytes, *, key: str, signature: bytes) -> bool:
        if key != self._key_arn:
            return False
        try:
            answer = self._client().verify(
                KeyId=self._key_arn,
                Message=digest,
                MessageType="DIGEST",
                Signature=signature,
                SigningAlgorithm=ALGORITHM,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in REFUSED:
                return False
            raise
        return bool(answer["SignatureValid"])
