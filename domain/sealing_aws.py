"""Customers' data keys on AWS: made and unwrapped by KMS, kept wrapped in the table florin-keys-<region>.

That table has no point-in-time recovery: a wrapped key that could be restored would not be shredded.

    K#<customer>   K   wrapped key, or, once shredded, only the moment it was

A plaintext key stays in memory for a few minutes. A process may therefore go on reading a customer's data
that long after the key was shredded elsewhere; `KEY_AGE_SECONDS_MAX` is that promise.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from domain.clock import Clock, instant_text
from domain.sealing import DATA_KEY_BYTES, DataKeyMissing, Shredded
from domain.tables_aws import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

KEYS_CACHED_MAX: Final = 512
"""A page of accounts touches a hundred customers at most; five pages' worth is 16 KB."""
KEY_AGE_SECONDS_MAX: Final = 300


class KmsDataKeys:
    """`domain.sealing.DataKeys` over KMS and one table."""

    def __init__(self, *, table: Table, kms: Callable[[], "KMSClient"], wrapping_key_arn: str, clock: Clock) -> None:
        self._table = table
        self._kms = kms
        self._wrapping_key_arn = wrapping_key_arn
        self._clock = clock
        self._cache = _Cache()

    def take(self, customer_id: str) -> bytes | Shredded:
        found = self.find(customer_id)
        return self._make(customer_id) if found is None else found

    def find(self, customer_id: str) -> bytes | Shredded | None:
        cached = self._cache.get(customer_id, self._clock.now())
        if cached:
            return cached
        item = self._table.get(_pk(customer_id), "K")
        if item is None:
            return None
        wrapped = item.get("wrapped")
        if not isinstance(wrapped, bytes):
            return Shredded(customer_id)
        answer = self._kms().decrypt(
            CiphertextBlob=wrapped, KeyId=self._wrapping_key_arn, EncryptionContext=_context(customer_id)
        )
        return self._cache.put(customer_id, answer["Plaintext"], self._clock.now())

    def shred(self, customer_id: str) -> None:
        self._cache.drop(customer_id)
        self._table.put({"pk": _pk(customer_id), "sk": "K", "shredded_at": instant_text(self._clock.now())})

    def _make(self, customer_id: str) -> bytes | Shredded:
        answer = self._kms().generate_data_key(
            KeyId=self._wrapping_key_arn,
            NumberOfBytes=DATA_KEY_BYTES,
            EncryptionContext=_context(customer_id),
        )
        now = self._clock.now()
        item: Item = {
            "pk": _pk(customer_id),
            "sk": "K",
            "wrapped": answer["CiphertextBlob"],
            "made_at": instant_text(now),
        }
        if self._table.put_new(item):
            return self._cache.put(customer_id, answer["Plaintext"], now)
        winner = self.find(customer_id)
        if winner is None:
            raise DataKeyMissing(f"the data key of {customer_id} was there a moment ago")
        return winner


class _Cache:
    """Plaintext keys, the least recently used leaving first, none older than the limit."""

    def __init__(self) -> None:
        self._keys: OrderedDict[str, tuple[bytes, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, customer_id: str, now: datetime) -> bytes | None:
        with self._lock:
            key, unwrapped_at = self._keys.get(customer_id, (None, now))
            if key is None:
                return None
            if now - unwrapped_at >= timedelta(seconds=KEY_AGE_SECONDS_MAX):
                del self._keys[customer_id]
                return None
            self._keys.move_to_end(customer_id)
            return key

    def put(self, customer_id: str, key: bytes, now: datetime) -> bytes:
        with self._lock:
            self._keys[customer_id] = (key, now)
            self._keys.move_to_end(customer_id)
            if len(self._keys) > KEYS_CACHED_MAX:
                self._keys.popitem(last=False)
        return key

    def drop(self, customer_id: str) -> None:
        with self._lock:
            self._keys.pop(customer_id, None)


def _pk(customer_id: str) -> str:
    return f"K#{customer_id}"


def _context(customer_id: str) -> dict[str, str]:
    """KMS refuses to unwrap a key under another customer's name."""
    return {"customer": customer_id}
