"""Applies what the engine's CloudFormation reads and then forgets, so that the template stays the only truth.

Each of these is asked for in the template and would be done by AWS. Where the engine forgets nothing any more, the
matching lines here can go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops.local.stack import Resource, parameters_of_stack
from ops.local.template import Template, resources

if TYPE_CHECKING:
    from ops.local.aws import Clients

TABLE = "AWS::DynamoDB::Table"
BUCKET = "AWS::S3::Bucket"


def apply_what_was_dropped(clients: Clients, *, templates: list[Template], found: list[Resource]) -> None:
    """Go through the resources that came up and give each what its template says about it."""
    completed = {TABLE: complete_table, BUCKET: complete_bucket}
    for template in templates:
        for logical, resource in resources(template):
            for stood in found:
                if (stood.logical, stood.kind) == (logical, resource.get("Type")) and stood.kind in completed:
                    completed[stood.kind](clients, stood, resource.get("Properties", {}))


def complete_table(clients: Clients, table: Resource, properties: dict[str, Any]) -> None:
    dynamodb = clients.dynamodb
    expiry = properties.get("TimeToLiveSpecification")
    if expiry:
        now = dynamodb.describe_time_to_live(TableName=table.physical)["TimeToLiveDescription"]
        if (now.get("TimeToLiveStatus") == "ENABLED") != bool(expiry["Enabled"]):
            dynamodb.update_time_to_live(TableName=table.physical, TimeToLiveSpecification=expiry)
    recovery = properties.get("PointInTimeRecoverySpecification")
    if recovery:
        dynamodb.update_continuous_backups(TableName=table.physical, PointInTimeRecoverySpecification=recovery)
    encryption = properties.get("SSESpecification")
    if encryption and encryption.get("SSEEnabled"):
        key = reference(clients, table, encryption.get("KMSMasterKeyId"))
        if key:
            dynamodb.update_table(
                TableName=table.physical,
                SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
            )


def complete_bucket(clients: Clients, bucket: Resource, properties: dict[str, Any]) -> None:
    s3 = clients.s3
    encryption = properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration")
    if encryption:
        defaults = [
            {name: reference(clients, bucket, value) for name, value in rule["ServerSideEncryptionByDefault"].items()}
            for rule in encryption
        ]
        rules: list[Any] = [{"ApplyServerSideEncryptionByDefault": default} for default in defaults]
        s3.put_bucket_encryption(Bucket=bucket.physical, ServerSideEncryptionConfiguration={"Rules": rules})
    if properties.get("NotificationConfiguration", {}).get("EventBridgeConfiguration", {}).get("EventBridgeEnabled"):
        s3.put_bucket_notification_configuration(
            Bucket=bucket.physical, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
    if properties.get("VersioningConfiguration", {}).get("Status") == "Enabled":
        s3.put_bucket_versioning(Bucket=bucket.physical, VersioningConfiguration={"Status": "Enabled"})
    lifecycle = properties.get("LifecycleConfiguration")
    if lifecycle:
        goes: list[Any] = [lifecycle_rule(rule) for rule in lifecycle["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket.physical, LifecycleConfiguration={"Rules": goes})
    lock = properties.get("ObjectLockConfiguration")
    if lock:
        retention = lock["Rule"]["DefaultRetention"]
        mode, days = (reference(clients, bucket, retention[name]) for name in ("Mode", "Days"))
        # A lock stands on versions, which the engine's own property for a lock does not turn on.
        s3.put_bucket_versioning(Bucket=bucket.physical, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object_lock_configuration(
            Bucket=bucket.physical,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": mode, "Days": int(days or 0)}},  # type: ignore[typeddict-item]  # one of two words
            },
        )


def lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of the template in the words of S3's own call, as far as the bank's buckets have one."""
    said: dict[str, Any] = {"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": rule["Prefix"]}}
    if "ExpirationInDays" in rule:
        said["Expiration"] = {"Days": rule["ExpirationInDays"]}
    if "Transitions" in rule:
        said["Transitions"] = [
            {"StorageClass": one["StorageClass"], "Days": one["TransitionInDays"]} for one in rule["Transitions"]
        ]
    if "NoncurrentVersionExpiration" in rule:
        said["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
    return said


def reference(clients: Clients, resource: Resource, value: Any) -> str | None:
    """A plain value, or the parameter of its stack that a `Ref` names."""
    if isinstance(value, dict):
        return parameters_of_stack(clients, resource.stack).get(value.get("Ref", ""))
    return str(value) if value else None
