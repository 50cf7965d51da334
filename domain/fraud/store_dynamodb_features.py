"""What scoring knows, in the table florin-features-<region>.

E#<family>#<entity>#<currency>  E                 a profile: its packed text, its version
M#<subject>                     M                 that a payment was applied, and the payment
M#<subject>                     L                 what is said of it, and the version of that
K#<customer>                    K                 when a credential was last changed
H#<kind>#<hour>#<shard>         <learnt>#<of>     a row of history, in its hour
C#history                       C                 the last hour whose rows lie in files

Beside it the reader looks into florin-fraud-<region>: `P#<scope>` `P`, which versions judge, and `Z#<customer>` `Z`,
which rules are snoozed.
"""

import math
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from domain.clock import instant_text, parse_instant
from domain.fraud.aggregates import ProfileTorn, packed, unpacked
from domain.fraud.feature_store import (
    LABELS_KEPT,
    MARK_KEPT,
    PROFILE_KEPT,
    ROW_KEPT,
    Change,
    KeptLabels,
    KeptProfile,
    Known,
    NewRow,
    RowPage,
    hour_of,
    shard_of,
)
from domain.fraud.features import FeatureRead, FeaturesUnread, Judging, Kept, features_from
from domain.fraud.history import (
    HistoryKind,
    Labels,
    Paid,
    Row,
    RowValue,
    paid_of,
    parties_asked,
    parties_of,
    parties_row,
    payment_row,
)
from domain.fraud.kinds import Scope
from domain.fraud.model import ScoringRequest
from domain.tables_aws import (
    Contended,
    Reading,
    ReadTogether,
    Table,
    Unanswered,
    Value,
    Write,
    read_together,
    write_together,
)

_LAST: Final = "~"  # sorts after every moment
_CHECKPOINT: Final = ("C#history", "C")
_LEVEL: Final = 6

Item = Mapping[str, Value]


class DynamoDBFeatureStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def known(self, subject: str, profiles: Sequence[str]) -> Known:
        mark, said = (f"M#{subject}", "M"), (f"M#{subject}", "L")
        asked = [mark, said, *map(_profile_key, profiles)]
        found = {(str(item["pk"]), str(item["sk"])): item for item in self._table.get_many(asked)}
        kept = {key: found.get(_profile_key(key)) for key in profiles}
        return Known(
            paid_of(_row(found[mark])) if mark in found else None,
            _labels(found[said]) if said in found else None,
            {key: _profile(item) for key, item in kept.items() if item},
        )

    def write(self, change: Change) -> bool:
        at = change.row.learnt_at
        writes = [self._table.new(_row_item(change.row))]
        if change.paid:
            writes.append(self._table.new(_mark_item(change.paid, at)))
        if change.labels:
            subject, labels = change.labels
            writes.append(self._over(_labels_item(subject, labels, at), labels.version))
        writes += [self._over(_profile_item(key, kept, at), kept.version) for key, kept in change.profiles.items()]
        try:
            return write_together(*writes)
        except Contended:
            return False  # others write the same profiles: it is made again from what they left

    def _over(self, item: Item, version: int) -> Write:
        """Over the version before, or where there was nothing."""
        return (
            self._table.new(item) if version == 1 else self._table.over(item, attribute="version", expected=version - 1)
        )

    def credential(self, customer: str) -> datetime | None:
        item = self._table.get(f"K#{customer}", "K")
        return parse_instant(str(item["changed_at"])) if item else None

    def note_credential(self, customer: str, changed_at: datetime, *, was: datetime | None, row: NewRow) -> bool:
        item = {"pk": f"K#{customer}", "sk": "K", "changed_at": instant_text(changed_at)}
        over = self._table.over(item, attribute="changed_at", expected=instant_text(was)) if was else None
        try:
            return write_together(over or self._table.new(item), self._table.new(_row_item(row)))
        except Contended:
            return False

    def rows(self, kind: HistoryKind, hour: datetime, shard: int, *, after: str | None, limit: int) -> RowPage:
        pk = _hour_key(kind, hour, shard)
        items, following = self._table.oldest(pk, size=limit, from_key="0", to_key=_LAST, after=after)
        return RowPage(tuple(map(_row, items)), following)

    def bundled_through(self) -> datetime | None:
        item = self._table.get(*_CHECKPOINT)
        return parse_instant(str(item["hour"])) if item else None

    def note_bundled(self, hour: datetime) -> None:
        pk, sk = _CHECKPOINT
        self._table.put_further({"pk": pk, "sk": sk, "hour": instant_text(hour)}, attribute="hour")


