"""One EventBridge schedule an order, in the region's group, whose target is the queue of due orders."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from domain.transfers.schedules import Knocks

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef

KNOCK_AGE_SECONDS_MAX: Final = 6 * 3600
"""A knock that the queue refused for six hours is left to the daily sweep."""
KNOCK_RETRIES_MAX: Final = 60


class EventBridgeSchedules:
    def __init__(
        self, *, client: Callable[[], "EventBridgeSchedulerClient"], group: str, role_arn: str, queue_arn: str
    ) -> None:
        self._client = client
        self._group = group
        self._role_arn = role_arn
        self._queue_arn = queue_arn

    def put(self, order: str, knocks: Knocks) -> None:
        wanted, client = self._wanted(order, knocks), self._client()
        try:
            client.create_schedule(**wanted)
        except client.exceptions.ConflictException:
            client.update_schedule(**wanted)

    def delete(self, order: str) -> None:
        client = self._client()
        try:
            client.delete_schedule(GroupName=self._group, Name=order)
        except client.exceptions.ResourceNotFoundException:
            return

    def _wanted(self, order: str, knocks: Knocks) -> "CreateScheduleInputTypeDef":
        wanted: CreateScheduleInputTypeDef = {
            "GroupName": self._group,
            "Name": order,
            "ScheduleExpression": knocks.expression,
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": self._queue_arn,
                "RoleArn": self._role_arn,
                "Input": json.dumps({"order": order}),
                "RetryPolicy": {
                    "MaximumEventAgeInSeconds": KNOCK_AGE_SECONDS_MAX,
                    "MaximumRetryAttempts": KNOCK_RETRIES_MAX,
                },
            },
        }
        if knocks.until:
            wanted["EndDate"] = knocks.until
        return wanted
