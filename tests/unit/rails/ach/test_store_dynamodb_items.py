"""What stands in one item of the table fits into one, however full it is."""

from datetime import UTC, date, datetime

from domain.rails.ach.kinds import FileState, RejectionLevel
from domain.rails.ach.model import (
    ANSWERS_KEPT_MAX,
    BATCHES_KEPT_MAX,
    REASONS_KEPT_MAX,
    REASONS_MAX,
    AchFile,
    BatchTotals,
    Rejection,
    RejectionReason,
)
from domain.rails.ach.responses import MESSAGE_LENGTH_MAX
from domain.rails.ach.store_dynamodb_items import file_item
from domain.tables_aws import Value

AT = datetime(2026, 11, 30, 15, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 11, 30)
ITEM_BYTES_MAX = 400 * 1024
"""Of DynamoDB."""
DELIVERY = "dlv_" + "0" * 26


def size(value: Value) -> int:
    """As DynamoDB counts: names and texts in UTF-8, at most 21 bytes for a number, three for a list or a map and one
    for each of its parts."""
    match value:
        case None:
            return 0
        case bool():
            return 1
        case int():
            return 21
        case str() | bytes():
            return len(value)
        case dict():
            return 3 + sum(1 + len(name) + size(one) for name, one in value.items())
        case _:
            return 3 + sum(1 + size(one) for one in value)


def test_the_fullest_file_is_one_item() -> None:
    batch = BatchTotals(
        number=9_999_999,
        sec="PPD",
        service_class="200",
        company_id="F" + "0" * 9,
        description="x" * 10,
        effective_on=DAY,
        entries=5_000,
        addenda=5_000,
        debit_minor=10**12,
        credit_minor=10**12,
        entry_hash="0" * 10,
    )
    reason = RejectionReason("REJ0801", "x" * MESSAGE_LENGTH_MAX, batch_number=9_999_999, trace="0" * 15)
    kept = [(reason,) * min(REASONS_MAX, REASONS_KEPT_MAX - n) for n in range(0, REASONS_KEPT_MAX, REASONS_MAX)]
    file = AchFile(
        id="fil_us_useast1_20261130-SD1_1.1.1",
        region="us-east-1",
        window="20261130-SD1",
        number=1,
        opened_at=AT,
        effective_on=DAY,
        state=FileState.PARTLY_REJECTED,
        entered_at=AT,
        due_at=AT,
        batches=(batch,) * BATCHES_KEPT_MAX,
        answers=(DELIVERY,) * ANSWERS_KEPT_MAX,
        rejections=tuple(
            Rejection(level=RejectionLevel.ENTRY, reasons=some, at=AT, delivery=DELIVERY) for some in kept
        ),
    )
    assert size(file_item(file)) < ITEM_BYTES_MAX
