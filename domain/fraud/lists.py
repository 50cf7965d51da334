"""Lists as a document: who is denied, and who is allowed although a rule or the model would not have it.

An entry is of a family, so of a side: the account that pays is `account`, the one that is paid is `payee`, and an entry
for the one says nothing of the other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.fraud.documents import Part
from domain.fraud.kinds import Decision, Family

FORMAT: Final = "florin.lists/1"
ENTRIES_MAX: Final = 5_000
"""A document of these is read within a cold start; who must deny more needs a rule or a model."""
REASON_MAX: Final = 200
"""Characters: two lines of a screen."""

_NAME = re.compile(r"[!-~]{1,128}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class ListName(StrEnum):
    ALLOW = "ALLOW"
    DENY = "DENY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    list: ListName
    family: Family
    entity: str
    reason: str
    by: str
    """Who entered it."""
    until: date | None
    """The last day, UTC, on which it counts; None: for ever."""

    def counts_on(self, day: date) -> bool:
        return self.until is None or day <= self.until


Key = tuple[ListName, Family, str]


@dataclass(frozen=True, slots=True)
class Lists:
    allow_ceiling: Decision
    """The most severe decision that an entry of ALLOW silences."""
    entries: Mapping[Key, Entry]


_ORDER: Final = tuple((name, family) for name in (ListName.DENY, ListName.ALLOW) for family in Family)

Parties = Mapping[Family, str]
"""Who takes part in a payment, each on its side; who is not known is left out."""


def hits(lists: Lists, parties: Parties, day: date) -> tuple[Entry, ...]:
    """Entries that count for this payment on this day: those that deny first."""
    if not lists.entries:
        return ()
    found = (lists.entries.get((name, family, parties[family])) for name, family in _ORDER if family in parties)
    return tuple(entry for entry in found if entry is not None and entry.counts_on(day))


# --- the document -----------------------------------------------------------------------------------------------------

_FIELDS: Final = frozenset({"list", "family", "entity", "reason", "by", "until"})


def parsed(document: object) -> Lists:
    """Raises DocumentMalformed, with the path of what is wrong."""
    fields = Part(document, "").fields({"format", "allow_ceiling", "entries"})
    fields["format"].said(FORMAT)
    entries: dict[Key, Entry] = {}
    for part in fields["entries"].items(0, ENTRIES_MAX):
        entry = _entry(part)
        if _key(entry) in entries:
            raise part.below("entity", None).malformed("stands twice on one list")
        entries[_key(entry)] = entry
    return Lists(fields["allow_ceiling"].member(Decision), entries)


def _entry(part: Part) -> Entry:
    fields = part.fields(_FIELDS)
    return Entry(
        list=fields["list"].member(ListName),
        family=fields["family"].member(Family),
        entity=fields["entity"].like(_NAME, "an id of at most 128 printable ASCII characters without blanks"),
        reason=fields["reason"].text(REASON_MAX),
        by=fields["by"].like(_NAME, "an id of at most 128 printable ASCII characters without blanks"),
        until=_day(fields["until"]),
    )


def _day(part: Part) -> date | None:
    if part.value is None:
        return None
    text = part.like(_DAY, "a day such as 2026-11-30, or null")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise part.malformed("is no day of the calendar") from None


def as_plain(lists: Lists) -> Mapping[str, object]:
    """The document of the lists, as `parsed` reads it: by list, family and id."""
    return {
        "format": FORMAT,
        "allow_ceiling": lists.allow_ceiling.value,
        "entries": [_plain(lists.entries[key]) for key in sorted(lists.entries)],
    }


def _plain(entry: Entry) -> Mapping[str, object]:
    return {
        "list": entry.list.value,
        "family": entry.family.value,
        "entity": entry.entity,
        "reason": entry.reason,
        "by": entry.by,
        "until": entry.until.isoformat() if entry.until else None,
    }


def _key(entry: Entry) -> Key:
    return entry.list, entry.family, entry.entity
