"""The daily roots of a region, judged against its ledger: signed, chained, one a day, and true.

The roots are read version by version from their bucket, so that one that was hidden or put again is seen too. What each
must name is worked out from the lines, totals and journals of the world, without the code that makes roots; of that
only the form of a root and its hash are used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from domain.ledger.hashing import GENESIS, chain_hash, sealed_total
from domain.ledger.model import TornRecord
from domain.ledger.roots import Counts, sealed_root
from domain.ledger.roots_document import read_document
from domain.ledger.shards import shard_account
from ops.verify.judging import Verdict
from ops.verify.world import Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

    from domain.ledger.model import Line, Total
    from domain.ledger.roots import Entry, Root, Signature
    from ops.verify.world import World

NAME: Final = "roots signed"
SAYS: Final = "days are closed by signed roots, chained, and the ledger is as they say"
ALGORITHM: Final = "ECDSA_SHA_256"


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of an object in the bucket, the oldest of its key first; a delete marker has no body."""

    key: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that this region's roots must be signed by; `public` is a SubjectPublicKeyInfo in DER."""

    arn: str
    public: bytes


def roots_verdict(kept: Sequence[Kept], *, world: World, key: SigningKey) -> Verdict:
    examined = sum(one.body is not None for one in kept)
    return Verdict(NAME, SAYS, examined, tuple(roots_signed(kept, world=world, key=key)))


def read_kept(s3: S3Client, bucket: str, region: str) -> list[Kept]:
    """Every version of every root; the newest of a key is listed first, and turned round here."""
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"roots/{region}/"))
    versions = [version for page in pages for version in page.get("Versions", [])]
    markers = [marker for page in pages for marker in page.get("DeleteMarkers", [])]
    kept = [Kept(marker["Key"], None) for marker in markers]
    for version in reversed(versions):
        found = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
        kept.append(Kept(version["Key"], found["Body"].read()))
    return sorted(kept, key=lambda one: one.key)


def read_key(kms: KMSClient, arn: str) -> SigningKey:
    return SigningKey(arn, kms.get_public_key(KeyId=arn)["PublicKey"])


def roots_signed(kept: Sequence[Kept], *, world: World, key: SigningKey) -> Iterator[Found]:
    roots: list[Root] = []
    for name, versions in groupby(kept, key=lambda one: one.key):
        bodies = [one.body for one in versions]
        if len(bodies) > 1:
            yield Found(name, f"{len(bodies)} versions or delete markers, where one root stands for ever")
        first = next((body for body in bodies if body is not None), None)
        if first is None:
            continue
        try:
            root, signature = read_document(first)
        except TornRecord as error:
            yield Found(name, str(error))
            continue
        roots.append(root)
        yield from _well_formed(name, root, world)
        yield from _signed(root, signature, key)
    roots.sort(key=lambda root: root.day)
    yield from _chained(roots)
    yield from _true(roots, world)


def _well_formed(name: str, root: Root, world: World) -> Iterator[Found]:
    if root.region != world.settings.region or name != f"roots/{root.region}/{root.day:%Y/%m/%d}.json":
        yield Found(name, f"holds the root of {root.region} of {root.day}")
    if sealed_root(root) != root:
        yield Found(_of(root.day), "its hash is not that of what it says")


def _signed(root: Root, signature: Signature, key: SigningKey) -> Iterator[Found]:
    if signature.key != key.arn or signature.algorithm != ALGORITHM:
        yield Found(_of(root.day), f"is signed by {signature.key} with {signature.algorithm}, not by {key.arn}")
    public = load_der_public_key(key.public)
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature.value, root.hash, ec.ECDSA(utils.Prehashed(SHA256())))
        else:
            yield Found(_of(root.day), f"{key.arn} is no key on a curve")
    except (InvalidSignature, ValueError):  # a hash of another length is a ValueError
        yield Found(_of(root.day), "its signature does not hold")


def _chained(roots: Sequence[Root]) -> Iterator[Found]:
    """No day is missing between the first root and the last, and each names the hash of the one before it."""
    previous, due = GENESIS, roots[0].day if roots else date.min
    for root in roots:
        while due < root.day:
            yield Found(_of(due), "is missing")
            due += timedelta(days=1)
        if root.previous != previous:
            yield Found(_of(root.day), "does not continue the chain")
        previous, due = root.hash, root.day + timedelta(days=1)


