"""One role for each function, and none may do what its work does not need."""

import re
from typing import Any

import pytest

from tests.unit.infra.templates import ROOT, as_list, every, functions, statements, template, texts

OF_MACHINES = {"AchMachinesRole": "AchJourney", "AchInboundMachineRole": "AchInbound"}
"""The roles that are no function's, each with the one function that it calls."""
RECEIVED_FILES = "arn:${AWS::Partition}:s3:::florin-exchange-${AWS::AccountId}-*/inbound/ach/*"
"""In the exchange of any region: what one receives for another is read there where it lies."""
ROLES: dict[str, dict[str, Any]] = {
    name.removesuffix("Role"): resource["Properties"]
    for name, resource in template("infra/roles.yaml")["Resources"].items()
    if name not in OF_MACHINES
}

LEDGER_ACTIONS = {
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:ConditionCheckItem",
}
STREAM_ACTIONS = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}
TRACING = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
"""X-Ray has no resources, so these two are the only actions on "*"."""

JUDGES = {"AchJourney", "FraudScorer", "Graphql", "ScheduledTransfers", "TransferSweep"}
"""Whose work comes to a payment that is not judged yet."""
WRITERS_OF_THE_LEDGER = {"Graphql", "Folder", "HoldExpiry", "ScheduledTransfers", "TransferSweep"} | {
    "AchFiles",
    "AchInbound",
    "AchJourney",
    "CaseSweep",
}
READERS_OF_CUSTOMERS = {"AchFiles", "Graphql"}
READERS_OF_SEALED_TEXT = {"AchArrivals", "AchFiles", "AchInbound", "CaseSweep", "Graphql"}
"""The API seals and shows names and memos, ACH files say who pays whom, ours as well as theirs, and a notification of
change that was approved corrects a counterparty; who runs an order passes its memo on as it was sealed."""


def roles_allowed(action: str, resource: str) -> set[str]:
    """The roles with this action on a resource whose text holds `resource`."""
    return {
        name
        for name, role in ROLES.items()
        for statement in statements(role)
        if action in statement["Action"] and any(resource in text for text in texts(statement["Resource"]))
    }


def roles_on(resource: str) -> set[str]:
    """The roles with any action on a resource whose text holds `resource`."""
    return {
        name
        for name, role in ROLES.items()
        for statement in statements(role)
        if any(resource in text for text in texts(statement["Resource"]))
    }


