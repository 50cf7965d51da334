"""The scheduler knocks: a schedule whose time has come puts the order's id into the queue."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

import boto3

from domain.transfers.schedules import Knocks
from domain.transfers.schedules_aws import EventBridgeSchedules
from ops.local.engine_process import Engine

ROLE: Final = "arn:aws:iam::000000000000:role/schedules"
KNOCKS_WITHIN_SECONDS: Final = 30
"""The engine looks every ten seconds."""


def test_a_schedule_whose_time_has_come_sends_its_order_to_the_queue(engine: Engine) -> None:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    scheduler = session.client("scheduler", endpoint_url=engine.endpoint)
    queues = session.client("sqs", endpoint_url=engine.endpoint)
    name = f"florin-transfers-{uuid.uuid4().hex}"
    scheduler.create_schedule_group(Name=name)
    url = queues.create_queue(QueueName=name)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    schedules = EventBridgeSchedules(client=lambda: scheduler, group=name, role_arn=ROLE, queue_arn=arn)

    due, cancelled = "ord_us0417_01K90000000000000000000000", "ord_us0417_01K90000000000000000000001"
    soon = Knocks(f"at({datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S})")
    schedules.put(due, Knocks("cron(0 11 ? * THU *)", datetime(2199, 1, 1, tzinfo=UTC)))
    schedules.put(due, soon)
    schedules.put(cancelled, soon)
    schedules.delete(cancelled)

    bodies: list[str] = []
    until = time.monotonic() + KNOCKS_WITHIN_SECONDS
    while not bodies and time.monotonic() < until:
        answer = queues.receive_message(QueueUrl=url, WaitTimeSeconds=2, MaxNumberOfMessages=10)
        bodies += [message["Body"] for message in answer.get("Messages", [])]
    assert [json.loads(body) for body in bodies] == [{"order": due}]
