"""The local bank as a machine: it starts, keeps what it knows, takes edits and stops. A tiny stack stands for the real
one, so that these tests fail for the machine's faults alone.
"""

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.local.addresses import health_fault
from ops.local.aws import Clients
from ops.local.bank import LocalBank
from ops.local.engine_process import PID_FILE, engine_answers
from ops.local.running import LOG_FILE, running_pid, stop_running
from ops.local.start import StartFault, mark_seeded, start_bank

REGION = "us-west-2"  # Not the region that tools fall back to.
EDIT_SEEN_SECONDS_MAX = 5.0
SECOND_START_SECONDS_MAX = 20.0
GONE_SECONDS_MAX = 10.0

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: local}
Resources:
  Books:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: infra/books.yaml}
  Pool: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: !Sub "people-${AWS::Region}"}}
  PoolClient: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool}}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: nowhere
      Handler: functions.graphql.handler.handler
      Environment: {Variables: {FLORIN_STAGE: !Ref Stage, FLORIN_BOOKS: !GetAtt Books.Outputs.Table}}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: api
      ProtocolType: HTTP
      CorsConfiguration: {AllowOrigins: ["http://app.example"], AllowMethods: [POST]}
      Tags: {ms-custom-id: !Sub "florin-${AWS::Region}"}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: "2.0"
      IntegrationUri: !GetAtt Function.Arn
  Health:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: GET /health, Target: !Sub "integrations/${Integration}"}
  Graphql:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: POST /graphql, Target: !Sub "integrations/${Integration}"}
  ApiStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}
"""

BOOKS = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub books-${AWS::Region}
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      TimeToLiveSpecification: {Enabled: true, AttributeName: ttl}
Outputs:
  Table: {Value: !Ref Table}
"""

HANDLER = """
import json
from domain.word import WORD

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"status": "ok", "word": WORD})}
"""


@dataclass(frozen=True)
class House:
    """A folder for the bank beside the tree that it runs."""

    folder: Path
    tree: Path

    def start(self) -> LocalBank:
        return start_bank(
            self.folder, regions=[REGION], say=print, template=self.tree / "template.yaml", code=self.tree
        )

    def said(self) -> str:
        return (self.folder / LOG_FILE).read_text(encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = built_in(tmp_path)
    yield found
    stop_running(found.folder)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBank]:
    """One that was started, for those who only look at it."""
    found = built_in(tmp_path_factory.mktemp("standing"))
    yield found.start()
    stop_running(found.folder)


def built_in(folder: Path) -> House:
    tree = folder / "tree"
    write(tree / "template.yaml", TEMPLATE)
    write(tree / "infra/books.yaml", BOOKS)
    write(tree / "functions/graphql/handler.py", HANDLER)
    write(tree / "domain/word.py", 'WORD = "one"\n')
    return House(folder=folder / "bank", tree=tree)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def clients(bank: LocalBank) -> Clients:
    return Clients(endpoint=bank.engine, region=REGION)


def put(bank: LocalBank, key: str) -> None:
    clients(bank).dynamodb.put_item(TableName=f"books-{REGION}", Item={"pk": {"S": key}})


def keys(bank: LocalBank) -> set[str]:
    items = clients(bank).dynamodb.scan(TableName=f"books-{REGION}")["Items"]
    return {item["pk"]["S"] for item in items}


def word(bank: LocalBank) -> str:
    with urllib.request.urlopen(bank.home.health) as answer:  # noqa: S310 - an address of our own engine
        found: str = json.load(answer)["word"]
        return found


def wait_until_gone(port: int) -> None:
    deadline = time.monotonic() + GONE_SECONDS_MAX
    while engine_answers(port):
        assert time.monotonic() < deadline, "the engine outlived its keeper"
        time.sleep(0.1)