class TestOneRoleForEachFunction:
    def test_every_function_runs_as_the_role_that_bears_its_name(self) -> None:
        for name, function in functions().items():
            assert function["Role"] == {"GetAtt": f"Roles.Outputs.{name}RoleArn"}

    def test_no_role_is_without_a_function(self) -> None:
        assert set(ROLES) == set(functions())

    def test_the_outputs_carry_each_role_under_its_own_name(self) -> None:
        outputs = template("infra/roles.yaml")["Outputs"]
        roles = [*(f"{name}Role" for name in ROLES), *OF_MACHINES]
        assert outputs == {f"{name}Arn": {"Value": {"GetAtt": f"{name}.Arn"}} for name in roles}

    @pytest.mark.parametrize("name", ROLES)
    def test_only_lambda_may_take_a_role(self, name: str) -> None:
        (statement,) = ROLES[name]["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }

    @pytest.mark.parametrize("name", ROLES)
    def test_a_role_is_written_out_and_borrows_no_managed_policy(self, name: str) -> None:
        assert "ManagedPolicyArns" not in ROLES[name]


class TestTheLedger:
    def test_no_role_changes_or_deletes_what_stands_in_it(self) -> None:
        for role in ROLES.values():
            for statement in statements(role):
                if "Ledger" in "".join(texts(statement["Resource"])):
                    assert set(statement["Action"]) <= LEDGER_ACTIONS | STREAM_ACTIONS, statement["Sid"]

    def test_only_those_that_post_may_write_to_it(self) -> None:
        assert roles_allowed("dynamodb:PutItem", "LedgerTableArn") == WRITERS_OF_THE_LEDGER

    def test_who_posts_may_also_check_what_its_decision_read(self) -> None:
        assert roles_allowed("dynamodb:ConditionCheckItem", "LedgerTableArn") == WRITERS_OF_THE_LEDGER

    def test_the_table_itself_refuses_to_have_its_items_edited_or_deleted(self) -> None:
        table = template("infra/ledger.yaml")["Resources"]["LedgerTable"]["Properties"]
        (statement,) = table["ResourcePolicy"]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert set(statement["Action"]) == {
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:PartiQLUpdate",
            "dynamodb:PartiQLDelete",
        }
        assert not LEDGER_ACTIONS & set(statement["Action"])
        assert statement["Resource"]["Sub"].endswith(f":table/{table['TableName']['Sub']}")


class TestLeadingKeys:
    """The engine does not ask them: what is asked with which key, test_role_needs.py knows."""

    def test_a_checkpoint_is_moved_by_its_own_sweeper_alone(self) -> None:
        found = {
            name: statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            for name, role in ROLES.items()
            for statement in statements(role)
            if statement["Sid"] == "KeepItsCheckpoint"
        }
        assert found == {"Outbox": ["C#outbox"], "Folder": ["C#batch#*"], "HoldExpiry": ["C#hold_expiry"]}

    def test_marks_are_written_as_marks(self) -> None:
        for name in ("Publisher", "Outbox"):
            (statement,) = [found for found in statements(ROLES[name]) if found["Sid"] == "MarkWhatIsPublished"]
            assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["P#*"]}}

    def test_no_other_right_on_checkpoints_and_marks_is_without_a_leading_key(self) -> None:
        for role in ROLES.values():
            for statement in statements(role):
                if {"Ref": "PublishedTableArn"} in statement["Resource"]:
                    assert "dynamodb:LeadingKeys" in statement["Condition"]["ForAllValues:StringLike"]


class TestPersonalData:
    def test_only_who_seals_or_shows_text_may_unwrap_data_keys(self) -> None:
        assert roles_allowed("kms:Decrypt", "CustomersKeyArn") == READERS_OF_SEALED_TEXT
        assert roles_on("KeysTableArn") == READERS_OF_SEALED_TEXT

    def test_no_function_makes_a_data_key_or_shreds_one(self) -> None:
        assert not roles_allowed("kms:GenerateDataKey", "CustomersKeyArn")
        assert not roles_allowed("dynamodb:PutItem", "KeysTableArn")

    def test_only_the_api_and_who_writes_ach_files_reach_customers(self) -> None:
        assert roles_on("CustomersTableArn") == READERS_OF_CUSTOMERS


class TestRoots:
    def test_only_the_daily_root_signs_and_reaches_their_bucket(self) -> None:
        assert roles_allowed("kms:Sign", "RootsKeyArn") == roles_on("RootsKeyArn") == {"DailyRoot"}
        assert roles_on("RootsBucketArn") == {"DailyRoot"}

    def test_it_puts_and_reads_them_and_no_more(self) -> None:
        actions = {
            action
            for statement in statements(ROLES["DailyRoot"])
            for action in statement["Action"]
            if action.startswith(("s3:", "kms:"))
        }
        assert actions == {"s3:ListBucket", "s3:GetObject", "s3:PutObject", "kms:Sign"}

    def test_it_does_not_write_to_the_ledger(self) -> None:
        assert "DailyRoot" not in roles_allowed("dynamodb:PutItem", "TableArn")