class DynamoDBFeatureReader:
    """Reads in one request of two tables: profiles that may be a moment old, and what judges as it is now."""

    def __init__(self, features: Table, fraud: Table) -> None:
        """Both of one connection, whose timeout is how long a payment waits for its features."""
        self._features, self._fraud = features, fraud

    def read(self, request: ScoringRequest) -> FeatureRead:
        keys = parties_asked(request).profile_keys(request.amount.currency)
        credential = (f"K#{request.customer}", "K")
        pointer, snoozes = _pointer_key(request.scope), (f"Z#{request.customer}", "Z")
        answer = _answered(
            Reading(self._features, [credential, *map(_profile_key, keys.values())], stale=True),
            Reading(self._fraud, [pointer, snoozes]),
        )
        known, found = answer.items
        judging = Judging(found.get(pointer), found.get(snoozes))
        items = {family: known.get(_profile_key(key)) for family, key in keys.items()}
        try:
            profiles = {family: _profile(item).profile if item else None for family, item in items.items()}
        except ProfileTorn as why:  # whoever has such a profile pays by the stricter rules until it is mended
            raise FeaturesUnread(f"{self._features.name}: {why}", judging=judging) from why
        changed = known.get(credential)
        return FeatureRead(
            features=features_from(
                request,
                profiles,
                credential_changed_at=parse_instant(str(changed["changed_at"])) if changed else None,
            ),
            judging=judging,
            units=answer.units,
        )

    def pointer(self, scope: Scope) -> Kept | None:
        """Of the one table alone, by the same request: whoever judges may read a pointer in no other way."""
        key = _pointer_key(scope)
        (found,) = _answered(Reading(self._fraud, [key])).items
        return found.get(key)


def _answered(*readings: Reading) -> ReadTogether:
    """Raises FeaturesUnread: a table that is refused, as for its key, is no reason for a payment to fail either."""
    try:
        return read_together(*readings)
    except Unanswered as why:
        raise FeaturesUnread(str(why)) from None
    except (ClientError, BotoCoreError) as why:
        raise FeaturesUnread(f"{readings[0].table.name}: {type(why).__name__}") from why


# Keys and items.


def _pointer_key(scope: Scope) -> tuple[str, str]:
    return f"P#{scope.value}", "P"


def _profile_key(key: str) -> tuple[str, str]:
    return f"E#{key}", "E"


def _hour_key(kind: HistoryKind, hour: datetime, shard: int) -> str:
    return f"H#{kind.value}#{hour:%Y%m%d%H}#{shard}"


def _until(at: datetime, kept: timedelta) -> int:
    return math.ceil((at + kept).timestamp())


def _profile_item(key: str, kept: KeptProfile, at: datetime) -> Item:
    """Packed: a write is charged by the kilobyte, and a busy profile's text has four."""
    pk, sk = _profile_key(key)
    text = zlib.compress(packed(kept.profile).encode(), _LEVEL)
    return {"pk": pk, "sk": sk, "version": kept.version, "profile": text, "ttl": _until(at, PROFILE_KEPT)}


def _profile(item: Item) -> KeptProfile:
    content, version = item["profile"], item["version"]
    if not isinstance(content, bytes) or not isinstance(version, int):
        raise ProfileTorn(f"{item['pk']!r} is no profile")
    try:
        text = zlib.decompress(content).decode()
    except (zlib.error, UnicodeDecodeError) as why:
        raise ProfileTorn(f"{item['pk']!r} cannot be read") from why
    return KeptProfile(unpacked(text), version)


def _mark_item(paid: Paid, at: datetime) -> Item:
    return {"pk": f"M#{paid.subject}", "sk": "M", "row": payment_row(paid, at), "ttl": _until(at, MARK_KEPT)}


def _labels_item(subject: str, kept: KeptLabels, at: datetime) -> Item:
    labels = kept.labels
    return {
        "pk": f"M#{subject}",
        "sk": "L",
        "version": kept.version,
        "paid_at": instant_text(labels.paid_at),
        "currency": labels.currency,
        "parties": parties_row(labels.parties),
        "said": {
            source: {"fraud": fraud, "at": instant_text(said_at)}
            for source, (fraud, said_at) in labels.by_source.items()
        },
        "ttl": _until(at, LABELS_KEPT),
    }


def _labels(item: Item) -> KeptLabels:
    said, parties, version = item["said"], item["parties"], item["version"]
    if not isinstance(said, Mapping) or not isinstance(parties, Mapping) or not isinstance(version, int):
        raise TypeError(f"{item['pk']!r} has no labels")
    by_source: dict[str, tuple[bool, datetime]] = {}
    for source, one in said.items():
        if not isinstance(one, Mapping):
            raise TypeError(f"{item['pk']!r} has no labels")
        by_source[source] = (bool(one["fraud"]), parse_instant(str(one["at"])))
    labels = Labels(
        paid_at=parse_instant(str(item["paid_at"])),
        currency=str(item["currency"]),
        parties=parties_of(_flat(parties)),
        by_source=by_source,
    )
    return KeptLabels(labels, version)


def _row_item(row: NewRow) -> Item:
    pk = _hour_key(row.kind, hour_of(row.learnt_at), shard_of(str(row.row["subject"])))
    return {"pk": pk, "sk": row.name, "row": row.row, "ttl": _until(row.learnt_at, ROW_KEPT)}


def _row(item: Item) -> Row:
    row = item["row"]
    if not isinstance(row, Mapping):
        raise TypeError(f"{item['pk']!r} {item['sk']!r} is no row")
    return _flat(row)


def _flat(values: Mapping[str, Value]) -> dict[str, RowValue]:
    return {name: one for name, one in values.items() if isinstance(one, str | int | bool)}
