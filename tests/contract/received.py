"""A file that came in by ACH and an entry of it, as stores keep them: what a test is about, it says otherwise."""

from datetime import UTC, date, datetime, timedelta

from domain.money import Money
from domain.rails.ach.incoming_kinds import ReceivedKind
from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile

AT = datetime(2026, 11, 30, 15, 30, 0, 123456, UTC)
DAY = date(2026, 11, 30)


def file(n: int = 1, *, due_at: datetime | None = AT) -> ReceivedFile:
    return ReceivedFile(
        id=f"rcf_us_useast1_{n:032d}",
        region="us-east-1",
        name=f"inbound/ach/{n}.ach",
        sha256="ab" * 32,
        size_bytes=940,
        received_at=AT + timedelta(seconds=n),
        entered_at=AT,
        due_at=due_at,
        profile="default",
    )


def entry(line: int = 3, *, of: str = "rcf_us_useast1_1", due_at: datetime | None = None) -> ReceivedEntry:
    return ReceivedEntry(
        id=f"rce_us9999_{of[-1]}{line:031d}",
        file=of,
        line=line,
        batch_number=1,
        kind=ReceivedKind.CREDIT,
        credit=True,
        amount=Money(2_500, "USD"),
        sec="PPD",
        transaction_code="22",
        description="PAYROLL",
        company_masked="••7890",
        trace="021000020000001",
        odfi="02100002",
        settles_on=DAY,
        posts_at=AT,
        entered_at=AT,
        due_at=due_at,
    )
