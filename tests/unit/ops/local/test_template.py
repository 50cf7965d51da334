from pathlib import Path
from typing import Any

import pytest

from ops.local.template import (
    TemplateFault,
    mount,
    parameters_of,
    read_definition,
    read_template,
)

TEMPLATE = """
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: {Type: String}
  Size: {Type: Number, Default: 3}
Globals:
  Function: {Runtime: python3.13, CodeUri: ., SnapStart: {ApplyOn: PublishedVersions}}
Resources:
  Ledger:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: infra/ledger.yaml}
  Ask:
    Type: AWS::Serverless::Function
    Properties:
      Handler: functions.ask.handler
      SnapStart: {ApplyOn: PublishedVersions}
      Environment: {Variables: {TABLE: !GetAtt Ledger.Outputs.Table, WHERE: !Sub "${AWS::Region}"}}
  Inline:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: "pass"}}
  Journey:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: infra/journey.json, DefinitionSubstitutions: {Ask: !Ref Ask}}
  Table:
    Type: AWS::DynamoDB::Table
    Condition: Kept
    Properties: {TableName: kept}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "infra").mkdir()
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "infra/journey.json").write_text('{"StartAt": "Ask"}', encoding="utf-8")
    return tmp_path


def mounted(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = mount(
        read_template(folder / "template.yaml"),
        folder=folder,
        code_bucket="code",
        code_key="stub.zip",
        python_path="/tree:/packages",
        nested_url=lambda path: f"http://bucket/{path.relative_to(folder)}",
        definition_key=lambda path: f"machines/{path.name}",
    )["Resources"]
    return found


class TestReading:
    def test_short_tags_become_their_long_forms(self, folder: Path) -> None:
        ask = read_template(folder / "template.yaml")["Resources"]["Ask"]["Properties"]
        assert ask["Environment"]["Variables"] == {
            "TABLE": {"Fn::GetAtt": ["Ledger", "Outputs.Table"]},
            "WHERE": {"Fn::Sub": "${AWS::Region}"},
        }

    def test_the_version_of_the_format_stays_text(self, folder: Path) -> None:
        assert read_template(folder / "template.yaml")["AWSTemplateFormatVersion"] == "2010-09-09"

    def test_a_missing_template_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(TemplateFault, match=r"nowhere\.yaml"):
            read_template(tmp_path / "nowhere.yaml")


class TestMounting:
    def test_a_function_gets_the_stub_and_the_path_to_the_tree(self, folder: Path) -> None:
        ask = mounted(folder)["Ask"]["Properties"]
        assert ask["CodeUri"] == {"Bucket": "code", "Key": "stub.zip"}
        assert ask["Environment"]["Variables"]["PYTHONPATH"] == "/tree:/packages"

    def test_a_function_keeps_its_own_variables(self, folder: Path) -> None:
        variables = mounted(folder)["Ask"]["Properties"]["Environment"]["Variables"]
        assert variables["WHERE"] == {"Fn::Sub": "${AWS::Region}"}

    def test_snap_start_is_left_out(self, folder: Path) -> None:
        assert "SnapStart" not in mounted(folder)["Ask"]["Properties"]

    def test_code_written_in_the_template_stays(self, folder: Path) -> None:
        assert mounted(folder)["Inline"]["Properties"]["Code"] == {"ZipFile": "pass"}

    def test_the_definition_of_a_state_machine_is_uploaded_and_addressed(self, folder: Path) -> None:
        journey = mounted(folder)["Journey"]["Properties"]
        assert journey["DefinitionUri"] == {"Bucket": "code", "Key": "machines/journey.json"}
        assert journey["DefinitionSubstitutions"] == {"Ask": {"Ref": "Ask"}}

    def test_a_definition_is_uploaded_as_it_is_written(self, folder: Path) -> None:
        assert read_definition(folder / "infra/journey.json") == b'{"StartAt": "Ask"}'

    def test_a_missing_definition_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(TemplateFault, match=r"nowhere\.asl\.yaml"):
            read_definition(tmp_path / "nowhere.asl.yaml")

    def test_a_nested_template_is_uploaded_and_addressed(self, folder: Path) -> None:
        ledger = mounted(folder)["Ledger"]["Properties"]
        assert ledger["TemplateURL"] == "http://bucket/infra/ledger.yaml"

    def test_everything_else_stays_as_it_is_written(self, folder: Path) -> None:
        assert mounted(folder)["Table"] == read_template(folder / "template.yaml")["Resources"]["Table"]

    def test_the_template_that_was_read_is_not_changed(self, folder: Path) -> None:
        template = read_template(folder / "template.yaml")
        mount(
            template,
            folder=folder,
            code_bucket="c",
            code_key="k",
            python_path="p",
            nested_url=lambda _: "http://x",
            definition_key=lambda _: "y",
        )
        assert template == read_template(folder / "template.yaml")


class TestParameters:
    def test_only_declared_parameters_are_given(self, folder: Path) -> None:
        template = read_template(folder / "template.yaml")
        assert parameters_of(template, {"Stage": "local", "Unheard": "x"}) == {"Stage": "local"}

    def test_a_parameter_without_value_and_default_is_named(self, folder: Path) -> None:
        template = read_template(folder / "template.yaml")
        with pytest.raises(TemplateFault, match="Stage"):
            parameters_of(template, {"Size": "4"})
