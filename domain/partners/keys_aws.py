"""Partners' keys in Secrets Manager: one secret for each partner and region, `florin/partners/<region>/<partner>`.

They are kept in memory for a short while only, so that a key that was changed is known everywhere within it.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from domain.clock import Clock
from domain.partners.keys import PartnerKeysFaulty, read_keys
from domain.partners.model import SigningKey

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEYS_AGE_MAX: Final = timedelta(seconds=60)
"""Secrets Manager answers some thousands of reads a second for a whole account; one a minute for each worker is
nothing, and a minute is short beside the overlap of two keys."""


class SecretsManagerPartnerKeys:
    def __init__(self, *, client: Callable[[], "SecretsManagerClient"], prefix: str, clock: Clock) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._kept: dict[str, tuple[tuple[SigningKey, ...], datetime]] = {}
        self._lock = threading.Lock()

    def of(self, partner: str) -> tuple[SigningKey, ...]:
        now = self._clock.now()
        with self._lock:
            kept = self._kept.get(partner)
        if kept and now - kept[1] < KEYS_AGE_MAX:
            return kept[0]
        keys = read_keys(partner, self._read(partner), now)
        with self._lock:
            self._kept[partner] = keys, now
        return keys

    def _read(self, partner: str) -> str:
        try:
            return self._client().get_secret_value(SecretId=f"{self._prefix}{partner}")["SecretString"]
        except ClientError as fault:
            if fault.response["Error"]["Code"] == "ResourceNotFoundException":
                raise PartnerKeysFaulty(f"the partner {partner} has no secret") from None
            raise
