"""What is kept is encrypted, recoverable, and hard to delete by mistake."""

from typing import Any

import pytest

from domain.accounts.store_dynamodb import BY_PERSON
from domain.audit.store_dynamodb import BY_ACTOR
from domain.cases.store_dynamodb import BY_GROUP, BY_KIND, BY_OWNER
from domain.counterparties.store_dynamodb import BY_UNSENT
from domain.ledger.store_dynamodb import table_keys
from domain.partners.store_dynamodb import BY_DUE as PARTNERS_BY_DUE
from domain.partners.store_dynamodb import BY_STATE
from domain.payments.store_dynamodb import BY_DUE as PAYMENTS_BY_DUE
from domain.rails.ach.store_dynamodb import BY_DUE as ACH_BY_DUE
from domain.tables_aws import description
from domain.transfers.store_dynamodb import BY_DUE
from tests.unit.infra.templates import Found, every, template

TABLES = {found.properties["TableName"]["Sub"].split("-")[1]: found for found in every("AWS::DynamoDB::Table")}
KEYS = every("AWS::KMS::Key")
QUEUES = every("AWS::SQS::Queue")
STATEFUL = every(
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Cognito::UserPool",
    "AWS::Scheduler::ScheduleGroup",
    "AWS::S3::Bucket",
)

INDEXES = {
    "ledger": {"by_time": ("tk", "ts", "KEYS_ONLY"), "by_expiry": ("xk", "xs", "KEYS_ONLY")},
    "accounts": {"by_person": ("gk", "gs", "ALL")},
    "transfers": {"by_due": ("gk", "gs", "KEYS_ONLY")},
    "counterparties": {"by_unsent": ("gk", "gs", "KEYS_ONLY")},
    "audit": {"by_actor": ("gk", "gs", "ALL")},
    "cases": {"by_group": ("gk", "gs", "ALL"), "by_kind": ("kk", "gs", "ALL"), "by_owner": ("ok", "gs", "ALL")},
    "partners": {"by_state": ("gk", "gs", "KEYS_ONLY"), "by_due": ("hk", "hs", "KEYS_ONLY")},
    "payments": {"by_due": ("gk", "gs", "KEYS_ONLY")},
    "ach": {"by_due": ("gk", "gs", "KEYS_ONLY")},
}
KNOWN = {
    "accounts": (BY_PERSON,),
    "transfers": (BY_DUE,),
    "counterparties": (BY_UNSENT,),
    "audit": (BY_ACTOR,),
    "cases": (BY_GROUP, BY_KIND, BY_OWNER),
    "partners": (BY_STATE, PARTNERS_BY_DUE),
    "payments": (PAYMENTS_BY_DUE,),
    "ach": (ACH_BY_DUE,),
}
NAMES = {
    "ledger",
    "published",
    "customers",
    "keys",
    "accounts",
    "transfers",
    "counterparties",
    "audit",
    "notices",
    "cases",
    "partners",
    "payments",
    "ach",
    "fraud",
    "features",
}


def test_the_region_has_its_tables_by_name() -> None:
    assert set(TABLES) == NAMES
    for name, table in TABLES.items():
        assert table.properties["TableName"] == {"Sub": f"florin-{name}-${{AWS::Region}}"}


