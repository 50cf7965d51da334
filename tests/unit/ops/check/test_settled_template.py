"""What parameters decide is decided, and nothing else is touched."""

from typing import Any

import pytest

from ops.check.settled_template import NotSettled, settled

TEMPLATE: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String"}, "KeyArn": {"Type": "String"}},
    "Rules": {"Bounds": {}},
    "Mappings": {"Stages": {"prod": {"Locked": "true", "Days": 400}, "local": {"Locked": "false", "Days": 7}}},
    "Conditions": {
        "Locked": {"Fn::Equals": [{"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "Locked"]}, "true"]},
        "Open": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "prod"]}]},
    },
    "Resources": {
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Condition": "Locked",
            "Properties": {
                "Statement": [
                    {"Sid": "Always", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
                    {"Fn::If": ["Locked", {"Sid": "WhenLocked"}, {"Ref": "AWS::NoValue"}]},
                ],
                "Days": {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, "Days"]},
                "Key": {"Ref": "KeyArn"},
                "Open": {"Fn::If": ["Open", "yes", {"Ref": "AWS::NoValue"}]},
            },
        },
        "Door": {"Type": "AWS::SNS::Topic", "Condition": "Open"},
    },
}


def test_a_stage_has_its_own_values_and_resources() -> None:
    assert settled(TEMPLATE, {"Stage": "prod"})["Resources"] == {
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Statement": [
                    {"Sid": "Always", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
                    {"Sid": "WhenLocked"},
                ],
                "Days": 400,
                "Key": {"Ref": "KeyArn"},
            },
        }
    }
    assert set(settled(TEMPLATE, {"Stage": "local"})["Resources"]) == {"Door"}


def test_what_is_not_known_stays_asked() -> None:
    plain = {"Resources": {"Topic": {"Type": "T", "Properties": {"Key": {"Ref": "KeyArn"}, "Map": {"Fn::Sub": "x"}}}}}
    assert settled(plain, {}) == plain


def test_the_template_itself_is_left_as_it_is() -> None:
    settled(TEMPLATE, {"Stage": "local"})
    assert "Conditions" in TEMPLATE
    assert TEMPLATE["Resources"]["Policy"]["Condition"] == "Locked"


@pytest.mark.parametrize("asked", [{"Fn::Or": [True, False]}, {"Fn::Equals": [{"Ref": "KeyArn"}, ""]}])
def test_a_condition_that_is_not_understood_is_named(asked: dict[str, Any]) -> None:
    with pytest.raises(NotSettled):
        settled({"Conditions": {"Odd": asked}, "Resources": {}}, {})
