"""Every function is set up, started and watched as its work needs."""

import json
import random
import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from domain.access import events as of_access
from domain.clock import SystemClock
from domain.fraud import events as of_fraud
from domain.fraud.counted import PAYMENTS
from domain.ledger import events as of_ledger
from domain.partners.rules import TOLERANCE_DEFAULT, TRIES_MAX
from domain.payments import events as of_payments
from domain.payments.kinds import DRIVEN_BY_STEPS
from domain.rails.ach.exchange import INBOUND
from functions.ach_arrivals.handler import OBJECT_CREATED
from functions.composition import build
from functions.configuration import read
from tests.unit.infra.state_machines import FILES, parameter_of
from tests.unit.infra.state_machines import INBOUND as INBOUND_MACHINE
from tests.unit.infra.templates import ROOT, as_list, every, functions, nested, template, texts

REGION = template("template.yaml")
RESOURCES = REGION["Resources"]
SETTINGS = REGION["Globals"]["Function"]["Environment"]["Variables"]

STAGES = REGION["Mappings"]["Stages"]
ON_AWS = ("staging", "prod")
CANARY_SECONDS = 5 * 60
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
ALARMS_OF_A_GROUP_MAX = 10
"""AWS CodeDeploy, quotas: alarms of a deployment group."""

EVERY_MINUTE = {"Outbox", "Folder", "HoldExpiry", "PartnerSweep", "PaymentSweep"}
MAY_MEET_THE_NEXT_RUN = {"AchFiles", "AchInbound"}
"""Every minute too, and one run may last longer: two that meet at a file or an entry do it no harm."""
EVERY_HOUR = {"CaseSweep", "DailyRoot", "FraudHistory"}
EVERY_DAY = {"AchReturnRates", "FraudMonitor"}
ON_THE_BUS = ("Notifier", "FraudScorer", "FraudFeatures", "PaymentDecisions")
WITHOUT_SETTINGS = {"TokenClaims"}


def of_stage(what: str) -> dict[str, object]:
    return {"FindInMap": ["Stages", {"Ref": "Stage"}, what]}


class TestSettings:
    def test_the_stack_sets_what_the_configuration_reads_and_nothing_else(self) -> None:
        read_names = set(re.findall(r'"(FLORIN_[A-Z_]+)"', (ROOT / "functions/configuration.py").read_text()))
        assert set(SETTINGS) == read_names

    def test_the_configuration_takes_them(self) -> None:
        values = {name: parameter_default(value) for name, value in SETTINGS.items()}
        configuration = read(values | {"AWS_REGION": "us-east-1"})
        assert configuration.stage == "local"
        assert configuration.close_after > configuration.signature_bound

    @pytest.mark.parametrize("name", functions())
    def test_no_function_has_settings_of_its_own(self, name: str) -> None:
        assert "Environment" not in functions()[name]

    def test_only_the_trigger_of_the_pool_has_no_settings(self) -> None:
        plain = {name.removesuffix("Function") for name in RESOURCES if is_plain_function(name)}
        assert plain == WITHOUT_SETTINGS


def parameter_default(value: object) -> str:
    """What a setting is on the local stage; what comes from a nested stack is any text."""
    if isinstance(value, dict) and "Ref" in value:
        return str(REGION["Parameters"][value["Ref"]]["Default"])
    return "from a nested stack"


def is_plain_function(name: str) -> bool:
    return bool(RESOURCES[name]["Type"] == "AWS::Lambda::Function")


class TestPackaging:
    def test_one_artifact_is_built_and_every_function_points_at_it(self) -> None:
        built = {name for name in RESOURCES if RESOURCES[name].get("Metadata", {}).get("BuildMethod")}
        assert built == {"GraphqlFunction"}
        for name, function in functions().items():
            if name != "Graphql":
                assert RESOURCES[f"{name}Function"]["Metadata"] == {"SkipBuild": True}
                assert (function.get("CodeUri") or function["Code"]) == ".aws-sam/build/GraphqlFunction"

    def test_every_stage_has_a_way_to_build_it(self) -> None:
        for stage in REGION["Mappings"]["Stages"].values():
            assert (ROOT / stage["Package"] / "Makefile").is_file()

    def test_the_stage_says_what_functions_run_on(self) -> None:
        for settings in (REGION["Globals"]["Function"], functions()["TokenClaims"]):
            assert settings["Runtime"] == of_stage("Runtime")
            assert settings["Architectures"] == [of_stage("Architecture")]

    @pytest.mark.parametrize("stage", ON_AWS)
    def test_on_aws_it_is_python_3_13_on_arm64_as_the_artifact_is_built(self, stage: str) -> None:
        about = STAGES[stage]
        assert (about["Runtime"], about["Architecture"]) == ("python3.13", "arm64")
        built = (ROOT / about["Package"] / "Makefile").read_text(encoding="utf-8")
        assert "--python-version 3.13 --python-platform aarch64-" in built


