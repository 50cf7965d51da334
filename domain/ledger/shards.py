"""Shards of guarded internal accounts (prefunded positions): which of them pay or take one amount.

Each shard is a log with its own balance rule. One that is short is no refusal: another is tried, or several share
the amount; only all of them together refuse.
"""

from collections.abc import Sequence

from domain.ledger.model import State


def shard_account(account: str, region: str, number: int) -> str:
    """int_us_usd_instant_prefund@us-east-1.3"""
    return f"{account}@{region}.{number}"


def is_shard(account: str) -> bool:
    return "@" in account


def draw_from_shards(shards: Sequence[State], amount_minor: int, start: int) -> tuple[tuple[str, int], ...] | None:
    """(shard, minor units) that together pay the amount, or None when all together are short.

    The first shard from `start` on that can pay alone does; else the fullest ones share it, so that few are touched.
    """
    for offset in range(len(shards)):
        shard = shards[(start + offset) % len(shards)]
        if shard.available_minor >= amount_minor:
            return ((shard.account, amount_minor),)
    parts: list[tuple[str, int]] = []
    left_minor = amount_minor
    for shard in sorted(shards, key=lambda shard: -shard.available_minor):
        part_minor = min(left_minor, max(0, shard.available_minor))
        if part_minor:
            parts.append((shard.account, part_minor))
            left_minor -= part_minor
    return None if left_minor else tuple(parts)


def fill_shard(shards: Sequence[State], amount_minor: int, start: int) -> tuple[tuple[str, int], ...]:
    """The shard that takes an amount: any, so the journal's own."""
    return ((shards[start % len(shards)].account, amount_minor),)
