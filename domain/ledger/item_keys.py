"""The keys of the ledger's table: which text each line, journal, claim, leg and registration lies under.

A#<account>                              L#<epoch,4>#<seq,12>        line; also the totals of a shard's own log
J#<journal>                              J                           journal
J#<journal>                              F                           recovery item of a forced debit
J#<original>                             R#<n,6>                     reversal claim
I#<account>#<region>#<shard>#<yyyymmdd>  <hhmm>#<journal>#<leg>      leg of an internal account
B#<region>                               <account>#<seq>             internal account that the folder visits
"""

from datetime import datetime
from typing import Final

from domain.clock import instant_text
from domain.ledger.hashing import shard_of
from domain.ledger.model import Position

JOURNAL_SORT: Final = "J"
RECOVERY_SORT: Final = "F"
LINES: Final = "L#"
CLAIMS: Final = "R#"
AFTER_LINES: Final = "L$"
"""Sorts right after every key that begins with `L#`."""


def log_key(account: str) -> str:
    return f"A#{account}"


def line_sort(position: Position) -> str:
    return f"{LINES}{position.epoch:04d}#{position.seq:012d}"


def position_of(sort: str) -> Position:
    mark, epoch, seq = sort.split("#")
    position = Position(int(epoch), int(seq))
    if mark != "L" or line_sort(position) != sort:
        raise ValueError(f"{sort!r} is no key of a line")
    return position


def journal_key(journal: str) -> str:
    return f"J#{journal}"


def claim_sort(n: int) -> str:
    return f"{CLAIMS}{n:06d}"


def legs_key(account: str, region: str, shard: int, day: str) -> str:
    return f"I#{account}#{region}#{shard}#{day}"


def leg_sort(hhmm: str, journal: str, leg: int) -> str:
    return f"{hhmm}#{journal}#{leg}"


def registry_key(region: str) -> str:
    return f"B#{region}"


def registry_sort(account: str, seq: int) -> str:
    return f"{account}#{seq:012d}"


def time_bucket(region: str, bucket: int, hour: str) -> str:
    return f"{region}#{bucket}#{hour}"


def expiry_bucket(region: str, hour: str) -> str:
    return f"{region}#{hour}"


def bucket_of(journal: str, spread: int) -> int:
    """Which of the time index's buckets a journal lies in."""
    return shard_of(journal, spread)


def hour_of(instant: datetime) -> str:
    return f"{instant.year:04}{instant.month:02}{instant.day:02}{instant.hour:02}"


def moment_sort(instant: datetime, journal: str) -> str:
    return f"{instant_text(instant)}#{journal}"