class TestReleases:
    """The API calls a version by its alias: a new one is tried on a part of the calls, and watched."""

    CALLED_BY_THE_API = ("Graphql", "Webhooks")

    @pytest.mark.parametrize("name", functions())
    def test_what_the_api_calls_is_published_under_an_alias_and_nothing_else(self, name: str) -> None:
        published = functions()[name].get("AutoPublishAlias")
        assert published == ("live" if name in self.CALLED_BY_THE_API else None)

    @pytest.mark.parametrize("name", CALLED_BY_THE_API)
    def test_the_api_calls_and_may_call_the_alias(self, name: str) -> None:
        alias = {"Ref": f"{name}Function.Alias"}
        assert RESOURCES[f"{name}Integration"]["Properties"]["IntegrationUri"] == alias
        assert RESOURCES[f"ApiCalls{name}"]["Properties"]["FunctionName"] == alias

    @pytest.mark.parametrize("name", CALLED_BY_THE_API)
    def test_a_new_version_gets_a_tenth_of_the_calls_for_five_minutes(self, name: str) -> None:
        preference = functions()[name]["DeploymentPreference"]
        assert preference["Type"] == "Canary10Percent5Minutes"
        assert preference["Enabled"] == of_stage("Gradual")

    @pytest.mark.parametrize("name", CALLED_BY_THE_API)
    def test_alarms_that_can_ring_in_five_minutes_watch_it(self, name: str) -> None:
        alarms = template("infra/alarms.yaml")
        watching = [alarm["GetAtt"].rpartition(".")[2] for alarm in functions()[name]["DeploymentPreference"]["Alarms"]]
        assert {f"{name}Fails", "ApiFails"} <= set(watching)
        assert len(watching) <= ALARMS_OF_A_GROUP_MAX
        for alarm in watching:
            assert alarms["Outputs"][alarm] == {"Value": {"Ref": alarm}}
            about = alarms["Resources"][alarm]["Properties"]
            assert about["Period"] * about.get("DatapointsToAlarm", about["EvaluationPeriods"]) <= CANARY_SECONDS
            assert about["TreatMissingData"] == "notBreaching"

    def test_every_stage_on_aws_is_gradual_and_the_local_engine_cannot_be(self) -> None:
        assert {stage: about["Gradual"] for stage, about in STAGES.items()} == {
            "local": False,
            "staging": True,
            "prod": True,
        }

    def test_only_what_builds_a_schema_takes_snapshots_and_not_on_the_local_engine(self) -> None:
        taking = {name: function["SnapStart"] for name, function in functions().items() if "SnapStart" in function}
        assert taking == {"Graphql": {"ApplyOn": of_stage("Snapshots")}}
        assert STAGES["local"]["Snapshots"] == "None"
        assert {STAGES[stage]["Snapshots"] for stage in ON_AWS} == {"PublishedVersions"}

    @pytest.mark.parametrize("name", CALLED_BY_THE_API)
    def test_another_value_of_a_setting_is_another_version(self, name: str) -> None:
        function = functions()[name]
        text, values = function["VersionDescription"]["Sub"]
        said = set(re.findall(r"\$\{(\w+)\}", text))
        assert said <= {*REGION["Parameters"], *values}
        asked = {value["Ref"] for value in SETTINGS.values() if "Ref" in value}
        assert asked <= said | {found for found in texts(values) if found in REGION["Parameters"]}
        assert {"GetAtt": "Identity.Outputs.PoolClientId"} in values.values()
        assert function["AutoPublishAliasAllProperties"] is True


