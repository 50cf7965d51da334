"""What `tests/quick_moto.py` makes cheaper answers as before."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from tests.quick_moto import ITEM_BYTES_MAX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OLD: Any = {"pk": {"S": "a"}, "sk": {"S": "1"}, "is": {"S": "old"}}
KEY: Any = {"pk": {"S": "a"}, "sk": {"S": "1"}}
FAILS: Any = {
    "ConditionCheck": {
        "TableName": "t",
        "Key": {"pk": {"S": "z"}, "sk": {"S": "1"}},
        "ConditionExpression": "attribute_exists(pk)",
    }
}
PUT: Any = {"Put": {"TableName": "t", "Item": KEY | {"is": {"S": "new"}}}}
UPDATE: Any = {
    "Update": {
        "TableName": "t",
        "Key": KEY,
        "UpdateExpression": "SET #is = :new",
        "ExpressionAttributeNames": {"#is": "is"},
        "ExpressionAttributeValues": {":new": {"S": "new"}},
    }
}
DELETE: Any = {"Delete": {"TableName": "t", "Key": KEY}}
ADDED: Any = {"Put": {"TableName": "t", "Item": {"pk": {"S": "b"}, "sk": {"S": "1"}}}}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        client = session.client("dynamodb")
        client.create_table(
            TableName="t",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        client.put_item(TableName="t", Item=OLD)
        yield client


def rows(client: "DynamoDBClient") -> list[Any]:
    return client.scan(TableName="t")["Items"]


def told() -> int:
    """How many changes the stream has."""
    shard = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables["t"].stream_shard
    assert shard
    return len(shard.items)


@pytest.mark.parametrize("write", [PUT, UPDATE, DELETE, ADDED], ids=["put", "update", "delete", "added"])
def test_a_cancelled_transaction_leaves_nothing_behind(client: "DynamoDBClient", write: Any) -> None:
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client.transact_write_items(TransactItems=[write, FAILS])
    assert rows(client) == [OLD]
    assert told() == 1


@pytest.mark.parametrize(
    ("write", "left"),
    [(PUT, [KEY | {"is": {"S": "new"}}]), (UPDATE, [KEY | {"is": {"S": "new"}}]), (DELETE, [])],
    ids=["put", "update", "delete"],
)
def test_a_transaction_that_passes_is_kept(client: "DynamoDBClient", write: Any, left: list[Any]) -> None:
    client.transact_write_items(TransactItems=[write])
    assert rows(client) == left
    assert told() == 2


def test_a_query_answers_from_its_partition_in_order_and_page_by_page(client: "DynamoDBClient") -> None:
    for partition, number in (("a", "3"), ("b", "0"), ("a", "2")):
        client.put_item(TableName="t", Item={"pk": {"S": partition}, "sk": {"S": number}})
    asked: Any = {
        "TableName": "t",
        "KeyConditionExpression": "pk = :a AND sk > :least",
        "ExpressionAttributeValues": {":a": {"S": "a"}, ":least": {"S": "1"}},
        "Limit": 1,
    }
    first = client.query(**asked)
    assert [item["sk"] for item in first["Items"]] == [{"S": "2"}]
    second = client.query(**asked, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [item["sk"] for item in second["Items"]] == [{"S": "3"}]
    (last,) = client.query(**asked, ScanIndexForward=False)["Items"]
    assert last["sk"] == {"S": "3"}


def test_an_item_may_be_as_long_as_before_and_not_longer(client: "DynamoDBClient") -> None:
    names = len("pk") + len("a") + len("sk") + len("1") + len("long")
    client.put_item(TableName="t", Item=KEY | {"long": {"S": "x" * (ITEM_BYTES_MAX - names)}})
    with pytest.raises(ClientError, match="Item size has exceeded"):
        client.put_item(TableName="t", Item=KEY | {"long": {"S": "x" * (ITEM_BYTES_MAX - names + 1)}})


def test_every_type_of_value_comes_back_as_it_was_put(client: "DynamoDBClient") -> None:
    values: Any = {
        "text": {"S": ""},
        "number": {"N": "-12.5"},
        "bytes": {"B": b"\x00\xff"},
        "truth": {"BOOL": False},
        "nothing": {"NULL": True},
        "list": {"L": [{"S": "a"}, {"M": {"b": {"N": "1"}}}, {"L": []}]},
        "map": {"M": {"c": {"B": b"\x01"}, "empty": {"M": {}}}},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "2"]},
    }
    client.put_item(TableName="t", Item=KEY | values)
    assert client.get_item(TableName="t", Key=KEY)["Item"] == KEY | values
    assert rows(client) == [KEY | values]
