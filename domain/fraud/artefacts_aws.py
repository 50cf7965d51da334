"""Documents of fraud scoring in S3.

    artefacts/<kind>/<sha256>.json

An object is put only where none lies (If-None-Match), and read back against its name.

A payment waits while a document is read. So S3 is asked with a client of short timeouts, twice at most, and while it
does not answer only now and then: whoever comes in between is told at once that nothing is read.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from domain.fraud.artefacts import ArtefactMissing, ArtefactUnanswered, verified
from domain.fraud.documents import sha256_of
from domain.fraud.registry_model import ArtefactKind

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PUT_TRIES_MAX: Final = 3
"""S3 answers 409 to puts of one key that meet; once one of them is done, the other is told that it exists."""
READ_TRIES_MAX: Final = 2
"""At once, without a pause: a lost packet costs a payment no fallback, and an outage not more than two timeouts."""
SILENCE_SECONDS: Final = 5.0
"""After S3 has not answered nobody asks it for so long, in this process: during an outage one payment in five seconds
waits for its timeouts, and once it is over the champions judge again within them."""
MISSING: Final = frozenset({"NoSuchKey", "404", "AccessDenied"})
"""S3 says AccessDenied of what is not there to who may not list the bucket."""
BUSY: Final = frozenset({"SlowDown", "RequestTimeout", "ThrottlingException", "KMS.ThrottlingException"})
"""As S3 says (API reference, error responses) that it, or the key's service, has too much to do."""
SERVER_FAULT_STATUS: Final = 500


class S3ArtefactStore:
    def __init__(
        self,
        *,
        client: Callable[[], "S3Client"],
        reading: Callable[[], "S3Client"],
        bucket: str,
        seconds: Callable[[], float],
    ) -> None:
        """`reading`: a client that gives up soon and tries nothing again by itself. `seconds`: of a clock that is never
        set back.
        """
        self._client = client
        self._reading = reading
        self._bucket = bucket
        self._seconds = seconds
        self._silent_until: float | None = None

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
        """Raises ArtefactMissing, and ArtefactUnanswered for all that keeps S3 from answering."""
        what = f"the {kind.value} under {sha256[:12]}"
        if self._silent_until is not None and self._seconds() < self._silent_until:
            raise ArtefactUnanswered(f"{what} is not asked for while S3 is silent")
        why: list[str] = []
        while len(why) < READ_TRIES_MAX:
            try:
                body = self._reading().get_object(Bucket=self._bucket, Key=key_of(kind, sha256))["Body"].read()
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in MISSING:
                    raise ArtefactMissing(f"{what} is not there") from error
                if not _in_passing(error):  # such as a key that is disabled: that is said at once
                    raise ArtefactUnanswered(f"{what} is not given: {code}") from error
                why.append(code)
            except BotoCoreError as error:  # of the connection, the body of the answer, or our credentials
                why.append(type(error).__name__)
            else:
                self._silent_until = None
                return verified(body, kind, sha256)
        self._silent_until = self._seconds() + SILENCE_SECONDS
        raise ArtefactUnanswered(f"{what} is not answered: {', '.join(why)}")


def _in_passing(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= SERVER_FAULT_STATUS or error.response["Error"]["Code"] in BUSY


def key_of(kind: ArtefactKind, sha256: str) -> str:
    return f"artefacts/{kind.value.lower()}/{sha256}.json"