class TestLogsAndTraces:
    def test_every_function_writes_to_a_log_group_that_the_stack_made(self) -> None:
        outputs = template("infra/logs.yaml")["Outputs"]
        for name, function in functions().items():
            assert function["LoggingConfig"]["LogGroup"] == {"GetAtt": f"Logs.Outputs.{name}Log"}
            assert outputs[f"{name}Log"] == {"Value": {"Ref": f"{name}Log"}}

    def test_every_log_group_is_encrypted_and_kept_for_a_limited_time(self) -> None:
        for group in every("AWS::Logs::LogGroup"):
            assert group.properties["KmsKeyId"] == {"Ref": "LogsKeyArn"}
            assert group.properties["RetentionInDays"] == {"Ref": "RetentionDays"}

    def test_every_log_group_is_for_a_function_the_api_or_the_state_machines(self) -> None:
        groups = {group.name.removesuffix("Log") for group in every("AWS::Logs::LogGroup")}
        assert groups == set(functions()) | {"Api", "Machines"}

    def test_every_function_is_traced(self) -> None:
        assert REGION["Globals"]["Function"]["Tracing"] == "Active"
        assert functions()["TokenClaims"]["TracingConfig"] == {"Mode": "Active"}


class TestTheApi:
    def test_it_has_these_routes_and_only_graphql_asks_for_a_token(self) -> None:
        routes = {
            found.properties["RouteKey"]: found.properties.get("AuthorizationType")
            for found in every("AWS::ApiGatewayV2::Route")
        }
        assert routes == {
            "GET /health": None,
            "POST /graphql": "JWT",
            "GET /graphql": "JWT",
            "ANY /webhooks/{partner}/{kind}": None,
        }

    def test_it_takes_tokens_of_this_region_s_pool_for_our_app_only(self) -> None:
        (authorizer,) = every("AWS::ApiGatewayV2::Authorizer")
        assert authorizer.properties["JwtConfiguration"] == {
            "Issuer": {"GetAtt": "Identity.Outputs.TokenIssuer"},
            "Audience": [{"GetAtt": "Identity.Outputs.PoolClientId"}],
        }

    def test_it_is_throttled_and_leaves_an_access_log(self) -> None:
        (stage,) = every("AWS::ApiGatewayV2::Stage")
        assert stage.properties["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
        assert stage.properties["DefaultRouteSettings"]["ThrottlingBurstLimit"] > 0
        assert set(json.loads(stage.properties["AccessLogSettings"]["Format"])) >= {"requestId", "route", "status"}

    def test_its_access_log_does_not_say_who_called(self) -> None:
        (stage,) = every("AWS::ApiGatewayV2::Stage")
        text = stage.properties["AccessLogSettings"]["Format"]
        for word in ("identity", "claims", "principalId", "userAgent", "path"):
            assert word not in text

    def test_a_limit_of_a_route_names_a_route_that_exists(self) -> None:
        (stage,) = every("AWS::ApiGatewayV2::Stage")
        routes = {found.properties["RouteKey"] for found in every("AWS::ApiGatewayV2::Route")}
        assert set(stage.properties["RouteSettings"]) <= routes


class TestWhatStartsThem:
    def test_the_minute_functions_run_every_minute_and_only_these_may_outlive_it(self) -> None:
        for name in EVERY_MINUTE | MAY_MEET_THE_NEXT_RUN:
            rule = RESOURCES[f"{name}Schedule"]["Properties"]
            assert rule["ScheduleExpression"] == "rate(1 minute)"
            assert rule["Targets"][0]["Arn"] == {"GetAtt": f"{name}Function.Arn"}
            assert (functions()[name]["Timeout"] < 60) is (name in EVERY_MINUTE)
            assert functions()[name]["EventInvokeConfig"]["MaximumRetryAttempts"] == 0

    def test_the_hourly_functions_run_every_hour_and_no_run_outlives_its_hour(self) -> None:
        for name in EVERY_HOUR:
            rule = RESOURCES[f"{name}Schedule"]["Properties"]
            assert re.fullmatch(r"cron\([0-9]+ \* \* \* \? \*\)", rule["ScheduleExpression"])
            assert rule["Targets"][0]["Arn"] == {"GetAtt": f"{name}Function.Arn"}
            assert functions()[name]["Timeout"] < 3600
            assert functions()[name]["EventInvokeConfig"]["MaximumRetryAttempts"] == 0

    def test_the_watch_of_fraud_goes_on_several_times_each_night_and_no_run_outlives_its_hour(self) -> None:
        schedule = re.fullmatch(
            r"cron\(([0-9]+) ([0-9]+)-([0-9]+) \* \* \? \*\)",
            RESOURCES["FraudMonitorSchedule"]["Properties"]["ScheduleExpression"],
        )
        assert schedule
        _, first, last = map(int, schedule.groups())
        assert first >= 1
        assert last - first + 1 == 6
        assert functions()["FraudMonitor"]["Timeout"] < 3600

    def test_the_daily_root_runs_long_after_midnight_has_closed(self) -> None:
        minute = int(re.findall("[0-9]+", RESOURCES["DailyRootSchedule"]["Properties"]["ScheduleExpression"])[0])
        closes = [
            int(seconds)
            for assertion in REGION["Rules"]["BoundsOnAws"]["Assertions"]
            if as_list(assertion["Assert"].get("Fn::Contains"))[-1:] == [{"Ref": "CloseAfterSeconds"}]
            for seconds in assertion["Assert"]["Fn::Contains"][0]
        ]
        assert 15 * 60 + max(closes) <= minute * 60

    def test_every_rule_may_call_the_function_it_calls(self) -> None:
        permissions = [found.properties for found in every("AWS::Lambda::Permission")]
        for rule in every("AWS::Events::Rule"):
            if rule.template == "template.yaml":
                function = rule.properties["Targets"][0]["Arn"]["GetAtt"].removesuffix(".Arn")
                assert {
                    "FunctionName": {"Ref": function},
                    "Action": "lambda:InvokeFunction",
                    "Principal": "events.amazonaws.com",
                    "SourceArn": {"GetAtt": f"{rule.name}.Arn"},
                } in permissions

    def test_every_permission_names_the_one_that_may_call(self) -> None:
        assert all("SourceArn" in found.properties for found in every("AWS::Lambda::Permission"))

    def test_the_publisher_hears_of_new_journals_only_and_reports_no_failures(self) -> None:
        mapping = RESOURCES["LedgerStreamToPublisher"]["Properties"]
        (found,) = mapping["FilterCriteria"]["Filters"]
        assert json.loads(found["Pattern"]) == {
            "eventName": ["INSERT"],
            "dynamodb": {"Keys": {"sk": {"S": ["J"]}}},
        }
        assert "FunctionResponseTypes" not in mapping
        assert mapping["MaximumRecordAgeInSeconds"] <= 3600
        assert mapping["DestinationConfig"] == {
            "OnFailure": {"Destination": {"GetAtt": "Messaging.Outputs.PublisherFailedQueueArn"}}
        }

    def test_labels_are_heard_of_alone_and_wait_in_the_stream_for_as_long_as_it_keeps_them(self) -> None:
        mapping = RESOURCES["LabelStreamToFraudFeatures"]["Properties"]
        assert mapping["FunctionName"] == {"Ref": "FraudFeaturesFunction"}
        assert mapping["EventSourceArn"] == {"GetAtt": "Records.Outputs.FraudStreamArn"}
        (found,) = mapping["FilterCriteria"]["Filters"]
        assert json.loads(found["Pattern"]) == {
            "eventName": ["INSERT", "MODIFY"],
            "dynamodb": {"Keys": {"sk": {"S": ["L"]}}},
        }
        assert mapping["MaximumRecordAgeInSeconds"] == 24 * 3600
        assert "MaximumRetryAttempts" not in mapping
        assert mapping["DestinationConfig"] == {
            "OnFailure": {"Destination": {"GetAtt": "Messaging.Outputs.FraudFeaturesDeadLetterQueueArn"}}
        }

    def test_queue_consumers_report_each_message_and_finish_before_it_shows_again(self) -> None:
        queues = template("infra/messaging.yaml")["Resources"]
        default = REGION["Globals"]["Function"]["Timeout"]
        for name in (
            "Notifier",
            "ScheduledTransfers",
            "PartnerDeliveries",
            "AchArrivals",
            "FraudScorer",
            "FraudFeatures",
            "PaymentDecisions",
        ):
            mapping = RESOURCES[f"QueueTo{name}"]["Properties"]
            assert mapping["EventSourceArn"] == {"GetAtt": f"Messaging.Outputs.{name}QueueArn"}
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            timeout = functions()[name].get("Timeout", default)
            assert queues[f"{name}Queue"]["Properties"]["VisibilityTimeout"] >= 6 * timeout

    def test_a_delivery_is_tried_as_often_as_its_queue_gives_it_out(self) -> None:
        queue = template("infra/messaging.yaml")["Resources"]["PartnerDeliveriesQueue"]["Properties"]
        assert queue["RedrivePolicy"]["maxReceiveCount"] == TRIES_MAX

    @pytest.mark.parametrize(
        ("rule", "hears", "name"),
        [
            ("LedgerEventsToNotifier", {"source": [of_ledger.SOURCE]}, "Notifier"),
            (
                "InitiatedPaymentsToFraudScorer",
                {"source": [of_payments.SOURCE], "detail-type": [of_payments.PaymentInitiated.__name__]},
                "FraudScorer",
            ),
            (
                "PaymentJournalsToFraudFeatures",
                {
                    "source": [of_ledger.SOURCE],
                    "detail-type": [of_ledger.JournalPosted.__name__],
                    "detail": {"kind": list(PAYMENTS)},
                },
                "FraudFeatures",
            ),
            (
                "WhatWasLearntToFraudFeatures",
                {
                    "source": [of_access.SOURCE, of_fraud.SOURCE],
                    "detail-type": [
                        of_access.CredentialChanged.__name__,
                        of_fraud.LabelUnread.__name__,
                        of_fraud.PaymentLabelled.__name__,
                    ],
                },
                "FraudFeatures",
            ),
            (
                "FraudDecisionsToPayments",
                {"source": [of_fraud.SOURCE], "detail-type": [of_fraud.FraudDecided.__name__]},
                "PaymentDecisions",
            ),
            (
                "ReceivedFilesToArrivals",
                {
                    "source": ["aws.s3"],
                    "detail-type": [OBJECT_CREATED],
                    "detail": {
                        "bucket": {"name": [{"Ref": "ExchangeBucket"}]},
                        "object": {"key": [{"prefix": INBOUND}]},
                    },
                },
                "AchArrivals",
            ),
        ],
    )
    def test_who_hears_the_bus_hears_its_own_events_by_its_queue(
        self, rule: str, hears: dict[str, Any], name: str
    ) -> None:
        about = template("infra/messaging.yaml")["Resources"][rule]["Properties"]
        assert about["EventPattern"] == hears
        (target,) = about["Targets"]
        assert target["Arn"] == {"GetAtt": f"{name}Queue.Arn"}
        assert target["DeadLetterConfig"] == {"Arn": {"GetAtt": f"{name}DeadLetterQueue.Arn"}}

    def test_every_rule_of_the_bus_may_fill_its_queue_and_the_dead_letter_queue(self) -> None:
        policies = [found.properties for found in every("AWS::SQS::QueuePolicy")]
        for rule in every("AWS::Events::Rule"):
            if "EventPattern" in rule.properties:
                queue = rule.properties["Targets"][0]["Arn"]["GetAtt"].removesuffix(".Arn")
                own = [{"Ref": queue}, {"Ref": f"{queue.removesuffix('Queue')}DeadLetterQueue"}]
                (policy,) = [found for found in policies if found["Queues"] == own]
                sent = policy["PolicyDocument"]["Statement"][0]
                assert (sent["Principal"], sent["Action"]) == ({"Service": "events.amazonaws.com"}, "sqs:SendMessage")
                fillers = sent["Condition"]["ArnEquals"]["aws:SourceArn"]
                assert {"GetAtt": f"{rule.name}.Arn"} in (fillers if isinstance(fillers, list) else [fillers])

    def test_no_policy_of_a_queue_lets_other_rules_in_than_those_that_fill_it(self) -> None:
        targets: dict[str, set[str]] = {}
        for rule in every("AWS::Events::Rule"):
            if "EventPattern" in rule.properties:
                queue = rule.properties["Targets"][0]["Arn"]["GetAtt"].removesuffix(".Arn")
                targets.setdefault(queue, set()).add(f"{rule.name}.Arn")
        for policy in (found.properties for found in every("AWS::SQS::QueuePolicy")):
            sent = policy["PolicyDocument"]["Statement"][0]
            if sent["Principal"] == {"Service": "events.amazonaws.com"}:
                fillers = sent["Condition"]["ArnEquals"]["aws:SourceArn"]
                named = {filler["GetAtt"] for filler in (fillers if isinstance(fillers, list) else [fillers])}
                assert named == targets[policy["Queues"][0]["Ref"]]


class TestTheStateMachines:
    """One for each kind of payment, and one for received files; what they say is tried in test_state_machines.py and
    test_inbound_machine.py."""

    MACHINES: ClassVar = {found.name: found.properties for found in every("AWS::Serverless::StateMachine")}
    OF_PAYMENTS: ClassVar = {name: about for name, about in MACHINES.items() if name != "AchInboundMachine"}

    def test_there_is_one_for_each_kind_of_payment_and_one_for_received_files(self) -> None:
        found = {about["DefinitionUri"]: about["Name"]["Sub"] for about in self.MACHINES.values()}
        of_payments = {
            FILES[kind]: f"florin-{kind.value.lower().replace('_', '-')}-${{AWS::Region}}" for kind in DRIVEN_BY_STEPS
        }
        assert found == of_payments | {INBOUND_MACHINE: "florin-ach-inbound-${AWS::Region}"}

    def test_each_calls_the_function_of_the_steps_as_a_role_that_may_call_nothing_else(self) -> None:
        for about in self.OF_PAYMENTS.values():
            assert about["DefinitionSubstitutions"]["JourneyFunctionArn"] == {"GetAtt": "AchJourneyFunction.Arn"}
            assert about["Role"] == {"GetAtt": "Roles.Outputs.AchMachinesRoleArn"}

    def test_their_deadlines_are_those_that_the_functions_are_told(self) -> None:
        for about in self.OF_PAYMENTS.values():
            seconds = {name: value for name, value in about["DefinitionSubstitutions"].items() if "Seconds" in name}
            for name, value in seconds.items():
                variable = re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()
                assert value == {"Ref": name} == SETTINGS[f"FLORIN_{variable}"]
            asked = {f"{name}Seconds" for name in re.findall(r"\$\{(\w+)Seconds\}", self.text(about))}
            assert asked == set(seconds)

    def test_every_deadline_of_the_bank_is_one_of_a_machine(self) -> None:
        configuration = read(
            {name: parameter_default(value) for name, value in SETTINGS.items()} | {"AWS_REGION": "us-east-1"}
        )
        deadlines = build(configuration, clock=SystemClock(), randomness=random.Random(1)).deadlines
        parameters = REGION["Parameters"]
        for field in fields(deadlines):
            if field.name != "grace":
                seconds = getattr(deadlines, field.name).total_seconds()
                assert seconds == parameters[parameter_of(field.name)]["Default"]

    def test_the_function_ends_before_its_step_is_given_up(self) -> None:
        timeout = functions()["AchJourney"]["Timeout"]
        assert timeout < REGION["Parameters"]["StepSeconds"]["Default"]

    def test_received_files_have_a_function_and_a_role_of_their_own_and_longer_steps(self) -> None:
        about = self.MACHINES["AchInboundMachine"]
        said = about["DefinitionSubstitutions"]
        assert said["InboundFunctionArn"] == {"GetAtt": "AchInboundFunction.Arn"}
        assert about["Role"] == {"GetAtt": "Roles.Outputs.AchInboundMachineRoleArn"}
        assert functions()["AchInbound"]["Timeout"] < said["StepSeconds"]
        assert set(re.findall(r"\$\{(\w+)\}", self.text(about))) == set(said)

    def test_the_functions_know_them_by_name(self) -> None:
        for about in self.MACHINES.values():
            name = about["Name"]["Sub"]
            short = name.removeprefix("florin-").removesuffix("-${AWS::Region}").replace("-", "_").upper()
            assert SETTINGS[f"FLORIN_{short}_MACHINE_ARN"]["Sub"].endswith(f":stateMachine:{name}")

    def test_they_are_traced_and_their_logs_hold_no_tokens(self) -> None:
        for about in self.MACHINES.values():
            assert about["Tracing"] == {"Enabled": True}
            assert about["Logging"]["IncludeExecutionData"] is False
            (destination,) = about["Logging"]["Destinations"]
            assert destination == {"CloudWatchLogsLogGroup": {"LogGroupArn": {"GetAtt": "Logs.Outputs.MachinesLogArn"}}}

    def text(self, about: dict[str, Any]) -> str:
        path: str = about["DefinitionUri"]
        return (ROOT / path).read_text(encoding="utf-8")


class TestAlarms:
    ALARMS = template("infra/alarms.yaml")["Resources"]

    def watched(self, metric: str, dimension: str) -> set[str]:
        return {
            alarm["Properties"]["Dimensions"][0]["Value"]["Ref"]
            for alarm in self.ALARMS.values()
            if alarm["Type"] == "AWS::CloudWatch::Alarm"
            and alarm["Properties"]["MetricName"] == metric
            and alarm["Properties"]["Dimensions"][0]["Name"] == dimension
        }

    def test_every_function_that_raises_is_noticed(self) -> None:
        assert self.watched("Errors", "FunctionName") == {f"{name}Function" for name in functions()}

    def test_a_function_of_the_clock_that_stays_silent_is_noticed(self) -> None:
        clocked = EVERY_MINUTE | MAY_MEET_THE_NEXT_RUN | EVERY_HOUR | EVERY_DAY
        assert self.watched("Invocations", "FunctionName") == {f"{name}Function" for name in clocked}
        for name in clocked:
            assert self.ALARMS[f"{name}Silent"]["Properties"]["TreatMissingData"] == "breaching"

    def test_every_dead_letter_queue_that_fills_is_noticed(self) -> None:
        dead = {queue.name for queue in every("AWS::SQS::Queue") if "DeadLetter" in queue.name}
        watched = self.watched("ApproximateNumberOfMessagesVisible", "QueueName")
        assert watched == dead | {"PublisherFailedQueue"}

    def test_a_late_publisher_and_a_failing_api_are_noticed(self) -> None:
        assert self.watched("IteratorAge", "FunctionName") == {"PublisherFunction", "FraudFeaturesFunction"}
        assert self.watched("5xx", "ApiId") == {"ApiId"}

    def test_a_journey_that_fails_or_takes_for_ever_is_noticed(self) -> None:
        for metric in ("ExecutionsFailed", "ExecutionsTimedOut"):
            assert self.watched(metric, "StateMachineArn") == set(TestTheStateMachines.MACHINES)

    def test_every_alarm_tells_somebody_and_means_something(self) -> None:
        for alarm in self.ALARMS.values():
            if alarm["Type"] == "AWS::CloudWatch::Alarm":
                assert alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}]
                assert alarm["Properties"]["AlarmDescription"]