@pytest.mark.parametrize("name", TABLES)
class TestEveryTable:
    def test_is_encrypted_with_the_key_for_what_is_stored(self, name: str) -> None:
        assert TABLES[name].properties["SSESpecification"] == {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"Ref": "StorageKeyArn"},
        }

    def test_can_be_recovered_to_a_moment_unless_it_holds_keys_that_must_stay_shredded(self, name: str) -> None:
        recovery = TABLES[name].properties["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": name != "keys"}

    def test_is_protected_from_deletion_where_the_stage_asks_for_it(self, name: str) -> None:
        assert TABLES[name].properties["DeletionProtectionEnabled"] == {"If": ["Protected", True, False]}

    def test_is_paid_by_request_under_the_keys_pk_and_sk(self, name: str) -> None:
        properties = TABLES[name].properties
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["KeySchema"] == [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ]

    def test_has_its_indexes(self, name: str) -> None:
        found = {
            index["IndexName"]: (
                index["KeySchema"][0]["AttributeName"],
                index["KeySchema"][1]["AttributeName"],
                index["Projection"]["ProjectionType"],
            )
            for index in TABLES[name].properties.get("GlobalSecondaryIndexes", [])
        }
        assert found == INDEXES.get(name, {})

    def test_has_the_indexes_that_the_stores_know_and_the_meter_counts(self, name: str) -> None:
        described = table_keys(name) if name == "ledger" else description(name, *KNOWN.get(name, ()))
        found = {
            index["IndexName"]: (
                *(key["AttributeName"] for key in index["KeySchema"]),
                index["Projection"]["ProjectionType"],
            )
            for index in described["GlobalSecondaryIndexes"]
        }
        assert found == INDEXES.get(name, {})

    def test_declares_the_attributes_of_its_keys_and_no_others(self, name: str) -> None:
        properties = TABLES[name].properties
        schemas = [properties["KeySchema"]]
        schemas += [index["KeySchema"] for index in properties.get("GlobalSecondaryIndexes", [])]
        keys = {key["AttributeName"] for schema in schemas for key in schema}
        declared = {about["AttributeName"]: about["AttributeType"] for about in properties["AttributeDefinitions"]}
        assert declared == dict.fromkeys(keys, "S")


def test_only_the_ledger_and_labels_have_a_stream_and_it_carries_new_images() -> None:
    streams = {name: table.properties.get("StreamSpecification") for name, table in TABLES.items()}
    new_images = {"StreamViewType": "NEW_IMAGE"}
    assert {name: stream for name, stream in streams.items() if stream} == {"ledger": new_images, "fraud": new_images}


def test_only_marks_receipts_of_partners_messages_and_what_scoring_knows_expire() -> None:
    expiries = {name: table.properties.get("TimeToLiveSpecification") for name, table in TABLES.items()}
    assert {name: expiry for name, expiry in expiries.items() if expiry} == {
        "published": {"Enabled": True, "AttributeName": "ttl"},
        "partners": {"Enabled": True, "AttributeName": "ttl"},
        "features": {"Enabled": True, "AttributeName": "ttl"},
    }


@pytest.mark.parametrize("found", STATEFUL, ids=str)
def test_what_is_kept_outlives_its_stack(found: Found) -> None:
    assert found.resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert found.resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("found", KEYS, ids=str)
