"""The statement of our account at the sponsor bank: one JSON document a day and region, what each file moved on it.

    {"format": "florin.sponsor.statement", "version": 1, "bank": "…", "account": "…", "region": "us-east-1",
     "day": "2026-03-09", "currency": "USD", "opening_minor": 0, "closing_minor": -25000,
     "lines": [{"file": "….ach", "what": "SETTLEMENT", "debit_minor": 25000, "credit_minor": 0, "entries": 1}]}

It stands in for what a bank sends (BAI2, camt.053): the facts are those, the form is the simplest that can be read. A
line is from our side: debit is taken from us.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.rails.ach.sponsors import Sponsor
    from ops.sponsor.state import Movement

FORMAT: Final = "florin.sponsor.statement"
VERSION: Final = 1
STATEMENTS: Final = "inbound/statements/"


def key_of(region: str, day: str) -> str:
    return f"{STATEMENTS}sponsor-{region}-{day}.json"


def statement(
    sponsor: Sponsor, *, region: str, day: str, opening_minor: int, lines: Sequence[Movement]
) -> tuple[str, int]:
    """The document, and the closing balance in cents."""
    closing_minor = opening_minor + sum(one.credit_minor - one.debit_minor for one in lines)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "bank": sponsor.routing_number,
        "account": sponsor.origin,
        "region": region,
        "day": day,
        "currency": "USD",
        "opening_minor": opening_minor,
        "closing_minor": closing_minor,
        "lines": [
            {
                "file": one.file,
                "what": one.what,
                "debit_minor": one.debit_minor,
                "credit_minor": one.credit_minor,
                "entries": one.entries,
            }
            for one in lines
        ],
    }
    return json.dumps(document, indent=2) + "\n", closing_minor
