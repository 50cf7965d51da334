"""The check of the state machines: what is laid before the validator."""

import yaml

from ops.check.state_machines import DEFINITIONS, filled
from tests.unit.infra.templates import ROOT


def test_seconds_become_numbers_and_names_stay_text() -> None:
    text = filled('TimeoutSeconds: ${FraudSeconds}\nFunctionName: "${JourneyFunctionArn}"\n')
    assert yaml.safe_load(text) == {
        "TimeoutSeconds": 60,
        "FunctionName": "arn:aws:lambda:us-east-1:000000000000:function:any",
    }


def test_nothing_is_left_to_be_filled_in() -> None:
    paths = list((ROOT / DEFINITIONS).glob("*.asl.yaml"))
    assert paths
    for path in paths:
        assert "${" not in filled(path.read_text(encoding="utf-8"))