class TestStarting:
    def test_the_mounted_tree_answers(self, standing: LocalBank) -> None:
        assert health_fault(standing.home) is None
        assert word(standing) == "one"
        assert standing.home.environment == {"FLORIN_STAGE": "local", "FLORIN_BOOKS": f"books-{REGION}"}

    def test_what_the_engine_forgets_is_applied(self, standing: LocalBank) -> None:
        dynamodb = clients(standing).dynamodb
        table = f"books-{REGION}"
        expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "ttl")
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"

    def test_a_browser_of_an_allowed_origin_may_call(self, standing: LocalBank) -> None:
        preflight = urllib.request.Request(  # noqa: S310 - an address of our own engine
            standing.home.graphql,
            method="OPTIONS",
            headers={"Origin": "http://app.example", "Access-Control-Request-Method": "POST"},
        )
        with urllib.request.urlopen(preflight) as answer:  # noqa: S310 - as above
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Origin"] == "http://app.example"

    def test_a_stack_that_cannot_come_up_says_which_resource_failed(self, house: House) -> None:
        broken = TEMPLATE.replace("TemplateURL: infra/books.yaml", "TemplateURL: http://127.0.0.1:1/no/where")
        write(house.tree / "template.yaml", broken)
        with pytest.raises(StartFault, match="Books"):
            house.start()
        assert running_pid(house.folder) is None

    def test_a_body_that_is_not_ours_is_a_fault(self, house: House) -> None:
        write(house.tree / "functions/graphql/handler.py", HANDLER.replace('"ok"', '"mock"'))
        fault = health_fault(house.start().home)
        assert fault is not None
        assert "mock" in fault


class TestEditing:
    def test_an_edit_reaches_the_running_bank_without_a_deployment(self, house: House) -> None:
        bank = house.start()
        assert word(bank) == "one"
        write(house.tree / "domain/word.py", 'WORD = "another"\n')
        edited = time.monotonic()
        while word(bank) != "another":
            assert time.monotonic() - edited < EDIT_SEEN_SECONDS_MAX
            time.sleep(0.05)
        assert house.said().count("deploying") == 1

    def test_a_changed_template_is_deployed_by_the_next_start(self, house: House) -> None:
        house.start()
        write(house.tree / "template.yaml", TEMPLATE.replace("{FLORIN_STAGE: !Ref Stage,", "{FLORIN_NEW: yes it is,"))
        assert house.start().home.environment["FLORIN_NEW"] == "yes it is"


class TestKeeping:
    def test_a_second_start_has_the_data_and_deploys_nothing(self, house: House) -> None:
        bank = house.start()
        mark_seeded(bank)
        put(bank, "after the save")
        assert stop_running(house.folder)
        began = time.monotonic()
        again = house.start()
        assert time.monotonic() - began < SECOND_START_SECONDS_MAX
        assert again == bank
        assert keys(again) == {"after the save"}
        assert "deploying" not in house.said()

    def test_a_kill_loses_what_came_after_the_last_save_and_no_more(self, house: House) -> None:
        bank = house.start()
        put(bank, "before the save")
        mark_seeded(bank)
        put(bank, "after the save")
        os.kill(int((house.folder / "engine" / PID_FILE).read_text(encoding="ascii")), signal.SIGKILL)
        wait_until_gone(bank.engine_port)
        stop_running(house.folder)
        again = house.start()
        assert keys(again) == {"before the save"}
        assert health_fault(again.home) is None

    def test_a_bank_whose_seed_did_not_finish_begins_again(self, house: House) -> None:
        bank = house.start()
        put(bank, "half a history")
        stop_running(house.folder)
        assert keys(house.start()) == set()


class TestStopping:
    def test_nothing_is_left_running(self, house: House) -> None:
        bank = house.start()
        assert stop_running(house.folder)
        assert running_pid(house.folder) is None
        assert not engine_answers(bank.engine_port)

    def test_the_engine_ends_by_itself_when_its_keeper_is_killed(self, house: House) -> None:
        bank = house.start()
        mark_seeded(bank)
        put(bank, "a moment ago")
        pid = running_pid(house.folder)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(bank.engine_port)
        assert keys(house.start()) == {"a moment ago"}