class TestEveryKey:
    def test_is_rotated_unless_it_signs_and_waits_thirty_days_before_it_goes(self, found: Found) -> None:
        signs = found.properties.get("KeyUsage") == "SIGN_VERIFY"
        assert found.properties.get("EnableKeyRotation", False) is not signs
        assert found.properties["PendingWindowInDays"] == 30

    def test_is_governed_by_the_account(self, found: Found) -> None:
        statement = found.properties["KeyPolicy"]["Statement"][0]
        assert statement["Principal"] == {"AWS": {"Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}

    def test_is_open_to_others_only_under_a_condition(self, found: Found) -> None:
        for statement in found.properties["KeyPolicy"]["Statement"][1:]:
            assert statement["Condition"]
            assert "kms:*" not in statement["Action"]


@pytest.mark.parametrize("found", QUEUES, ids=str)
class TestEveryQueue:
    def test_is_encrypted_with_the_key_for_messages(self, found: Found) -> None:
        assert found.properties["KmsMasterKeyId"] == {"Ref": "MessagesKeyArn"}

    def test_gives_up_after_five_tries_to_a_dead_letter_queue_of_its_own(self, found: Found) -> None:
        if "DeadLetter" in found.name:
            assert "RedrivePolicy" not in found.properties
            return
        own = found.name.removesuffix("Queue") + "DeadLetterQueue"
        assert own in {queue.name for queue in QUEUES}
        assert found.properties["RedrivePolicy"] == {
            "deadLetterTargetArn": {"GetAtt": f"{own}.Arn"},
            "maxReceiveCount": 5,
        }

    def test_refuses_plain_transport_off_the_local_engine(self, found: Found) -> None:
        policies = [
            policy.properties
            for policy in every("AWS::SQS::QueuePolicy")
            if {"Ref": found.name} in policy.properties["Queues"]
        ]
        (policy,) = policies
        assert "EncryptedTransportOnly" in str(policy["PolicyDocument"])


def test_the_cursor_secret_is_made_by_the_store_and_encrypted() -> None:
    (secret,) = every("AWS::SecretsManager::Secret")
    assert secret.properties["KmsKeyId"] == {"GetAtt": "StorageKey.Arn"}
    assert secret.properties["GenerateSecretString"]["PasswordLength"] >= 64
    assert "SecretString" not in secret.properties


def bucket_and_policy(template_file: str) -> tuple[Found, Found]:
    """The one bucket of a nested template, and its policy."""
    (bucket,) = [found for found in every("AWS::S3::Bucket") if found.template == template_file]
    (policy,) = [found for found in every("AWS::S3::BucketPolicy") if found.template == template_file]
    return bucket, policy


def denied_by(policy: Found, sid: str) -> dict[str, Any]:
    every_statement = policy.properties["PolicyDocument"]["Statement"]
    plain = [found["If"][1] if "If" in found else found for found in every_statement]
    (statement,) = [found for found in plain if found["Sid"] == sid]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    found: dict[str, Any] = statement
    return found


def test_every_bucket_is_closed_to_the_public_and_owned_by_the_account_alone() -> None:
    buckets = every("AWS::S3::Bucket")
    assert {bucket.template for bucket in buckets} == {"infra/roots.yaml", "infra/exchange.yaml", "infra/fraud.yaml"}
    for bucket in buckets:
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket.properties["PublicAccessBlockConfiguration"]) == 4
        assert bucket.properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


class TestTheExchange:
    """Files name people and their accounts."""

    BUCKET, POLICY = bucket_and_policy("infra/exchange.yaml")

    def test_the_bucket_is_named_for_its_account_and_region(self) -> None:
        assert self.BUCKET.properties["BucketName"] == {"Sub": "florin-exchange-${AWS::AccountId}-${AWS::Region}"}

    def test_files_lie_under_the_key_for_what_is_stored(self) -> None:
        (rule,) = self.BUCKET.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": {"Ref": "StorageKeyArn"},
        }
        assert rule["BucketKeyEnabled"] is True

    def test_nothing_is_deleted_and_what_somebody_replaced_is_kept(self) -> None:
        assert self.BUCKET.properties["VersioningConfiguration"] == {"Status": "Enabled"}
        statement = denied_by(self.POLICY, "NothingIsDeleted")
        assert set(statement["Action"]) == {"s3:DeleteObject", "s3:DeleteObjectVersion"}
        assert statement["Resource"] == {"Sub": "${ExchangeBucket.Arn}/*"}

    def test_plain_transport_is_refused_off_the_local_engine(self) -> None:
        statement = denied_by(self.POLICY, "EncryptedTransportOnly")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert statement["Action"] == "s3:*"

    def test_it_tells_the_bus_of_the_account_what_is_put(self) -> None:
        assert self.BUCKET.properties["NotificationConfiguration"] == {
            "EventBridgeConfiguration": {"EventBridgeEnabled": True}
        }


class TestFraudsBucket:
    """Artefacts judge and prove what judged; history is ids and amounts."""

    BUCKET, POLICY = bucket_and_policy("infra/fraud.yaml")

    def test_the_bucket_is_named_for_its_account_and_region(self) -> None:
        assert self.BUCKET.properties["BucketName"] == {"Sub": "florin-fraud-${AWS::AccountId}-${AWS::Region}"}

    def test_files_lie_under_the_key_for_what_is_stored(self) -> None:
        (rule,) = self.BUCKET.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": {"Ref": "StorageKeyArn"},
        }
        assert rule["BucketKeyEnabled"] is True

    def test_nobody_deletes_or_replaces_anything(self) -> None:
        assert self.BUCKET.properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert set(denied_by(self.POLICY, "NothingIsDeleted")["Action"]) == {
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
        }
        assert denied_by(self.POLICY, "OnlyNewObjects")["Condition"] == {"Null": {"s3:if-none-match": "true"}}

    def test_plain_transport_is_refused_off_the_local_engine(self) -> None:
        statement = denied_by(self.POLICY, "EncryptedTransportOnly")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert statement["Action"] == "s3:*"

    def test_history_goes_after_two_seasons_and_artefacts_never(self) -> None:
        (rule,) = self.BUCKET.properties["LifecycleConfiguration"]["Rules"]
        assert (rule["Prefix"], rule["Status"]) == ("history/", "Enabled")
        assert rule["ExpirationInDays"] > 2 * 365


