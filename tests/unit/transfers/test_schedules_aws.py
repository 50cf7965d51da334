"""Schedules on AWS, against moto."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from domain.transfers.schedules import Knocks
from domain.transfers.schedules_aws import EventBridgeSchedules

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

GROUP = "florin-transfers-us-east-1"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:florin-scheduled-transfers-us-east-1"
ROLE = "arn:aws:iam::123456789012:role/schedules"
ORDER = "ord_us0417_01K90000000000000000000000"


@pytest.fixture
def client() -> Iterator["EventBridgeSchedulerClient"]:
    with mock_aws():
        client = boto3.client(
            "scheduler", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        client.create_schedule_group(Name=GROUP)
        yield client


@pytest.fixture
def schedules(client: "EventBridgeSchedulerClient") -> EventBridgeSchedules:
    return EventBridgeSchedules(client=lambda: client, group=GROUP, role_arn=ROLE, queue_arn=QUEUE)


def test_an_order_has_one_schedule_in_utc_that_sends_its_id(
    client: "EventBridgeSchedulerClient", schedules: EventBridgeSchedules
) -> None:
    schedules.put(ORDER, Knocks("cron(0 11 ? * THU *)", datetime(2026, 9, 1, 12, tzinfo=UTC)))
    made = client.get_schedule(GroupName=GROUP, Name=ORDER)
    assert made["ScheduleExpression"] == "cron(0 11 ? * THU *)"
    assert made["ScheduleExpressionTimezone"] == "UTC"
    assert made["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert made["EndDate"].timestamp() == datetime(2026, 9, 1, 12, tzinfo=UTC).timestamp()
    assert (made["Target"]["Arn"], made["Target"]["RoleArn"]) == (QUEUE, ROLE)
    assert json.loads(made["Target"]["Input"]) == {"order": ORDER}


def test_put_again_replaces_it(client: "EventBridgeSchedulerClient", schedules: EventBridgeSchedules) -> None:
    schedules.put(ORDER, Knocks("cron(0 11 ? * THU *)"))
    schedules.put(ORDER, Knocks("at(2026-03-12T11:00:00)"))
    assert client.get_schedule(GroupName=GROUP, Name=ORDER)["ScheduleExpression"] == "at(2026-03-12T11:00:00)"
    assert len(client.list_schedules(GroupName=GROUP)["Schedules"]) == 1


def test_a_deleted_schedule_is_gone_and_may_be_deleted_again(
    client: "EventBridgeSchedulerClient", schedules: EventBridgeSchedules
) -> None:
    schedules.put(ORDER, Knocks("cron(0 11 ? * THU *)"))
    schedules.delete(ORDER)
    schedules.delete(ORDER)
    assert client.list_schedules(GroupName=GROUP)["Schedules"] == []
