"""`sam build` and `sam deploy` are called for each stage with values that the stack takes."""

import tomllib
from typing import Any

import pytest

from domain.jurisdictions import JURISDICTIONS
from tests.unit.infra.templates import ROOT, template

CONFIG: dict[str, Any] = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
REGION = template("template.yaml")
NAMES = [name for name in CONFIG if name not in ("version", "default")]


def parameters(name: str) -> dict[str, str]:
    """What an environment sets, over the defaults of the template."""
    text: str = CONFIG[name]["global"]["parameters"].get("parameter_overrides", "")
    defaults = {parameter: str(about["Default"]) for parameter, about in REGION["Parameters"].items()}
    return defaults | dict(pair.split("=", 1) for pair in text.split())


def test_every_stage_has_one_by_its_name_and_on_aws_one_for_the_other_jurisdiction() -> None:
    allowed = {name: REGION["Parameters"][name]["AllowedValues"] for name in ("Stage", "Jurisdiction")}
    on_aws = [stage for stage in allowed["Stage"] if stage != "local"]
    others = [where for where in allowed["Jurisdiction"] if where != "us"]
    assert set(NAMES) == {"local", *on_aws, *(f"{stage}-{where}" for stage in on_aws for where in others)}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "local"])
def test_on_aws_it_names_a_region_that_the_jurisdiction_has(name: str) -> None:
    region = CONFIG[name]["global"]["parameters"]["region"]
    assert region == JURISDICTIONS[parameters(name)["Jurisdiction"]].slots[0].region


@pytest.mark.parametrize("name", NAMES)
def test_it_sets_what_its_name_says_and_nothing_unknown(name: str) -> None:
    stage, _, jurisdiction = name.partition("-")
    values = parameters(name)
    assert (values["Stage"], values["Jurisdiction"]) == (stage, jurisdiction or "us")
    assert set(values) == set(REGION["Parameters"])


@pytest.mark.parametrize("name", [name for name in NAMES if name != "local"])
def test_its_bounds_are_safe(name: str) -> None:
    for assertion in REGION["Rules"]["BoundsOnAws"]["Assertions"]:
        if "Fn::Contains" in assertion["Assert"]:
            safe, parameter = assertion["Assert"]["Fn::Contains"]
            assert parameters(name)[parameter["Ref"]] in safe
        elif "Equals" in assertion["Assert"]:
            parameter, safe = assertion["Assert"]["Equals"]
            assert parameters(name)[parameter["Ref"]] == safe


@pytest.mark.parametrize("name", ["default", *NAMES])
def test_a_deployment_needs_no_more_than_the_command(name: str) -> None:
    deploy = CONFIG[name]["deploy"]["parameters"]
    assert deploy["resolve_s3"] is True
    assert set(deploy["capabilities"]) == {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}
    assert deploy["confirm_changeset"] is not name.startswith(("default", "local"))