class TestTheRoots:
    BUCKET, POLICY = bucket_and_policy("infra/roots.yaml")

    def denied(self, sid: str) -> dict[str, Any]:
        return denied_by(self.POLICY, sid)

    def test_the_bucket_is_named_for_its_account_and_region(self) -> None:
        assert self.BUCKET.properties["BucketName"] == {"Sub": "florin-roots-${AWS::AccountId}-${AWS::Region}"}

    def test_every_root_is_locked_as_it_is_put(self) -> None:
        assert self.BUCKET.properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert self.BUCKET.properties["ObjectLockEnabled"] is True
        assert self.BUCKET.properties["ObjectLockConfiguration"] == {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": {"Ref": "LockMode"}, "Days": {"Ref": "LockDays"}}},
        }

    def test_the_lock_is_one_that_nobody_ends_early_off_the_local_stage(self) -> None:
        stages = template("template.yaml")["Mappings"]["Stages"]
        assert {name: stage["RootsLockMode"] for name, stage in stages.items()} == {
            "local": "GOVERNANCE",
            "staging": "COMPLIANCE",
            "prod": "COMPLIANCE",
        }
        assert stages["prod"]["RootsLockDays"] >= 7 * 365
        assert stages["local"]["RootsLockDays"] == 1

    def test_the_bucket_is_encrypted(self) -> None:
        (rule,) = self.BUCKET.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}

    def test_nobody_hides_or_overwrites_a_root(self) -> None:
        assert "s3:DeleteObject" in self.denied("NothingIsDeleted")["Action"]
        assert self.denied("OnlyNewObjects")["Condition"] == {"Null": {"s3:if-none-match": "true"}}

    def test_plain_transport_is_refused_off_the_local_engine(self) -> None:
        statement = self.denied("EncryptedTransportOnly")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert statement["Action"] == "s3:*"

    def test_their_key_is_a_pair_on_the_curve_p_256_that_only_signs(self) -> None:
        (key,) = [found for found in KEYS if found.name == "RootsKey"]
        assert (key.properties["KeySpec"], key.properties["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_the_bus_and_the_alarms_are_encrypted_with_the_key_for_messages() -> None:
    (bus,) = every("AWS::Events::EventBus")
    (topic,) = every("AWS::SNS::Topic")
    assert bus.properties["KmsKeyIdentifier"] == {"Ref": "MessagesKeyArn"}
    assert topic.properties["KmsMasterKeyId"] == {"Ref": "MessagesKeyArn"}


class TestThePool:
    def test_the_person_is_set_once_and_no_app_may_write_it(self) -> None:
        (pool,) = every("AWS::Cognito::UserPool")
        (client,) = every("AWS::Cognito::UserPoolClient")
        (attribute,) = pool.properties["Schema"]
        assert (attribute["Name"], attribute["Mutable"]) == ("person", False)
        assert "custom:person" not in client.properties["WriteAttributes"]

    def test_nobody_signs_up_by_themselves(self) -> None:
        (pool,) = every("AWS::Cognito::UserPool")
        assert pool.properties["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}

    def test_it_has_the_groups_of_the_bank(self) -> None:
        groups = {found.properties["GroupName"] for found in every("AWS::Cognito::UserPoolGroup")}
        assert groups == {
            "customer",
            "operations",
            "fraud_analyst",
            "fraud_lead",
            "compliance",
            "finance",
            "auditor",
            "admin",
        }


class TestStages:
    def test_deletion_protection_is_off_only_where_nothing_is_lost(self) -> None:
        stages = template("template.yaml")["Mappings"]["Stages"]
        assert {name: stage["DeletionProtection"] for name, stage in stages.items()} == {
            "local": "false",
            "staging": "true",
            "prod": "true",
        }