class TestPartners:
    def test_only_who_checks_signatures_reads_the_keys_of_partners_and_no_other_secret(self) -> None:
        assert roles_on(":secret:florin/partners/") == {"Webhooks"}
        assert roles_allowed("secretsmanager:GetSecretValue", "CursorSecretArn") == {"Graphql"}

    def test_every_right_on_what_partners_delivered_has_its_leading_keys(self) -> None:
        for role in ROLES.values():
            for statement in statements(role):
                if {"Ref": "PartnersTableArn"} in statement["Resource"]:
                    assert statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]

    def test_who_takes_messages_in_reads_none_of_them(self) -> None:
        assert roles_allowed("dynamodb:GetItem", "PartnersTableArn") == {
            "CaseSweep",
            "Graphql",
            "PartnerDeliveries",
            "PartnerSweep",
            "Webhooks",
        }
        (reads,) = [found for found in statements(ROLES["Webhooks"]) if "dynamodb:GetItem" in found["Action"]]
        assert reads["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] == ["R#*"]


class TestAch:
    def test_only_who_writes_files_puts_them_and_reads_them_again(self) -> None:
        assert roles_allowed("s3:PutObject", "ExchangeBucketArn") == {"AchFiles"}
        assert roles_allowed("s3:GetObject", "ExchangeBucketArn") == {"AchFiles"}

    def test_received_files_are_read_by_who_works_them_and_who_acts_on_what_people_decide_of_them(self) -> None:
        assert roles_on(RECEIVED_FILES) == {"AchArrivals", "AchFiles", "AchInbound", "CaseSweep", "Graphql"}
        assert not roles_allowed("s3:PutObject", RECEIVED_FILES)

    def test_keys_of_other_regions_serve_received_files_and_what_is_handed_over_alone(self) -> None:
        for role in ROLES.values():
            for statement in statements(role):
                if {"Sub": "arn:${AWS::Partition}:kms:*:${AWS::AccountId}:key/*"} in statement["Resource"]:
                    (service,) = as_list(statement["Condition"]["StringLike"]["kms:ViaService"])
                    (alias,) = as_list(statement["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"])
                    assert (service, alias) in {
                        ("s3.*.amazonaws.com", "alias/florin-storage"),
                        ("sqs.*.amazonaws.com", "alias/florin-messages"),
                    }

    def test_the_key_of_what_is_stored_serves_nothing_but_files(self) -> None:
        assert roles_on("StorageKeyArn") == roles_on("ExchangeBucketArn") | roles_on("FraudBucketArn")
        for role in ROLES.values():
            for statement in statements(role):
                if {"Ref": "StorageKeyArn"} in statement["Resource"]:
                    assert statement["Condition"] == {
                        "StringEquals": {"kms:ViaService": {"Sub": "s3.${AWS::Region}.amazonaws.com"}}
                    }

    def test_only_customers_and_the_sweep_begin_journeys(self) -> None:
        assert roles_allowed("states:StartExecution", ":stateMachine:florin-ach-credit") == {"Graphql", "PaymentSweep"}
        assert roles_allowed("states:StartExecution", ":stateMachine:florin-ach-inbound") == {
            "AchArrivals",
            "AchInbound",
            "CaseSweep",
            "Graphql",
        }
        assert roles_allowed("states:DescribeExecution", ":execution:") == {"PaymentSweep"}

    def test_the_scorer_reaches_what_is_known_of_fraud_and_no_other_table(self) -> None:
        reached = {
            (action, text)
            for found in statements(ROLES["FraudScorer"])
            for text in texts(found["Resource"])
            for action in found["Action"]
            if "TableArn" in text
        }
        assert reached == {
            ("dynamodb:BatchGetItem", "FeaturesTableArn"),
            ("dynamodb:BatchGetItem", "FraudTableArn"),
            ("dynamodb:GetItem", "FraudTableArn"),
            ("dynamodb:PutItem", "FraudTableArn"),
        }


class TestFraud:
    def test_who_judges_reads_what_judges_and_changes_nothing_but_decisions(self) -> None:
        """The API has all that staff of fraud do as well."""
        assert roles_allowed("dynamodb:BatchGetItem", "FeaturesTableArn") == JUDGES | {"FraudFeatures"}
        for name in JUDGES - {"Graphql"}:
            keys = {
                action: set(found["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
                for found in statements(ROLES[name])
                if {"Ref": "FraudTableArn"} in found["Resource"]
                for action in found["Action"]
            }
            of_decisions = {"D#*", "DD#*", "DC#*"}
            assert keys == {
                "dynamodb:BatchGetItem": {"P#*", "Z#*"},
                "dynamodb:GetItem": of_decisions,
                "dynamodb:PutItem": of_decisions,
            }

    def test_who_judges_reads_documents_and_only_staff_and_the_watch_put_them(self) -> None:
        assert roles_allowed("s3:GetObject", "${FraudBucketArn}/artefacts/*") == JUDGES | {"CaseSweep", "FraudMonitor"}
        assert roles_allowed("s3:PutObject", "${FraudBucketArn}/artefacts/*") == {"FraudMonitor", "Graphql"}
        for name in JUDGES:
            assert name in roles_allowed("kms:Decrypt", "StorageKeyArn")

    def test_nobody_signs_bounds_and_who_lets_thresholds_decide_verifies_them(self) -> None:
        assert roles_allowed("kms:Sign", "FraudBoundsKeyArn") == set()
        assert roles_on("FraudBoundsKeyArn") == {"CaseSweep", "FraudMonitor", "Graphql"}

    def test_who_watches_does_not_move_the_pointer(self) -> None:
        for statement in statements(ROLES["FraudMonitor"]):
            if "dynamodb:PutItem" in statement["Action"] and {"Ref": "FraudTableArn"} in statement["Resource"]:
                assert "P#*" not in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


class TestDeletion:
    def test_no_function_deletes_from_any_table(self) -> None:
        # BatchWriteItem can delete: only marks, which expire anyway, are written with it.
        assert not roles_allowed("dynamodb:DeleteItem", "TableArn")
        assert roles_allowed("dynamodb:BatchWriteItem", "TableArn") == {"Publisher", "Outbox"}
        assert roles_allowed("dynamodb:BatchWriteItem", "PublishedTableArn") == {"Publisher", "Outbox"}


class TestWildcards:
    @pytest.mark.parametrize("name", ROLES)
    def test_actions_are_named_one_by_one(self, name: str) -> None:
        for statement in statements(ROLES[name]):
            assert statement["Effect"] == "Allow"
            assert all(re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z]+", action) for action in statement["Action"])

    @pytest.mark.parametrize("name", ROLES)
    def test_only_tracing_is_allowed_on_everything(self, name: str) -> None:
        for statement in statements(ROLES[name]):
            if "*" in statement["Resource"]:
                assert set(statement["Action"]) <= TRACING

    def test_a_star_inside_a_resource_stands_for_what_is_made_at_run_time(self) -> None:
        # Log streams, schedules of orders, the stream whose name is the moment it was made, roots of days, partners,
        # files, executions of journeys; and for what other regions of the bank have under the same name.
        allowed = {
            "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${TransferSchedules}/*",
            "${LedgerTableArn}/stream/*",
            "${FraudTableArn}/stream/*",
            "${RootsBucketArn}/roots/${AWS::Region}/*",
            "${ExchangeBucketArn}/built/ach/*",
            "${ExchangeBucketArn}/outbound/ach/*",
            "${FraudBucketArn}/history/*",
            "${FraudBucketArn}/artefacts/*",
            RECEIVED_FILES,
            "arn:${AWS::Partition}:kms:*:${AWS::AccountId}:key/*",
            "arn:${AWS::Partition}:sqs:*:${AWS::AccountId}:florin-ach-arrivals-*",
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:florin-ach-credit-${AWS::Region}:*",
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:florin-ach-debit-${AWS::Region}:*",
            "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:florin/partners/${AWS::Region}/*",
        }
        for role in ROLES.values():
            for statement in statements(role):
                for text in texts(statement["Resource"]):
                    if "*" in text and text != "*" and not text.startswith("arn:${AWS::Partition}:logs:"):
                        assert text in allowed

    def test_a_role_is_passed_on_only_to_the_scheduler(self) -> None:
        passing = [
            statement
            for role in ROLES.values()
            for statement in statements(role)
            if "iam:PassRole" in statement["Action"]
        ]
        assert passing
        for statement in passing:
            assert statement["Resource"] == [{"Ref": "TransferScheduleRoleArn"}]
            assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


@pytest.mark.parametrize(("role", "function"), OF_MACHINES.items())
class TestTheStateMachines:
    def about(self, role: str) -> dict[str, Any]:
        found: dict[str, Any] = template("infra/roles.yaml")["Resources"][role]["Properties"]
        return found

    def test_they_call_the_function_of_the_steps_and_no_other(self, role: str, function: str) -> None:
        (statement,) = [found for found in statements(self.about(role)) if found["Resource"] != ["*"]]
        assert statement["Action"] == ["lambda:InvokeFunction"]
        (resource,) = statement["Resource"]
        assert resource["Sub"].endswith(f":function:{functions()[function]['FunctionName']['Sub']}")

    def test_all_else_they_may_is_to_log_and_to_trace(self, role: str, function: str) -> None:
        del function
        actions = [
            action for found in statements(self.about(role)) if found["Resource"] == ["*"] for action in found["Action"]
        ]
        assert all(
            re.fullmatch(r"logs:\w*(Deliver|ResourcePolic|DescribeLogGroups)\w*|xray:\w+", action) for action in actions
        )

    def test_only_state_machines_of_this_account_take_the_role(self, role: str, function: str) -> None:
        del function
        (statement,) = self.about(role)["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "states.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


class TestLogs:
    def test_a_function_writes_to_its_own_log_and_no_other(self) -> None:
        groups = {
            name.removesuffix("Log"): resource["Properties"]["LogGroupName"]["Sub"]
            for name, resource in template("infra/logs.yaml")["Resources"].items()
        }
        for name, role in ROLES.items():
            (statement,) = [found for found in statements(role) if "logs:PutLogEvents" in found["Action"]]
            (resource,) = statement["Resource"]
            assert resource["Sub"].endswith(f":log-group:{groups[name]}:*")


class TestTheArtifact:
    def test_it_holds_the_service_models_that_the_roles_allow(self) -> None:
        (line,) = [
            line
            for line in (ROOT / "infra/package/artifact.mk").read_text(encoding="utf-8").splitlines()
            if line.startswith("SERVICES :=")
        ]
        used_by_lambda_itself = {"logs", "xray"}
        allowed = {
            action.split(":")[0]
            for role in ROLES.values()
            for statement in statements(role)
            for action in statement["Action"]
        }
        allowed = {{"states": "stepfunctions"}.get(name, name) for name in allowed}  # as botocore names it
        packed = set(line.removeprefix("SERVICES :=").split())
        assert packed == allowed - used_by_lambda_itself - {"iam"} | {"sts"}

    def test_every_handler_is_named_after_its_package(self) -> None:
        for name, function in functions().items():
            package = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
            assert function["Handler"] == f"functions.{package}.handler.handler"


def test_every_role_of_the_region_is_in_its_file_or_serves_the_scheduler() -> None:
    elsewhere = [found for found in every("AWS::IAM::Role") if found.template != "infra/roles.yaml"]
    assert [str(found) for found in elsewhere] == ["infra/messaging.yaml: TransferScheduleRole"]
    for statement in statements(elsewhere[0].properties):
        assert set(as_list(statement["Action"])) <= {"sqs:SendMessage", "kms:Decrypt", "kms:GenerateDataKey"}
        assert "*" not in statement["Resource"]
