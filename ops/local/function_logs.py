"""Reads what the functions wrote, from the log groups of the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops.local.aws import Clients

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ops.local.bank import LocalBank

EVENTS_MAX = 10_000  # One reading of one group; more is a reason to name a function or fewer minutes.


def log_groups(bank: LocalBank, *, regions: list[str], function: str) -> list[tuple[str, str]]:
    """(region, group) of every log whose name holds the text."""
    found = []
    for region in regions:
        logs = Clients(endpoint=bank.engine, region=region).logs
        for page in logs.get_paginator("describe_log_groups").paginate():
            names = [group["logGroupName"] for group in page["logGroups"]]
            found += [(region, name) for name in names if function in name]
    return found


class LogReader:
    """Reads on from where it stopped."""

    def __init__(self, bank: LocalBank, *, regions: list[str], function: str, since: float) -> None:
        self.bank = bank
        self.regions = regions
        self.function = function
        self.since_ms = int(since * 1000)
        self.seen: set[tuple[str, int, str]] = set()

    def read(self) -> list[str]:
        """New lines of all groups, the oldest first."""
        groups = log_groups(self.bank, regions=self.regions, function=self.function)
        lines = [line for region, group in groups for line in self.lines(region, group)]
        return [text for _, text in sorted(lines, key=lambda line: line[0])]

    def lines(self, region: str, group: str) -> Iterator[tuple[int, str]]:
        logs = Clients(endpoint=self.bank.engine, region=region).logs
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=self.since_ms, PaginationConfig={"MaxItems": EVENTS_MAX}
        )
        for page in pages:
            for event in page["events"]:
                mark = (event["logStreamName"], event["timestamp"], event["message"])
                if mark not in self.seen:
                    self.seen.add(mark)
                    moment = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                    yield event["timestamp"], f"{moment:%H:%M:%S} {short_name(group)} {event['message'].rstrip()}"


def short_name(group: str) -> str:
    return group.rsplit("/", 1)[-1]
