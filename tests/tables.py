"""The ledger's table as the template makes it, for a test's own emulator."""

from typing import TYPE_CHECKING, Any

from domain.ledger.store_dynamodb import table_keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def create_ledger_table(client: "DynamoDBClient", table: str) -> None:
    keys: dict[str, Any] = table_keys(table)
    client.create_table(
        **keys,
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
