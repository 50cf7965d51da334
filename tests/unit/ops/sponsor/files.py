"""Files as this bank sends them to its sponsor, small and valid, and the bank that takes them."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from domain.rails.ach.calendar import EASTERN
from domain.rails.ach.nacha.building import BatchDraft, Built, build, file_header
from domain.rails.ach.nacha.drafting import batch_header, entry
from domain.rails.ach.sponsors import sponsor_on
from ops.sponsor.bank import SponsorBank
from ops.sponsor.checking import Late, never_late
from ops.sponsor.state import Message, State

NOW = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)
"""Five past ten on a Monday in New York: before the deadline of the first same-day window."""
REGION = "us-east-1"
SPONSOR = sponsor_on(date(2026, 3, 9))
RDFI = "021000021"


def ours(
    *amounts: int,
    batches: int = 1,
    modifier: str = "A",
    first: int = 1,
    code: str = "22",
    now: datetime = NOW,
    effective: date = date(2026, 3, 9),
    descriptive: str = "SD1300",
    destination: str = SPONSOR.routing_number,
) -> str:
    """Entries of these amounts, in as many batches, traced from `first` on."""
    drafts, sequence = [], first
    for number in range(1, batches + 1):
        entries = []
        for minor in amounts:
            entries.append(
                entry(
                    sec="PPD",
                    transaction_code=code,
                    routing_number=RDFI,
                    account_number="000123456789",
                    amount_minor=minor,
                    receiver="MARIA MARQUEZ",
                    trace_number=trace(sequence),
                )
            )
            sequence += 1
        header = batch_header(
            sec="PPD",
            service_class="220" if code in ("22", "32") else "225",
            company_name="ADA LOVELACE",
            company_id="F123456789",
            entry_description="RENT",
            effective_date=effective,
            odfi=SPONSOR.odfi,
            batch_number=number,
            descriptive_date=descriptive,
        )
        drafts.append(BatchDraft(header, entries))
    header_of_file = file_header(
        destination=destination,
        origin=SPONSOR.origin,
        created_at=now.astimezone(EASTERN),
        file_id_modifier=modifier,
        destination_name=SPONSOR.name,
        origin_name=SPONSOR.origin_name,
    )
    built = build(header_of_file, drafts)
    assert isinstance(built, Built), built
    return built.text


def trace(sequence: int) -> str:
    return f"{SPONSOR.odfi}{sequence:07d}"


def changed(text: str, line: int, column: int, new: str) -> str:
    """The text with other characters from a column on; lines and columns count from 1."""
    lines = text.split("\n")
    lines[line - 1] = lines[line - 1][: column - 1] + new + lines[line - 1][column - 1 + len(new) :]
    return "\n".join(lines)


def a_bank(*, late: Late = never_late, state: State | None = None) -> SponsorBank:
    return SponsorBank(state or State(), randomness=random.Random(3), late=late)


def take(bank: SponsorBank, text: str, *, name: str = "fil_1.ach", now: datetime = NOW) -> list[dict[str, Any]]:
    """What the bank is about to say of a file, once everything is due."""
    before = set(bank.state.messages)
    bank.take(name, text.encode("ascii"), region=REGION, now=now)
    return [json.loads(one.body) for key, one in bank.state.messages.items() if key not in before]


def messages(bank: SponsorBank) -> Sequence[Message]:
    return list(bank.state.messages.values())
