"""The machine-readable state of a local bank, as `florin status --json` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from ops.local.bank import LocalBank


class RegionStatus(TypedDict):
    graphql: str
    webhooks: str
    healthy: bool


class Status(TypedDict):
    regions: dict[str, RegionStatus]
    graphiql: str
    version: str
    sponsor: str
    """`running`, `not running`, or what is wrong."""


def status_document(bank: LocalBank, *, healthy: dict[str, bool], sponsor: str) -> Status:
    return {
        "regions": {
            name: {"graphql": region.graphql, "webhooks": region.webhooks, "healthy": healthy[name]}
            for name, region in bank.regions.items()
        },
        "graphiql": bank.graphiql,
        "version": bank.version,
        "sponsor": sponsor,
    }