def _true(roots: Sequence[Root], world: World) -> Iterator[Found]:
    """Each root says what the ledger holds, and nothing was booked before the first."""
    if not roots:
        return
    ledger = _Days(world)
    for day in sorted(day for day in ledger.counts if day < roots[0].day):
        yield Found(_of(day), "is missing: journals were booked before the first root")
    for root in roots:
        yield from _heads(root, ledger.ends.get(root.day, {}))
        yield from _totals(root, ledger)
        counts = ledger.counts.get(root.day, Counts())
        if root.counts != counts:
            yield Found(_of(root.day), f"counts {_counted(root.counts)}; the ledger has {_counted(counts)}")


def _heads(root: Root, ends: dict[str, Line]) -> Iterator[Found]:
    named = {entry.log: entry for entry in root.heads}
    yield from _ordered(root, root.heads)
    for account in sorted(named.keys() | ends.keys()):
        entry, line = named.get(account), ends.get(account)
        if entry is None or line is None or entry.position != line.position:
            yield Found(_of(root.day), f"names {_at(entry)} of {account}; its last line that day is {_at(line)}")
        elif entry.hash != chain_hash(line):
            yield Found(_of(root.day), f"line {_at(entry)} of {account} is not the one it names")


def _totals(root: Root, ledger: _Days) -> Iterator[Found]:
    """Each shard's total as it is, with no leg up to the end of the day in a later one."""
    named = {entry.log: entry for entry in root.totals}
    yield from _ordered(root, root.totals)
    for log in sorted(named.keys() - ledger.totals.keys()):
        yield Found(_of(root.day), f"names total {_at(named[log])} of {log}, which has none")
    for log, totals in sorted(ledger.totals.items()):
        entry = named.get(log)
        until = totals[: bisect_right(totals, f"{root.day:%Y%m%d}", key=lambda total: total.day)]
        total = next((found for found in until if entry and found.position == entry.position), None)
        if entry and (total is None or sealed_total(total).hash != entry.hash):
            yield Found(_of(root.day), f"total {_at(entry)} of {log} is not the one it names")
        covered = entry.position.seq if entry else 0
        if any(found.count for found in until if found.position.seq > covered):
            yield Found(_of(root.day), f"names total {_at(entry)} of {log}; the day's last one is {_at(until[-1])}")


def _ordered(root: Root, entries: Sequence[Entry]) -> Iterator[Found]:
    """One entry for each, in order, so that a proof about one says all there is to say about it."""
    logs = [entry.log for entry in entries]
    if logs != sorted(set(logs)):
        yield Found(_of(root.day), "its entries are not in order, each once")


@dataclass(slots=True)
class _Days:
    """What a world's days came to."""

    world: World
    ends: dict[date, dict[str, Line]] = field(default_factory=lambda: defaultdict(dict))
    """Day -> account -> its last line of that day."""
    counts: dict[date, Counts] = field(default_factory=dict)
    totals: dict[str, list[Total]] = field(default_factory=dict)
    """Log of a shard -> its totals in order."""

    def __post_init__(self) -> None:
        for account in self.world.lines:
            for line in self.world.log(account):
                self.ends[line.state.booked_at.astimezone(UTC).date()][account] = line
        for journal in self.world.journals.values():
            day = journal.booked_at.astimezone(UTC).date()
            before = self.counts.get(day, Counts())
            self.counts[day] = (
                Counts(before.journals + 1, before.refused, before.lines + len(journal.lines))
                if journal.posted
                else Counts(before.journals, before.refused + 1, before.lines)
            )
        for shard, by_position in self.world.totals.items():
            self.totals[shard_account(*shard)] = [total for _, total in sorted(by_position.items())]


def _of(day: date) -> str:
    return f"root of {day}"


def _at(place: Entry | Line | Total | None) -> str:
    return "none" if place is None else f"{place.position.epoch}/{place.position.seq}"


def _counted(counts: Counts) -> str:
    return f"{counts.journals} journals, {counts.refused} refusals, {counts.lines} lines"
