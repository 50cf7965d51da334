"""The tables of docs/ach-rules.md, generated from the rule tables of `domain/rails/ach`.

The page's prose is written by hand. Under each heading that has a table here, its first table is written anew.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any, Final

from domain.rails.ach import (
    calendar,
    dishonour,
    funds,
    limits,
    micro_entries,
    noc_codes,
    ranges,
    rates,
    return_codes,
    reversals,
    sec_codes,
    windows,
)
from domain.rails.ach.return_codes import Clock, Policy
from domain.rails.ach.sec_codes import Receiver
from domain.rails.ach.tables import OURS, Direction, Source

PAGE: Final = Path(__file__).parent.parent / "docs" / "ach-rules.md"
Row = tuple[str, ...]
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOCKS: Final = {
    Clock.TWO_BANKING_DAYS: "2 banking days",
    Clock.SIXTY_DAYS: "60 days",
    Clock.REFUSAL: "2 banking days from the refusal",
    Clock.REQUEST: "answer in 10 banking days",
    Clock.AGREEMENT: "as agreed",
    Clock.NEXT_DELIVERY: "next delivery",
    Clock.FIVE_BANKING_DAYS: "5 banking days",
    Clock.DISHONOUR: "5 banking days from the return",
    Clock.CONTEST: "2 banking days from the dishonour",
    Clock.AGENCY: "not known",
}


def tables() -> Mapping[str, tuple[Row, list[Row]]]:
    """Heading -> head and rows of the table under it."""
    return {
        "Banking days": (("Rail", "Since", "Closed on", "Holidays", "Source"), _rail_days()),
        "Windows": (
            ("Window", "Deadline (ET)", "Distribution", "Settlement", "Settles on", "Since", "Source"),
            _windows(),
        ),
        "When a credit is available": (("Window", "Since", "By", "Source"), _availabilities()),
        "The same-day limit": (("Since", "Per entry", "Debits", "Source"), _same_day_limits()),
        "The bank's own limits": (("Customer", "Class", "Direction", "Per entry", "Per day", "Since"), _bank_limits()),
        "Entry classes": (
            ("Class", "What it is", "For", "Credit", "Debit", "Addenda", "Authorisation", "Frequency", "We send it"),
            _classes(),
        ),
        "Company entry descriptions": (
            ("Description", "For", "Class", "Direction", "Since", "Source"),
            _descriptions(),
        ),
        "Return codes": (
            ("Code", "Title", "Sender", "Until", "Accounts", "Entries", "Needs", "When ours comes back", "Source"),
            _return_codes(),
        ),
        "Which code says what we found": (("What we found", "Codes, the first that covers the entry"), _decisions()),
        "Notifications of change": (("Code", "What is wrong", "What is corrected", "Source"), _noc_codes()),
        "Refused notifications": (("Code", "Why it is sent back", "Source"), _refused_noc_codes()),
        "The clock of a notification": (("Step", "By when", "Source"), _noc_deadlines()),
        "Reversals": (("Reason", "Allowed", "When", "Source"), _reversals()),
        "Dishonours": (("Code", "When it is right", "Source"), _dishonours()),
        "Contests": (("Code", "Answers", "When", "Source"), _contests()),
        "Return rates": (("Rate", "Since", "Codes", "Threshold", "Source"), _rates()),
        "Ranges of each region": (("Region", "Since", "Trace numbers", "File ID Modifiers"), _ranges()),
        "Holds on what a debit brought": (
            ("Customer", "Since", "Banking days after settlement", "Who that is"),
            _holds(),
        ),
        "Proving an account": (("Rule", "Figure", "Source"), _verifications()),
        "Sources": (("No.", "What was read"), _sources()),
    }


# --- rows ----------------------------------------------------------------------------------------------------------


def _rail_days() -> list[Row]:
    return [
        (
            row.rail,
            _day(row.since),
            ", ".join(_WEEKDAYS[day] for day in sorted(row.closed_weekdays)),
            (row.holidays or "open").replace("_", " "),
            _mark(row.source),
        )
        for row in calendar.RAIL_DAYS
    ]


def _windows() -> list[Row]:
    return [
        (
            f"`{row.name}`",
            _time(row.deadline) + (" of the next calendar day" if row.after_midnight else ""),
            _time(row.distribution),
            _time(row.settlement),
            "the same day" if row.speed is windows.Speed.SAME_DAY else "the next banking day",
            _day(row.since),
            _mark(row.source),
        )
        for row in windows.SCHEDULES
    ]


def _availabilities() -> list[Row]:
    return [
        (f"`{row.window}`", _day(row.since), _time(row.by) if row.by else "end of processing day", _mark(row.source))
        for row in windows.AVAILABILITIES
    ]


def _same_day_limits() -> list[Row]:
    return [
        (_day(row.since), _dollars(row.per_entry_minor), _yes(row.debits), _mark(row.source))
        for row in limits.SAME_DAY_LIMITS
    ]


def _bank_limits() -> list[Row]:
    return [
        (
            row.customer.value,
            row.sec,
            row.direction.value,
            _dollars(row.per_entry_minor),
            _dollars(row.per_day_minor),
            _day(row.since),
        )
        for row in limits.BANK_LIMITS
    ]


def _classes() -> list[Row]:
    return [
        (
            row.code,
            row.title,
            row.receiver.value,
            _yes(row.credits),
            _yes(row.debits),
            f"{int(row.addenda_required)} to {row.addenda_max:,}" if row.addenda_max else "none",
            row.authorisation.value,
            row.frequency.value,
            _yes(row.originated),
        )
        for row in sec_codes.ENTRY_CLASSES.values()
    ]


def _descriptions() -> list[Row]:
    return [
        (
            f"`{row.text}`",
            _words(row.purpose.value),
            ", ".join(sorted(row.secs)) if row.secs else "any",
            row.direction.value if row.direction else "any",
            _day(row.since),
            _mark(row.source),
        )
        for row in sec_codes.DESCRIPTIONS
    ]


def _return_codes() -> list[Row]:
    return [
        (
            row.code,
            row.title,
            {"rdfi": "RDFI", "odfi": "ODFI"}.get(row.sender.value, row.sender.value),
            CLOCKS[row.clock],
            "any" if row.receiver is Receiver.EITHER else row.receiver.value,
            _entries(row),
            ", ".join(_needs(row)),
            "" if row.policy is Policy.ANSWER else _words(row.policy.value),
            _mark(row.source),
        )
        for row in return_codes.RETURN_CODES.values()
    ]


def _entries(row: return_codes.ReturnCode) -> str:
    found = [] if len(row.directions) == len(Direction) else [f"{one.value}s" for one in row.directions]
    if row.secs is not None:
        found.append(", ".join(sorted(row.secs)))
    if row.secs_excluded:
        found.append("not " + ", ".join(sorted(row.secs_excluded)))
    return "; ".join(found)


def _needs(row: return_codes.ReturnCode) -> list[str]:
    checks = ((row.statement, "written statement"), (row.date_of_death, "date of death"))
    return [name for needed, name in checks if needed]


def _decisions() -> list[Row]:
    return [(_words(decision.value), ", ".join(codes)) for decision, codes in return_codes.CODES_OF.items()]


def _noc_codes() -> list[Row]:
    return [
        (row.code, row.title, ", ".join(_words(part.value) for part in row.parts), _mark(row.source))
        for row in noc_codes.NOC_CODES.values()
    ]


def _refused_noc_codes() -> list[Row]:
    return [(row.code, row.title, _mark(row.source)) for row in noc_codes.REFUSED_NOC_CODES.values()]


def _noc_deadlines() -> list[Row]:
    return [(row.step, row.figure, _mark(row.source)) for row in noc_codes.NOC_DEADLINES]


def _reversals() -> list[Row]:
    return [
        (_words(row.reason.value), _yes(row.allowed), row.condition, _mark(row.source))
        for row in reversals.REVERSAL_RULES
    ]


def _dishonours() -> list[Row]:
    return [(row.code, row.when, _mark(row.source)) for row in dishonour.DISHONOURS.values()]


def _contests() -> list[Row]:
    return [
        (
            row.code,
            "any" if len(row.answers) == len(dishonour.DISHONOURS) else ", ".join(sorted(row.answers)),
            row.when,
            _mark(row.source),
        )
        for row in dishonour.CONTESTS.values()
    ]


def _rates() -> list[Row]:
    return [
        (
            row.kind.value,
            _day(row.since),
            ", ".join(sorted(row.codes)) if row.codes else "any",
            _percent(row.millionths),
            _mark(row.source),
        )
        for row in rates.THRESHOLDS
    ]


def _ranges() -> list[Row]:
    modifiers = {(row.region, row.since): row.modifiers for row in ranges.MODIFIER_RANGES}
    return [
        (row.region, _day(row.since), f"{row.first:07} to {row.last:07}", modifiers.get((row.region, row.since), ""))
        for row in ranges.TRACE_RANGES
    ]


def _holds() -> list[Row]:
    rule = funds.TIER_RULES[-1]
    who = {
        funds.Tier.NEW: f"Under {rule.new_days} days here, or a debit came back within {rule.returned_days} days",
        funds.Tier.STANDARD: "Everybody else",
        funds.Tier.TRUSTED: f"{rule.trusted_days} days here or more, and {rule.trusted_settled} debits that stayed",
    }
    return [(row.tier.value, _day(row.since), str(row.banking_days), who[row.tier]) for row in funds.HOLD_RULES]


def _verifications() -> list[Row]:
    return [(row.what, row.figure, _mark(row.source)) for row in micro_entries.VERIFICATION_RULES]


def _sources() -> list[Row]:
    return [(str(number), source.text) for number, source in enumerate(sources(), start=1)]


# --- words ---------------------------------------------------------------------------------------------------------


def sources() -> list[Source]:
    """Everything that was read, in the order in which the page first names it. Our own policy is no source."""
    found = dict.fromkeys(row.source for row in _sourced())
    return [source for source in found if source != OURS]


def _sourced() -> Iterable[Any]:
    yield from calendar.RAIL_DAYS
    yield from windows.SCHEDULES
    yield from windows.AVAILABILITIES
    yield from limits.SAME_DAY_LIMITS
    yield from sec_codes.ENTRY_CLASSES.values()
    yield from sec_codes.DESCRIPTIONS
    yield from return_codes.RETURN_CODES.values()
    yield from noc_codes.NOC_CODES.values()
    yield from noc_codes.REFUSED_NOC_CODES.values()
    yield from noc_codes.NOC_DEADLINES
    yield from reversals.REVERSAL_RULES
    yield from dishonour.DISHONOURS.values()
    yield from dishonour.CONTESTS.values()
    yield from rates.THRESHOLDS
    yield from micro_entries.VERIFICATION_RULES


def _mark(source: Source) -> str:
    """The number of a source; a question mark where nothing published was found that says the figure."""
    return "ours" if source == OURS else f"{sources().index(source) + 1}{'' if source.seen else ' (?)'}"


def _day(day: date) -> str:
    """Rows that have always held in living memory begin with the first year of the calendar."""
    return "ever" if day <= _FIRST_DAY else day.isoformat()


_FIRST_DAY: Final = date(1990, 1, 1)


def _time(wall: time | None) -> str:
    return f"{wall:%H:%M}" if wall else ""


def _dollars(minor: int) -> str:
    return f"${minor // 100:,}"


def _percent(millionths: int) -> str:
    whole, tenths = divmod(millionths, 10_000)
    return f"{whole}.{tenths // 1_000} %" if tenths else f"{whole} %"


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _words(name: str) -> str:
    return name.replace("_", " ")


# --- the page ------------------------------------------------------------------------------------------------------


def written(page: str) -> str:
    """The page with each table as the code says it, blank lines around it. A heading that lacks is a fault."""
    for heading, (head, rows) in tables().items():
        page = _replaced(page, heading, _text(head, rows))
    page = re.sub(r"(^\|.*\n)(?=[^|\n])", r"\1\n", page, flags=re.MULTILINE)
    return re.sub(r"(^[^|\n].*\n)(?=\|)", r"\1\n", page, flags=re.MULTILINE)


def _replaced(page: str, heading: str, table: str) -> str:
    section = re.compile(rf"(^## {re.escape(heading)}\n(?:(?!^## )(?!^\|).*\n)*)(?:^\|.*\n)*", re.MULTILINE)
    put: Callable[[re.Match[str]], str] = lambda found: found[1] + table  # noqa: E731 - a name for its type alone
    text, count = section.subn(put, page)
    if count != 1:
        raise ValueError(f"the page has {count} sections {heading!r}")
    return text


def _text(head: Row, rows: list[Row]) -> str:
    lines = [head, tuple("-" * 3 for _ in head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def main() -> int:
    said = PAGE.read_text(encoding="utf-8")
    if "--check" not in sys.argv:
        PAGE.write_text(written(said), encoding="utf-8")
    elif said != written(said):
        print("docs/ach-rules.md is not what domain/rails/ach says; run python -m ops.ach_rules")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
