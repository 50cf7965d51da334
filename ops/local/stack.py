"""Creates or updates one stack on the engine, and reads back what came of it, nested stacks included."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from ops.local.aws import Clients

STACK = "florin"
DEPLOY_MAX_SECONDS = 120.0
POLL_SECONDS = 0.1
NOTHING_TO_DO = "No updates are to be performed"
REASONS_MAX = 8
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
NESTED_DEPTH_MAX = 3


class DeployFault(Exception):
    """The stack did not come up; says which resources failed and why."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as it stands in a stack."""

    stack: str
    logical: str
    kind: str
    physical: str


def put_stack(clients: Clients, *, template_url: str, parameters: dict[str, str]) -> None:
    """Create the stack, or update it when it is there. An unchanged one is left alone.

    `template_url`: in a bucket of the engine. What is sent with the request itself may have 51,200 bytes at most.
    """
    cloudformation = clients.cloudformation
    pairs = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    if stack_status(clients) is None:
        cloudformation.create_stack(
            StackName=STACK,
            TemplateURL=template_url,
            Parameters=pairs,  # type: ignore[arg-type]  # the stubs want a TypedDict, this is its plain form
            Capabilities=CAPABILITIES,  # type: ignore[arg-type]  # as above, literals
        )
    else:
        try:
            cloudformation.update_stack(
                StackName=STACK,
                TemplateURL=template_url,
                Parameters=pairs,  # type: ignore[arg-type]  # as above
                Capabilities=CAPABILITIES,  # type: ignore[arg-type]  # as above
            )
        except ClientError as refused:
            if NOTHING_TO_DO in str(refused):
                return
            raise
    wait_for_stack(clients)


def wait_for_stack(clients: Clients) -> None:
    deadline = time.monotonic() + DEPLOY_MAX_SECONDS
    while time.monotonic() < deadline:
        status = stack_status(clients) or "gone"
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not status.endswith("_IN_PROGRESS"):
            raise DeployFault(f"{clients.region}: the stack ended as {status}\n" + "\n".join(reasons(clients)))
        time.sleep(POLL_SECONDS)
    raise DeployFault(f"{clients.region}: the stack was not done after {DEPLOY_MAX_SECONDS:.0f} s")


def stack_status(clients: Clients) -> str | None:
    try:
        found = clients.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    except ClientError as refused:
        if "does not exist" in str(refused):
            return None
        raise
    return str(found[0]["StackStatus"]) if found else None


def reasons(clients: Clients) -> list[str]:
    """Why resources failed, the first failure first."""
    events = clients.cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [
        f"  {event.get('LogicalResourceId')}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if "FAILED" in event.get("ResourceStatus", "") or "ROLLBACK" in event.get("ResourceStatus", "")
    ]
    return failed[::-1][:REASONS_MAX]


def outputs_of(clients: Clients, stack: str = STACK) -> dict[str, str]:
    found = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def parameters_of_stack(clients: Clients, stack: str) -> dict[str, str]:
    found = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {pair["ParameterKey"]: pair["ParameterValue"] for pair in found.get("Parameters", [])}


def resources_of(clients: Clients, stack: str = STACK, depth: int = 0) -> Iterator[Resource]:
    """Every resource of a stack and of the stacks nested in it."""
    if depth > NESTED_DEPTH_MAX:
        raise DeployFault(f"stacks are nested more than {NESTED_DEPTH_MAX} deep at {stack}")
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for page in pages:
        for summary in page["StackResourceSummaries"]:
            resource = Resource(
                stack=stack,
                logical=summary["LogicalResourceId"],
                kind=summary["ResourceType"],
                physical=summary.get("PhysicalResourceId", ""),
            )
            yield resource
            if resource.kind == "AWS::CloudFormation::Stack":
                yield from resources_of(clients, resource.physical, depth + 1)
