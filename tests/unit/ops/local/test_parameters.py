import json

import pytest

from ops.local.deploy import TEMPLATE
from ops.local.parameters import REGIONS_DEFAULT, RegionUnknown, local_parameters
from ops.local.template import parameters_of, read_template


def test_the_real_template_takes_every_value_given_to_it() -> None:
    values = local_parameters("us-east-1", regions=list(REGIONS_DEFAULT), engine_port=4610)
    assert parameters_of(read_template(TEMPLATE), values) == values


def test_each_region_knows_the_address_of_every_region() -> None:
    values = local_parameters("us-west-2", regions=["us-west-2", "eu-west-1"], engine_port=7)
    assert json.loads(values["RegionEndpoints"]) == {
        "us-west-2": "http://127.0.0.1:7/_aws/execute-api/florin-us-west-2/graphql",
        "eu-west-1": "http://127.0.0.1:7/_aws/execute-api/florin-eu-west-1/graphql",
    }


@pytest.mark.parametrize(("region", "jurisdiction"), [("us-east-1", "us"), ("us-west-2", "us"), ("eu-west-1", "eu")])
def test_a_region_serves_its_jurisdiction(region: str, jurisdiction: str) -> None:
    assert local_parameters(region, regions=[region], engine_port=1)["Jurisdiction"] == jurisdiction


def test_a_region_without_a_bank_is_refused_by_name() -> None:
    with pytest.raises(RegionUnknown, match="ap-south-1"):
        local_parameters("ap-south-1", regions=["ap-south-1"], engine_port=1)


def test_windows_of_ach_come_each_minute_or_as_often_as_is_asked_for() -> None:
    each_minute = local_parameters("us-east-1", regions=["us-east-1"], engine_port=1)
    assert each_minute["AchTimetable"] == "every-60"
    often = local_parameters("us-east-1", regions=["us-east-1"], engine_port=1, ach_window_seconds=15)
    assert often["AchTimetable"] == "every-15"
