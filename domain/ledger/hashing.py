"""Digests, chains and fingerprints: one canonical form, SHA-256 over it.

The canonical form is compact ASCII JSON of lists and plain values, led by a version, so that anyone can rebuild it
from a stored line with nothing but a JSON library (see docs/ledger.md).
"""

import hashlib
import json
import zlib
from collections.abc import Iterable
from datetime import datetime

from domain.clock import instant_text
from domain.ledger.model import (
    Command,
    Hold,
    ItemPlace,
    Journal,
    Leg,
    LegItem,
    Limits,
    Line,
    Position,
    State,
    Total,
    evolve,
)
from domain.money import Money

VERSION = 1
GENESIS = b"\x00" * 32
"""The previous hash of an account's first line."""

Plain = str | int | bool | None | list["Plain"]


# What is said is built here, afresh and of plain values: it cannot hold itself.
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False, check_circular=False)


def canonical(value: Plain) -> bytes:
    return _ENCODER.encode(value).encode("ascii")


def digest_of(journal: Journal) -> bytes:
    """SHA-256 over everything the journal says, its own digest left out."""
    refusal = journal.refusal
    return _sha256(
        [
            VERSION,
            journal.id,
            journal.kind,
            journal.initiator,
            [_leg(leg) for leg in journal.legs],
            [[account, position.epoch, position.seq] for account, position in journal.lines],
            instant_text(journal.booked_at),
            journal.booked_day.isoformat(),
            journal.effective_on.isoformat(),
            journal.fingerprint,
            None if refusal is None else [refusal.code, _pairs(refusal.facts())],
            _money(journal.amount),
            journal.reverses,
            journal.hold,
            _instant(journal.expires_at),
            journal.forced,
            journal.shortfall_minor,
            None if journal.memo is None else journal.memo.hex(),
            list(journal.evidence),
        ]
    )


def chain_hash(line: Line) -> bytes:
    """The line's hash: covers the previous hash, the journal's digest, and all the line says."""
    state = line.state
    return hashlib.sha256(
        line.previous_hash
        + canonical(
            [
                VERSION,
                state.account,
                _position(state.position),
                line.kind,
                line.journal,
                line.digest.hex(),
                line.amount_minor,
                line.held_change_minor,
                line.counter,
                line.effective_on.isoformat(),
                line.subject,
                list(line.released),
                state.currency,
                state.normal,
                state.posted_minor,
                state.held_minor,
                None if state.holds is None else [_hold(hold) for hold in state.holds],
                state.holds_count,
                _position(state.holds_at),
                _instant(state.earliest_expiry),
                state.status,
                _limits(state.limits),
                list(state.joint_limits),
                state.batching,
                None if state.day is None else state.day.isoformat(),
                state.day_debits_minor,
                instant_text(state.booked_at),
                state.booked_day.isoformat(),
            ]
        )
    ).digest()


def sealed_line(line: Line) -> Line:
    """The line with its hash in its state."""
    return evolve(line, state=evolve(line.state, hash=chain_hash(line)))


def digest_of_legs(items: Iterable[LegItem]) -> bytes:
    """SHA-256 over the legs of one minute, in the order of their keys."""
    said: list[Plain] = [
        [item.journal, item.digest.hex(), item.leg, item.signed_minor, item.currency] for item in items
    ]
    return _sha256([VERSION, said]) if said else _NO_LEGS


def sealed_total(total: Total) -> Total:
    """The total with its hash, chained to the one before it in its shard's log."""
    return evolve(total, hash=total_hash(total))


def total_hash(total: Total) -> bytes:
    """The total's hash: covers the previous hash and all the total says."""
    said = canonical(
        [
            VERSION,
            total.account,
            total.region,
            total.shard,
            _position(total.position),
            total.day,
            total.hhmm,
            total.booked_day.isoformat(),
            total.count,
            total.credits_minor,
            total.debits_minor,
            total.posted_minor,
            total.digest.hex(),
        ]
    )
    return hashlib.sha256(total.previous_hash + said).digest()


def fingerprint(command: Command) -> str:
    """Version and SHA-256 of what was asked, after coercion: sorted, defaults dropped, nothing the server makes.

    The memo enters by its keyed digest, because sealing the same text twice gives different bytes; evidence and how far
    a capture may go above its hold are the server's and stay out.
    """
    said: list[Plain] = [command.kind]
    said.append([[role, account] for role, account in sorted(command.parties.items())])
    said.append([[name, _money(money)] for name, money in sorted(command.amounts.items())])
    optional: list[tuple[str, Plain]] = [
        ("currency", command.currency),
        ("effective_on", None if command.effective_on is None else command.effective_on.isoformat()),
        ("expires_at", _instant(command.expires_at)),
        ("hold", command.hold),
        ("joint_limits", None if command.joint_limits is None else list(command.joint_limits)),
        ("limits", None if command.limits is None else _limits(command.limits)),
        ("memo", command.memo_digest),
        ("release_rest", command.release_rest or None),
        ("reverses", command.reverses),
        ("shares", [[account, _money(money)] for account, money in command.shares] or None),
    ]
    said.extend([name, value] for name, value in optional if value is not None)
    return f"{VERSION}:{_sha256(said).hex()}"


def shard_of(journal_id: str, shards: int) -> int:
    """Which shard a journal's internal legs go to: an even spread that needs no randomness."""
    return zlib.crc32(journal_id.encode()) % shards


def _sha256(value: Plain) -> bytes:
    return hashlib.sha256(canonical(value)).digest()


_NO_LEGS = _sha256([VERSION, []])
"""The digest of a minute without legs: most shards are quiet most of the time."""


def _leg(leg: Leg) -> Plain:
    place = leg.place
    where: Plain = [place.region, place.shard] if isinstance(place, ItemPlace) else [place.epoch, place.seq]
    return [leg.account, leg.side, leg.money.minor, leg.money.currency, where]


def _money(money: Money | None) -> Plain:
    return None if money is None else [money.minor, money.currency]


def _instant(instant: datetime | None) -> Plain:
    return None if instant is None else instant_text(instant)


def _position(position: Position | None) -> Plain:
    return None if position is None else [position.epoch, position.seq]


def _hold(hold: Hold) -> Plain:
    return [hold.id, hold.remaining_minor, _instant(hold.expires_at)]


def _limits(limits: Limits) -> Plain:
    return [limits.overdraft_minor, limits.per_transfer_minor, limits.per_day_minor]


def _pairs(facts: "dict[str, str | int | None]") -> Plain:
    return [[name, value] for name, value in sorted(facts.items())]


def hash_to_follow(state: State | Total | None) -> bytes:
    """What the next line's `previous_hash` is: the head's hash, or the genesis of an account without lines."""
    return GENESIS if state is None else state.hash