class TestParameters:
    def test_nested_stacks_are_given_what_they_ask_for(self) -> None:
        stacks = [found.properties for found in every("AWS::CloudFormation::Stack")]
        for properties in stacks:
            asked = template(properties["TemplateURL"]).get("Parameters", {})
            assert set(properties.get("Parameters", {})) == set(asked)

    def test_what_is_taken_from_a_nested_stack_is_one_of_its_outputs(self) -> None:
        outputs = {
            name: set(template(resource["Properties"]["TemplateURL"])["Outputs"])
            for name, resource in RESOURCES.items()
            if resource["Type"] == "AWS::CloudFormation::Stack"
        }
        text = (ROOT / "template.yaml").read_text(encoding="utf-8")
        taken = re.findall(r"!GetAtt (\w+)\.Outputs\.(\w+)", text)
        assert taken
        for stack, output in taken:
            assert output in outputs[stack]

    def test_every_file_of_the_region_is_one_of_its_stacks(self) -> None:
        assert {f"infra/{path.name}" for path in (ROOT / "infra").glob("*.yaml")} == set(nested())

    def test_defaults_are_those_of_the_local_bank(self) -> None:
        defaults = {name: about["Default"] for name, about in REGION["Parameters"].items()}
        assert defaults == {
            "Stage": "local",
            "Exposure": "open",
            "AllowedOrigins": "",
            "Jurisdiction": "us",
            "CloseAfterSeconds": 15,
            "SignatureBoundSeconds": 5,
            "LeaseSeconds": 5,
            "SkewSeconds": 1,
            "WebhookToleranceSeconds": 300,
            "StepSeconds": 35,
            "FraudSeconds": 15,
            "FeatureReadMilliseconds": 3000,
            "StepUpSeconds": 120,
            "ReviewSeconds": 900,
            "FileSeconds": 120,
            "AcknowledgementSeconds": 60,
            "AchTimetable": "every-60",
            "RegionEndpoints": "{}",
            "TokenKeysEndpoint": "",
        }

    @pytest.mark.parametrize(
        ("parameter", "least"),
        [
            ("CloseAfterSeconds", 360),
            ("SignatureBoundSeconds", 300),
            ("LeaseSeconds", 60),
            ("SkewSeconds", 5),
            ("StepSeconds", 60),
            ("FraudSeconds", 30),
            ("StepUpSeconds", 300),
            ("ReviewSeconds", 86400),
            ("FileSeconds", 1800),
            ("AcknowledgementSeconds", 3600),
        ],
    )
    def test_off_the_local_stage_a_bound_is_never_below_the_least_safe_one(self, parameter: str, least: int) -> None:
        rule = REGION["Rules"]["BoundsOnAws"]
        assert rule["RuleCondition"] == {"Not": [{"Equals": [{"Ref": "Stage"}, "local"]}]}
        allowed = [
            assertion["Assert"]["Fn::Contains"][0]
            for assertion in rule["Assertions"]
            if as_list(assertion["Assert"].get("Fn::Contains"))[-1:] == [{"Ref": parameter}]
        ]
        assert min(int(value) for value in allowed[0]) == least
        assert REGION["Parameters"][parameter]["Default"] < least

    def test_on_aws_a_payment_waits_for_its_features_half_a_second_at_most(self) -> None:
        found = [one["Assert"].get("Fn::Contains") for one in REGION["Rules"]["BoundsOnAws"]["Assertions"]]
        (allowed,) = [one[0] for one in found if one and one[-1] == {"Ref": "FeatureReadMilliseconds"}]
        assert max(int(value) for value in allowed) == 500

    def test_a_webhook_is_never_taken_more_than_five_minutes_after_it_was_signed(self) -> None:
        assertions = [found["Assert"] for found in REGION["Rules"]["BoundsOnAws"]["Assertions"]]
        (allowed,) = [
            found["Fn::Contains"][0]
            for found in assertions
            if as_list(found.get("Fn::Contains"))[-1:] == [{"Ref": "WebhookToleranceSeconds"}]
        ]
        assert max(int(seconds) for seconds in allowed) == TOLERANCE_DEFAULT.total_seconds() == 300
        assert REGION["Parameters"]["WebhookToleranceSeconds"]["Default"] == 300

    def test_off_the_local_stage_files_are_cut_off_by_the_operators_windows_alone(self) -> None:
        rule = REGION["Rules"]["BoundsOnAws"]
        assert {"Equals": [{"Ref": "AchTimetable"}, "fedach"]} in [found["Assert"] for found in rule["Assertions"]]

    @pytest.mark.parametrize(
        ("text", "taken"),
        [("fedach", True), ("every-1", True), ("every-3600", True), ("every-0", False), ("every-3601", False)],
    )
    def test_a_timetable_that_the_stack_takes_is_one_that_the_functions_read(self, text: str, taken: bool) -> None:
        assert bool(re.fullmatch(REGION["Parameters"]["AchTimetable"]["AllowedPattern"], text)) is taken
        if taken:
            values = {name: parameter_default(value) for name, value in SETTINGS.items()}
            configuration = read(values | {"AWS_REGION": "us-east-1", "FLORIN_ACH_TIMETABLE": text})
            build(configuration, clock=SystemClock(), randomness=random.Random(1)).timetable.modifiers_of(NOON)

    def test_off_the_local_stage_only_cognito_serves_the_keys_of_tokens(self) -> None:
        rule = REGION["Rules"]["BoundsOnAws"]
        assert {"Equals": [{"Ref": "TokenKeysEndpoint"}, ""]} in [found["Assert"] for found in rule["Assertions"]]
