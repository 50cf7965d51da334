"""Versions, pointers, snoozes and signed bounds in the table florin-fraud-<region>.

V#<scope>#<kind>   <number>   a version, by revision
K#<claim>          K          what the idempotency key of a person made
P#<scope>          P          the pointer, by revision: one write of it promotes, one rolls back
Z#<customer>       Z          what is snoozed for a customer, by revision
B#<scope>          B          signed bounds of thresholds, by number
C#<approval>       C          a change of lists that waits for its second person

Their attributes are those of `registry_items`.
"""

from collections.abc import Mapping
from typing import Any, Final

from domain.clock import instant_text, parse_instant
from domain.fraud.kinds import Scope
from domain.fraud.registry_items import (
    number_key,
    pointer_item,
    pointer_key,
    pointer_of,
    snoozes_item,
    snoozes_key,
    snoozes_of,
    version_item,
    version_of,
    versions_key,
)
from domain.fraud.registry_model import ArtefactKind, Pointer, SignedBounds, Snoozes, Version, VersionPage
from domain.fraud.registry_store import Claim, ListChange
from domain.tables_aws import Item, Table
from domain.values_aws import integer

_FIRST: Final = "0"
_LAST: Final = "~"


class DynamoDBRegistryStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def version(self, scope: Scope, kind: ArtefactKind, number: int) -> Version | None:
        item = self._table.get(versions_key(scope, kind), number_key(number))
        return version_of(item) if item else None

    def versions(self, scope: Scope, kind: ArtefactKind, *, before: int | None, limit: int) -> VersionPage:
        items, following = self._table.newest(
            versions_key(scope, kind),
            size=limit,
            from_key=_FIRST,
            to_key=_LAST,
            before=None if before is None else number_key(before),
        )
        return VersionPage(tuple(map(version_of, items)), None if following is None else int(following))

    def claim(self, claim_id: str) -> Claim | None:
        item = self._table.get(f"K#{claim_id}", "K")
        if item is None:
            return None
        return Claim(claim_id, str(item["version"]), str(item["fingerprint"]), parse_instant(str(item["made_at"])))

    def add(self, version: Version, claim: Claim) -> bool:
        kept: Item = {
            "pk": f"K#{claim.id}",
            "sk": "K",
            "version": claim.version,
            "fingerprint": claim.fingerprint,
            "made_at": instant_text(claim.made_at),
        }
        return self._table.put_all_new(kept, version_item(version))

    def replace(self, version: Version, *, was: Version) -> bool:
        return self._table.replace(version_item(version), attribute="revision", expected=was.revision)

    def pointer(self, scope: Scope) -> Pointer:
        item = self._table.get(*pointer_key(scope))
        return pointer_of(item) if item else Pointer(scope=scope)

    def point(self, pointer: Pointer, *, was: Pointer) -> bool:
        return self._moved(pointer_item(pointer), was.revision)

    def snoozes(self, customer: str) -> Snoozes:
        item = self._table.get(*snoozes_key(customer))
        return snoozes_of(item) if item else Snoozes(customer)

    def snooze(self, snoozes: Snoozes, *, was: Snoozes) -> bool:
        return self._moved(snoozes_item(snoozes), was.revision)

    def bounds(self, scope: Scope) -> SignedBounds | None:
        item = self._table.get(f"B#{scope.value}", "B")
        if item is None:
            return None
        return SignedBounds(
            scope=Scope(str(item["scope"])),
            document=_bytes(item, "document"),
            key=str(item["key"]),
            signature=_bytes(item, "signature"),
            number=integer(item, "number"),
            kept_by=str(item["kept_by"]),
            kept_at=parse_instant(str(item["kept_at"])),
        )

    def keep_bounds(self, bounds: SignedBounds) -> bool:
        item: Item = {
            "pk": f"B#{bounds.scope.value}",
            "sk": "B",
            "scope": bounds.scope.value,
            "document": bounds.document,
            "key": bounds.key,
            "signature": bounds.signature,
            "number": bounds.number,
            "kept_by": bounds.kept_by,
            "kept_at": instant_text(bounds.kept_at),
        }
        return self._table.put_further(item, attribute="number")

    def ask(self, change: ListChange) -> ListChange:
        item: Item = {
            "pk": f"C#{change.approval}",
            "sk": "C",
            "scope": change.scope.value,
            "change": change.change,
            "by": change.by,
            "asked_at": instant_text(change.asked_at),
        }
        kept = None if self._table.put_new(item) else self.asked(change.approval)
        return kept or change

    def asked(self, approval: str) -> ListChange | None:
        item = self._table.get(f"C#{approval}", "C")
        if item is None:
            return None
        return ListChange(
            approval,
            Scope(str(item["scope"])),
            str(item["change"]),
            str(item["by"]),
            parse_instant(str(item["asked_at"])),
        )

    def _moved(self, item: Item, revision: int) -> bool:
        """Revision 0 is of what was never written."""
        if revision == 0:
            return self._table.put_new(item)
        return self._table.replace(item, attribute="revision", expected=revision)


def _bytes(item: Mapping[str, Any], name: str) -> bytes:
    value = item[name]
    if not isinstance(value, bytes):
        raise TypeError(f"{name} of {item['pk']!r} is no bytes")
    return value
